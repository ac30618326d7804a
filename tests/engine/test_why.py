"""Each kind of reason, explained: from a hand-made snapshot to the part of the tree that says why."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import json
from msgspec.structs import replace

from vmsguard.controls.catalogue import CORE_CONTROLS
from vmsguard.engine.evaluate import evaluate
from vmsguard.engine.plan import make_plan
from vmsguard.engine.why import Looked, explain_camera
from vmsguard.engine.why_model import AttributeWhy, GroupWhy, Reason
from vmsguard.model.changes import CORE_VERBS
from vmsguard.model.fact_catalogue import CORE_FACTS
from vmsguard.model.fact_values import AnalyticsFunction, RecordingJob, RetentionSetting
from vmsguard.model.inventory import Attribute, Endpoint
from vmsguard.model.manifest import Identity
from vmsguard.model.pack import AllOf, AnyOf, Profile, Requirement, Source
from vmsguard.model.span import Span
from vmsguard.model.vocabulary import Basis, Force, Mode, Role, Why


def looked(world, snapshot=None, now=None):
    snapshot, now = snapshot or world.snapshot(), now or world.now
    evaluation = evaluate(world.rules, snapshot, now, world.grants)
    plan = make_plan(
        [evaluation],
        {snapshot.camera.id: snapshot},
        world.claims,
        now=now,
        run="run-1",
        verbs=CORE_VERBS,
        facts=CORE_FACTS,
    )
    return Looked(
        snapshot=snapshot,
        compiled=tuple(world.rules),
        evaluation=evaluation,
        plan=plan,
        grants=tuple(world.grants),
        controls=CORE_CONTROLS,
    )


def why(world, **how):
    return explain_camera(looked(world), **how)


def the_rule(world, **how):
    ((rule,),) = (pack.rules for pack in why(world, **how).packs)
    return rule


def codes(reasons):
    return [reason.code for reason in reasons]


@pytest.fixture
def thermal(world, words):
    return world.assign(words.thermal())


@pytest.fixture
def recording(thermal):
    return thermal.recording().footage()


class TestScope:
    def test_out_of_scope_names_the_attribute_that_excludes(self, world, words):
        world.camera(modality="visible", country="KR")
        both = AllOf((words.test("country", "KR"), words.test("modality", "thermal", "bispectral")))
        world.assign(words.pack(words.rule(words.require("storage.edge.off")), select=both))
        (pack,) = why(world).packs
        assert ("false", ()) == (pack.truth, pack.rules)
        country, modality = pack.select.parts
        assert ("true", "false") == (country.truth, modality.truth)
        assert (("thermal", "bispectral"), ("visible",)) == (modality.asked, modality.stated)

    def test_an_attribute_nobody_set_is_named_and_keeps_the_change_a_proposal(self, world, words):
        world.assign(words.pack(words.rule(words.require("storage.edge.off")), select=words.test("purpose", "fever")))
        world.recording()
        (pack,) = why(world).packs
        assert ("unknown", ("purpose",)) == (pack.truth, pack.missing)
        assert AttributeWhy(attribute="purpose", asked=("fever",), truth="unknown") == pack.select
        (control,) = pack.rules[0].controls
        (change,) = control.changes
        assert ("propose", (Reason("attribute-not-set", "purpose"),)) == (change.state, change.in_the_way)

    def test_who_stated_an_attribute_is_told(self, world, words):
        world.assign(words.pack(words.rule(words.require("storage.edge.off")), select=words.test("purpose", "fever")))
        snapshot = world.snapshot()
        stated = {"purpose": Attribute("fever", "role:site-manager", Basis.ATTESTED)}
        snapshot = replace(snapshot, camera=replace(snapshot.camera, attributes=stated))
        (pack,) = explain_camera(looked(world, snapshot)).packs
        assert ("true", "role:site-manager", "attested") == (pack.select.truth, pack.select.author, pack.select.basis)

    def test_a_device_that_contradicts_an_attribute_is_told(self, world, words):
        world.camera(modality="visible")
        world.assign(
            words.pack(words.rule(words.require("storage.edge.off")), select=words.test("modality", "thermal"))
        )
        world.known("thermal.source", True)
        (pack,) = why(world).packs
        assert ("unknown", ("visible",), ("thermal",)) == (
            pack.select.truth,
            pack.select.stated,
            pack.select.devices_say,
        )

    def test_alternatives_keep_their_shape(self, world, words):
        either = AnyOf((words.test("space", "public"), words.test("operator", "private")))
        world.camera(space="public")
        world.assign(words.pack(words.rule(words.require("storage.edge.off")), select=either))
        (pack,) = why(world).packs
        assert isinstance(pack.select, GroupWhy)
        assert ("any", ["true", "unknown"]) == (pack.select.need, [part.truth for part in pack.select.parts])

    def test_a_rule_that_selects_other_cameras_has_nothing_below_it(self, world, words):
        world.camera(space="public")
        narrow = words.rule(words.require("storage.edge.off"), select=words.test("space", "private"))
        rule = the_rule(world.assign(words.pack(narrow)))
        assert ("not_applicable", "out-of-scope", ()) == (rule.verdict, rule.reason.code, rule.controls)
        assert "false" == rule.select.truth


class TestConditions:
    def rules(self, world, words):
        ruled = words.rule(words.require("storage.edge.off"), when={"analytics.face.detect": True})
        return world.assign(words.pack(ruled)).recording()

    def test_a_condition_that_is_not_met(self, world, words):
        self.rules(world, words).listed("analytics.functions")
        rule = the_rule(world)
        assert ("not_applicable", "when-not-met") == (rule.verdict, rule.reason.code)
        (condition,) = rule.when
        assert ("analytics.face.detect", "true", "false") == (condition.fact, condition.wanted, condition.truth)
        assert {"analytics.functions"} == {fact.name for fact in condition.facts}

    def test_a_condition_nobody_knows(self, world, words):
        rule = the_rule(self.rules(world, words))
        assert ("unknown", "when-unknown", "unknown") == (rule.verdict, rule.reason.code, rule.when[0].truth)
        (change,) = rule.controls[0].changes
        assert ["when-unknown"] == codes(change.in_the_way)


class TestControls:
    def test_a_failing_control_tells_place_facts_and_change(self, recording):
        recording.known("clock.skew_seconds", 0)
        control = the_rule(recording).controls[0]
        assert ("storage.edge.off", "t-1/ch1", "fail") == (control.control, control.place, control.verdict)
        assert Reason("offender", "recording job j1 is on") == control.reason
        assert {"en", "ko"} == set(control.says)
        facts = [(fact.name, fact.target, fact.channel, fact.layer, fact.shows, fact.basis) for fact in control.facts]
        assert [
            ("recording.jobs", "t-1", "ch1", "runtime", "1 listed", "read-back"),
            ("recording.jobs", "t-1", "ch1", "stored", "1 listed", "read-back"),
        ] == facts
        (change,) = control.changes
        assert ("recording.stop", "job=j1", "enforce", ()) == (
            change.verb,
            change.item,
            change.state,
            change.in_the_way,
        )

    def test_a_fact_tells_its_age(self, recording):
        later = recording.now + timedelta(minutes=5)
        told = explain_camera(looked(recording, now=later)).packs[0].rules[0].controls[0].facts
        assert {300} == {fact.age_seconds for fact in told}

    @pytest.mark.parametrize("reason", list(Why))
    def test_an_unknown_control_tells_what_it_lacks(self, thermal, reason):
        from vmsguard.model.facts import Unknown

        thermal.footage().put("recording.jobs", Unknown(reason, "told by the test"))
        control = the_rule(thermal).controls[0]
        assert ("unknown", Reason(reason.value, "told by the test")) == (control.verdict, control.reason)
        assert [("unknown", reason.value)] * 2 == [(fact.state, fact.shows) for fact in control.facts]
        assert () == control.changes

    def test_proof_of_absence_is_a_fact(self, thermal):
        thermal.absent("recording.jobs").absent("footage.recordings")
        rule = the_rule(thermal)
        assert "not_applicable" == rule.verdict
        assert {("absent", "the service said so")} == {(f.state, f.shows) for f in rule.controls[0].facts}

    def test_the_products_own_instructions_are_told(self, recording):
        told = looked(recording)
        seen = told.snapshot.targets["t-1"]
        manifest = replace(seen.manifest, how_to_disable={"storage.edge.off": "take the card out"}, verbs=())
        snapshot = replace(told.snapshot, targets={"t-1": replace(seen, manifest=manifest)})
        control = explain_camera(looked(recording, snapshot)).packs[0].rules[0].controls[0]
        assert "take the card out" == control.by_hand
        assert ["unsupported"] == codes(control.changes[0].in_the_way)

    def test_in_audit_nothing_is_planned(self, world, words):
        world.assign(words.thermal(), Mode.AUDIT).recording().footage()
        assert ["audit"] == [change.state for change in the_rule(world).controls[0].changes]

    def test_a_protected_camera_stays_a_proposal(self, recording):
        recording.camera("cam-1", tags=("protected",))
        (change,) = the_rule(recording).controls[0].changes
        assert ("propose", ["protected"]) == (change.state, codes(change.in_the_way))

    def test_a_rule_that_holds_asks_for_nothing(self, recording, words):
        recording.refused().stores("footage").deleted(words.now - words.hour)
        rule = the_rule(recording)
        assert ("pass", "fallback") == (rule.verdict, rule.qualifier)
        assert [(), ()] == [control.changes for control in rule.controls]

    def test_a_target_that_was_not_reached_is_told(self, thermal):
        snapshot = thermal.snapshot()
        silent = replace(snapshot.targets["t-1"], identity=None, manifest=None, why=Why.UNREACHABLE, detail="timed out")
        told = explain_camera(looked(thermal, replace(snapshot, targets={"t-1": silent}, facts={})))
        (target,) = told.targets
        assert (False, Reason("unreachable", "timed out")) == (target.reached, target.reason)


class TestImpossible:
    def first(self, world):
        return the_rule(world).rungs[0]

    def missing(self, world):
        (proof,) = self.first(world).proofs
        assert "missing" == proof.state
        return codes(proof.reasons)

    def test_a_rule_that_passes_directly_needs_no_alternative(self, thermal):
        rule = the_rule(thermal.recording(False).footage())
        assert (0, ["not-tried", "not-tried"]) == (rule.decided_by, [rung.state for rung in rule.rungs])

    def test_a_fallback_that_holds_tells_its_proof(self, recording, words):
        recording.refused().stores("footage").deleted(words.now - words.hour)
        rule = the_rule(recording)
        first, second = rule.rungs
        assert (1, "open", True, "not-tried") == (rule.decided_by, first.state, first.holds_the_rule, second.state)
        (proof,) = first.proofs
        assert ("proven", "refused", words.now - timedelta(days=1)) == (proof.state, proof.kind, proof.proven_at)
        assert [1, 0] == [control.replaced_by for control in rule.controls]
        assert [("deletion.periodic", "pass")] == [(one.control, one.verdict) for one in first.asks]

    def test_nothing_was_ever_refused(self, recording):
        assert ["never-refused", "no-statement"] == self.missing(recording)

    @pytest.mark.parametrize(
        ("flaw", "code"),
        [
            ({"firmware": "1.2.2"}, "proof-firmware"),
            ({"item": "job=other"}, "proof-of-another"),
            ({"channel": "ch9"}, "proof-elsewhere"),
            ({"kind": "hearsay"}, "proof-kind"),
        ],
    )
    def test_a_proof_that_does_not_count_says_why(self, recording, flaw, code):
        assert code in self.missing(recording.refused(**flaw))

    def test_a_proof_that_ended(self, recording):
        assert "proof-expired" in self.missing(recording.refused(expires=recording.now))

    @pytest.mark.parametrize("administrator", [False, None])
    def test_a_refusal_to_a_login_of_low_privilege_proves_nothing(self, recording, administrator):
        recording.identities["t-1"] = Identity(model="Gate 9", firmware="1.2.3", as_administrator=administrator)
        assert "not-administrator" in self.missing(recording)

    def test_a_target_that_answers_anything_proves_nothing(self, recording):
        recording.identities["t-1"] = replace(recording.identities["t-1"], fabricates=True)
        proofs = self.first(recording.refused()).proofs
        assert {("missing", "proof-of-a-liar")} == {(one.state, *codes(one.reasons)) for one in proofs}

    def test_what_a_device_writes_into_its_firmware_is_told_only_where_it_is_plain(self, recording):
        recording.identities["t-1"] = replace(recording.identities["t-1"], firmware="5.7 //admin:secret@")
        (proof,) = self.first(recording.refused()).proofs
        assert ["1.2.3 / …"] == [one.detail for one in proof.reasons if one.code == "proof-firmware"]

    def test_a_firmware_nobody_knows(self, recording):
        recording.identities["t-1"] = Identity(model="Gate 9", as_administrator=True)
        assert "firmware-not-known" in self.missing(recording.refused())

    @pytest.mark.parametrize(
        ("paper", "code"),
        [
            ({"dated": date(2026, 1, 1)}, "statement-old"),
            ({"expires": date(2026, 11, 2)}, "document-expired"),
            ({"details": {"model": "Gate 9", "firmware": "9"}}, "statement-firmware"),
            ({"details": {"model": "Gate 9", "firmware": "1.2.3", "impossible": ["other"]}}, "statement-silent"),
            ({"details": {"model": "Gate 8", "firmware": "1.2.3"}}, "no-statement"),
        ],
    )
    def test_a_statement_of_the_maker_that_does_not_count_says_why(self, recording, paper, code):
        details = {"model": "Gate 9", "firmware": "1.2.3", "impossible": ["storage.edge.off"]}
        assert code in self.missing(recording.paper("vendor-statement", **({"details": details} | paper)))

    def test_a_recorder_is_the_operators_own(self, world, words):
        world.camera("cam-1", Endpoint("t-1", "ch1", Role.RECORDER))
        vms = words.rule(words.require("storage.vms.off"), otherwise=(words.deletion,))
        world.assign(words.pack(vms)).recording()
        reasons = {reason.code for proof in self.first(world).proofs for reason in proof.reasons}
        assert {"own-equipment"} == reasons

    def test_what_was_not_seen_whole_is_not_called_proven(self, recording):
        recording.refused().listed("recording.jobs", RecordingJob("j1", True), complete=False)
        (proof,) = self.first(recording).proofs
        assert "unseen" == proof.state

    def test_a_deletion_that_is_refused_opens_nothing(self, recording, words):
        recording.footage(words.now - words.hour).recording(False)
        assert ["only-deletes"] == self.missing(recording)

    def test_an_open_rung_that_does_not_hold(self, recording, words):
        recording.refused().stores("footage").deleted(words.now - 25 * words.hour)
        rule = the_rule(recording)
        assert ("fail", None) == (rule.verdict, rule.decided_by)
        first = rule.rungs[0]
        assert ("open", "fail", False) == (first.state, first.verdict, first.holds_the_rule)
        assert ["overdue"] == [control.reason.code for control in first.asks]


class TestExceptions:
    @pytest.fixture
    def excepted(self, recording):
        recording.grant().paper("consent", details={"consent_kind": "individual-prior"})
        return recording.known("storage.encrypted", True).listed("recording.retention")

    def second(self, world):
        return the_rule(world).rungs[1]

    def test_an_exception_that_holds(self, excepted):
        rule = the_rule(excepted)
        rung = rule.rungs[1]
        assert ("exception", 2, True) == (rule.qualifier, rule.decided_by, rung.holds_the_rule)
        (grant,) = rung.grants
        assert ("ex-1", True, ()) == (grant.id, grant.valid, grant.reasons)
        assert {"documents.consent", "security.storage.encrypted", "retention.max"} == {a.control for a in rung.asks}

    def test_an_expired_exception_says_so(self, excepted):
        excepted.grants[0] = replace(excepted.grants[0], expires=excepted.now)
        (grant,) = self.second(excepted).grants
        assert (False, ["exception-expired"]) == (grant.valid, codes(grant.reasons))

    def test_a_clock_that_was_set_back_revives_none(self, excepted):
        snapshot = replace(excepted.snapshot(), not_before=excepted.now + timedelta(days=2))
        rule = explain_camera(looked(excepted, snapshot)).packs[0].rules[0]
        assert ("fail", ["exception-expired"]) == (rule.verdict, codes(rule.rungs[1].grants[0].reasons))

    def test_every_reason_of_a_refused_exception_is_told(self, excepted):
        excepted.grants[0] = replace(excepted.grants[0], approver=excepted.grants[0].author, reason="")
        (grant,) = self.second(excepted).grants
        assert ["exception-self-approved", "exception-incomplete"] == codes(grant.reasons)

    def test_no_exception_names_the_camera(self, excepted):
        excepted.grants[0] = replace(excepted.grants[0], cameras=("cam-9",))
        rung = self.second(excepted)
        assert ("shut", (), False) == (rung.state, rung.grants, rung.nothing_to_lift)

    def test_what_fails_is_not_what_the_type_lifts(self, excepted, words):
        excepted.recording(False).footage(words.now - words.hour)
        assert self.second(excepted).nothing_to_lift

    def test_a_valid_exception_without_its_safeguards(self, excepted):
        excepted.documents.clear()
        rung = self.second(excepted)
        assert ("open", "fail", True) == (rung.state, rung.verdict, rung.grants[0].valid)
        (change,) = the_rule(excepted).controls[0].changes
        assert ("propose", [Reason("exception-in-use", "ex-1")]) == (change.state, list(change.in_the_way))

    def test_an_exception_for_a_pack_that_does_not_judge_is_told_apart(self, recording):
        recording.grant(pack="another")
        told = why(recording)
        assert ["ex-1"] == [grant.id for grant in told.exceptions]


class TestLaw:
    def test_a_citation_tells_its_force_and_whether_it_was_read(self, recording):
        (cited,) = the_rule(recording).citations
        assert ("a law", "1", "law", "unconfirmed", True) == (
            cited.title,
            cited.clause,
            cited.force,
            cited.confirmed,
            cited.in_force,
        )

    def test_a_rule_that_is_not_in_force_yet_is_explained_as_it_would_be(self, world, words):
        coming = words.pack(words.rule(words.require("storage.edge.off")))
        later = Source(id="law", title="a law", force=Force.LAW, since=date(2027, 5, 14))
        world.assign(replace(coming, sources={"law": later})).recording()
        rule = the_rule(world)
        assert ("not_applicable", "upcoming", False) == (rule.verdict, rule.reason.code, rule.citations[0].in_force)
        assert ["fail"] == [control.verdict for control in rule.controls]
        assert () == rule.controls[0].changes

    def test_a_rule_whose_text_has_ended_has_nothing_below_it(self, world, words):
        over = words.pack(words.rule(words.require("storage.edge.off")))
        ended = Source(id="law", title="a law", force=Force.LAW, since=date(2020, 1, 1), until=date(2026, 1, 1))
        rule = the_rule(world.assign(replace(over, sources={"law": ended})).recording())
        assert ("not_applicable", "lapsed", ()) == (rule.verdict, rule.reason.code, rule.controls)
        assert (date(2026, 1, 1), False) == (rule.citations[0].until, rule.citations[0].in_force)

    @pytest.mark.parametrize(("days", "kept_alone"), [(20, "fail"), (60, "pass")])
    def test_a_conflict_is_told_as_check_tells_it(self, world, words, days, kept_alone):
        gone = words.rule(words.require("retention.max", max=Span(exact=timedelta(days=7))), name="gone")
        kept = words.rule(words.require("retention.min", min=Span(exact=timedelta(days=30))), name="kept")
        world.assign(words.pack(gone, name="a")).assign(words.pack(kept, name="b"))
        world.listed("recording.retention", RetentionSetting("sd", days * 86400)).footage().stores("footage")
        told = looked(world)
        rules = {rule.rule: rule for pack in explain_camera(told).packs for rule in pack.rules}
        assert {"gone": "conflict", "kept": "conflict"} == {name: rule.verdict for name, rule in rules.items()}
        assert {"conflict"} == {rule.reason.code for rule in rules.values()}
        assert "b/kept" in rules["gone"].reason.detail
        assert ["judged alone"] == codes(rules["gone"].besides)
        assert rules["kept"].besides[0].detail.startswith(kept_alone)
        assert ["conflict"] == [control.verdict for control in rules["gone"].controls]
        assert {None} == {rule.decided_by for rule in rules.values()}
        for control in (*rules["gone"].controls, *rules["kept"].controls):
            assert all("conflict" in codes(change.in_the_way) for change in control.changes)


class TestReadings:
    @pytest.fixture
    def two(self, world, words):
        world.camera(space="public", operator="private")
        profiles = {
            "narrow": Profile(id="narrow", title="the words", select=words.test("operator", "public-institution")),
            "wide": Profile(id="wide", title="the sense", select=words.test("space", "public")),
        }
        packed = words.pack(words.rule(words.require("storage.edge.off")), profiles=profiles)
        return world.assign(packed, profile="wide").recording()

    def test_readings_stand_side_by_side(self, two):
        (pack,) = why(two).packs
        assert [
            ("narrow", "false", False, {}),
            ("wide", "true", True, {"r": "fail"}),
        ] == [(one.profile, one.truth, one.assigned, dict(one.verdicts)) for one in pack.readings]

    def test_another_reading_is_explained_in_full_and_plans_nothing(self, two, words):
        two.camera(space="public", operator="public-institution")
        assigned, other = why(two, readings=("all",)).packs
        assert ("wide", "narrow", "") == (assigned.profile, other.profile, other.assignment)
        assert ["enforce"] == [change.state for change in assigned.rules[0].controls[0].changes]
        assert ["not-assigned"] == [change.state for change in other.rules[0].controls[0].changes]

    def test_only_one_rule_is_told_where_only_one_is_asked_for(self, world, words):
        one, two = (words.rule(words.require("storage.edge.off"), name=name) for name in ("one", "two"))
        world.assign(words.pack(one, two)).assign(words.pack(one, name="q"))
        told = why(world, only="p/two")
        assert [("p", ["two"])] == [(pack.pack, [rule.rule for rule in pack.rules]) for pack in told.packs]

    def test_a_pack_assigned_twice_is_told_twice_each_with_its_own_verdict(self, world, words):
        short, long = (CORE_CONTROLS["retention.max"].Params(max=Span(exact=timedelta(days=days))) for days in (7, 90))
        asked = Requirement(control="retention.max", params=short, per_profile={"strict": short, "lenient": long})
        profiles = {name: Profile(id=name, select=AllOf()) for name in ("strict", "lenient")}
        packed = words.pack(words.rule(asked), profiles=profiles)
        world.assign(packed, profile="lenient").assign(packed, profile="strict")
        world.listed("recording.retention", RetentionSetting("sd", 30 * 86400)).footage().stores("footage")
        told = [(pack.profile, pack.rules[0].verdict) for pack in why(world).packs]
        assert [("lenient", "pass"), ("strict", "fail")] == told


def test_no_pack_is_assigned(world):
    told = why(world)
    assert ("no-policy", ()) == (told.reason.code, told.packs)


def test_the_tree_can_be_written_and_read_back(recording):
    from vmsguard.engine.why_model import CameraWhy

    told = why(recording)
    assert told == json.decode(json.encode(told), type=CameraWhy)


def some_world(chance, empty, words):
    """A camera with a recorder, of which some things are known."""
    world = empty.camera("cam-1", Endpoint("t-1", "ch1", Role.DEVICE), Endpoint("t-2", "ch1", Role.RECORDER))
    world.assign(words.thermal(), chance.choice(list(Mode)))
    world.assign(words.pack(words.rule(words.require("analytics.face.identify.off")), name="faces"))
    for target in ("t-1", "t-2"):
        if chance.random() < 0.8:
            world.recording(chance.choice([True, False, None]), target=target)
        if chance.random() < 0.8:
            world.footage(*([world.now] * chance.choice([0, 1])), target=target)
        if chance.random() < 0.5:
            age = chance.choice([1, 30]) * words.hour
            world.stores("footage", target=target).deleted(world.now - age, target=target)
        if chance.random() < 0.5:
            task = chance.choice(["face-identification", "unclassified", "motion"])
            world.listed("analytics.functions", AnalyticsFunction("f1", "rule", "F", task, True), target=target)
    if chance.random() < 0.5:
        world.refused(firmware=chance.choice(["1.2.3", "1"]))
    if chance.random() < 0.5:
        world.grant(expires=world.now + timedelta(days=chance.choice([0, 1])))
    return world


def test_the_explanation_says_what_the_evaluation_says(world, words):
    """Whatever the facts are: rule by rule and control by control."""
    seen = set()

    @settings(max_examples=80, deadline=None)
    @given(seed=st.integers(0, 2**32))
    def said(seed):
        told = looked(some_world(Random(seed), type(world)(), words))
        explained = explain_camera(told)
        rules = {(rule.pack, rule.rule): rule for pack in explained.packs for rule in pack.rules}
        for result in told.evaluation.results:
            rule = rules.get((result.pack, result.rule))
            if result.level == "camera":
                assert result.verdict.value == explained.verdict
                continue
            if result.level == "rule":
                assert (result.verdict.value, result.qualifier or "") == (rule.verdict, rule.qualifier)
                seen.add((rule.verdict, rule.qualifier))
                continue
            below = [*rule.controls, *(control for rung in rule.rungs for control in rung.asks)]
            assert (result.control, result.endpoint, result.verdict.value) in {
                (one.control, one.place, one.verdict) for one in below
            }
        for rule in rules.values():
            assert (rule.verdict == "pass") is (rule.decided_by is not None)
            assert {0: "direct", 1: "fallback", 2: "exception", None: ""}[rule.decided_by] == rule.qualifier

    said()
    assert {("pass", "direct"), ("fail", ""), ("unknown", "")} <= seen
