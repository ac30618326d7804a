"""Recording jobs beside the plain one: schedules, events, configurations, receivers made for them."""

from __future__ import annotations

JOB = "<trc:JobToken>job-1</trc:JobToken>"
SECOND = "<trc:JobToken>job-1-2</trc:JobToken>"


def configuration(mode: str, inner: str = "", attributes: str = "") -> str:
    return (
        f"{JOB}<trc:JobConfiguration{attributes}><tt:RecordingToken>recording-1</tt:RecordingToken>"
        f"<tt:Mode>{mode}</tt:Mode><tt:Priority>1</tt:Priority>{inner}</trc:JobConfiguration>"
    )


async def states(caller, job: str = JOB) -> set[str]:
    return set((await caller.ask("cam", "trc:GetRecordingJobState", job)).texts(".//tt:State"))


async def test_a_job_records_while_its_schedule_is_open(run) -> None:
    async with run({"id": "cam", "recordings": {"triggers": ["schedule"]}}) as caller:
        item = (await caller.ask("cam", "trc:GetRecordingJobs")).entry[0][1]
        assert (item.get("ScheduleToken"), item.findtext("{*}Mode")) == ("schedule-1", "Active")
        seen = [await states(caller)]
        caller.simulator.camera("cam").state.schedules["schedule-1"] = True
        seen.append(await states(caller))
        assert seen == [{"Idle"}, {"Active"}]
        caller.simulator.camera("cam").state.schedules.clear()
        assert await states(caller) == {"Idle"}


async def test_a_job_with_an_event_filter_waits_for_its_event(run) -> None:
    async with run({"id": "cam", "recordings": {"triggers": ["event"]}}) as caller:
        assert (await caller.ask("cam", "trc:GetRecordingJobs")).texts(".//tt:Topic") == [
            "tns1:RuleEngine/CellMotionDetector/Motion"
        ]
        assert not caller.simulator.camera("cam").truth.records
        caller.simulator.camera("cam").state.configuration.jobs[0].triggered = True
        assert caller.simulator.camera("cam").truth.records


async def test_a_job_that_waits_keeps_no_other_from_recording(run) -> None:
    async with run({"id": "cam", "recordings": {"jobs": 2, "triggers": ["schedule"]}}) as caller:
        assert (await states(caller), await states(caller, SECOND)) == ({"Idle"}, {"Active"})
        caller.simulator.camera("cam").state.schedules["schedule-1"] = True
        assert (await states(caller), await states(caller, SECOND)) == ({"Active"}, {"Idle"})


async def test_a_job_is_idled_through_its_configuration(run) -> None:
    async with run({"id": "cam"}) as caller:
        answer = await caller.ask("cam", "trc:SetRecordingJobConfiguration", configuration("Idle"))
        assert answer.text(".//tt:Mode") == "Idle"
        assert not caller.simulator.camera("cam").truth.records
        again = await caller.ask("cam", "trc:GetRecordingJobConfiguration", JOB)
        assert (again.text(".//tt:Mode"), again.texts(".//tt:Source")) == ("Idle", [])


async def test_a_job_without_a_source_records_nothing(run) -> None:
    async with run({"id": "cam"}) as caller:
        await caller.ask("cam", "trc:SetRecordingJobConfiguration", configuration("Active"))
        assert await states(caller) == {"Error"}
        assert not caller.simulator.camera("cam").truth.records


async def test_schedule_filter_and_source_are_taken_from_what_is_sent(run) -> None:
    sent = (
        '<tt:Source><tt:SourceToken Type="http://www.onvif.org/ver10/schema/Profile"><tt:Token>profile-1</tt:Token>'
        "</tt:SourceToken><tt:Tracks><tt:SourceTag>Video</tt:SourceTag><tt:Destination>VIDEO001</tt:Destination>"
        "</tt:Tracks></tt:Source><tt:EventFilter><tt:Filter><tt:Topic>tns1:A</tt:Topic></tt:Filter></tt:EventFilter>"
    )
    async with run({"id": "cam"}) as caller:
        asked = configuration("Active", sent, ' ScheduleToken="night"')
        await caller.ask("cam", "trc:SetRecordingJobConfiguration", asked)
        job = caller.simulator.camera("cam").state.configuration.jobs[0]
        assert (job.schedule, job.events, job.source, [track.token for track in job.tracks]) == (
            "night",
            ["tns1:A"],
            "profile-1",
            ["VIDEO001"],
        )


async def test_a_receiver_in_use_cannot_be_deleted(run) -> None:
    receiver = "<trv:ReceiverToken>receiver-1</trv:ReceiverToken>"
    async with run({"id": "cam", "recorder": "nvr"}, recorders=({"id": "nvr"},)) as caller:
        refused = await caller.ask("nvr", "trv:DeleteReceiver", receiver)
        assert refused.fault == ("Receiver", "Action", "CannotDeleteReceiver")
        await caller.ask("nvr", "trc:DeleteRecordingJob", JOB)
        assert (await caller.ask("nvr", "trv:DeleteReceiver", receiver)).fault == ()
        assert caller.simulator.camera("nvr").state.configuration.receivers == []


async def test_a_receiver_that_was_made_for_a_job_goes_with_it(run) -> None:
    async with run({"id": "cam", "recorder": "nvr"}, recorders=({"id": "nvr"},)) as caller:
        caller.simulator.camera("nvr").state.configuration.jobs[0].auto_receiver = True
        await caller.ask("nvr", "trc:DeleteRecordingJob", JOB)
        assert caller.simulator.camera("nvr").state.configuration.receivers == []
