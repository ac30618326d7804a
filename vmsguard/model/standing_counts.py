"""Where an agent's fleet stands, in numbers that a database counts: nothing by camera."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

__all__ = ["SiteAge", "StandingCounts"]


class StandingCounts(Struct, frozen=True, kw_only=True):
    """What one line for an operator says."""

    targets: int
    """That have work at all."""
    due: int
    """Of them those whose work is due."""
    late: int
    """Duties over their gap."""


class SiteAge(Struct, frozen=True):
    """The duties of one site."""

    site: str
    oldest_cutoff: datetime
    """The cutoff of the last verified deletion where that is longest ago, or the enrolment of the duty."""
    share: float
    """The largest share of an allowed gap that has run; 1 is a miss."""
    duties: int
    missed: int
