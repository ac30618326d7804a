"""How often the agent looks, beats and tries; numbers a site may change, and none that a duty depends on."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct

__all__ = ["AgentSettings"]


class AgentSettings(Struct, frozen=True, kw_only=True):
    """Deadlines of duties come from the policies alone: a slower sweep makes no deletion later."""

    sweep: timedelta = timedelta(hours=1)
    """About how long a target goes without being read whole."""
    watch: timedelta = timedelta(minutes=5)
    """About how long it goes without being asked who it is."""
    heartbeat: timedelta = timedelta(minutes=5)
    """The longest the evidence is silent while the agent lives; twice that is a gap to an auditor."""
    reload: timedelta = timedelta(minutes=1)
    """How soon a changed inventory, policy, hold or exception is in force."""
    tick_seconds: float = 1.0
    lease_seconds: float = 900.0
    """How long a target is held after its worker died; a worker that lives renews it."""
    in_flight: int = 64
    starts_per_second: float = 5.0
    """How many targets of one site are begun per second at most, also after a long silence."""
    seed: str = ""
    """What sweeps and retries are spread by; an installation's own, so that two of them are not in step."""
