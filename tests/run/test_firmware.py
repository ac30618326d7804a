"""State knows a firmware again without keeping what a device typed into that field."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from msgspec.structs import replace

from vmsguard.model.ledger import ImpossibilityProof
from vmsguard.model.manifest import Identity
from vmsguard.model.snapshot import TargetSeen
from vmsguard.run.firmware import kept_firmware, with_known_firmware
from vmsguard.run.observe import TargetObservation

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOSTILE = "5.7 //admin:hunter2@ Kim"
DATED = "build 2026-01-02 10:33"


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]


def proof(firmware: str) -> ImpossibilityProof:
    return ImpossibilityProof(
        target="t-1",
        channel="1",
        verb="recording.stop",
        firmware=kept_firmware(firmware, digest),
        item="job=1",
        kind="refused",
        detail="SetRecordingJobMode",
        proven_at=NOON,
        expires=NOON + timedelta(days=1),
        run="run",
    )


def running(firmware: str) -> dict[str, TargetObservation]:
    return {"t-1": TargetObservation(seen=TargetSeen(target="t-1", identity=Identity(firmware=firmware)))}


def test_two_firmwares_of_one_hour_are_two() -> None:
    assert kept_firmware("build 2026-01-02 10:33", digest) != kept_firmware("build 2026-01-02 10:45", digest)


def test_a_plain_firmware_is_kept_and_another_only_as_a_digest() -> None:
    assert "V5.7.3 build 220315" == kept_firmware("V5.7.3 build 220315", digest)
    assert f"digest:{digest(HOSTILE)}" == kept_firmware(HOSTILE, digest)


@pytest.mark.parametrize("firmware", ["1.4.2", HOSTILE, DATED, "펌웨어 1", "x" * 200])
def test_a_proof_is_of_the_firmware_that_runs(firmware: str) -> None:
    (known,) = with_known_firmware([proof(firmware)], running(firmware), digest)
    assert firmware == known.firmware


@pytest.mark.parametrize("firmware", ["1.4.2", HOSTILE])
def test_a_proof_of_another_firmware_stays_one(firmware: str) -> None:
    old = proof(firmware)
    assert [old] == with_known_firmware([old], running("2.0"), digest)
    assert [old] == with_known_firmware([old], {}, digest)
    elsewhere = replace(old, target="t-2")
    assert [elsewhere] == with_known_firmware([elsewhere], running(firmware), digest)
