"""What messages of a device say: deletions it made, what its jobs do, and exports that run."""

from __future__ import annotations

from collections.abc import Iterable

from vmsguard.model.fact_values import AnnouncedDeletion
from vmsguard_onvif.elements import instant
from vmsguard_onvif.replies.events import Notification

__all__ = ["EXPORTS", "TOPICS", "announced_deletions", "job_hints", "running_exports"]

_DELETED = "RecordingConfig/DeleteTrackData"
_JOB = "RecordingConfig/JobState"
EXPORTS = "Monitoring/AsynchronousOperationStatus"
"""The topic by which a device tells of the exports that run: the only list of them there is."""
TOPICS = tuple(f"tns1:{topic}" for topic in (_DELETED, _JOB, EXPORTS))
"""The topics that are listened to."""

_STATES = {"Active": True, "PartiallyActive": True, "Idle": False}
_EXPORTING = frozenset({"ExportRecordedData", "ExportRecordedSegments"})


def announced_deletions(heard: Iterable[Notification]) -> tuple[AnnouncedDeletion, ...]:
    """The deletions of footage, each once, in the order they were told; one that names no recording says nothing."""
    found: dict[AnnouncedDeletion, None] = {}
    for notification in heard:
        recording = notification.source.get("RecordingToken", "").strip()
        if notification.topic == _DELETED and recording:
            told = AnnouncedDeletion(
                recording,
                notification.source.get("TrackToken", "").strip(),
                instant(notification.data.get("StartTime", "")),
                instant(notification.data.get("EndTime", "")),
                notification.at,
            )
            found[told] = None
    return tuple(found)


def job_hints(heard: Iterable[Notification]) -> dict[str, bool | None]:
    """By job whether it records, as it was told last; None for a state that is neither."""
    found: dict[str, bool | None] = {}
    for notification in heard:
        job = notification.source.get("RecordingJobToken", "").strip()
        if notification.topic != _JOB or not job:
            continue
        if notification.operation == "Deleted":
            found.pop(job, None)
        else:
            found[job] = _STATES.get(notification.data.get("State", "").strip())
    return found


def running_exports(heard: Iterable[Notification]) -> dict[str, str]:
    """By token the operation that began each export that was told of and not told to be over."""
    found: dict[str, str] = {}
    for notification in heard:
        token = notification.source.get("Token", "").strip()
        operation = notification.source.get("OperationName", "").strip()
        if notification.topic != EXPORTS or operation not in _EXPORTING or not token:
            continue
        if notification.operation == "Deleted" or _is_whole(notification.data.get("Progress", "")):
            found.pop(token, None)
        else:
            found[token] = operation
    return found


def _is_whole(progress: str) -> bool:
    try:
        return float(progress) >= 1.0
    except ValueError:
        return False
