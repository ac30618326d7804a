"""Recording jobs: what fills recordings, as set (mode) and as it is (state)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vmsguard.simulator.access import Access
from vmsguard.simulator.call import Arguments, Call, Operation, schema
from vmsguard.simulator.device_state import Job, Track
from vmsguard.simulator.faults import invalid_argument, invalid_arguments
from vmsguard.simulator.job_state import job_state
from vmsguard.simulator.soap import boolean, element, quoteattr

__all__ = ["OPERATIONS"]

_PROFILE: Final = "http://www.onvif.org/ver10/schema/Profile"
_RECEIVER: Final = "http://www.onvif.org/ver10/schema/Receiver"
_MODES: Final = ("Idle", "Active")


def _find(call: Call) -> Job:
    token = call.arguments.text("JobToken")
    for job in call.device.configuration.jobs:
        if job.token == token:
            return job
    raise invalid_argument("NoRecordingJob")


def _source_token(job: Job) -> str:
    kind = _RECEIVER if job.from_receiver else _PROFILE
    return f'<tt:SourceToken Type="{kind}">{element("tt:Token", job.source)}</tt:SourceToken>'


def _configuration(tag: str, job: Job) -> str:
    tracks = "".join(
        f"<tt:Tracks>{element('tt:SourceTag', track.type)}{element('tt:Destination', track.token)}</tt:Tracks>"
        for track in job.tracks
    )
    source = (
        f"<tt:Source>{_source_token(job)}<tt:AutoCreateReceiver>{boolean(job.auto_receiver)}</tt:AutoCreateReceiver>"
        f"{tracks}</tt:Source>"
        if job.source
        else ""
    )
    filters = "".join(f"<tt:Filter>{element('tt:Topic', topic)}</tt:Filter>" for topic in job.events)
    schedule = f" ScheduleToken={quoteattr(job.schedule)}" if job.schedule else ""
    return (
        f"<{tag}{schedule}>{element('tt:RecordingToken', job.recording)}{element('tt:Mode', job.mode)}"
        f"<tt:Priority>{job.priority}</tt:Priority>{source}"
        + (f"<tt:EventFilter>{filters}</tt:EventFilter>" if filters else "")
        + f"</{tag}>"
    )


def _jobs(call: Call) -> str:
    return "".join(
        f"<trc:JobItem>{element('tt:JobToken', job.token)}{_configuration('tt:JobConfiguration', job)}</trc:JobItem>"
        for job in call.device.configuration.jobs
    )


def _state(call: Call) -> str:
    job = _find(call)
    state = job_state(call.device, job, call.world)
    tracks = "".join(
        f"<tt:Track>{element('tt:SourceTag', track.type)}{element('tt:Destination', track.token)}"
        f"{element('tt:State', state)}</tt:Track>"
        for track in job.tracks
    )
    return (
        f"<trc:State>{element('tt:RecordingToken', job.recording)}{element('tt:State', state)}"
        f"<tt:Sources>{_source_token(job)}{element('tt:State', state)}<tt:Tracks>{tracks}</tt:Tracks></tt:Sources>"
        "</trc:State>"
    )


def _mode(arguments: Arguments, name: str) -> str:
    mode = arguments.text(name)
    if mode not in _MODES:
        raise invalid_argument("BadMode")
    return mode


def _set_mode(call: Call) -> str:
    job = _find(call)
    job.mode = _mode(call.arguments, "Mode")
    return ""


def _get_configuration(call: Call) -> str:
    return _configuration("trc:JobConfiguration", _find(call))


def _set_configuration(call: Call) -> str:
    """Takes what is sent for the whole: a source, schedule or filter that is left out is gone."""
    job = _find(call)
    asked = call.arguments.child("JobConfiguration")
    recording = asked.text(schema("RecordingToken"))
    if all(known.token != recording for known in call.device.configuration.recordings):
        raise invalid_argument("NoRecording")
    priority = asked.text(schema("Priority"))
    if not (priority.isascii() and priority.isdecimal()):
        raise invalid_arguments("Priority is not a number")
    mode = _mode(asked, schema("Mode"))
    sources = asked.children(schema("Source"))
    job.recording, job.priority, job.mode = recording, int(priority), mode
    job.schedule = asked.element.get("ScheduleToken", "")
    filters = [entry for found in asked.children(schema("EventFilter")) for entry in found.children(schema("Filter"))]
    job.events = [entry.text(schema("Topic")) for entry in filters]
    _set_source(job, sources[0] if sources else None)
    return _configuration("trc:JobConfiguration", job)


def _set_source(job: Job, source: Arguments | None) -> None:
    if source is None:
        job.source, job.tracks = "", []
        return
    token = source.child(schema("SourceToken"))
    job.source = token.text(schema("Token"))
    job.from_receiver = token.element.get("Type", _RECEIVER) == _RECEIVER
    job.tracks = [
        Track(entry.text(schema("Destination")), entry.text(schema("SourceTag")))
        for entry in source.children(schema("Tracks"))
    ]


def _delete(call: Call) -> str:
    """A receiver that was made for the job goes with it."""
    job = _find(call)
    have = call.device.configuration
    have.jobs.remove(job)
    if job.auto_receiver and all(other.source != job.source for other in have.jobs):
        have.receivers = [receiver for receiver in have.receivers if receiver.token != job.source]
    return ""


OPERATIONS: Final[Mapping[str, Operation]] = {
    "GetRecordingJobs": Operation(_jobs, Access.READ_MEDIA),
    "GetRecordingJobState": Operation(_state, Access.READ_MEDIA),
    "GetRecordingJobConfiguration": Operation(_get_configuration, Access.READ_MEDIA),
    "SetRecordingJobConfiguration": Operation(_set_configuration, Access.ACTUATE, writes=True),
    "SetRecordingJobMode": Operation(_set_mode, Access.ACTUATE, writes=True),
    "DeleteRecordingJob": Operation(_delete, Access.ACTUATE, writes=True),
}
