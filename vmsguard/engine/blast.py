"""What else a change touches: the other channels of a target, the cameras that claim them, and what they bar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from vmsguard.engine.evaluate import Evaluation
from vmsguard.model.changes import Change
from vmsguard.model.inventory import ALL_CHANNELS
from vmsguard.model.pack import Hold
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.vocabulary import WHOLE

__all__ = ["Claims", "Neighbours", "is_wide"]


class Claims(Struct, frozen=True, kw_only=True):
    """Which cameras claim which channel, over the whole inventory, and what each target lists."""

    cameras: Mapping[tuple[str, str], tuple[str, ...]]
    listed: Mapping[str, tuple[str, ...] | None]
    """Target to all its channels; None where it could not be asked."""
    holds: Mapping[str, tuple[Hold, ...]] = {}
    """Camera to the holds that keep its footage where it is."""

    def claimants(self, target: str, channel: str) -> frozenset[str]:
        """Cameras that claim a channel, by name or with all others."""
        places = ((target, channel), (target, ALL_CHANNELS), (target, WHOLE))
        return frozenset(camera for place in places for camera in self.cameras.get(place, ()))


def is_wide(change: Change, scope: str) -> bool:
    """Whether a change reaches beyond its channel: by its verb's declared scope, or because it names the target."""
    return scope != "channel" or change.channel == WHOLE


class Neighbours:
    """Who would feel a change besides the cameras that ask for it, and whether each of them allows it."""

    def __init__(
        self, claims: Claims, evaluations: Iterable[Evaluation], snapshots: Mapping[str, CameraSnapshot]
    ) -> None:
        self.claims = claims
        self._evaluations = {evaluation.camera: evaluation for evaluation in evaluations}
        self._snapshots = snapshots
        self._at_target: dict[str, set[str]] = {}
        for (target, _), cameras in claims.cameras.items():
            self._at_target.setdefault(target, set()).update(cameras)

    def blockers(self, change: Change, scope: str, asking: frozenset[str]) -> tuple[str, ...]:
        """Every reason why the change must stay a proposal; empty where all it reaches is enrolled and in enforce."""
        if not is_wide(change, scope):
            others = self.claims.claimants(change.target, change.channel) - asking
            return tuple(self._bars(others))
        listed = self.claims.listed.get(change.target)
        if listed is None:
            return (f"channels-not-listed: {change.target}",)
        blocked = [
            f"not-enrolled: {change.target}/{channel}"
            for channel in listed
            if not self.claims.claimants(change.target, channel)
        ]
        # Also cameras whose channel the target does not list just now: the change reaches them all the same.
        return (*blocked, *self._bars(self._at_target.get(change.target, set()) - asking))

    def _bars(self, others: Iterable[str]) -> list[str]:
        return [f"shared-with {camera}: {why}" for camera in sorted(others) if (why := self._bar(camera))]

    def _bar(self, camera: str) -> str:
        evaluation, snapshot = self._evaluations.get(camera), self._snapshots.get(camera)
        if evaluation is None or snapshot is None:
            return "not in this run"
        if snapshot.camera.protected:
            return "protected"
        return "" if evaluation.enforced else "not in enforce"
