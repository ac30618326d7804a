"""What this process's last look at each target came to: who answered, and where a first deletion waits for a person.

It begins empty with the process. What it does not know of a target is not claimed: one that failed before the process
began counts as silent until it was asked again.
"""

from __future__ import annotations

from collections.abc import Iterator

from vmsguard.run.outcome import RunOutcome

__all__ = ["FIRST_PURGE", "LastLooks"]

FIRST_PURGE = "a first purge"
"""How the reason begins that a run gives for a deletion that waits for a person."""


class LastLooks:
    """Told by whoever carries tasks out; asked by the watch, by monitoring and by whoever wants to know."""

    def __init__(self) -> None:
        self._answering: set[str] = set()
        self._waiting: dict[str, int] = {}

    def note(self, target: str, *, answered: bool) -> None:
        """It was asked, and did or did not answer."""
        (self._answering.add if answered else self._answering.discard)(target)

    def note_run(self, target: str, outcome: RunOutcome) -> None:
        """A run looked at it as a whole."""
        self.note(target, answered=all(one.target != target for one in outcome.unreachable))
        waiting = {one.change for one in outcome.skipped if one.reason.startswith(FIRST_PURGE)}
        planned = () if outcome.plan is None else outcome.plan.changes
        self.note_waiting(
            target, sum(one.items for one in planned if one.change.target == target and one.change.id in waiting)
        )

    def note_waiting(self, target: str, recordings: int) -> None:
        """So many recordings wait for approval of their first deletion; 0 where none do."""
        if recordings:
            self._waiting[target] = recordings
        else:
            self._waiting.pop(target, None)

    def silent(self, target: str, attempt: int) -> bool:
        """Whether a target whose last ``attempt`` tries came to nothing did not answer; others refuse or disobey."""
        return attempt > 0 and target not in self._answering

    def waiting(self) -> Iterator[tuple[str, int]]:
        """Targets where a first deletion waits for approval, with how many recordings it would delete."""
        yield from sorted(self._waiting.items())
