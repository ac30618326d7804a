"""Carries one task out under the lease of its target: renewed while it runs, given up when somebody else has it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from vmsguard.agent.execution.executor import Handler, Lease, Leases
from vmsguard.agent.execution.tasks import Outcome, Retry, TaskRef
from vmsguard.errors import VmsguardError

__all__ = ["under_lease"]

_AFTER_A_BUG = 300.0
"""Seconds until a task is tried again whose handler raised: soon enough for a duty, and no storm."""


async def under_lease(
    leases: Leases, handler: Handler, ref: TaskRef, sleep: Callable[[float], Awaitable[None]]
) -> bool:
    """Carry the task out and give the lease back with its outcome; False where another holds the target."""
    lease = await leases.acquire(ref)
    if lease is None:
        return False
    log = structlog.get_logger("vmsguard.agent")
    outcome: Outcome | None = None
    work = asyncio.ensure_future(handler(ref, lease))
    keeping = asyncio.ensure_future(_keep(lease, leases.term / 3, sleep))
    try:
        await asyncio.wait({work, keeping}, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            outcome = _outcome_of(work, ref)
        else:
            log.warning("lease lost", target=ref.target, token=lease.token)
    finally:
        keeping.cancel()
        work.cancel()
        await asyncio.gather(work, keeping, return_exceptions=True)
        await leases.release(lease, ref, outcome)
    return True


def _outcome_of(work: asyncio.Future[Outcome], ref: TaskRef) -> Outcome:
    error = work.exception()
    if error is None:
        return work.result()
    log = structlog.get_logger("vmsguard.agent")
    if isinstance(error, VmsguardError):
        # No bug, and no traceback for it: a state that is away, a login that is missing, a log that takes nothing.
        log.error("task not carried out", target=ref.target, kind=ref.kind, why=error.message, hint=error.hint)
        return Retry(0.0)
    log.error("task failed", target=ref.target, kind=ref.kind, error=type(error).__name__, exc_info=error)
    return Retry(_AFTER_A_BUG)


async def _keep(lease: Lease, seconds: float, sleep: Callable[[float], Awaitable[None]]) -> None:
    """Renew again and again; return when that fails."""
    while True:
        await sleep(seconds)
        if not await lease.renew():
            return
