"""``openssl ts`` as a second reader of timestamp tokens, for those that the first does not take."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from vmsguard.evidence.anchor.claims import TokenClaims

__all__ = ["Openssl", "OpensslMissing"]

_SECONDS = 20.0
_LINE = re.compile(r"^(Status|Hash Algorithm|Time stamp|Nonce): (.+)$", re.MULTILINE)
_DUMP = re.compile(r"^    [0-9a-f]{4} - ((?:[0-9a-f]{2}[ -]){1,16})", re.MULTILINE)
_TIME = re.compile(r"([A-Z][a-z]{2}) +(\d{1,2}) (\d\d:\d\d:\d\d)(?:\.(\d{1,9}))? (\d{4}) GMT")


class OpensslMissing(Exception):
    """There is no openssl here, or it does not answer."""


class Openssl:
    """One token laid before the program; ``OpensslMissing`` where that cannot be."""

    def __init__(self, token: bytes) -> None:
        program = shutil.which("openssl")
        if program is None:
            raise OpensslMissing("openssl is not installed")
        self._program = program
        self._token = token

    def claims(self) -> TokenClaims | None:
        """What it reads in the token; None if it does not take it for one."""
        with _folder({"reply.tsr": self._token}) as folder:
            read = _run([self._program, "ts", "-reply", "-in", "reply.tsr", "-text"], folder)
        return _claims(read.stdout) if read.returncode == 0 else None

    def why_not(self, claims: TokenClaims, note: bytes, roots: Sequence[bytes]) -> str:
        """What ``openssl ts -verify`` objects to, as of the time the token states; empty if it verifies."""
        with _folder({"reply.tsr": self._token, "note": note, "roots.pem": b"\n".join(roots)}) as folder:
            files = ["-in", "reply.tsr", "-data", "note", "-CAfile", "roots.pem"]
            moment = str(int(claims.at.timestamp()))
            done = _run([self._program, "ts", "-verify", *files, "-attime", moment], folder)
        return (done.stderr or "no reason told") if done.returncode else ""


@contextmanager
def _folder(files: dict[str, bytes]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="vmsguard-ts-") as name:
        for file, data in files.items():
            (Path(name) / file).write_bytes(data)
        yield Path(name)


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Its messages are read, so it must speak English; it gets no other part of our environment."""
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
    try:
        return subprocess.run(  # noqa: S603  fixed words; the token lies in a file
            command,
            cwd=folder,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise OpensslMissing("openssl does not answer") from error


def _claims(text: str) -> TokenClaims | None:
    told = dict(_LINE.findall(text))
    at = _time(told.get("Time stamp", ""))
    if at is None:
        return None
    nonce = told.get("Nonce", "")
    return TokenClaims(
        granted=told.get("Status") == "Granted.",
        at=at,
        hash_name=told.get("Hash Algorithm", ""),
        imprint=bytes.fromhex("".join(re.split("[ -]", "".join(_DUMP.findall(text))))),
        nonce=int(nonce, 16) if re.fullmatch("0x[0-9A-F]+", nonce) else None,
    )


def _time(text: str) -> datetime | None:
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    month, day, clock, fraction, year = found.groups()
    at = datetime.strptime(f"{year} {month} {day} {clock} +0000", "%Y %b %d %H:%M:%S %z")
    return at.astimezone(UTC).replace(microsecond=int((fraction or "0").ljust(6, "0")[:6]))
