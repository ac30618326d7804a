"""Event subscriptions: none unless asked for, at the enrolled host alone, bounded, renewed, and none left behind."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree
from vmsguard_onvif import pull_point
from vmsguard_onvif.announcements import announced_deletions, job_hints, running_exports
from vmsguard_onvif.elements import Malformed
from vmsguard_onvif.namespaces import ADDRESSING, EVENTS, NOTIFICATION, SCHEMA
from vmsguard_onvif.replies.events import Notification, notifications, subscribed

from vmsguard.errors import GuardTripped, NotSupported
from vmsguard.model.changes import Change
from vmsguard.model.fact_values import AnnouncedDeletion, ExportJob
from vmsguard.model.facts import FactKey, Known, Unknown
from vmsguard.model.vocabulary import Effect, Layer, Role, Why
from vmsguard.simulator import dispatch
from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.device_state import Device
from vmsguard.simulator.faults import invalid_argument, not_supported
from vmsguard.simulator.personas import PERSONAS, Manner, Persona, Reply
from vmsguard.simulator.services import pull_points
from vmsguard.simulator.soap import SoapRequest, parse_request

ON = {"event_subscription": "on"}
IDLE = {"recordings": {"active": False}}
SHIPPED = pull_point._GRACE


class TakesNoFilter(Persona):
    """Knows no filter of topics, and tells everything that happens."""

    name = "takes-no-filter"

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        if name == "CreatePullPointSubscription" and call.arguments.children("Filter"):
            raise invalid_argument("InvalidFilter")
        return operation.handle(call)


class ServesAtAPortOfItsOwn(Persona):
    """Gives every subscription a port of its own, and knows it nowhere else, as firmware that counts ports up."""

    name = "port-of-its-own"

    def instead(self, device: Device, request: SoapRequest) -> Reply | None:
        if request.operation in ("PullMessages", "Unsubscribe"):
            raise invalid_argument("ResourceUnknown")
        return None

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        if name == "CreatePullPointSubscription":
            call = replace(call, advertised_host="127.0.0.1:9")
        return operation.handle(call)


class Mangles(Persona):
    """Gives one operation's answer in its own words, after doing what it asks."""

    def __init__(self, name: str, operation: str, told: str) -> None:
        self.name = name  # type: ignore[misc]
        self._operation, self._told = operation, told

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        honest = operation.handle(call)
        return self._told if name == self._operation else honest


class DropsOnce(Persona):
    """Loses the first word of whoever gives a subscription back."""

    name = "drops-once"

    def __init__(self) -> None:
        self.left = 1

    def instead(self, device: Device, request: SoapRequest) -> Reply | None:
        if request.operation == "Unsubscribe" and self.left:
            self.left -= 1
            return Reply(0, b"", Manner.DROP)
        return None


class SaysJobsRun(Persona):
    """Its events call every job active, whatever the jobs say themselves."""

    name = "says-jobs-run"

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        told = operation.handle(call)
        return told.replace('Value="Idle"', 'Value="Active"') if name == "PullMessages" else told


class DeletesNothing(Persona):
    name = "deletes-nothing"

    def perform(self, call: Call, service: Service, name: str, operation: Operation) -> str:
        if name in ("DeleteTrack", "DeleteRecording"):
            raise not_supported()
        return operation.handle(call)


BROKEN = "<wsnt:NotificationMessage><wsnt:Message><tt:Message><tt:Source><tt:SimpleItem Name='a' Value='{0}'/>" \
         "</tt:Source></tt:Message></wsnt:Message></wsnt:NotificationMessage>"  # fmt: skip


@pytest.fixture(autouse=True)
def _personas(monkeypatch: pytest.MonkeyPatch) -> None:
    for persona in (
        TakesNoFilter(),
        ServesAtAPortOfItsOwn(),
        Mangles("long-messages", "PullMessages", BROKEN.format("x" * 600)),
        DropsOnce(),
        SaysJobsRun(),
        DeletesNothing(),
    ):
        monkeypatch.setitem(PERSONAS, persona.name, persona)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that stalls makes no pull point silent."""
    monkeypatch.setattr("vmsguard_onvif.pull_point._GRACE", 10.0)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[SoapRequest]]:
    received: list[SoapRequest] = []

    def noted(body: bytes) -> SoapRequest:
        request = parse_request(body)
        received.append(request)
        return request

    monkeypatch.setattr(dispatch, "parse_request", noted)
    return received


def names(asked: list[SoapRequest]) -> list[str]:
    wanted = {"CreatePullPointSubscription", "PullMessages", "Renew", "Unsubscribe"}
    return [request.operation for request in asked if request.operation in wanted]


def purge(session: Any, target: str = "cam", channel: str = "source-1") -> Change:
    now = session.driver.ctx.clock.now().isoformat()
    return Change("footage.purge", target, channel, {"cutoff": now, "recordings": ""})


def told(facts: Any, name: str = "deletion.announced", layer: Layer = Layer.RUNTIME, channel: str = "source-1") -> Any:
    (found,) = [fact.reading for key, fact in facts.items() if key[1:4] == (channel, name, layer)]
    return found


# -- only where it is asked for


@pytest.mark.parametrize("options", [{}, {"event_subscription": "off"}])
async def test_without_being_asked_for_none_is_taken_to_read_or_to_change(
    simulate: Any, asked: list[SoapRequest], options: dict[str, str]
) -> None:
    async with simulate(**IDLE) as simulated:
        async with simulated.session(write=True, **options) as session:
            reading = told(await session.read())
            receipt = await session.change(purge(session))
        assert (reading.why, receipt.announced) == (Why.NOT_READ, ())
        assert names(asked) == []


async def test_the_option_is_on_or_off(simulate: Any) -> None:
    async with simulate() as simulated:
        with pytest.raises(GuardTripped):
            async with simulated.session(event_subscription="yes"):
                pass


async def test_nothing_is_subscribed_to_for_facts_that_events_say_nothing_of(
    simulate: Any, asked: list[SoapRequest]
) -> None:
    async with simulate() as simulated, simulated.session(**ON) as session:
        async for _ in session.driver.observe({session_scope("source-1"): frozenset({"stream.services"})}):
            pass
        assert names(asked) == []


def session_scope(channel: str) -> Any:
    from vmsguard.model.manifest import Scope

    return Scope(channel)


# -- what it is good for


async def test_a_deletion_is_announced_to_the_session_that_asked_for_it(
    simulate: Any, asked: list[SoapRequest]
) -> None:
    async with simulate(clock_offset=10.0, **IDLE) as simulated:
        started = simulated.simulator.now()
        async with simulated.session(write=True, **ON) as session:
            receipt = await session.change(purge(session))
            assert simulated.simulator.open_subscriptions("cam") == 1
            assert session.client.requests[Effect.SESSION] == 3  # create, and two pulls: one with it, one without
        assert {(one.id, one.track) for one in receipt.announced} == {
            ("recording-1", "VIDEO001"),
            ("recording-1", "META001"),
        }
        for one in receipt.announced:
            # By the device's own clock, which is ahead.
            assert one.at is not None
            assert one.until is not None
            assert 9 < (one.at - started).total_seconds() < 20
            assert one.start is not None
            assert one.start < one.until <= one.at
        assert names(asked)[-1] == "Unsubscribe"
        assert simulated.simulator.open_subscriptions("cam") == 0
        assert simulated.simulator.camera("cam").truth.footage == 0


async def test_what_is_announced_and_still_there_is_only_told(simulate: Any) -> None:
    async with simulate(persona="announces-false-deletions", **IDLE) as simulated:
        async with simulated.session(write=True, **ON) as session:
            receipt = await session.change(purge(session))
        async with simulated.session(**ON) as session:
            footage = told(await session.read(), "footage.recordings")
        assert {one.id for one in receipt.announced} == {"recording-1"}
        assert [one.empty for one in footage.value.values] == [False]


async def test_what_retention_deletes_while_a_session_listens_is_a_fact_of_its_channel(simulate: Any) -> None:
    setup = {"active": False, "retention_seconds": 3600, "history_hours": 1}
    async with simulate(channels=2, recordings=setup) as simulated, simulated.session(**ON) as session:
        await session.read()
        facts = await session.read()
        for channel, recording in (("source-1", "recording-1"), ("source-2", "recording-2")):
            reading = told(facts, channel=channel)
            assert isinstance(reading, Known)
            assert {one.id for one in reading.value.values} == {recording}
            assert (reading.value.complete, reading.value.missing) == (
                False,
                "only what was told while this session listened",
            )


async def test_a_recorder_announces_too(simulate: Any) -> None:
    async with simulate(recorder={}) as simulated:
        simulated.simulator.camera("nvr").state.configuration.jobs[0].mode = "Idle"
        async with simulated.session("nvr", Role.RECORDER, write=True, **ON) as session:
            receipt = await session.change(purge(session, "nvr", "recording-1"))
        assert {one.id for one in receipt.announced} == {"recording-1"}
        assert simulated.simulator.open_subscriptions("nvr") == 0


async def test_a_job_of_which_events_say_otherwise_is_not_surely_off(simulate: Any) -> None:
    async with simulate(persona="says-jobs-run", **IDLE) as simulated:
        for options, complete in ((ON, False), ({}, True)):
            async with simulated.session(**options) as session:
                facts = await session.read()
            running = told(facts, "recording.jobs").value
            assert ([job.active for job in running.values], running.complete) == ([False], complete)
            assert told(facts, "recording.jobs", Layer.STORED).value.complete


async def test_jobs_of_which_events_say_the_same_are_as_sure_as_before(simulate: Any) -> None:
    async with simulate(**IDLE) as simulated, simulated.session(**ON) as session:
        assert told(await session.read(), "recording.jobs").value.complete


async def test_running_exports_are_listed_where_events_tell_of_them_and_the_list_is_never_complete(
    simulate: Any,
) -> None:
    async with simulate(recordings={"export_seconds": 60}) as simulated:
        for options, expected in ((ON, (ExportJob("export:export-1", "footage", True),)), ({}, ())):
            async with simulated.session(**options) as session:
                facts = await session.read()
            for layer in Layer:
                exports = told(facts, "export.jobs", layer).value
                assert (exports.values, exports.complete) == (expected, False)


# -- what stands in the way


@pytest.mark.parametrize(
    ("persona", "why"),
    [
        ("pull-points-exhausted", Why.FAULT),
        ("drops-connection-on-events", Why.UNREACHABLE),
        ("long-messages", Why.PROTOCOL),
        ("silent-pull-point", Why.UNREACHABLE),
    ],
)
async def test_what_cannot_be_heard_is_unknown_and_nothing_else_suffers(
    simulate: Any, monkeypatch: pytest.MonkeyPatch, persona: str, why: Why
) -> None:
    monkeypatch.setattr("vmsguard_onvif.pull_point._GRACE", 0.2)
    async with simulate(persona=persona, **IDLE) as simulated:
        async with simulated.session(write=True, **ON) as session:
            facts = await session.read()
            receipt = await session.change(purge(session))
        reading = told(facts)
        assert isinstance(reading, Unknown)
        assert reading.why is why
        assert told(facts, "recording.jobs").value.complete
        assert (receipt.reported, receipt.announced) == ("accepted", ())
        assert simulated.simulator.camera("cam").truth.footage == 0
        assert simulated.simulator.open_subscriptions("cam") == 0


async def test_a_device_without_events_or_without_pull_points_is_not_asked(
    simulate: Any, asked: list[SoapRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with simulate(without=["events"]) as simulated, simulated.session(**ON) as session:
        assert told(await session.read()).why is Why.UNSUPPORTED_UNPROVEN
    monkeypatch.setattr("vmsguard.simulator.services.events.most_pull_points", lambda device: 0)
    async with simulate() as simulated, simulated.session(**ON) as session:
        assert told(await session.read()).why is Why.UNSUPPORTED_UNPROVEN
    assert names(asked) == []


async def test_a_subscription_at_a_port_of_its_own_is_not_followed_and_the_reading_says_why(simulate: Any) -> None:
    async with simulate(persona="port-of-its-own", **IDLE) as simulated, simulated.session(**ON) as session:
        facts = await session.read()
    reading = told(facts)
    assert (reading.why, reading.detail.rpartition("; ")[2]) == (
        Why.FAULT,
        "the subscription is served at port 9, and only the enrolled one is used",
    )
    assert told(facts, "recording.jobs").value.complete


async def test_a_silent_pull_point_is_asked_once_and_costs_less_than_a_deadline(
    simulate: Any, asked: list[SoapRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull_point, "_GRACE", SHIPPED)
    async with simulate(persona="silent-pull-point") as simulated:
        async with simulated.session(**ON) as session:
            for _ in range(2):
                await session.read()
        assert names(asked).count("PullMessages") == 1
        assert pull_point._WAIT + pull_point._GRACE < simulated.target().limits.deadline_seconds
        assert simulated.simulator.open_subscriptions("cam") == 0


async def test_the_second_subscriber_of_a_camera_that_has_room_for_one_is_refused_and_takes_nothing(
    simulate: Any,
) -> None:
    async with simulate(persona="few-subscriptions") as simulated:
        async with simulated.session(**ON) as first:
            assert isinstance(told(await first.read()), Known)
            async with simulated.session(**ON) as second:
                assert told(await second.read()).why is Why.FAULT
            assert simulated.simulator.open_subscriptions("cam") == 1
            assert isinstance(told(await first.read()), Known)
        async with simulated.session(**ON) as third:
            assert isinstance(told(await third.read()), Known)
        assert simulated.simulator.open_subscriptions("cam") == 0


async def test_a_device_that_takes_no_filter_is_listened_to_without_one(
    simulate: Any, asked: list[SoapRequest]
) -> None:
    async with simulate(persona="takes-no-filter", **IDLE) as simulated:
        async with simulated.session(write=True, **ON) as session:
            receipt = await session.change(purge(session))
        assert {one.id for one in receipt.announced} == {"recording-1"}
        assert names(asked).count("CreatePullPointSubscription") == 2
        assert simulated.simulator.open_subscriptions("cam") == 0


async def test_another_host_in_the_address_is_told_and_never_spoken_to(simulate: Any) -> None:
    async with simulate(persona="foreign-subscription", **IDLE) as simulated:
        async with simulated.session(write=True, **ON) as session:
            reading = told(await session.read())
            receipt = await session.change(purge(session))
        assert "names another host" in reading.value.missing
        # Everything went to the enrolled host: it was heard there, and given back there.
        assert {one.id for one in receipt.announced} == {"recording-1"}
        assert simulated.simulator.open_subscriptions("cam") == 0


# -- nothing is left behind


async def test_a_word_that_is_lost_is_said_again(simulate: Any, asked: list[SoapRequest]) -> None:
    async with simulate(persona="drops-once") as simulated:
        async with simulated.session(**ON) as session:
            await session.read()
        assert names(asked)[-2:] == ["Unsubscribe", "Unsubscribe"]
        assert simulated.simulator.open_subscriptions("cam") == 0


async def test_a_change_that_fails_leaves_no_subscription(simulate: Any) -> None:
    async with simulate(persona="deletes-nothing", **IDLE) as simulated:
        async with simulated.session(write=True, **ON) as session:
            with pytest.raises(NotSupported):
                await session.change(purge(session))
            assert simulated.simulator.open_subscriptions("cam") == 1
        assert simulated.simulator.open_subscriptions("cam") == 0


async def test_a_session_that_breaks_off_leaves_none(simulate: Any) -> None:
    async with simulate() as simulated:
        with contextlib.suppress(RuntimeError):
            async with simulated.session(**ON) as session:
                assert isinstance(told(await session.read()), Known)
                raise RuntimeError("somewhere else")
        assert simulated.simulator.open_subscriptions("cam") == 0


async def test_a_session_whose_time_is_over_leaves_none(simulate: Any) -> None:
    async with simulate(persona="silent-pull-point") as simulated:
        async with simulated.session(**ON) as session:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(session.read(), 0.5)
            assert simulated.simulator.open_subscriptions("cam") == 1
        assert simulated.simulator.open_subscriptions("cam") == 0


async def test_many_sessions_need_one_subscription_each_and_leave_none(simulate: Any, asked: list[SoapRequest]) -> None:
    async with simulate() as simulated:
        for _ in range(6):  # more than there is room for
            async with simulated.session(**ON) as session:
                await session.read()
                await session.read()
        assert names(asked).count("CreatePullPointSubscription") == 6
        assert names(asked).count("Unsubscribe") == 6
        assert simulated.simulator.open_subscriptions("cam") == 0


async def test_what_would_end_meanwhile_is_renewed(
    simulate: Any, asked: list[SoapRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = pull_points._lifetime
    monkeypatch.setattr(pull_points, "_lifetime", lambda call, wanted: honest(call, "PT30S"))
    async with simulate() as simulated:
        async with simulated.session(**ON) as session:
            assert isinstance(told(await session.read()), Known)
        # Thirty seconds are less than a third of what was asked for.
        assert names(asked)[:3] == ["CreatePullPointSubscription", "Renew", "PullMessages"]
        assert simulated.simulator.open_subscriptions("cam") == 0


async def test_no_request_of_a_subscription_is_a_write_or_said_twice_unasked(simulate: Any) -> None:
    async with simulate() as simulated:
        async with simulated.session(**ON) as session:
            await session.read()
        assert session.client.requests[Effect.WRITE] == 0
        assert simulated.simulator.writes_of("cam") == 0


# -- the replies


def element(inner: str) -> etree._Element:
    return etree.fromstring(
        f'<r xmlns:tev="{EVENTS}" xmlns:wsnt="{NOTIFICATION}" xmlns:wsa="{ADDRESSING}" xmlns:tt="{SCHEMA}">{inner}</r>'
    )


def reference(inner: str) -> etree._Element:
    return element(f"<tev:SubscriptionReference>{inner}</tev:SubscriptionReference>")


def test_reference_parameters_go_back_as_they_came() -> None:
    found = subscribed(
        reference(
            "<wsa:Address>http://192.0.2.1/x</wsa:Address><wsa:ReferenceParameters>"
            '<a:Id xmlns:a="urn:maker">17</a:Id></wsa:ReferenceParameters>'
        )
    )
    sent = etree.fromstring(f"<r>{found.parameters}</r>")[0]
    assert (sent.tag, sent.text, sent.get(f"{{{ADDRESSING}}}IsReferenceParameter")) == ("{urn:maker}Id", "17", "true")
    assert (found.address, found.seconds) == ("http://192.0.2.1/x", None)


@pytest.mark.parametrize(
    "inner",
    [
        "",
        "<wsa:Address/>",
        "<wsa:Address>http://a/\t\tb</wsa:Address>",
        f"<wsa:Address>http://a/</wsa:Address><wsa:ReferenceParameters><b>{'x' * 5000}</b></wsa:ReferenceParameters>",
    ],
)
def test_a_subscription_without_a_usable_address_is_malformed(inner: str) -> None:
    with pytest.raises(Malformed):
        subscribed(reference(inner))


def test_the_lifetime_is_the_difference_of_the_devices_own_times() -> None:
    reply = reference("<wsa:Address>http://a/</wsa:Address>")
    for name, moment in (("CurrentTime", "2026-11-22T00:00:00Z"), ("TerminationTime", "2026-11-22T00:01:30Z")):
        etree.SubElement(reply, f"{{{NOTIFICATION}}}{name}").text = moment
    assert subscribed(reply).seconds == 90


def message(topic: str, source: dict[str, str], data: dict[str, str], operation: str = "") -> Notification:
    return Notification(topic, None, operation, source, data)


def test_messages_are_read_to_their_simple_items() -> None:
    found = notifications(
        element(
            "<wsnt:NotificationMessage><wsnt:Topic>tns1:RecordingConfig/DeleteTrackData</wsnt:Topic><wsnt:Message>"
            '<tt:Message UtcTime="2026-11-22T00:00:00Z"><tt:Source><tt:SimpleItem Name="RecordingToken" Value="R"/>'
            '</tt:Source><tt:Data><tt:SimpleItem Name="EndTime" Value="2026-11-21T00:00:00Z"/>'
            '<tt:ElementItem Name="More"/></tt:Data></tt:Message></wsnt:Message></wsnt:NotificationMessage>'
            "<wsnt:NotificationMessage><wsnt:Topic>tns1:x</wsnt:Topic><wsnt:Message/></wsnt:NotificationMessage>"
        )
    )
    ((deletion,),) = [announced_deletions(found)]
    assert isinstance(deletion, AnnouncedDeletion)
    assert (deletion.id, deletion.track, deletion.start) == ("R", "", None)
    assert deletion.until is not None
    assert deletion.at is not None
    assert (deletion.until.day, deletion.at.day) == (21, 22)


def test_only_deletions_that_name_a_recording_are_told_and_each_once() -> None:
    named = message("RecordingConfig/DeleteTrackData", {"RecordingToken": "R", "TrackToken": "V"}, {"EndTime": "soon"})
    nobody = message("RecordingConfig/DeleteTrackData", {"TrackToken": "V"}, {})
    another = message("RecordingConfig/DeleteRecording", {"RecordingToken": "R"}, {})
    assert announced_deletions([named, named, nobody, another]) == (AnnouncedDeletion("R", "V"),)


def test_a_jobs_last_word_counts() -> None:
    def job(token: str, state: str, operation: str = "Changed") -> Notification:
        return message("RecordingConfig/JobState", {"RecordingJobToken": token}, {"State": state}, operation)

    heard = [job("a", "Active"), job("a", "Idle"), job("b", "PartiallyActive"), job("c", "Error"), job("d", "Active"),
             job("d", "", "Deleted"), job("", "Active")]  # fmt: skip
    assert job_hints(heard) == {"a": False, "b": True, "c": None}


def test_an_export_runs_until_it_is_whole_or_gone() -> None:
    def export(token: str, progress: str, operation: str = "Changed", name: str = "ExportRecordedData") -> Notification:
        source = {"Token": token, "OperationName": name}
        return message("Monitoring/AsynchronousOperationStatus", source, {"Progress": progress}, operation)

    heard = [export("a", "0.1"), export("b", "0.1"), export("b", "1.0"), export("c", "0.5"),
             export("c", "0.5", "Deleted"), export("d", "?"), export("e", "0.1", name="UpgradeFirmware"),
             export("f", "0", name="ExportRecordedSegments")]  # fmt: skip
    assert running_exports(heard) == {
        "a": "ExportRecordedData",
        "d": "ExportRecordedData",
        "f": "ExportRecordedSegments",
    }


def test_the_key_of_a_fact_has_the_places_that_these_tests_read() -> None:
    assert FactKey("t", "c", "n", Layer.RUNTIME)[1:4] == ("c", "n", Layer.RUNTIME)
