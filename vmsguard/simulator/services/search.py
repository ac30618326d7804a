"""The Recording Search service: what data there is, by summary, by recording and by search session."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from vmsguard.simulator.access import Access
from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.device_state import Device, Recording
from vmsguard.simulator.faults import invalid_argument, invalid_arguments
from vmsguard.simulator.footage import advance, advance_recording, footage_key, recording_span
from vmsguard.simulator.job_state import recording_runs, running_recordings
from vmsguard.simulator.services.recording import find_recording, recording_source
from vmsguard.simulator.soap import element, instant

__all__ = ["SERVICE"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""What the required times of a summary say when there is no data, as seen on a real camera."""


def _told(call: Call, moment: datetime) -> str:
    """Footage is stamped by the device's own clock."""
    return instant(moment + timedelta(seconds=call.device.clock_offset))


def _summary(call: Call) -> str:
    advance(call.device, call.world)
    recordings = call.device.configuration.recordings
    spans = [span for recording in recordings if (span := recording_span(call.device, recording)) is not None]
    start = _told(call, min(span[0] for span in spans)) if spans else instant(_EPOCH)
    end = _told(call, max(span[1] for span in spans)) if spans else instant(_EPOCH)
    return (
        f"<tse:Summary>{element('tt:DataFrom', start)}{element('tt:DataUntil', end)}"
        f"<tt:NumberRecordings>{len(recordings)}</tt:NumberRecordings></tse:Summary>"
    )


def _information(call: Call, tag: str, recording: Recording, *, runs: bool) -> str:
    """A recording with its data; a track without any is left out, since its times are required and would lie."""
    span = recording_span(call.device, recording)
    times = ""
    if span is not None:
        times = element("tt:EarliestRecording", _told(call, span[0])) + element(
            "tt:LatestRecording", _told(call, span[1])
        )
    tracks = []
    for track in recording.tracks:
        data = call.device.footage.get(footage_key(recording.token, track.token))
        if data is not None and data.start is not None and data.end is not None:
            tracks.append(
                f"<tt:Track>{element('tt:TrackToken', track.token)}{element('tt:TrackType', track.type)}"
                f"<tt:Description/>{element('tt:DataFrom', _told(call, data.start))}"
                f"{element('tt:DataTo', _told(call, data.end))}</tt:Track>"
            )
    status = "Recording" if runs else "Stopped"
    return (
        f"<{tag}>{element('tt:RecordingToken', recording.token)}{recording_source('tt:Source', recording)}{times}"
        f"{element('tt:Content', recording.content)}{''.join(tracks)}"
        f"<tt:RecordingStatus>{status}</tt:RecordingStatus></{tag}>"
    )


def _get_information(call: Call) -> str:
    recording = find_recording(call, call.arguments.text("RecordingToken"))
    advance_recording(call.device, recording, call.world)
    runs = recording_runs(call.device, recording.token, call.world)
    return _information(call, "tse:RecordingInformation", recording, runs=runs)


def _find(call: Call) -> str:
    call.arguments.child("Scope")
    found = [recording.token for recording in call.device.configuration.recordings]
    token = f"search-{len(call.sessions) + 1}"
    call.sessions[token] = found[: _count(call, "MaxMatches", len(found))]
    return element("tse:SearchToken", token)


def _count(call: Call, name: str, otherwise: int) -> int:
    said = call.arguments.optional(name)
    if not said:
        return otherwise
    if not (said.isascii() and said.isdecimal() and len(said) <= 9):
        raise invalid_arguments(f"{name} is not a number")
    return int(said)


def _results(call: Call) -> str:
    token = call.arguments.text("SearchToken")
    if token not in call.sessions:
        raise invalid_argument("InvalidToken")
    advance(call.device, call.world)
    waiting = call.sessions[token]
    count = _count(call, "MaxResults", len(waiting))
    present = {recording.token: recording for recording in call.device.configuration.recordings}
    running = running_recordings(call.device, call.world)
    told = "".join(
        _information(call, "tt:RecordingInformation", present[name], runs=name in running)
        for name in waiting[:count]
        if name in present
    )
    call.sessions[token] = waiting[count:]
    state = "Searching" if call.sessions[token] else "Completed"
    return f"<tse:ResultList><tt:SearchState>{state}</tt:SearchState>{told}</tse:ResultList>"


def _end(call: Call) -> str:
    if call.sessions.pop(call.arguments.text("SearchToken"), None) is None:
        raise invalid_argument("InvalidToken")
    return element("tse:Endpoint", _told(call, call.world.now()))


def _capabilities(device: Device) -> str:
    found = device.searching
    offered = (("ImageSearch", found.image_search), ("NLSearch", found.language_search))
    told = "".join(f' {name}="true"' for name, there in offered if there)
    return f'<tse:Capabilities MetadataSearch="false" GeneralStartEvents="false"{told}/>'


SERVICE: Final = Service(
    name="search",
    prefix="tse",
    path="search_service",
    version=(24, 12),
    capabilities=_capabilities,
    operations={
        "GetRecordingSummary": Operation(_summary, Access.READ_MEDIA),
        "GetRecordingInformation": Operation(_get_information, Access.READ_MEDIA),
        "FindRecordings": Operation(_find, Access.READ_MEDIA),
        "GetRecordingSearchResults": Operation(_results, Access.READ_MEDIA),
        "EndSearch": Operation(_end, Access.READ_MEDIA),
    },
)
