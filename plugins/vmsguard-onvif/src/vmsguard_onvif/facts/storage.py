"""Facts about storing: recording jobs, retention, footage, stores and external destinations."""

from __future__ import annotations

from msgspec.structs import replace

from vmsguard.model.fact_values import ExternalDestination, RetentionSetting, Store, StoredRecording
from vmsguard.model.facts import Items, Known, Unknown
from vmsguard.model.vocabulary import Why
from vmsguard_onvif.elements import seconds
from vmsguard_onvif.facts.exports import export_destinations
from vmsguard_onvif.gathering import Answered, Unanswered
from vmsguard_onvif.namespaces import DEVICE, RECORDING
from vmsguard_onvif.observed import ONBOARD, Told, WholeView, both, collect, runtime
from vmsguard_onvif.outside_onvif import DESTINATIONS, STORING, unless_outside
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.replies.recording import Recording, RecordingSpan
from vmsguard_onvif.topology import Topology

__all__ = ["external_storage", "footage", "recordings_of", "retention", "stores"]

NOT_IN_ONVIF = (
    "snapshots, thumbnails, uploads by FTP or e-mail, temperature and entry logs and face records are not in ONVIF"
)


async def recordings_of(readings: Readings, topology: Topology, channel: str) -> list[Recording] | Unanswered:
    """The channel's recordings; one that no job and no name ties to a channel belongs to all of them."""
    answer = await readings.recordings()
    if isinstance(answer, Unanswered):
        return answer
    jobs = await readings.jobs()
    listed = jobs.value if isinstance(jobs, Answered) else ()
    return readings.once("recordings", lambda: topology.recordings(answer.value, listed)).get(channel, [])


async def retention(readings: Readings, topology: Topology, channel: str) -> Told:
    """Each recording's own MaximumRetentionTime, keyed by its token; ``PT0S`` is unlimited, not "nothing kept"."""
    found = await recordings_of(readings, topology, channel)
    collected = collect(readings)
    if isinstance(found, Unanswered):
        collected.take(unless_outside(found, STORING))
        return runtime(collected.reading())
    collected.take(Answered(found))
    for recording in found:
        kept = seconds(recording.retention)
        if kept is None:
            collected.gaps.append(f"recording {recording.token} states no readable retention time")
        else:
            collected.add([RetentionSetting(recording.token, kept or None)])
    return runtime(collected.reading())


async def footage(readings: Readings, topology: Topology, channel: str) -> Told:
    """The channel's recordings with their spans; one is empty only if each of its tracks was seen to be."""
    found = await recordings_of(readings, topology, channel)
    collected = collect(readings)
    if isinstance(found, Unanswered):
        collected.take(unless_outside(found, STORING))
        return runtime(collected.reading())
    collected.take(Answered(found))
    for recording in found:
        span = await readings.span(recording.token)
        told = span.value if isinstance(span, Answered) else None
        stored = _stored(recording, told)
        if stored.empty:
            listed = await _has_segments(readings, recording.token)
            if listed:
                # What is deleted while an export reads it is deleted when the export is over.
                collected.gaps.append(f"recording {recording.token} is called empty, and its segments are still listed")
                stored = replace(stored, empty=False)
            elif listed is None and told is not None and told.momentary:
                collected.gaps.append(
                    f"recording {recording.token} begins and ends at one moment, in which there may be footage"
                )
        collected.add([stored])
        if isinstance(span, Unanswered) and isinstance(span.reading, Unknown):
            collected.gaps.append(span.reading.detail)
    await _count_again(readings, collected.gaps)
    return runtime(collected.reading())


async def _has_segments(readings: Readings, recording: str) -> bool | None:
    """Whether any segment is listed; None where the device has no such list, or did not give it."""
    service = readings.session.services.get(RECORDING)
    if service is None or service.flag("SegmentExport") is not True:
        return None
    answer = await readings.segments(recording)
    return answer.value if isinstance(answer, Answered) else None


def _stored(recording: Recording, span: RecordingSpan | None) -> StoredRecording:
    if span is None:
        return StoredRecording(recording.token, ONBOARD, None, None, empty=recording.tracks == ())
    seen = recording.tracks is not None and span.tracks >= len(recording.tracks)
    # While it is written to, its end moves with every look, and is none.
    end = None if span.writing or span.empty else span.end
    start = None if span.empty else span.start
    return StoredRecording(recording.token, ONBOARD, start, end, empty=span.empty and seen, open=span.writing)


async def _count_again(readings: Readings, gaps: list[str]) -> None:
    """Milesight counts eight recordings and lists one: footage that GetRecordings does not show."""
    listed, counted = await readings.recordings(), await readings.recording_count()
    if (
        isinstance(listed, Answered)
        and isinstance(counted, Answered)
        and counted.value is not None
        and counted.value > len(listed.value)
    ):
        gaps.append(f"the Search service counts {counted.value} recordings, GetRecordings lists {len(listed.value)}")


async def stores(view: WholeView) -> Told:
    """What ONVIF can name of the places where data lies; never complete."""
    found: list[Store] = []
    recordings = await view.readings.recordings()
    service = view.session.services.get(RECORDING)
    if isinstance(recordings, Answered) and (service is None or service.flag("OnboardStorage") is not False):
        found.append(Store(ONBOARD, "footage"))
    configured = await view.readings.storage_configurations()
    if isinstance(configured, Answered):
        found += [Store(f"storage:{target.token}", "destination") for target in configured.value]
    return runtime(Known(Items(tuple(found), complete=False, missing=NOT_IN_ONVIF)))


async def external_storage(view: WholeView) -> Told:
    """Storage configurations of the device service, upload targets that are none of them, and running exports."""
    readings = view.readings
    collected = collect(readings)
    configured, recordings = await readings.storage_configurations(), await readings.recordings()
    listed = configured.value if isinstance(configured, Answered) else ()
    if isinstance(configured, Answered) and not listed and not _announced(view):
        collected.unknown.append(
            Unknown(Why.UNSUPPORTED_UNPROVEN, "an empty list of storage configurations that no capability announces")
        )
    else:
        collected.take(unless_outside(configured, DESTINATIONS))
    uploads: set[str] | None = None
    if isinstance(recordings, Answered):
        uploads = {recording.storage for recording in recordings.value if recording.uploads}
    elif isinstance(recordings.reading, Unknown):
        collected.unknown.append(recordings.reading)
    for target in listed:
        used = None if uploads is None else target.token in uploads
        collected.add([ExternalDestination(f"storage:{target.token}", target.kind.lower(), used)])
    for token in sorted((uploads or set()) - {target.token for target in listed}):
        collected.add([ExternalDestination(f"storage:{token}", "recording-target", True)])
    exports, gap = await export_destinations(readings)
    collected.add(exports)
    if gap:
        collected.gaps.append(gap)
    return both(collected.reading())


def _announced(view: WholeView) -> bool:
    device = view.session.services.get(DEVICE)
    return device is not None and device.flag("StorageConfiguration") is True
