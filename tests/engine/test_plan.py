from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from vmsguard.engine.conflicts import settle
from vmsguard.engine.demands import Demand
from vmsguard.model.changes import CORE_VERBS, Change, VerbSpec
from vmsguard.model.fact_values import (
    AnalyticsFunction,
    ExternalDestination,
    FaceLibrary,
    PushDestination,
    RecordingJob,
    RetentionSetting,
    StreamService,
)
from vmsguard.model.facts import CAMERA_TARGET
from vmsguard.model.inventory import Endpoint
from vmsguard.model.manifest import VerbSupport
from vmsguard.model.plan import Cause
from vmsguard.model.span import Span
from vmsguard.model.vocabulary import Mode, Role, Stage, Support

GATE = {
    "gate.claim_first": True,
    "gate.comparison_set": 1,
    "gate.close_range": True,
    "gate.failures_searched": False,
    "gate.templates_kept": False,
    "gate.other_way_in": True,
}
PLACES = (Endpoint("t-1", "ch1", Role.DEVICE), Endpoint("t-1", "ch2", Role.DEVICE))


def verbs(plan):
    return [planned.change.verb for planned in plan.changes]


@pytest.fixture
def off(world, words):
    """One rule that wants the device's own recording off."""
    return world.assign(words.pack(words.rule(words.require("storage.edge.off"))))


class TestModes:
    def test_nothing_in_the_way(self, off):
        (planned,) = off.recording().plan().changes
        assert (Mode.ENFORCE, (), 2.0) == (planned.mode, planned.blockers, planned.settle_seconds)
        assert (Cause("cam-1", "p", "r", "storage.edge.off"),) == planned.causes
        assert {"recording.jobs"} == {key.name for key in planned.cites if key.name == "recording.jobs"}

    def test_what_passes_asks_for_nothing(self, off):
        assert () == off.recording(False).plan().changes

    def test_what_is_unknown_asks_for_nothing(self, off):
        assert () == off.recording(None).plan().changes

    def test_an_audit_plans_nothing(self, world, words):
        world.assign(words.pack(words.rule(words.require("storage.edge.off"))), Mode.AUDIT).recording()
        assert () == world.plan().changes

    def test_a_proposal_stays_one(self, world, words):
        world.assign(words.pack(words.rule(words.require("storage.edge.off"))), Mode.PROPOSE).recording()
        assert [Mode.PROPOSE] == [planned.mode for planned in world.plan().changes]
        assert () == world.plan().enforceable

    def test_edge_case_34_protected_cameras_are_only_proposed(self, off):
        (planned,) = off.camera(tags=("protected",)).recording().plan().changes
        assert (Mode.PROPOSE, ("protected",)) == (planned.mode, planned.blockers)

    def test_edge_case_22_an_attribute_nobody_set_stops_writes(self, world, words):
        """An untagged fleet does not go dark."""
        selector = words.test("modality", "thermal")
        world.assign(words.pack(words.rule(words.require("storage.edge.off")), select=selector)).recording()
        (planned,) = world.plan().changes
        assert (Mode.PROPOSE, ("attribute-not-set: modality",)) == (planned.mode, planned.blockers)
        assert [Mode.ENFORCE] == [one.mode for one in world.camera(modality="thermal").plan().changes]

    def test_equal_changes_are_one_in_the_furthest_mode_any_cause_may_go(self, off, words):
        selector = words.test("modality", "thermal")
        off.assign(words.pack(words.rule(words.require("storage.edge.off")), name="q", select=selector)).recording()
        (planned,) = off.plan().changes
        assert (Mode.ENFORCE, ["p", "q"]) == (planned.mode, [cause.pack for cause in planned.causes])

    def test_a_verb_the_driver_lacks_is_proposed_with_what_a_person_can_do(self, off):
        off.verbs = ()
        (planned,) = off.recording().plan().changes
        assert (Mode.PROPOSE, True) == (planned.mode, planned.blockers[0].startswith("unsupported:"))

    def test_what_is_proven_impossible_is_not_asked_for_again(self, off):
        assert () == off.recording().refused().plan().changes

    def test_an_exception_whose_safeguards_are_not_shown_is_left_to_a_person(self, world, words):
        world.assign(words.thermal()).recording().footage().grant()
        (planned,) = world.plan().changes
        assert (Mode.PROPOSE, ("exception-in-use: ex-1",)) == (planned.mode, planned.blockers)


class TestGates:
    @pytest.fixture
    def gate(self, world, words):
        world.camera(face_use="verify-1to1")
        world.assign(words.pack(words.rule(words.require("analytics.face.identify.off", timing="live"))))
        return world.listed("analytics.functions", AnalyticsFunction("f1", "rule", "F", "face-identification", True))

    def test_doors_do_not_shut_on_a_guess(self, gate):
        (planned,) = gate.plan().changes
        assert Mode.PROPOSE is planned.mode
        assert "gate-not-proven: face_use" in planned.blockers

    def test_nor_on_a_broken_condition(self, gate):
        for name, value in GATE.items():
            gate.known(name, 9 if name == "gate.comparison_set" else value, target=CAMERA_TARGET)
        assert [Mode.PROPOSE] == [planned.mode for planned in gate.plan().changes]

    def test_a_proven_gate_is_left_alone(self, gate):
        for name, value in GATE.items():
            gate.known(name, value, target=CAMERA_TARGET)
        assert () == gate.plan().changes

    def test_the_same_function_elsewhere_is_stopped(self, gate):
        assert [Mode.ENFORCE] == [planned.mode for planned in gate.camera().plan().changes]


class TestScope:
    @pytest.fixture
    def shared(self, world, words):
        """A stream service of a target with two channels, one of them another camera's."""
        world.camera("cam-1", PLACES[0]).camera("cam-2", PLACES[1])
        world.listed_channels["t-1"] = ("ch1", "ch2")
        world.verbs = (VerbSupport(verb="stream.stop", support=Support.DOCUMENTED, scope="whole"),)
        rtsp = StreamService("rtsp", "rtsp", True)
        world.listed("stream.services", rtsp).listed("stream.services", rtsp, channel="ch2")
        return world

    def assign(self, shared, words, *cameras, mode=Mode.ENFORCE):
        selector = words.test("purpose", *cameras)
        return shared.assign(words.pack(words.rule(words.require("transmission.stream.off")), select=selector), mode)

    def test_a_change_of_the_whole_target_asked_for_by_all_is_one(self, shared, words):
        shared.assign(words.pack(words.rule(words.require("transmission.stream.off"))))
        (planned,) = shared.plan().changes
        assert (Mode.ENFORCE, "whole") == (planned.mode, planned.scope)
        assert ["cam-1", "cam-2"] == [cause.camera for cause in planned.causes]

    def test_another_camera_that_is_not_in_enforce_holds_it_back(self, shared, words):
        shared.camera("cam-1", PLACES[0], purpose="fever").camera("cam-2", PLACES[1], purpose="none")
        (planned,) = self.assign(shared, words, "fever").plan().changes
        assert (Mode.PROPOSE, ("shared-with cam-2: not in enforce",)) == (planned.mode, planned.blockers)

    def test_a_protected_neighbour_holds_it_back(self, shared, words):
        shared.camera("cam-1", PLACES[0], purpose="fever")
        shared.camera("cam-2", PLACES[1], purpose="none", tags=("protected",))
        (planned,) = self.assign(shared, words, "fever").plan().changes
        assert ("shared-with cam-2: protected",) == planned.blockers

    @pytest.mark.parametrize("listed", [(), ("ch1",)], ids=["empty-list", "short-list"])
    def test_a_protected_neighbour_whose_channel_is_not_listed_holds_it_back(self, shared, words, listed):
        shared.camera("cam-1", PLACES[0], purpose="fever")
        shared.camera("cam-2", PLACES[1], purpose="none", tags=("protected",))
        shared.listed_channels["t-1"] = listed
        (planned,) = self.assign(shared, words, "fever").plan().changes
        assert ("shared-with cam-2: protected",) == planned.blockers

    def test_a_neighbour_that_asks_for_it_but_may_not_have_it_holds_it_back(self, shared, words):
        shared.camera("cam-1", PLACES[0], purpose="fever").camera("cam-2", PLACES[1])
        (planned,) = self.assign(shared, words, "fever").plan().changes
        assert Mode.PROPOSE is planned.mode
        assert "shared-with cam-2: not in enforce" in planned.blockers

    def test_a_channel_nobody_claims_holds_it_back(self, shared, words):
        shared.listed_channels["t-1"] = ("ch1", "ch2", "ch3")
        shared.assign(words.pack(words.rule(words.require("transmission.stream.off"))))
        assert [("not-enrolled: t-1/ch3",)] == [planned.blockers for planned in shared.plan().changes]

    def test_a_target_that_lists_no_channels_holds_it_back(self, shared, words):
        shared.listed_channels["t-1"] = None
        shared.assign(words.pack(words.rule(words.require("transmission.stream.off"))))
        assert [("channels-not-listed: t-1",)] == [planned.blockers for planned in shared.plan().changes]

    def test_a_list_that_belongs_to_the_target_reaches_all_of_it(self, world, words):
        world.camera("cam-1", PLACES[0])
        world.listed_channels["t-1"] = ("ch1", "ch2")
        world.assign(words.pack(words.rule(words.require("transmission.push.off"))))
        world.listed("push.destinations", PushDestination("mail", "email", True))
        assert [("not-enrolled: t-1/ch2",)] == [planned.blockers for planned in world.plan().changes]

    def test_one_camera_on_both_channels_stands_in_its_own_way_nowhere(self, world, words):
        world.camera("cam-1", *PLACES).listed_channels["t-1"] = ("ch1", "ch2")
        world.assign(words.pack(words.rule(words.require("transmission.push.off"))))
        world.listed("push.destinations", PushDestination("mail", "email", True))
        assert [Mode.ENFORCE] == [planned.mode for planned in world.plan().changes]


class TestOrder:
    def test_edge_case_17_stop_sending_stop_storing_empty_then_purge(self, world, words):
        named = ("storage.residue.empty", "analytics.face.library.empty", "storage.edge.off", "storage.external.off")
        required = [words.require(name) for name in (*named, "analytics.face.identify.off", "transmission.stream.off")]
        world.assign(words.pack(words.rule(*required))).recording().footage(words.now - words.hour)
        world.listed("face_library.sizes", FaceLibrary("lib", 5))
        world.listed("storage.external", ExternalDestination("s3", "s3", True))
        world.listed("analytics.functions", AnalyticsFunction("f1", "rule", "F", "face-identification", True))
        world.listed("stream.services", StreamService("rtsp", "rtsp", True))
        plan = world.plan()
        expected = [
            "stream.stop",
            "storage.external.remove",
            "recording.stop",
            "analytics.stop",
            "face_library.purge",
            "footage.purge",
        ]
        assert expected == verbs(plan)
        assert [False] * 4 + [True] * 2 == [planned.destructive for planned in plan.changes]
        assert [5, 1] == [planned.items for planned in plan.changes if planned.destructive]

    def test_a_product_may_ask_for_galleries_before_recognition(self, world, words):
        named = ("analytics.face.library.empty", "analytics.face.identify.off")
        world.assign(words.pack(words.rule(*(words.require(name) for name in named))))
        world.listed("face_library.sizes", FaceLibrary("lib", 5))
        world.listed("analytics.functions", AnalyticsFunction("f1", "rule", "F", "face-identification", True))
        world.verbs = (
            VerbSupport(verb="analytics.stop", support=Support.SUPPORTED, after=("face_library.purge",)),
            VerbSupport(verb="face_library.purge", support=Support.SUPPORTED),
        )
        assert ["face_library.purge", "analytics.stop"] == verbs(world.plan())

    def test_a_circle_in_a_manifest_orders_nothing(self, world, words):
        named = ("analytics.face.library.empty", "analytics.face.identify.off")
        world.assign(words.pack(words.rule(*(words.require(name) for name in named))))
        world.listed("face_library.sizes", FaceLibrary("lib", 5))
        world.listed("analytics.functions", AnalyticsFunction("f1", "rule", "F", "face-identification", True))
        world.verbs = (
            VerbSupport(verb="analytics.stop", support=Support.SUPPORTED, after=("face_library.purge",)),
            VerbSupport(verb="face_library.purge", support=Support.SUPPORTED, after=("analytics.stop",)),
        )
        assert 2 == len(world.plan().changes)

    def test_the_owner_goes_before_the_owned(self, world, words):
        """Or the system that manages the camera reconnects and re-applies."""
        places = (Endpoint("a-cam", "ch1", Role.DEVICE), Endpoint("zm", "3", Role.RECORDER))
        world.camera("cam-1", *places, managed_by="zm")
        required = (words.require("storage.edge.off"), words.require("storage.vms.off"))
        world.assign(words.pack(words.rule(*required)))
        world.recording(target="a-cam").recording(target="zm", channel="3")
        planned = world.plan().changes
        assert [("zm", 0), ("a-cam", 1)] == [(one.change.target, one.owner_rank) for one in planned]

    def test_a_plan_is_the_same_however_cameras_come(self, world, words):
        world.assign(words.pack(words.rule(words.require("storage.edge.off"))))
        for name in ("b", "a", "c"):
            world.camera(name, Endpoint(f"t-{name}", "ch1", Role.DEVICE)).recording(target=f"t-{name}")
        del world.cameras["cam-1"]
        first = world.plan().changes
        world.cameras = dict(reversed(world.cameras.items()))
        assert first == world.plan().changes


class TestPurges:
    @pytest.fixture
    def residue(self, world, words):
        required = (words.require("storage.edge.off"), words.require("storage.residue.empty"))
        world.assign(words.pack(words.rule(*required)))
        return world.footage(words.now - 2 * words.hour, words.now - words.hour)

    def test_a_purge_counts_what_it_would_delete(self, residue, words):
        purge = residue.recording().plan().changes[-1]
        assert ("footage.purge", Mode.ENFORCE) == (purge.change.verb, purge.mode)
        assert (2, words.now - 2 * words.hour) == (purge.items, purge.oldest)

    def test_where_recording_is_off_already(self, residue):
        assert [Mode.ENFORCE] == [planned.mode for planned in residue.recording(False).plan().changes]

    def test_not_before_recording_is_known_to_be_off(self, residue):
        (purge,) = residue.plan().changes
        assert (Mode.PROPOSE, ("not-known-whether-it-records",)) == (purge.mode, purge.blockers)

    def test_not_while_the_stop_is_only_proposed(self, residue, words):
        residue.verbs = tuple(one for one in residue.verbs if one.verb != "recording.stop")
        purge = residue.recording().plan().changes[-1]
        assert ("still-recording: stop it first",) == purge.blockers

    def test_beside_what_is_proven_unstoppable(self, residue):
        assert [Mode.ENFORCE] == [planned.mode for planned in residue.recording().refused().plan().changes]

    def test_a_duty_that_is_due_purges_beside_running_recordings(self, world, words):
        world.assign(words.pack(words.rule(words.require("deletion.periodic", max_gap=timedelta(hours=24)))))
        world.recording().footage(words.now - words.hour).stores("footage")
        assert [("footage.purge", Mode.ENFORCE)] == [(one.change.verb, one.mode) for one in world.plan().changes]

    def test_a_fallback_that_is_not_yet_held_asks_for_its_purge(self, world, words):
        world.assign(words.thermal()).recording().footage(words.now - words.hour).refused().stores("footage")
        assert ["footage.purge"] == verbs(world.plan())
        causes = {cause.control for cause in world.plan().changes[0].causes}
        assert {"storage.residue.empty", "deletion.periodic"} == causes

    def test_a_fallback_that_holds_asks_for_nothing(self, world, words):
        world.assign(words.thermal()).recording().footage(words.now).refused().stores("footage")
        assert () == world.deleted(words.now - words.hour).plan().changes


class TestSeveralPacks:
    def test_edge_case_28_of_two_limits_the_shorter_is_set(self, world, words):
        """The target state is the intersection."""
        for name, days in (("a", 30), ("b", 3)):
            limit = words.rule(words.require("retention.max", max=Span(exact=timedelta(days=days))))
            world.assign(words.pack(limit, name=name))
        world.listed("recording.retention", RetentionSetting("sd", None)).footage()
        (planned,) = world.plan().changes
        assert (str(3 * 86400), {"a", "b"}) == (
            planned.change.arguments["seconds"],
            {cause.pack for cause in planned.causes},
        )

    def test_edge_case_28_opposites_are_a_conflict_for_a_person(self):
        """Keep against delete, and neither is sent."""
        start = VerbSpec(name="acme/recording.start", meaning="record", stage=Stage.STORING, protective=False)
        stop = Change("recording.stop", "t-1", "ch1", {"job": "j1"})

        def demand(pack, change):
            return Demand(
                camera="cam-1",
                pack=pack,
                rule="r",
                control="c",
                endpoint="",
                mode=Mode.ENFORCE,
                change=change,
                cites=(),
            )

        groups = [[demand("off", stop)], [demand("keep", replace(stop, verb=start.name))]]
        settled = settle(groups, {**CORE_VERBS, start.name: start})
        assert [("conflict: keep/r asks for the opposite",), ("conflict: off/r asks for the opposite",)] == [
            group[0].blockers for group in settled
        ]
        assert groups[0] == settle(groups[:1], CORE_VERBS)[0]

    def test_several_jobs_are_several_changes(self, world, words):
        world.assign(words.pack(words.rule(words.require("storage.edge.off"))))
        world.listed("recording.jobs", RecordingJob("j1", True), RecordingJob("j2", True))
        assert 2 == len({planned.change.id for planned in world.plan().changes})


class TestProposalsWidenNothing:
    """What one rule may only propose is never sent in the name of another that enforces less."""

    @pytest.fixture
    def month(self, world, words):
        """Footage of sixty days where a pack that enforces allows thirty."""
        world.listed("recording.retention", RetentionSetting("sd", 90 * 86_400))
        world.footage(words.now - timedelta(days=60), words.now - timedelta(days=5))
        return world.assign(words.pack(self.at_most(words, 30), name="month"))

    @staticmethod
    def at_most(words, days):
        return words.rule(words.require("retention.max", max=Span(exact=timedelta(days=days))))

    @staticmethod
    def told(plan):
        return [
            (planned.change.verb, planned.mode, [cause.pack for cause in planned.causes], planned.change.arguments)
            for planned in plan.changes
        ]

    def asks(self, words):
        before = {days: f"{words.now - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}" for days in (1, 30)}
        return [
            ("retention.set", Mode.ENFORCE, ["month"], {"store": "sd", "seconds": "2592000"}),
            ("retention.set", Mode.PROPOSE, ["day"], {"store": "sd", "seconds": "86400"}),
            ("footage.purge", Mode.ENFORCE, ["month"], {"cutoff": before[30], "recordings": ""}),
            ("footage.purge", Mode.PROPOSE, ["day"], {"cutoff": before[1], "recordings": ""}),
        ]

    def test_a_pack_in_propose_shortens_nothing_and_deletes_nothing(self, month, words):
        month.assign(words.pack(self.at_most(words, 1), name="day"), Mode.PROPOSE)
        assert self.asks(words) == self.told(month.plan())

    def test_nor_does_one_that_may_not_concern_the_camera(self, month, words):
        select = words.test("purpose", "other")
        month.assign(words.pack(self.at_most(words, 1), name="day", select=select))
        assert self.asks(words) == self.told(month.plan())

    def test_what_a_proposal_asks_less_of_is_one_change_with_what_goes(self, month, words):
        month.assign(words.pack(self.at_most(words, 45), name="longer"), Mode.PROPOSE)
        purge = month.plan().changes[-1]
        assert (Mode.ENFORCE, 1, ["month", "longer"]) == (
            purge.mode,
            purge.items,
            [cause.pack for cause in purge.causes],
        )

    def test_a_daily_deletion_that_is_proposed_leaves_what_is_young(self, month, words):
        daily = words.rule(words.require("deletion.daily"))
        month.stores("footage").deleted(words.now - timedelta(days=3))
        month.assign(words.pack(daily, name="daily"), Mode.PROPOSE)
        purges = [planned for planned in month.plan().changes if planned.change.verb == "footage.purge"]
        assert [(Mode.ENFORCE, 1), (Mode.PROPOSE, 2)] == [(planned.mode, planned.items) for planned in purges]
