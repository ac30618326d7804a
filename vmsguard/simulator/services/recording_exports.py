"""Exports: copies of recorded data that a client asked for once and that run by themselves until they end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from vmsguard.simulator.access import Access
from vmsguard.simulator.call import Call, Operation, schema
from vmsguard.simulator.device_state import Device, Export
from vmsguard.simulator.faults import invalid_argument, invalid_arguments, not_supported
from vmsguard.simulator.footage import footage_key
from vmsguard.simulator.soap import element, instant

__all__ = ["OPERATIONS"]

_DATA: Final = "ExportRecordedData"
_SEGMENTS: Final = "ExportRecordedSegments"
_TAKES: Final = timedelta(minutes=10)
_SEGMENT: Final = timedelta(hours=1)


def _needs_exports(device: Device) -> None:
    if "exports" not in device.features:
        raise not_supported()


def _started(call: Call, recordings: list[str], begun_by: str) -> str:
    known = {recording.token for recording in call.device.configuration.recordings}
    if not set(recordings) <= known:
        raise invalid_argument("NoRecording")
    now = call.world.now()
    token = f"export-{sum(1 for _ in call.device.exports) + 1}"
    call.device.exports.append(Export(token, recordings or sorted(known), now, now + _TAKES, begun_by))
    return element("trc:OperationToken", token)


def _export_data(call: Call) -> str:
    _needs_exports(call.device)
    if call.arguments.text("FileFormat") != "ONVIF":
        raise invalid_argument("BadFileFormat")
    call.arguments.child("StorageDestination")
    return _started(call, call.arguments.child("SearchScope").texts(schema("IncludedRecordings")), _DATA)


def _export_segments(call: Call) -> str:
    _needs_exports(call.device)
    call.arguments.child("Time")
    return _started(call, [call.arguments.text("RecordingToken")], _SEGMENTS)


def _find(call: Call, begun_by: str) -> Export:
    _needs_exports(call.device)
    token, now = call.arguments.text("OperationToken"), call.world.now()
    for export in call.device.exports:
        if (export.token, export.begun_by) == (token, begun_by) and export.ends > now:
            return export
    raise invalid_argument("NoRecording")


def _progress(call: Call, export: Export) -> str:
    whole = (export.ends - export.started).total_seconds()
    done = (call.world.now() - export.started).total_seconds() / whole if whole else 1.0
    told = f"{min(max(done, 0.0), 1.0):.3f}"
    return (
        f"<trc:Progress>{told}</trc:Progress><trc:FileProgressStatus><tt:FileProgress>"
        f"{element('tt:FileName', f'{export.token}.mp4')}<tt:Progress>{told}</tt:Progress></tt:FileProgress>"
        "</trc:FileProgressStatus>"
    )


def _state(call: Call) -> str:
    return _progress(call, _find(call, _DATA))


def _stop_data(call: Call) -> str:
    export = _find(call, _DATA)
    told = _progress(call, export)
    call.device.exports.remove(export)
    return told


def _stop_segments(call: Call) -> str:
    call.device.exports.remove(_find(call, _SEGMENTS))
    return ""


def _segments(call: Call) -> str:
    """The hours that hold data, oldest first."""
    _needs_exports(call.device)
    token = call.arguments.text("RecordingToken")
    known = [recording for recording in call.device.configuration.recordings if recording.token == token]
    if not known:
        raise invalid_argument("NoRecording")
    asked = call.arguments.child("Time")
    first, last = _time(asked.text(schema("From"))), _time(asked.text(schema("Until")))
    told: list[str] = []
    for track in known[0].tracks:
        data = call.device.footage.get(footage_key(token, track.token))
        if data is None or data.start is None or data.end is None:
            continue
        moment = max(data.start, first)
        while moment < min(data.end, last) and len(told) < 1000:
            until = min(moment + _SEGMENT, data.end)
            told.append(
                f"<trc:Segment>{element('trc:StartTime', instant(moment))}{element('trc:EndTime', instant(until))}"
                f"{element('trc:MediaType', track.type)}</trc:Segment>"
            )
            moment = until
    return f"<trc:Results>{''.join(told)}<trc:HasMoreResults>false</trc:HasMoreResults></trc:Results>"


def _time(told: str) -> datetime:
    try:
        found = datetime.fromisoformat(told)
    except ValueError:
        raise invalid_arguments("A time is not a dateTime") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


# Starting one changes nothing that a device has; stopping one lets waiting deletions happen.
OPERATIONS: Final[Mapping[str, Operation]] = {
    "ListRecordedSegments": Operation(_segments, Access.READ_MEDIA),
    "GetExportRecordedDataState": Operation(_state, Access.READ_MEDIA),
    "ExportRecordedData": Operation(_export_data, Access.READ_MEDIA),
    "StopExportRecordedData": Operation(_stop_data, Access.READ_MEDIA, writes=True),
    "ExportRecordedSegments": Operation(_export_segments, Access.ACTUATE),
    "StopExportRecordedSegments": Operation(_stop_segments, Access.ACTUATE, writes=True),
}
