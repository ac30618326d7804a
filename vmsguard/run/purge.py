"""First purges need a person's count; proven purges enter the ledger and start the duty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from vmsguard.engine.held import held_recordings
from vmsguard.model.changes import Change
from vmsguard.model.counted import counted
from vmsguard.model.facts import Fact, FactKey, Items, Known
from vmsguard.model.ledger import Deletion, HeldPurge
from vmsguard.model.plan import PlannedChange
from vmsguard.model.vocabulary import WHOLE, Stage
from vmsguard.run.execute import Sent
from vmsguard.run.files_left import FilesLeft
from vmsguard.run.observe import TargetObservation
from vmsguard.run.outcome import Skipped

__all__ = ["Proven", "PurgeBudget", "proven_deletions"]

_FOOTAGE = "footage"
_CLOCKS_DIFFER = timedelta(minutes=1)
"""How far a device's clock may be ahead of ours before its times prove nothing."""


class PurgeBudget:
    """How many recordings this run may still delete for the first time.

    A purge of footage where footage was purged and proven before is a duty and needs no count; emptying a
    gallery never is. ``confirmed`` is what one person typed after ``--confirm-purge``; ``--yes`` does not cover it.
    """

    def __init__(self, confirmed: int | None, known: Iterable[Deletion | HeldPurge]) -> None:
        self.confirmed = confirmed
        self._left = confirmed or 0
        self._before = {(deletion.target, deletion.channel) for deletion in known if deletion.store == _FOOTAGE}

    def admit(self, changes: Sequence[PlannedChange]) -> tuple[list[PlannedChange], list[Skipped]]:
        """Changes that may be sent, and first purges that wait for a (larger) count."""
        first = [planned for planned in changes if planned.destructive and not self._purged_before(planned)]
        needed = sum(planned.items for planned in first)
        if needed <= self._left and (self.confirmed is not None or not first):
            self._left -= needed
            return list(changes), []
        waiting = {planned.change.id for planned in first}
        count = (self.confirmed or 0) - self._left + needed
        said = "no count was confirmed" if self.confirmed is None else f"{self._left} of {self.confirmed} are left"
        return (
            [planned for planned in changes if planned.change.id not in waiting],
            [
                Skipped(
                    planned.change.id,
                    f"a first purge of {counted(planned.items, 'recording')} needs a person's confirmation; {said}",
                    f"look at the plan, then run apply with --confirm-purge {count}",
                )
                for planned in first
            ],
        )

    def _purged_before(self, planned: PlannedChange) -> bool:
        place = (planned.change.target, planned.change.channel)
        return planned.stage is Stage.PURGING and place in self._before


class Proven(NamedTuple):
    """What a fresh read-back proves of this run's purges."""

    deletions: list[Deletion]
    held: list[HeldPurge]
    """Purges after which nothing but held footage is listed."""


def proven_deletions(
    sent: Iterable[Sent],
    observations: Mapping[str, TargetObservation],
    files_left: Mapping[tuple[str, str], FilesLeft],
    *,
    run: str,
    started: datetime,
    ended: datetime,
) -> Proven:
    """Purges that a fresh read-back proves: nothing that began before the cutoff is listed any more.

    Where the storage is visible the files must be gone too ("row gone, files stay" is no deletion); where newer
    footage is listed, the files from before the cutoff. The list of a target that answers anything proves nothing, nor
    do times that have not come yet. Where held footage is left it is no deletion: the files in storage are not counted
    against it either.
    """
    found = Proven([], [])
    for entry in sent:
        change = entry.planned.change
        if entry.planned.stage is not Stage.PURGING or entry.outcome != "accepted":
            continue
        cutoff = _instant(change.arguments.get("cutoff", ""))
        observation = observations.get(change.target)
        if cutoff is None or observation is None or not observation.reached or _fabricates(observation):
            continue
        files = files_left.get((change.target, change.channel))
        left = _left(observation, change, cutoff)
        gone = files is not None and (files.count == 0 or _only_newer(files, observation, change, cutoff, ended))
        if left is None or (not left and files is not None and not gone):
            continue
        if left:
            found.held.append(
                HeldPurge(
                    target=change.target,
                    channel=change.channel,
                    store=_FOOTAGE,
                    cutoff=cutoff,
                    ended=ended,
                    count=entry.planned.items,
                    left=left,
                    run=run,
                )
            )
            continue
        found.deletions.append(
            Deletion(
                target=change.target,
                channel=change.channel,
                store=_FOOTAGE,
                cutoff=cutoff,
                started=started,
                ended=ended,
                count=entry.planned.items,
                observed=gone,
                run=run,
            )
        )
    return found


def _left(observation: TargetObservation, change: Change, cutoff: datetime) -> int | None:
    """How many held recordings are listed from before the cutoff; None while anything else may be."""
    fact = _listed(observation, change)
    if fact is None or not isinstance(fact.reading, Known) or not isinstance(fact.reading.value, Items):
        return None
    items = fact.reading.value
    held = held_recordings(change, items.values)
    oldest = cutoff - timedelta(seconds=1)  # devices tell whole seconds; footage of the cutoff's own second is new
    newest = fact.observed_at + _CLOCKS_DIFFER
    others = (item for item in items.values if not item.empty and item.id not in held)
    if not items.complete or not all(item.start is not None and oldest <= item.start <= newest for item in others):
        return None
    return sum(1 for item in items.values if item.id in held and (item.start is None or item.start < cutoff))


def _only_newer(
    files: FilesLeft, observation: TargetObservation, change: Change, cutoff: datetime, now: datetime
) -> bool:
    """Whether all files there can be those of newer footage that the target lists."""
    fact = _listed(observation, change)
    if fact is None or not isinstance(fact.reading, Known) or not isinstance(fact.reading.value, Items):
        return False
    newer = any(not item.empty and item.start is not None for item in fact.reading.value.values)
    return newer and files.all_written_since(cutoff, now + _CLOCKS_DIFFER)


def _listed(observation: TargetObservation, change: Change) -> Fact | None:
    key = FactKey(change.target, change.channel, "footage.recordings")
    return observation.facts.get(key) or observation.facts.get(FactKey(change.target, WHOLE, "footage.recordings"))


def _fabricates(observation: TargetObservation) -> bool:
    identity = observation.seen.identity
    return identity is not None and identity.fabricates


def _instant(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
