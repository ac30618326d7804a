"""Each persona misbehaves in its own way and in no other; the inner truth is always there to compare with."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

JOB = "<trc:JobToken>job-1</trc:JobToken>"
IDLE = f"{JOB}<trc:Mode>Idle</trc:Mode>"
TRACK = "<trc:RecordingToken>recording-1</trc:RecordingToken><trc:TrackToken>VIDEO001</trc:TrackToken>"
RULE = "<tan:ConfigurationToken>analytics-1</tan:ConfigurationToken><tan:RuleName>FaceRecognition-1</tan:RuleName>"
UNSUPPORTED = ("Receiver", "ActionNotSupported", "NotImplemented")


def rtsp(enabled: str) -> str:
    return (
        f"<tds:NetworkProtocols><tt:Name>RTSP</tt:Name><tt:Enabled>{enabled}</tt:Enabled><tt:Port>554</tt:Port>"
        "</tds:NetworkProtocols>"
    )


def camera(persona: str, **more):
    return {"id": "cam", "persona": persona, "rtsp": True, "rules": ["tt:FaceRecognition"], **more}


async def test_recording_that_cannot_be_stopped_can_be_deleted(run) -> None:
    async with run(camera("cannot-stop-recording")) as caller:
        assert (await caller.ask("cam", "trc:SetRecordingJobMode", IDLE)).fault == UNSUPPORTED
        assert (await caller.ask("cam", "trc:DeleteRecordingJob", JOB)).fault == UNSUPPORTED
        assert caller.simulator.camera("cam").truth.records
        assert (await caller.ask("cam", "trc:DeleteTrack", TRACK)).fault == ()


@pytest.mark.parametrize(
    ("operation", "inner"),
    [
        ("trc:SetRecordingJobMode", IDLE),
        ("trc:DeleteTrack", TRACK),
        ("trc:DeleteTrack", TRACK.replace("recording-1", "no such token")),
        ("tan:DeleteRules", RULE),
        ("tds:SetNetworkProtocols", rtsp("false")),
        ("tds:SystemReboot", ""),
    ],
)
async def test_everything_is_acknowledged_and_nothing_changes(run, operation, inner) -> None:
    async with run(camera("acknowledges-everything")) as caller:
        before = caller.simulator.digest("cam")
        answer = await caller.ask("cam", operation, inner)
        assert (answer.status, answer.fault) == (200, ())
        assert caller.simulator.digest("cam") == before
        truth = caller.simulator.camera("cam").truth
        assert (truth.records, truth.streams, truth.recognises) == (True, True, True)


async def test_acknowledging_is_not_inventing(run) -> None:
    async with run(camera("acknowledges-everything")) as caller:
        assert (await caller.ask("cam", "tds:GetVmsguardCanary")).fault == UNSUPPORTED


async def test_lists_are_fabricated_while_the_inside_goes_on(run) -> None:
    async with run(camera("fabricates-empty-lists")) as caller:
        for operation in ("trc:GetRecordings", "trc:GetRecordingJobs", "tan:GetRules", "tds:GetVmsguardCanary"):
            answer = await caller.ask("cam", operation)
            assert (answer.status, answer.entry.tag.rpartition("}")[2], len(answer.entry)) == (
                200,
                operation.partition(":")[2] + "Response",
                0,
            )
        assert (await caller.ask("cam", "trc:SetRecordingJobMode", IDLE)).status == 200
        truth = caller.simulator.camera("cam").truth
        assert (truth.records, truth.streams, truth.recognises) == (True, True, True)
        assert (await caller.ask("cam", "tds:GetDeviceInformation")).texts("tds:Manufacturer") == ["vmsguard"]


async def test_protocols_follow_only_after_a_restart_and_the_list_is_replaced(run) -> None:
    async with run(camera("effective-after-restart")) as caller:
        await caller.ask("cam", "tds:SetNetworkProtocols", rtsp("false"))
        answer = await caller.ask("cam", "tds:GetNetworkProtocols")
        assert (answer.texts(".//tt:Name"), answer.texts(".//tt:Enabled")) == (["RTSP"], ["false"])
        assert caller.simulator.camera("cam").truth.streams
        await caller.ask("cam", "tds:SystemReboot")
        assert not caller.simulator.camera("cam").truth.streams


async def test_fixed_rules_are_refused_and_declared(run) -> None:
    async with run(camera("fixed-rules")) as caller:
        assert (await caller.ask("cam", "tan:DeleteRules", RULE)).fault == ("Sender", "Action", "FixedRules")
        supported = await caller.ask("cam", "tan:GetSupportedRules", RULE.partition("<tan:RuleName>")[0])
        assert [found.get("fixed") for found in supported.entry.iter("{*}RuleDescription")] == ["true"]
        assert caller.simulator.camera("cam").truth.recognises


async def test_what_is_not_supported_is_said_without_a_code_in_http_200(run) -> None:
    async with run(camera("faults-without-subcode")) as caller:
        for operation, inner in (
            ("trc:SetRecordingJobMode", IDLE),
            ("trc:GetServiceCapabilities", ""),
            ("tds:GetVmsguardCanary", ""),
            ("tup:GetUplinks", ""),
        ):
            answer = await caller.ask("cam", operation, inner)
            assert (operation, answer.status, answer.fault) == (operation, 200, ("Receiver",))
        assert caller.simulator.camera("cam").truth.records


async def test_a_silent_device_keeps_the_connection_and_says_nothing(run) -> None:
    async with run(camera("silent"), {"id": "other"}) as caller:
        for attempt in (caller.ask("cam", "tds:GetSystemDateAndTime"), caller.snapshot("cam")):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(attempt, 0.2)
        assert (await caller.ask("other", "tds:GetSystemDateAndTime")).status == 200


async def test_wrong_addresses_name_a_placeholder_host(run) -> None:
    async with run(camera("wrong-xaddr")) as caller:
        asked = "<tds:IncludeCapability>false</tds:IncludeCapability>"
        services = (await caller.ask("cam", "tds:GetServices", asked)).texts(".//tds:XAddr")
        old = (await caller.ask("cam", "tds:GetCapabilities")).texts(".//tt:XAddr")
        assert {uri[:25] for uri in services + old} == {"http://192.0.2.10:8899/ca"}


async def test_static_recordings_leave_retention_and_job_mode(run) -> None:
    async with run(camera("static-recordings")) as caller:
        assert (await caller.ask("cam", "trc:DeleteTrack", TRACK)).fault == UNSUPPORTED
        gone = await caller.ask("cam", "trc:DeleteRecording", "<trc:RecordingToken>recording-1</trc:RecordingToken>")
        assert gone.fault == UNSUPPORTED
        assert (await caller.ask("cam", "trc:SetRecordingJobMode", IDLE)).fault == ()
        assert not caller.simulator.camera("cam").truth.records


async def test_another_writer_puts_everything_back_except_what_was_deleted(run, clock) -> None:
    async with run(camera("reverts", revert_seconds=3)) as caller:
        before = caller.simulator.camera("cam").truth
        await caller.ask("cam", "trc:SetRecordingJobMode", IDLE)
        await caller.ask("cam", "tan:DeleteRules", RULE)
        await caller.ask("cam", "trc:DeleteTrack", TRACK)
        between = caller.simulator.camera("cam").truth
        assert (between.records, between.rules) == (False, ())
        clock.forward(3)
        await caller.ask("cam", "trc:GetRecordings")
        after = caller.simulator.camera("cam").truth
        assert (after.jobs, after.rules) == (before.jobs, before.rules)
        assert caller.simulator.camera("cam").state.footage["recording-1/VIDEO001"].start == clock.now()


async def test_a_reverted_stream_opens_again(run, clock) -> None:
    async with run(camera("reverts", revert_seconds=3)) as caller:
        await caller.ask("cam", "tds:SetNetworkProtocols", rtsp("false"))
        assert not caller.simulator.camera("cam").truth.streams
        clock.forward(3)
        await caller.ask("cam", "tds:GetNetworkProtocols")
        assert caller.simulator.camera("cam").truth.streams


async def test_the_reply_to_a_write_is_lost_after_the_write(run) -> None:
    async with run(camera("drop-reply-after-write")) as caller:
        with pytest.raises(aiohttp.ClientError):
            await caller.ask("cam", "trc:SetRecordingJobMode", IDLE)
        assert caller.simulator.camera("cam").truth.jobs == {"job-1": "Idle"}
        assert caller.simulator.writes_of("cam") == 1


async def test_any_device_can_lose_its_next_reply(run) -> None:
    async with run(camera("honest")) as caller:
        caller.simulator.camera("cam").drop_next_reply()
        with pytest.raises(aiohttp.ClientError):
            await caller.ask("cam", "trc:SetRecordingJobMode", IDLE)
        assert (await caller.ask("cam", "trc:DeleteRecordingJob", JOB)).status == 200


REMOVAL = "<trt:ProfileToken>profile-1</trt:ProfileToken>"


async def test_recordings_alone_are_acknowledged(run) -> None:
    async with run(camera("acknowledges-recording")) as caller:
        for inner in (IDLE, IDLE.replace("job-1", "no such job")):
            assert (await caller.ask("cam", "trc:SetRecordingJobMode", inner)).fault == ()
        assert caller.simulator.camera("cam").truth.records
        await caller.ask("cam", "tan:DeleteRules", RULE)
        assert not caller.simulator.camera("cam").truth.recognises


async def test_nothing_is_taken_out_of_a_profile(run) -> None:
    async with run(camera("acknowledges-removal")) as caller:
        assert (await caller.ask("cam", "trt:RemoveVideoSourceConfiguration", REMOVAL)).fault == ()
        assert caller.simulator.camera("cam").truth.snapshots
        await caller.ask("cam", "trc:SetRecordingJobMode", IDLE)
        assert not caller.simulator.camera("cam").truth.records


async def test_lists_are_fabricated_beside_a_device_service_that_refuses(run) -> None:
    async with run(camera("fabricates-besides-device")) as caller:
        assert (await caller.ask("cam", "tds:GetVmsguardCanary")).fault == UNSUPPORTED
        for operation in ("trc:GetRecordings", "trc:GetVmsguardCanary"):
            answer = await caller.ask("cam", operation)
            assert (answer.status, answer.fault, len(answer.entry)) == (200, (), 0)
        assert caller.simulator.camera("cam").truth.records


async def test_an_operation_is_found_by_a_part_of_its_name(run) -> None:
    async with run(camera("substring-dispatch", multicast=True)) as caller:
        for token in ("profile-1", "nope"):
            inner = f"<trt:ProfileToken>{token}</trt:ProfileToken>"
            answer = await caller.ask("cam", "trt:StopMulticastStreaming", inner)
            assert (answer.status, answer.entry.tag) == (200, "{http://www.onvif.org/ver20/ptz/wsdl}StopResponse")
        assert caller.simulator.camera("cam").truth.multicasts


async def test_what_is_stored_shows_and_holds_after_a_restart(run) -> None:
    async with run(camera("shows-after-restart")) as caller:
        before = caller.simulator.digest("cam")
        await caller.ask("cam", "trc:SetRecordingJobMode", IDLE)
        await caller.ask("cam", "tds:SetNetworkProtocols", rtsp("false"))
        assert caller.simulator.digest("cam") != before
        told = await caller.ask("cam", "trc:GetRecordingJobs")
        assert told.texts(".//tt:Mode") == ["Active"]
        truth = caller.simulator.camera("cam").truth
        assert (truth.records, truth.streams) == (True, True)
        await caller.ask("cam", "tds:SystemReboot")
        truth = caller.simulator.camera("cam").truth
        assert (truth.records, truth.streams) == (False, False)


async def test_a_refused_change_stores_nothing_that_shows(run) -> None:
    async with run(camera("shows-after-restart")) as caller:
        refused = await caller.ask("cam", "trc:SetRecordingJobMode", IDLE.replace("job-1", "none"))
        assert refused.fault == ("Sender", "InvalidArgVal", "NoRecordingJob")
        assert caller.simulator.camera("cam").truth.records


async def test_a_restart_brings_back_what_was_changed(run) -> None:
    async with run(camera("restart-undoes")) as caller:
        await caller.ask("cam", "trc:SetRecordingJobMode", IDLE)
        await caller.ask("cam", "tan:DeleteRules", RULE)
        truth = caller.simulator.camera("cam").truth
        assert (truth.records, truth.recognises) == (False, False)
        await caller.ask("cam", "tds:SystemReboot")
        truth = caller.simulator.camera("cam").truth
        assert (truth.records, truth.recognises) == (True, True)


async def test_the_next_job_takes_over(run) -> None:
    async with run(camera("next-job-takes-over")) as caller:
        await caller.ask("cam", "trc:SetRecordingJobMode", IDLE)
        truth = caller.simulator.camera("cam").truth
        assert (truth.jobs, truth.records) == ({"job-1": "Idle", "job-1-reserve": "Active"}, True)
        await caller.ask("cam", "trc:SetRecordingJobMode", IDLE.replace("job-1", "job-1-reserve"))
        assert not caller.simulator.camera("cam").truth.records


async def test_retention_is_obeyed_and_nothing_else(run) -> None:
    async with run(camera("retention-only")) as caller:
        for operation, inner in (("SetRecordingJobMode", IDLE), ("DeleteRecordingJob", JOB), ("DeleteTrack", TRACK)):
            assert (await caller.ask("cam", f"trc:{operation}", inner)).fault == UNSUPPORTED


@pytest.mark.parametrize(
    ("persona", "status", "fault", "size"),
    [
        ("refuses-login-in-http-200", 200, ("Sender", "NotAuthorized"), True),
        ("refuses-login-in-http-400", 400, ("Sender", "NotAuthorized"), True),
        ("refuses-login-in-words", 500, ("Sender",), True),
        ("refuses-login-without-fault", 401, None, False),
        ("subcode-in-code", 401, ("NotAuthorized",), True),
        ("two-challenges", 401, ("Sender", "NotAuthorized"), True),
    ],
)
async def test_logins_are_refused_in_many_ways(run, persona, status, fault, size) -> None:
    async with run(camera(persona)) as caller:
        answer = await caller.ask("cam", "tds:GetUsers", header="")
        assert (answer.status, bool(answer.body)) == (status, size)
        if fault is not None:
            assert answer.fault == fault
        assert (await caller.ask("cam", "tds:GetUsers")).status == 200


async def test_a_wrong_password_reads_and_changes_nothing(run) -> None:
    async with run(camera("wrong-password-reads")) as caller:
        caller.password = "wrong"
        assert (await caller.ask("cam", "tds:GetUsers")).fault == ()
        assert (await caller.ask("cam", "tds:GetUsers", header="")).fault == ("Sender", "NotAuthorized")
        assert (await caller.ask("cam", "trc:GetRecordings")).fault == ("Sender", "NotAuthorized")
        assert (await caller.ask("cam", "tds:SystemReboot")).fault == ("Sender", "NotAuthorized")


async def test_even_the_clock_wants_a_login(run) -> None:
    async with run(camera("pre-auth-needs-auth")) as caller:
        asked = await caller.ask("cam", "tds:GetSystemDateAndTime", header="")
        assert asked.fault == ("Sender", "NotAuthorized")
        assert (await caller.ask("cam", "tds:GetSystemDateAndTime")).fault == ()


async def test_events_are_dropped_and_the_rest_answers(run) -> None:
    async with run(camera("drops-connection-on-events")) as caller:
        with pytest.raises(aiohttp.ClientError):
            await caller.ask("cam", "tev:GetEventProperties")
        assert (await caller.ask("cam", "trc:GetRecordings")).fault == ()


async def test_too_many_requests_within_a_second_restart_it(run, clock) -> None:
    async with run(camera("overload-restarts")) as caller:
        for _ in range(8):
            await caller.ask("cam", "tds:GetSystemDateAndTime")
        with pytest.raises(aiohttp.ClientError):
            await caller.ask("cam", "tds:GetSystemDateAndTime")
        clock.forward(0.5)
        with pytest.raises(aiohttp.ClientError):
            await caller.ask("cam", "tds:GetSystemDateAndTime")
        clock.forward(1)
        assert (await caller.ask("cam", "tds:GetSystemDateAndTime")).status == 200


async def test_several_characters_act_on_one_camera(run, clock) -> None:
    async with run(camera("sd-card+next-job-takes-over+wrong-xaddr", revert_seconds=3)) as caller:
        truth = caller.simulator.camera("cam").truth
        assert truth.jobs == {"job-1": "Active", "job-1-reserve": "Active"}
        recordings = await caller.ask("cam", "trc:GetRecordings")
        assert recordings.texts(".//trc:RecordingToken") + recordings.texts(".//tt:RecordingToken") == [
            "SD_DISK_20260101_000001"
        ]
        asked = "<tds:IncludeCapability>false</tds:IncludeCapability>"
        services = (await caller.ask("cam", "tds:GetServices", asked)).texts(".//tds:XAddr")
        assert {uri[:20] for uri in services} == {"http://192.0.2.10:88"}


async def test_a_camera_lists_http_with_a_second_port_that_is_none(run) -> None:
    async with run(camera("milesight-like", channels=2)) as caller:
        told = await caller.ask("cam", "tds:GetNetworkProtocols")
        assert told.texts(".//tt:Port")[1] == "0"
        assert (await caller.ask("cam", "trc:GetRecordings")).texts(".//tt:RecordingToken") == ["recording-1"]
