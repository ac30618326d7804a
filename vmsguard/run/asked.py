"""What people ask of a run, and the run itself: the same whether a command carries it out or an agent does."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from vmsguard.model.plan import Plan
from vmsguard.run.apply import run_apply
from vmsguard.run.check import run_check
from vmsguard.run.equipment import Equipment
from vmsguard.run.fleet import Fleet
from vmsguard.run.outcome import RunOutcome

__all__ = ["AskedRun", "carry_out"]


class AskedRun(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A check, a plan or an apply, as it was asked for."""

    command: Literal["check", "plan", "apply"]
    limit: tuple[str, ...] = ()
    """These cameras alone; empty: all."""
    fail_on: frozenset[str] | None = None
    """What makes the exit code non-zero."""
    saved: Plan | None = None
    """For ``apply``: send no more than this."""
    confirm_purge: int | None = None
    """For ``apply``: the most recordings that may be deleted for the first time."""


async def carry_out(asked: AskedRun, fleet: Fleet, equipment: Equipment, run: str) -> RunOutcome:
    """The run that was asked for, over a fleet that is narrowed already."""
    if asked.command == "apply":
        return await run_apply(
            fleet,
            equipment,
            run,
            saved=asked.saved,
            confirm_purge=asked.confirm_purge,
            fail_on=asked.fail_on,
        )
    return await run_check(
        fleet,
        equipment,
        run,
        command=asked.command,
        show_plan=asked.command == "plan",
        fail_on=asked.fail_on,
    )
