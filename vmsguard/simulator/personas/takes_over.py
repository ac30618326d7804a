"""Has a job in reserve for every job that is stopped."""

from __future__ import annotations

from typing import ClassVar

from msgspec.structs import replace

from vmsguard.simulator.device_state import Device
from vmsguard.simulator.personas.persona import Persona

__all__ = ["NextJobTakesOver"]


class NextJobTakesOver(Persona):
    """Beside every job waits another of lower priority, set active; only the highest active one records."""

    name: ClassVar[str] = "next-job-takes-over"

    def shape(self, device: Device) -> None:
        have = device.configuration
        for job in have.jobs:
            job.priority += 1
        have.jobs += [
            replace(job, token=f"{job.token}-reserve", priority=job.priority - 1, mode="Active") for job in have.jobs
        ]
