"""Firmware as state keeps it: as the device tells it where that is short and plain, else as a keyed digest.

A proof of impossibility holds for one firmware, so state has to know it again; what a device says in that
field may be anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec.structs import replace

from vmsguard.evidence.redact import safe_text
from vmsguard.model.ledger import ImpossibilityProof
from vmsguard.run.observe import TargetObservation

__all__ = ["kept_firmware", "with_known_firmware"]


def kept_firmware(firmware: str, digest: Callable[[str], str]) -> str:
    """The firmware as it may be kept; equal ones are kept alike."""
    plain = safe_text(firmware, lambda text: f"digest:{digest(text)}")
    # A time in it would be rounded, and two firmwares of one hour would be the same.
    return plain if plain == firmware else f"digest:{digest(firmware)}"


def with_known_firmware(
    proofs: Iterable[ImpossibilityProof],
    observations: Mapping[str, TargetObservation],
    digest: Callable[[str], str],
) -> list[ImpossibilityProof]:
    """The proofs, those of the firmware that a target runs now under the name it tells."""
    return [_known(proof, observations.get(proof.target), digest) for proof in proofs]


def _known(
    proof: ImpossibilityProof, observation: TargetObservation | None, digest: Callable[[str], str]
) -> ImpossibilityProof:
    identity = None if observation is None else observation.seen.identity
    if identity is None or proof.firmware != kept_firmware(identity.firmware, digest):
        return proof
    return replace(proof, firmware=identity.firmware)
