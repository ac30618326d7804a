"""Issues the permits without which no write leaves this process."""

from __future__ import annotations

from datetime import timedelta

from vmsguard.model.changes import Permit
from vmsguard.model.clock import Clock

__all__ = ["PermitOffice"]


class PermitOffice:
    """Knows every live permit; only the apply stage holds one, after ``apply.intent`` is on disk.

    A permit is live until it expires on the wall clock *or* on the monotonic one, whichever comes first,
    so that a clock set back does not prolong it. None lives beyond ``longest``: where another process may take a
    target over, what this one may still send must have ended by then.
    """

    def __init__(self, clock: Clock, longest: timedelta = timedelta.max) -> None:
        self._clock = clock
        self._longest = longest
        self._live: dict[Permit, float] = {}

    def issue(self, run: str, change: str, intent_seq: int, lifetime: timedelta) -> Permit:
        """Leave to send the one change whose intent is record ``intent_seq``; for ``longest`` at most."""
        lifetime = min(lifetime, self._longest)
        permit = Permit(run, change, intent_seq, self._clock.now() + lifetime)
        self._live[permit] = self._clock.monotonic() + lifetime.total_seconds()
        return permit

    def is_live(self, permit: Permit) -> bool:
        """Whether this office issued the permit, it has not been revoked and has not run out."""
        until = self._live.get(permit)
        return until is not None and self._clock.monotonic() < until and self._clock.now() < permit.expires

    def revoke(self, permit: Permit) -> None:
        """End a permit; ending one twice is no error."""
        self._live.pop(permit, None)
