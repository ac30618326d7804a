"""Which tracks of a channel's recordings a job fills: as set, and as it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from vmsguard_onvif.facts.storage import recordings_of
from vmsguard_onvif.gathering import Answered, Unanswered
from vmsguard_onvif.lists import Collected
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.replies.recording import Job, JobSource, Recording
from vmsguard_onvif.topology import Topology

__all__ = ["add_tracks"]


async def add_tracks(
    readings: Readings,
    topology: Topology,
    channel: str,
    wanted: Callable[[Recording], tuple[str, ...]],
    item: Callable[[str, bool | None], Any],
    silent: set[str],
    running: Collected,
    stored: Collected,
) -> None:
    """Adds ``item(id, filled)`` for each wanted track; ``silent`` are profiles that have nothing for it.

    A job that names no track may fill any. Whether one is filled is None where nobody said what its job does.
    """
    found = await recordings_of(readings, topology, channel)
    if isinstance(found, Unanswered):
        running.take(found)
        stored.take(found)
        return
    running.answered = stored.answered = True
    jobs = await readings.jobs()
    for recording in found:
        if recording.tracks is None:
            for collected in (running, stored):
                collected.gaps.append(f"recording {recording.token} does not list its tracks")
        for track in wanted(recording):
            name = f"track:{recording.token}/{track}"
            if isinstance(jobs, Unanswered):
                for collected in (running, stored):
                    collected.take(jobs)
                    collected.add([item(name, None)])
                continue
            feeding = [job for job in jobs.value if job.recording == recording.token and _feeds(job, track, silent)]
            stored.add([item(name, _filled(job.active for job in feeding))])
            running.add([item(name, _filled([await _runs(readings, job) for job in feeding]))])


def _feeds(job: Job, track: str, silent: set[str]) -> bool:
    return any(
        not _is_silent(source, silent) and (not source.tracks or track in source.tracks) for source in job.sources
    )


def _is_silent(source: JobSource, silent: set[str]) -> bool:
    return source.kind != "receiver" and source.token in silent


async def _runs(readings: Readings, job: Job) -> bool | None:
    state = await readings.job_state(job.token)
    return state.value if isinstance(state, Answered) else None


def _filled(states: Iterable[bool | None]) -> bool | None:
    known = list(states)
    return True if True in known else None if None in known else False
