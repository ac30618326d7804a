"""What commands that verify a log have in common: how many processes read, and whose timestamps count."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from vmsguard.errors import EvidenceError, UsageError

__all__ = ["jobs_option", "read_roots", "read_up_to", "roots_option"]

_LONGEST_ROOTS = 1 << 20

jobs_option = click.option(
    "--jobs", type=click.IntRange(1, 64), help="Processes that read segments [default: one per core]."
)

roots_option = click.option(
    "--tsa-root",
    "tsa_roots",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Root certificates (PEM) of a timestamping authority you trust; may be repeated.",
)


def read_roots(files: Iterable[Path]) -> list[bytes]:
    """The PEM files of ``--tsa-root``; one without a certificate is refused, be there tokens or not."""
    return [_root(file) for file in files]


def _root(file: Path) -> bytes:
    from vmsguard.evidence.anchor.tokens import load_roots

    pem = read_up_to(file, _LONGEST_ROOTS, "--tsa-root")
    try:
        load_roots(pem)
    except EvidenceError as error:
        raise UsageError(f"{file}: {error.message}", hint=error.hint) from error
    return pem


def read_up_to(path: Path, most: int, option: str) -> bytes:
    """The first ``most`` bytes of a file that an option names."""
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint=f"check {option}") from error
