"""Event subscriptions: what they are told, how long they live, and that their messages follow the schemas."""

from __future__ import annotations

from datetime import timedelta

import pytest

from vmsguard.simulator.device_state import Export

CREATE, PULL = "tev:CreatePullPointSubscription", "tev:PullMessages"
LIMITS = "<tev:Timeout>PT1S</tev:Timeout><tev:MessageLimit>{0}</tev:MessageLimit>"
FILTER = (
    '<tev:Filter><wsnt:TopicExpression Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">'
    "{0}</wsnt:TopicExpression></tev:Filter>"
)
DELETED = "tns1:RecordingConfig/DeleteTrackData"
JOBS = "tns1:RecordingConfig/JobState"
EXPORTS = "tns1:Monitoring/AsynchronousOperationStatus"
TRACK = "<trc:RecordingToken>recording-1</trc:RecordingToken><trc:TrackToken>VIDEO001</trc:TrackToken>"


async def subscribe(caller, inner: str = "") -> str:
    answer = await caller.ask("cam", CREATE, inner)
    assert (answer.status, answer.fault) == (200, ())
    return next(element.text for element in answer.entry.iter("{*}Address")).rpartition("/")[2]


async def told(caller, path: str, limit: int = 50) -> list[tuple[str, str, dict[str, str]]]:
    answer = await caller.ask("cam", PULL, LIMITS.format(limit), path=path)
    assert (answer.status, answer.fault) == (200, ())
    return [
        (
            message.find("{*}Topic").text,
            next(message.iter("{http://www.onvif.org/ver10/schema}Message")).get("PropertyOperation", ""),
            {item.get("Name"): item.get("Value") for item in message.iter("{*}SimpleItem")},
        )
        for message in answer.entry.iter("{*}NotificationMessage")
    ]


async def test_a_deletion_is_announced_to_whoever_had_subscribed_before(run) -> None:
    async with run({"id": "cam", "clock_offset": 60.0, "recordings": {"active": False}}) as caller:
        early = await subscribe(caller, FILTER.format(DELETED))
        await caller.ask("cam", "trc:DeleteTrack", TRACK)
        late = await subscribe(caller, FILTER.format(DELETED))
        until = (caller.clock.now() + timedelta(seconds=60)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        ((topic, operation, items),) = await told(caller, early)
        assert (topic, operation, items["RecordingToken"], items["TrackToken"], items["EndTime"]) == (
            DELETED,
            "",
            "recording-1",
            "VIDEO001",
            until,
        )
        assert (await told(caller, early), await told(caller, late)) == ([], [])


async def test_what_retention_eats_is_announced_too(run) -> None:
    async with run(
        {"id": "cam", "recordings": {"active": False, "retention_seconds": 3600, "history_hours": 1}}
    ) as caller:
        path = await subscribe(caller, FILTER.format(DELETED))
        caller.clock.forward(50)
        await caller.ask("cam", "trc:GetRecordings")
        assert {items["TrackToken"] for _, _, items in await told(caller, path)} == {"VIDEO001", "META001"}


async def test_properties_are_told_as_they_are_and_then_as_they_change(run) -> None:
    async with run({"id": "cam", "recordings": {"export_seconds": 30}}) as caller:
        path = await subscribe(caller)
        first = {(topic, operation, items.get("State", "")) for topic, operation, items in await told(caller, path)}
        assert first == {(JOBS, "Initialized", "Active"), (EXPORTS, "Initialized", "")}
        await caller.ask(
            "cam", "trc:SetRecordingJobMode", "<trc:JobToken>job-1</trc:JobToken><trc:Mode>Idle</trc:Mode>"
        )
        caller.clock.forward(31)
        then = {(topic, operation, items.get("State", "")) for topic, operation, items in await told(caller, path)}
        assert then == {(JOBS, "Changed", "Idle"), (EXPORTS, "Deleted", "")}
        assert await told(caller, path) == []
        await caller.ask("cam", "tev:SetSynchronizationPoint", path=path)
        assert [operation for _, operation, _ in await told(caller, path)] == ["Initialized"]


async def test_a_subscription_ends_by_itself_unless_it_is_renewed_and_is_gone_when_given_back(run) -> None:
    async with run({"id": "cam"}) as caller:
        path = await subscribe(caller, "<tev:InitialTerminationTime>PT20S</tev:InitialTerminationTime>")
        caller.clock.forward(15)
        answer = await caller.ask("cam", "wsnt:Renew", "<wsnt:TerminationTime>PT20S</wsnt:TerminationTime>", path=path)
        assert answer.fault == ()
        caller.clock.forward(15)
        assert caller.simulator.open_subscriptions("cam") == 1
        assert (await caller.ask("cam", "wsnt:Unsubscribe", path=path)).fault == ()
        assert caller.simulator.open_subscriptions("cam") == 0
        assert (await caller.ask("cam", PULL, LIMITS.format(1), path=path)).fault[-1] == "ResourceUnknown"
        await subscribe(caller, "<tev:InitialTerminationTime>PT20S</tev:InitialTerminationTime>")
        caller.clock.forward(21)
        assert caller.simulator.open_subscriptions("cam") == 0


@pytest.mark.parametrize(("persona", "most"), [("honest", 4), ("few-subscriptions", 1), ("pull-points-exhausted", 0)])
async def test_there_is_room_for_a_few(run, persona: str, most: int) -> None:
    async with run({"id": "cam", "persona": persona}) as caller:
        answers = [await caller.ask("cam", CREATE) for _ in range(most + 1)]
        assert [answer.fault[-1:] for answer in answers] == [()] * most + [("MaxPullPoints",)]
        assert caller.simulator.writes_of("cam") == 0


async def test_a_restart_forgets_subscriptions(run) -> None:
    async with run({"id": "cam"}) as caller:
        await subscribe(caller)
        caller.simulator.reboot("cam")
        assert caller.simulator.open_subscriptions("cam") == 0


async def test_a_false_announcement_leaves_the_footage(run) -> None:
    async with run({"id": "cam", "persona": "announces-false-deletions", "recordings": {"active": False}}) as caller:
        path = await subscribe(caller, FILTER.format(DELETED))
        assert (await caller.ask("cam", "trc:DeleteTrack", TRACK)).fault == ()
        assert [items["TrackToken"] for _, _, items in await told(caller, path)] == ["VIDEO001"]
        assert caller.simulator.camera("cam").truth.footage == 1


async def test_every_message_follows_the_official_schemas(run, official) -> None:
    async with run({"id": "cam", "recordings": {"export_seconds": 0}}) as caller:
        now = caller.clock.now()
        device = caller.simulator.camera("cam").state
        device.exports.append(Export("export-1", [], now, now + timedelta(seconds=60)))
        answer = await caller.ask("cam", CREATE, FILTER.format(f"{DELETED}|{JOBS}|{EXPORTS}"))
        official.assertValid(answer.entry)
        await caller.ask("cam", "trc:DeleteTrack", TRACK)
        for operation, inner in (
            (PULL, LIMITS.format(50)),
            ("tev:SetSynchronizationPoint", ""),
            ("wsnt:Renew", "<wsnt:TerminationTime>PT60S</wsnt:TerminationTime>"),
            ("wsnt:Unsubscribe", ""),
        ):
            answer = await caller.ask("cam", operation, inner, path="pull_point_1")
            assert (operation, answer.fault) == (operation, ())
            official.assertValid(answer.entry)
