from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from vmsguard.errors import EvidenceError
from vmsguard.evidence.examine import Examined, examine
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.segments import segment_path

Opener = Callable[..., EvidenceLog]
ORIGIN = "vmsguard.example.org/site-a"


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_log_that_was_closed_has_nothing_to_mend(opened: Opener, folder: Path) -> None:
    opened().close()
    assert Examined(origin=ORIGIN, signed=2, records=2) == examine(folder)


def test_what_a_crash_left_is_told_and_nothing_is_touched(
    opened: Opener, folder: Path, abandon: Callable[[EvidenceLog], None]
) -> None:
    log = opened(segment_records=256)
    log.append("apply.intent", change="c", verb="recording.stop", target="t-1")
    while log.size < 300:
        log.append("observe", target="t-1")
    abandon(log)
    path = segment_path(folder, 256)
    path.write_bytes(path.read_bytes() + b"torn")
    before = everything(folder)
    told = examine(folder, 256)
    assert (300, 256, 4, 1, 1, "") == (
        told.records,
        told.signed,
        told.torn_bytes,
        told.unresolved,
        told.uncompressed,
        told.refused,
    )
    assert everything(folder) == before


def test_bytes_torn_in_the_very_first_record_are_counted(opened: Opener, folder: Path) -> None:
    log = opened()
    log.close()
    (folder / "checkpoint").write_bytes(log._keys[0].signed_bytes(_nothing()))
    segment_path(folder, 0).write_bytes(b'{"boot_id":"bo')
    assert (0, 14, "") == (examine(folder).records, examine(folder).torn_bytes, examine(folder).refused)


def test_a_rolled_back_log_is_refused_with_what_to_do(opened: Opener, folder: Path) -> None:
    opened().close()
    segment_path(folder, 0).write_bytes(b"")
    told = examine(folder)
    assert told.refused == "the evidence log was rolled back or edited: it holds 0 records and its signed head 2"
    assert "start a new origin" in told.hint


def test_a_log_without_a_head_is_refused(opened: Opener, folder: Path) -> None:
    opened().close()
    (folder / "checkpoint").unlink()
    assert "its checkpoint cannot be read" in examine(folder).refused


def test_a_directory_without_a_log_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="there is no evidence log"):
        examine(tmp_path)


def _nothing() -> object:
    from vmsguard.evidence.checkpoint import Checkpoint
    from vmsguard.evidence.tree import EMPTY_ROOT

    return Checkpoint(ORIGIN, 0, EMPTY_ROOT)
