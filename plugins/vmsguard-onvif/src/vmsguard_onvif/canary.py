"""Asks a service for what cannot exist: one that answers with success makes its empty lists up, too."""

from __future__ import annotations

from enum import StrEnum

from vmsguard.errors import AuthRejected, DeviceFault, NotSupported, ProtocolViolation, Unreachable
from vmsguard.model.vocabulary import Effect
from vmsguard.net.client import Reply
from vmsguard_onvif.envelope import envelope
from vmsguard_onvif.faults import Where, fault_error, is_fault
from vmsguard_onvif.large_replies import read_beside_the_loop
from vmsguard_onvif.reply import body_of
from vmsguard_onvif.session import Session

__all__ = ["CANARY", "Song", "answers_anything", "listen"]

CANARY = "GetVmsguardCanary"
"""An operation no device has; five of six servers tried answered success to commands without effect."""


class Song(StrEnum):
    """What came of asking."""

    SUCCESS = "success"
    """What this service says by an empty list is not believed."""
    REFUSAL = "refusal"
    """The fault that the standard asks for: what it says it does not have, it does not have."""
    NOISE = "noise"
    """Anything else, which proves neither."""


async def answers_anything(session: Session, namespace: str) -> bool:
    """Whether the service of a namespace answers operations that cannot exist; it is asked once in a session."""
    if namespace not in session.fabricating:
        session.fabricating[namespace] = await listen(session, namespace) is Song.SUCCESS
    return session.fabricating[namespace]


async def listen(session: Session, namespace: str) -> Song:
    """What a service says to an operation that cannot exist."""
    try:
        body = envelope(namespace, CANARY, "", session.security(CANARY))
        reply = await session.post(namespace, CANARY, body, Effect.READ)
    except ProtocolViolation as error:
        return _wrong(error)
    except (AuthRejected, DeviceFault, Unreachable):
        return Song.NOISE
    # Services of one device mostly refuse in the same words.
    told = (reply.status, reply.body)
    if session.refusal is None or session.refusal != told:
        where = Where(session.target.id, CANARY)
        song = await read_beside_the_loop(reply.body, lambda: _song(reply, where))
        if song is not Song.REFUSAL:
            return song
        session.refusal = told
    return Song.REFUSAL


def _song(reply: Reply, where: Where) -> Song:
    try:
        first = body_of(reply.body, where)
    except ProtocolViolation as error:
        return _wrong(error)
    if not is_fault(first):
        return Song.SUCCESS if 200 <= reply.status < 300 else Song.NOISE
    return Song.REFUSAL if isinstance(fault_error(first, reply.status, where), NotSupported) else Song.NOISE


def _wrong(error: ProtocolViolation) -> Song:
    return Song.SUCCESS if error.detail == "an empty SOAP body" else Song.NOISE
