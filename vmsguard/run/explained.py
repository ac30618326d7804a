"""Look at cameras now, judge them as ``check`` does, and explain; records nothing and changes no device."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from vmsguard.engine.why import Looked, explain_camera
from vmsguard.engine.why_model import CameraWhy
from vmsguard.model.ledger import ImpossibilityProof
from vmsguard.run.equipment import Instruments
from vmsguard.run.firmware import with_known_firmware
from vmsguard.run.fleet import Fleet
from vmsguard.run.judge import Judged, judge

__all__ = ["AskedExplanation", "Explained", "explain_fleet"]


class AskedExplanation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """These cameras; ``only`` and ``readings`` as of ``explain_camera``."""

    cameras: tuple[str, ...]
    only: str = ""
    readings: tuple[str, ...] = ()


class Explained(Struct, frozen=True):
    """What was looked at, and why each camera is judged as it is."""

    targets: int
    reached: bool
    """Some target of the cameras gave an answer, or they have none."""
    cameras: tuple[CameraWhy, ...]


async def explain_fleet(asked: AskedExplanation, fleet: Fleet, instruments: Instruments, run: str) -> Explained:
    """The cameras of a fleet that is narrowed to them already, as they are now."""
    # Nothing seen here stands in the log, so no later run may rely on it either.
    judged = await judge(fleet, instruments, run, remember=False)
    state = instruments.state
    ended = with_known_firmware(state.ended_proofs(judged.at), judged.observations, state.digest)
    told = tuple(
        explain_camera(looked, only=asked.only, readings=asked.readings) for looked in _looked(fleet, judged, ended)
    )
    seen = [target for why in told for target in why.targets]
    return Explained(len(judged.observations), not seen or any(target.reached for target in seen), told)


def _looked(fleet: Fleet, judged: Judged, ended: Iterable[ImpossibilityProof]) -> Iterator[Looked]:
    """Each camera with the proofs that ended: they open nothing, and say why nothing is open."""
    for evaluation in judged.evaluations:
        snapshot = judged.snapshots[evaluation.camera]
        past = tuple(proof for proof in ended if proof.target in snapshot.targets)
        snapshot = replace(snapshot, proofs=(*snapshot.proofs, *past))
        yield Looked(
            snapshot=snapshot,
            compiled=fleet.rules.get(snapshot.camera.site, ()),
            evaluation=evaluation,
            plan=judged.plan,
            grants=fleet.grants,
            controls=fleet.controls,
        )
