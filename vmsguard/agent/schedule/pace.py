"""How fast a site is worked off after a silence: most overdue first, a few starts a second, no two sites in step."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from vmsguard.agent.schedule.chance import fraction

__all__ = ["Pace"]


class _AtSite(Protocol):
    @property
    def site(self) -> str: ...


W = TypeVar("W", bound=_AtSite)


class Pace:
    """Lets so many targets of a site begin per second, with as many in hand at most as one second gives."""

    def __init__(self, per_second: float, seed: str) -> None:
        self._rate = per_second
        self._seed = seed
        self._sites: dict[str, tuple[float, float]] = {}
        """Site to what it has in hand, and when that was worked out."""

    @property
    def most(self) -> int:
        """How many of one site may begin in one round at most."""
        return int(max(1.0, self._rate))

    def admit(self, waiting: Iterable[W], monotonic: float) -> list[W]:
        """Those that may begin now, in the order given; the others come again in the next round."""
        admitted: list[W] = []
        for one in waiting:
            in_hand, at = self._sites.get(one.site) or (self._at_first(one.site), monotonic)
            in_hand = min(max(1.0, self._rate), in_hand + (monotonic - at) * self._rate)
            if in_hand >= 1.0:
                admitted.append(one)
                in_hand -= 1.0
            self._sites[one.site] = in_hand, monotonic
        return admitted

    def _at_first(self, site: str) -> float:
        return max(1.0, self._rate * (0.5 + 0.5 * fraction(self._seed, site)))
