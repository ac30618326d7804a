"""What of a target changed since it was last looked at, and makes another look due at once. Pure.

A firmware update, a reset, a restart or a restored configuration brings back what was switched off; waiting
for the next round would leave it on until then (policy-packs 6.3, 15).
"""

from __future__ import annotations

from datetime import timedelta

from vmsguard.model.last_seen import LastSeen

__all__ = ["changed"]

_BOOT_TOLERANCE = timedelta(minutes=2)
"""Uptime comes in whole seconds or minutes, and through two clocks; a restart takes longer than this to matter."""


def changed(before: LastSeen | None, now: LastSeen) -> tuple[str, ...]:
    """Stable codes of what differs: ``firmware restarted identity certificate run-state``.

    What was not told, then or now, tells nothing; neither does the first look.
    """
    if before is None:
        return ()
    codes = [
        code
        for code, old, new in (
            ("firmware", before.firmware, now.firmware),
            ("identity", before.identity, now.identity),
            ("certificate", before.certificate, now.certificate),
            ("run-state", before.run_state, now.run_state),
        )
        if old and new and old != new
    ]
    if before.booted_at and now.booted_at and now.booted_at - before.booted_at > _BOOT_TOLERANCE:
        codes.append("restarted")
    return tuple(codes)
