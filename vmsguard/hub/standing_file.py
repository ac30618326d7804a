"""What the hub remembers of a copy beside it: how far it was proven, and what it was told that cannot be true."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec
from msgspec import Struct, field

from vmsguard.errors import EvidenceError
from vmsguard.evidence.disk import Disk

__all__ = ["CopyStanding", "Erasing", "TroubleTold", "read_broken", "read_standing", "tell_broken", "write_standing"]


class Erasing(Struct, frozen=True):
    """Records that the log announced as erased and that may still lie in the copy."""

    kind: str
    first: int
    last: int


class TroubleTold(Struct, frozen=True):
    """What was refused last, and why."""

    code: str
    why: str
    at: str
    """RFC 3339 in UTC, by the hub's clock."""
    kept: str = ""
    """The file with what was refused, as evidence of it."""


class CopyStanding(Struct, frozen=True, kw_only=True):
    """Every record up to ``size`` is on the disk, and the log's key signed a head that covers it."""

    origin: str
    size: int = 0
    root: str = ""
    head: str = ""
    """The signed note; its head may cover more than ``size`` while a long log is on its way."""
    proof: tuple[bytes, ...] = ()
    """That the copy is a prefix of that head's tree."""
    newest: str = ""
    """The time in the last record that tells one, by the site's clock."""
    heard: str = ""
    """When something of this log was last taken or found to be known, by the hub's clock."""
    erasing: tuple[Erasing, ...] = ()
    trouble: TroubleTold | None = None
    troubles: dict[str, int] = field(default_factory=dict)
    """How often something was refused, by reason."""


_BROKEN = "cannot-be-written"
_STANDINGS: msgspec.json.Decoder[CopyStanding] = msgspec.json.Decoder(CopyStanding)


def read_standing(path: Path) -> CopyStanding | None:
    """The standing in a file; None where there is none yet; ``EvidenceError`` for one that cannot be read."""
    try:
        return _STANDINGS.decode(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EvidenceError(
            f"{path} cannot be read: {type(error).__name__}",
            hint="put it back from a copy; without it, move it away: the copy is proven anew from its checkpoint",
        ) from error


def write_standing(path: Path, standing: CopyStanding, disk: Disk) -> None:
    """Put it in place of the one before, whole and durable."""
    disk.replace(path, msgspec.json.encode(standing))


def tell_broken(folder: Path, why: str) -> None:
    """Leave word beside the standing why the copy cannot be written; none for a copy that can.

    A disk that takes nothing takes no word either: the hub's own log has it.
    """
    with contextlib.suppress(OSError):
        if why:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / _BROKEN).write_text(why, "utf-8")
        else:
            (folder / _BROKEN).unlink(missing_ok=True)


def read_broken(folder: Path) -> str:
    """That word; empty where there is none."""
    try:
        return (folder / _BROKEN).read_text("utf-8", "replace") or "the copy cannot be written"
    except OSError:
        return ""
