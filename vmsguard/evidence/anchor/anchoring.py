"""Anchoring a log's newest head: witnesses cosign it, authorities stamp the note with their cosignatures."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from msgspec import Struct

from vmsguard.errors import EvidenceError
from vmsguard.evidence.anchor.add_checkpoint import time_of
from vmsguard.evidence.anchor.anchor_files import (
    has_token,
    keep_foreign_head,
    keep_note,
    keep_token,
    last_cosigned,
)
from vmsguard.evidence.anchor.ask_authority import ask_authority
from vmsguard.evidence.anchor.ask_witness import ask_witness
from vmsguard.evidence.anchor.exchange import client
from vmsguard.evidence.anchor.local_head import LocalHead
from vmsguard.evidence.anchor.outcome import Anchored, Contradicted, Cosignatures, NotAnchored, Outcome, Stamp
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.note import NoteSignature, VerifierKey

if TYPE_CHECKING:
    from aiohttp import ClientSession

__all__ = ["Authority", "Wanted", "anchor_head", "record_anchors"]


class Authority(Struct, frozen=True):
    url: str
    roots: tuple[bytes, ...] = ()
    """PEM files of the certificates its tokens have to lead to; without any they are taken unverified."""


class Wanted(Struct, frozen=True, kw_only=True):
    """Who is to be asked. ``keys`` are the witnesses' keys that count; a cosignature of no such key is refused."""

    witnesses: tuple[str, ...] = ()
    keys: tuple[VerifierKey, ...] = ()
    authorities: tuple[Authority, ...] = ()
    seconds: float = 30.0


async def anchor_head(local: LocalHead, wanted: Wanted, disk: Disk) -> list[Outcome]:
    """One outcome for each that was asked, witnesses first; what they gave lies below ``anchors/`` by then.

    The log itself is not written: when a witness knows a longer history, a record would only deepen the fork.
    Authorities are asked last, for their tokens cover the note with the cosignatures in it, and not at all about a
    history that is contradicted.
    """
    known = last_cosigned(local.directory, local.head.origin, wanted.keys)
    if known > local.head.size:
        why = f"a head of {known} records was cosigned, and here are {local.head.size}"
        return [Contradicted(url="anchors/", kind="rollback", why=why, ours=local.head, theirs_size=known)]
    try:
        async with client(wanted.seconds) as session:
            told = await _ask_witnesses(session, local, known, wanted)
            outcomes = [outcome for answer in told for outcome in _settled(answer, local, disk)]
            if any(isinstance(outcome, Contradicted) for outcome in outcomes):
                return outcomes
            lines = [line for answer in told if isinstance(answer, Cosignatures) for line in answer.lines]
            if not lines and not wanted.authorities:
                return outcomes
            note = keep_note(local.directory, local.head, lines, disk).read_bytes()
            asked = (ask_authority(session, one.url, note, one.roots) for one in wanted.authorities)
            return [*outcomes, *(_stamped(stamp, local, disk) for stamp in await asyncio.gather(*asked))]
    except OSError as error:
        raise EvidenceError(
            f"{local.directory / 'anchors'} cannot be written: {error.strerror}", hint="make it writable"
        ) from error


async def _ask_witnesses(
    session: ClientSession, local: LocalHead, known: int, wanted: Wanted
) -> list[Cosignatures | NotAnchored | Contradicted]:
    if has_token(local.directory, local.head.size):
        why = f"the note of {local.head.size} records bears a timestamp, which covers it as it is"
        hint = "let the log grow by a run and anchor its next head"
        return [NotAnchored(url, why, hint) for url in wanted.witnesses]
    return list(
        await asyncio.gather(*(ask_witness(session, url, local, known, wanted.keys) for url in wanted.witnesses))
    )


def record_anchors(log: EvidenceLog, local: LocalHead, outcomes: Sequence[Outcome]) -> int:
    """Write a ``checkpoint.anchored`` record for each anchor that was made; how many."""
    made = [outcome for outcome in outcomes if isinstance(outcome, Anchored)]
    for one in made:
        log.append(
            "checkpoint.anchored",
            durable=True,
            size=local.head.size,
            root=local.head.root_hex,
            kind=one.kind,
            ref=one.ref,
            name=one.name,
            at=one.at,
            sha256=one.sha256,
        )
    return len(made)


def _settled(answer: Cosignatures | NotAnchored | Contradicted, local: LocalHead, disk: Disk) -> list[Outcome]:
    if isinstance(answer, Cosignatures):
        return [_cosigned(answer.url, line, local) for line in answer.lines]
    if isinstance(answer, Contradicted) and answer.theirs is not None:
        keep_foreign_head(local.directory, answer.theirs, disk)
    return [answer]


def _cosigned(url: str, line: NoteSignature, local: LocalHead) -> Anchored:
    at = f"{datetime.fromtimestamp(time_of(line), UTC):%Y-%m-%dT%H:%M:%SZ}"
    return Anchored(url=url, kind="witness", name=line.name, at=at, ref=f"{local.head.size}.note")


def _stamped(stamp: Stamp | NotAnchored, local: LocalHead, disk: Disk) -> Outcome:
    if isinstance(stamp, NotAnchored):
        return stamp
    path = keep_token(local.directory, local.head.size, stamp.token, disk)
    return Anchored(
        url=stamp.url,
        kind="tsa",
        name=stamp.authority,
        at=stamp.at,
        ref=path.name,
        sha256=sha256(stamp.token).hexdigest(),
        unverified=stamp.unverified,
    )
