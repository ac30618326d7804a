"""Changes whose task was cut off after it announced them: recorded as interrupted, once nothing more can come of them.

The process lives on, so they are nobody's ``unresolved``: that is what the log found when it was opened. Whoever cuts a
task off (a stop, a lease that was lost, a limit) hears no answer any more, and none can be recorded after that. A call
that a driver made in a thread of its own may still be on its way then: it is waited for, and the next task of the
target tells it.
"""

from __future__ import annotations

import contextlib

from vmsguard.errors import EvidenceError
from vmsguard.evidence.log import EvidenceLog
from vmsguard.net.blocking import BlockingPool
from vmsguard.run.equipment import Equipment

__all__ = ["LeftOpen"]


class LeftOpen:
    """Of one process that has the log open. In a worker it does nothing: there the agent tells it, by the leases."""

    def __init__(self, equipment: Equipment) -> None:
        log, pool = equipment.evidence, equipment.run_blocking
        self._log = log if isinstance(log, EvidenceLog) else None
        self._pool = pool if isinstance(pool, BlockingPool) else None
        self._runs: dict[str, set[str]] = {}

    def cut_off(self, target: str, run: str) -> None:
        """This run at the target ended without an end; what it announced is told now, or by the next task there."""
        if self._log is not None:
            self._runs.setdefault(target, set()).add(run)
            self.record(target)

    def record(self, target: str) -> None:
        """Record as interrupted what earlier runs left open at the target, unless something is still on its way."""
        runs = self._runs.get(target)
        if self._log is None or not runs or (self._pool is not None and self._pool.hangs(target)):
            return
        # A log that takes nothing now is asked again by the next task; one that broke finds them when it is opened.
        with contextlib.suppress(EvidenceError):
            for intent in self._log.open_intents:
                if intent.run in runs and intent.target == target:
                    self._log.append(
                        "apply.result",
                        durable=True,
                        cause=[intent.seq],
                        change=intent.change,
                        target=intent.target,
                        channel=intent.channel,
                        outcome="interrupted",
                        code="task-cut-off",
                    )
            del self._runs[target]
