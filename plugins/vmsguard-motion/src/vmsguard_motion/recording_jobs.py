"""What of motion's settings writes pictures, and how each is switched off; pure."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from vmsguard.model.fact_values import RecordingJob
from vmsguard.model.facts import Items, Known, Reading, Unknown
from vmsguard.model.vocabulary import Why
from vmsguard_motion.settings import Settings

__all__ = ["JOBS", "Job", "is_active", "jobs"]

_PICTURES = {"on": True, "first": True, "best": True, "center": True, "off": False}
_NOT_SHOWN = Unknown(
    Why.NOT_READ, "the web control shows no parameter that records: set webcontrol_parms 2 or more in motion"
)


class Job(Struct, frozen=True):
    """One way of writing: its parameter, and the value that ends it."""

    parameter: str
    off: str
    trigger: str
    leaves_open: bool = False
    """What it has begun to write goes on being written after the parameter is off, until the event ends."""


JOBS: Mapping[str, Job] = {
    "pictures": Job("picture_output", "off", "event"),
    "motion-pictures": Job("picture_output_motion", "off", "event"),
    "movies": Job("movie_output", "off", "event", leaves_open=True),
    "motion-movies": Job("movie_output_motion", "off", "event", leaves_open=True),
    "piped-movies": Job("movie_extpipe_use", "off", "event", leaves_open=True),
    "snapshots": Job("snapshot_interval", "0", "schedule"),
    "timelapse": Job("timelapse_interval", "0", "schedule"),
}
"""By the id of the ``recording.jobs`` item."""


def is_active(job: Job, settings: Settings) -> bool | None:
    """Whether it is set to write; None for what is not shown, and for a word that motion takes and nobody knows."""
    if job.off == "0":
        told = settings.number(job.parameter)
        return None if told is None else told > 0
    if job.parameter == "picture_output":
        return _PICTURES.get(settings.text(job.parameter) or "")
    return settings.is_on(job.parameter)


def jobs(settings: Settings | Unknown) -> Reading:
    """Every job of a camera.

    A detection that is paused says nothing here: with ``emulate_motion`` a paused camera went on writing.
    """
    if isinstance(settings, Unknown):
        return settings
    if not any(job.parameter in settings.values for job in JOBS.values()):
        return _NOT_SHOWN
    always = settings.is_on("emulate_motion") is True
    return Known(
        Items(
            tuple(
                RecordingJob(
                    id_,
                    is_active(job, settings),
                    "continuous" if always and job.trigger == "event" else job.trigger,
                )
                for id_, job in JOBS.items()
            )
        )
    )
