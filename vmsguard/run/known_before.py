"""What the state knew when a run began to judge, by what it is about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from msgspec import Struct

from vmsguard.model.ledger import Deletion, HeldPurge, ImpossibilityProof
from vmsguard.state.store import State

__all__ = ["KnownBefore", "of_targets"]


class KnownBefore(Struct, frozen=True, kw_only=True):
    """Read once for all batches of a run; by target where nothing else is said."""

    deletions: Mapping[str, Sequence[Deletion]]
    held: Mapping[str, Sequence[HeldPurge]]
    proofs: Mapping[str, Sequence[ImpossibilityProof]]
    first_uses: Mapping[str, datetime]
    """By camera."""
    latest: datetime | None
    """The highest time there was."""

    @classmethod
    def of(
        cls,
        state: State,
        now: datetime,
        targets: Collection[str] | None = None,
        cameras: Collection[str] | None = None,
    ) -> KnownBefore:
        """What is known of these targets and cameras, or of all."""
        return cls(
            deletions=_by_target(state.deletions(targets)),
            held=_by_target(state.held_purges(targets)),
            proofs=_by_target(state.proofs(now, targets)),
            first_uses=state.first_uses(cameras),
            latest=state.highest_time(),
        )


class _OfTarget(Protocol):
    @property
    def target(self) -> str: ...


T = TypeVar("T", bound=_OfTarget)


def _by_target(entries: Iterable[T]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for entry in entries:
        found.setdefault(entry.target, []).append(entry)
    return found


def of_targets(entries: Mapping[str, Sequence[T]], targets: Iterable[str]) -> list[T]:
    """What is known of these targets, in their order."""
    return [entry for target in targets for entry in entries.get(target, ())]
