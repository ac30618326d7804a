"""What the replies of Recording, Search and Receiver hold, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from vmsguard_onvif.elements import (
    TT,
    Element,
    Malformed,
    children,
    descend,
    first,
    flag,
    instant,
    number,
    only,
    text,
    token,
)
from vmsguard_onvif.namespaces import RECEIVER, RECORDING, SEARCH

__all__ = [
    "Job",
    "JobSource",
    "Receiver",
    "Recording",
    "RecordingSpan",
    "holds_segments",
    "job_state",
    "jobs",
    "receivers",
    "recording_count",
    "recording_span",
    "recordings",
]

_TRC, _TSE, _TRV = f"{{{RECORDING}}}", f"{{{SEARCH}}}", f"{{{RECEIVER}}}"
_CLOCKS_BEGIN = datetime(1970, 1, 2, tzinfo=UTC)
_STATES = {"Active": True, "PartiallyActive": True, "Idle": False}


@dataclass(frozen=True)
class Recording:
    """One container of footage as configured; ``retention`` is the duration as the device wrote it."""

    token: str
    retention: str
    tracks: tuple[str, ...] | None
    """None where the device left the list of tracks out."""
    storage: str = ""
    """Token of the storage configuration its segments are uploaded to, empty without a target."""
    has_target: bool = False
    uploads: bool = False
    """It has a target and writes to it: with the strategy ``Local`` that happens only when somebody exports."""
    source_id: str = ""
    source_address: str = ""
    audio_tracks: tuple[str, ...] = ()
    metadata_tracks: tuple[str, ...] = ()


@dataclass(frozen=True)
class RecordingSpan:
    """What footage a recording holds, as the Search service describes it."""

    start: datetime | None
    end: datetime | None
    empty: bool
    """No described track holds data, and no first or last time was given."""
    tracks: int
    """How many tracks were described; fewer than the recording has means that the rest was not seen."""
    writing: bool
    momentary: bool = False
    """It counts as empty, but some track is dated: what is shorter than the device tells times would look like that."""


@dataclass(frozen=True)
class JobSource:
    kind: str
    """``profile``, ``receiver`` or empty where the device gave no type."""
    token: str
    tracks: tuple[str, ...] = ()
    """The recording's tracks that it fills; where it names none, it may fill any."""


@dataclass(frozen=True)
class Job:
    """One recording job; ``active`` is its mode (a wish), None for a mode the spec does not know."""

    token: str
    recording: str
    active: bool | None
    trigger: str
    sources: tuple[JobSource, ...]


@dataclass(frozen=True)
class Receiver:
    token: str
    mode: str
    uri: str


def recordings(reply: Element) -> tuple[Recording, ...]:
    return tuple(_recording(item) for item in only(reply, f"{_TRC}RecordingItem"))


def _recording(item: Element) -> Recording:
    configuration = first(item, f"{TT}Configuration")
    if configuration is None:
        raise Malformed("a recording without its configuration")
    target = first(configuration, f"{TT}Target")
    tracks = first(item, f"{TT}Tracks")
    source = first(configuration, f"{TT}Source")
    return Recording(
        token=token(item, f"{TT}RecordingToken"),
        retention=text(configuration, f"{TT}MaximumRetentionTime"),
        tracks=None
        if tracks is None
        else tuple(token(track, f"{TT}TrackToken") for track in children(tracks, f"{TT}Track")),
        storage=text(target, f"{TT}Storage"),
        has_target=target is not None,
        # Left out, the strategy is External (RecordingTargetConfiguration).
        uploads=target is not None and text(target, f"{TT}StorageStrategy") != "Local",
        source_id=text(source, f"{TT}SourceId"),
        source_address=text(source, f"{TT}Address"),
        audio_tracks=_tracks_of(tracks, "Audio"),
        metadata_tracks=_tracks_of(tracks, "Metadata"),
    )


def _tracks_of(tracks: Element | None, kind: str) -> tuple[str, ...]:
    if tracks is None:
        return ()
    return tuple(
        token(track, f"{TT}TrackToken")
        for track in children(tracks, f"{TT}Track")
        if text(track, f"{TT}Configuration", f"{TT}TrackType") == kind
    )


def recording_span(reply: Element) -> RecordingSpan:
    """The ``GetRecordingInformation`` of one recording.

    EarliestRecording is optional, and told only where there are data; DataFrom and DataTo are not. A track whose two
    ends are one moment holds nothing, or less than the device's clock tells apart.
    """
    information = first(reply, f"{_TSE}RecordingInformation")
    if information is None:
        raise Malformed("no recording information")
    token(information, f"{TT}RecordingToken")
    tracks = [
        (instant(text(track, f"{TT}DataFrom")), instant(text(track, f"{TT}DataTo")))
        for track in children(information, f"{TT}Track")
    ]
    earliest, latest = (instant(text(information, f"{TT}{name}Recording")) for name in ("Earliest", "Latest"))
    if earliest is None or latest is None or not _lasts(earliest, latest):
        earliest, latest = _beyond_epoch(earliest), _beyond_epoch(latest)
    writing = text(information, f"{TT}RecordingStatus") == "Recording"
    dated = [(start, end) for start, end in tracks if _lasts(start, end) or _beyond_epoch(end) or writing]
    filled = [(start, end) for start, end in dated if _lasts(start, end) or (writing and _beyond_epoch(end))]
    told = earliest is not None or latest is not None
    # Between the two ends of a moment there is nothing, or what the moment holds.
    starts = [start for start, _ in filled or dated if start is not None]
    ends = [end for _, end in filled or dated if end is not None]
    empty = not filled and not told
    return RecordingSpan(
        start=earliest or min(starts, default=None),
        end=latest or max(ends, default=None),
        empty=empty,
        tracks=len(tracks),
        writing=writing,
        momentary=empty and bool(dated),
    )


def _beyond_epoch(told: datetime | None) -> datetime | None:
    """A time, unless it is what clocks begin with: required times of what holds no data say that on real cameras."""
    return None if told is None or told < _CLOCKS_BEGIN else told


def _lasts(start: datetime | None, end: datetime | None) -> bool:
    """Whether the one comes after the other, or cannot be read: a clock that nobody has set counts from 1970, too."""
    return start is None or end is None or end > start


def jobs(reply: Element) -> tuple[Job, ...]:
    return tuple(_job(item) for item in only(reply, f"{_TRC}JobItem"))


def _job(item: Element) -> Job:
    # The schema has these in its common namespace; an SD-card camera sends them in the service's.
    space = _TRC if first(item, f"{_TRC}JobConfiguration") is not None else TT
    configuration = first(item, f"{space}JobConfiguration")
    if configuration is None:
        raise Malformed("a recording job without its configuration")
    if configuration.get("ScheduleToken"):
        trigger = "schedule"
    else:
        trigger = "continuous" if first(configuration, f"{TT}EventFilter") is None else "event"
    return Job(
        token=token(item, f"{space}JobToken"),
        recording=text(configuration, f"{TT}RecordingToken"),
        active={"Active": True, "Idle": False}.get(text(configuration, f"{TT}Mode")),
        trigger=trigger,
        sources=tuple(_job_source(source) for source in children(configuration, f"{TT}Source")),
    )


def _job_source(source: Element) -> JobSource:
    reference = first(source, f"{TT}SourceToken")
    kind = "" if reference is None else (reference.get("Type") or "").rpartition("/")[2].casefold()
    filled = tuple(text(track, f"{TT}Destination") for track in children(source, f"{TT}Tracks"))
    return JobSource(kind if kind in {"profile", "receiver"} else "", text(reference, f"{TT}Token"), filled)


def job_state(reply: Element) -> bool | None:
    """Whether a job records right now; None for ``Error`` and what the spec does not know.

    An ``Error`` job writes as soon as its cause is gone, so it is not "off". Nor is one that calls itself idle
    while a source or track of it does not.
    """
    state = descend(reply, f"{_TRC}State")
    if state is None:
        raise Malformed("no state in the reply")
    told = [_STATES.get((found.text or "").strip()) for found in state.iter(f"{TT}State")]
    if first(state, f"{TT}State") is None:
        told.append(None)
    return True if True in told else None if None in told else False


def holds_segments(reply: Element) -> bool:
    """Whether ``ListRecordedSegments`` lists any, or says that there are more than it lists."""
    results = first(reply, f"{_TRC}Results")
    more = None if results is None else flag(text(results, f"{_TRC}HasMoreResults"))
    if results is None or more is None:
        raise Malformed("a list of segments that does not say whether it is all")
    return more or first(results, f"{_TRC}Segment") is not None


def recording_count(reply: Element) -> int | None:
    """How many recordings ``GetRecordingSummary`` counts."""
    return number(text(reply, f"{_TSE}Summary", f"{TT}NumberRecordings"))


def receivers(reply: Element) -> tuple[Receiver, ...]:
    return tuple(
        Receiver(
            token(entry, f"{TT}Token"),
            text(entry, f"{TT}Configuration", f"{TT}Mode"),
            text(entry, f"{TT}Configuration", f"{TT}MediaUri"),
        )
        for entry in only(reply, f"{_TRV}Receivers")
    )
