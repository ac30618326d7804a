"""Facts about recording jobs: what they are set to do, what they do, and what keeps them from doing it."""

from __future__ import annotations

from vmsguard.model.fact_values import RecordingJob
from vmsguard.model.vocabulary import Layer
from vmsguard_onvif.announcements import job_hints
from vmsguard_onvif.facts.storage import recordings_of
from vmsguard_onvif.gathering import Answered, Unanswered
from vmsguard_onvif.lists import Collected
from vmsguard_onvif.observed import Told, collect
from vmsguard_onvif.outside_onvif import STORING, unless_outside
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.replies.recording import Job, Receiver
from vmsguard_onvif.topology import Topology

__all__ = ["is_cut_off", "recording_jobs"]


async def recording_jobs(readings: Readings, topology: Topology, channel: str) -> Told:
    """Stored: the job's mode, which is a wish. Runtime: its state, which is what it does.

    Every job counts, whatever its priority: when the first is idled, the next takes over.
    """
    answer = await readings.jobs()
    wished, doing = collect(readings), collect(readings)
    for collected in (wished, doing):
        collected.take(unless_outside(answer, STORING))
    jobs = answer.value if isinstance(answer, Answered) else ()
    for job in readings.once("jobs", lambda: topology.jobs(jobs))[channel]:
        state = await readings.job_state(job.token)
        active = state.value if isinstance(state, Answered) else None
        wished.add([RecordingJob(job.token, await _set_to_record(readings, job), job.trigger, job.recording)])
        doing.add([RecordingJob(job.token, active, job.trigger, job.recording)])
    await _written_all_the_same(readings, topology, channel, doing)
    _told_otherwise(readings, doing)
    return {Layer.STORED: wished.reading(), Layer.RUNTIME: doing.reading()}


async def _set_to_record(readings: Readings, job: Job) -> bool | None:
    """A job that is active and whose receivers may never connect is not set to record: both settings persist."""
    if job.active is False or not job.sources or any(source.kind != "receiver" for source in job.sources):
        return job.active
    answer = await readings.receivers()
    receivers = answer.value if isinstance(answer, Answered) else ()
    return False if is_cut_off(job, receivers) else job.active


def is_cut_off(job: Job, receivers: tuple[Receiver, ...]) -> bool:
    """Whether each of its sources is a receiver that may never connect."""
    closed = {receiver.token for receiver in receivers if receiver.mode == "NeverConnect"}
    return bool(job.sources) and all(source.kind == "receiver" and source.token in closed for source in job.sources)


def _told_otherwise(readings: Readings, doing: Collected) -> None:
    """What the device's own events say of a job that calls itself idle: a hint, which takes away certainty alone."""
    hints = job_hints(readings.listener.heard)
    for job in doing.values:
        if job.active is False and hints.get(job.id, False) is not False:
            doing.gaps.append(f"the device's own events tell of another state of job {job.id} than it gives itself")


async def _written_all_the_same(readings: Readings, topology: Topology, channel: str, doing: Collected) -> None:
    """Where no job records, the Search service is asked whether its recordings stand still, too."""
    if not doing.answered or any(job.active is not False for job in doing.values):
        return
    found = await recordings_of(readings, topology, channel)
    for recording in () if isinstance(found, Unanswered) else found:
        span = await readings.span(recording.token)
        if isinstance(span, Answered) and span.value.writing:
            doing.gaps.append(
                f"the Search service says that recording {recording.token} is being written, and no job says so"
            )
