"""One hostile behaviour, and what the run must make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hostile_camera.server import Trick
from vmsguard.model.vocabulary import Why

__all__ = ["Case"]


@dataclass(frozen=True)
class Case:
    """``tricks`` by operation. ``why`` and ``detail`` are those of the whole target where it cannot be read at all;
    ``facts`` are the reasons of facts that stay unknown although the target was read.

    ``seconds`` is what the run may take beside the honest camera, with a deadline of two seconds per request;
    ``mebibytes`` what the process may grow by, the tricks themselves included.
    """

    tricks: Mapping[str, Trick]
    why: Why | None = None
    detail: str = ""
    facts: Mapping[str, Why] = field(default_factory=dict)
    incomplete: list[str] = field(default_factory=list)
    """Lists that say themselves that they are not all there is."""
    jobs: list[tuple[str, bool | None]] | None = None
    """The recording jobs that must have been read all the same; None where it is not said."""
    seconds: float = 10.0
    mebibytes: float = 48.0

    def prepare(self) -> None:
        """Make what is costly to make, so that it does not count as the run's."""
        for trick in self.tricks.values():
            getattr(trick, "prepare", lambda: None)()
