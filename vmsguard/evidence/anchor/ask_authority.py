"""Asking a timestamping authority for a token over a note (RFC 3161, HTTP as in its section 3.4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from vmsguard.errors import UsageError
from vmsguard.evidence.anchor.exchange import NoReply, ask
from vmsguard.evidence.anchor.outcome import NotAnchored, Stamp
from vmsguard.evidence.anchor.tokens import TokenVerdict, verify_token

if TYPE_CHECKING:
    from aiohttp import ClientSession

__all__ = ["ask_authority"]


async def ask_authority(session: ClientSession, url: str, note: bytes, roots: Sequence[bytes]) -> Stamp | NotAnchored:
    """A token over the bytes of a note, with a fresh nonce; unverified at most for want of a root certificate."""
    try:
        from rfc3161_client import HashAlgorithm, TimestampRequestBuilder
    except ImportError as error:
        raise UsageError(
            "timestamps need rfc3161-client, which is not installed", hint="pip install 'vmsguard[anchor]'"
        ) from error
    builder = TimestampRequestBuilder().data(note).hash_algorithm(HashAlgorithm.SHA256)
    request = builder.nonce(nonce=True).cert_request(cert_request=True).build()
    try:
        reply = await ask(session, "POST", url, request.as_bytes(), {"Content-Type": "application/timestamp-query"})
    except NoReply as error:
        return NotAnchored(url, str(error), "try again later, or check the URL")
    if reply.status != 200:
        return NotAnchored(url, f"it answers {reply.status}", "check the URL, and whether it wants a login")
    told = verify_token(reply.body, note, roots, nonce=request.nonce)
    if told.verdict is TokenVerdict.REFUSED:
        return NotAnchored(url, f"its token is of no use: {told.why}", "check the URL, or ask another authority")
    if not told.verified and (roots or not told.at):
        return NotAnchored(url, f"its token cannot be verified: {told.why}", "check --tsa-root, or leave it out")
    return Stamp(url, reply.body, told.at, told.authority or (urlsplit(url).hostname or ""), told.why)
