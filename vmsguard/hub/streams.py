"""The hub's streams: what comes from every site, what it answers, and the newest policies."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.api import ExternalStream, RetentionPolicy, StorageType, StreamConfig, StreamSource
from nats.js.client import JetStreamContext
from nats.js.errors import BadRequestError

from vmsguard.agent.uplink.subjects import (
    CONFIRMED_STREAM,
    EVIDENCE_STREAM,
    HUB_EVIDENCE_STREAM,
    POLICIES_STREAM,
    POLICIES_SUBJECT,
)

__all__ = ["Rousing", "ensure_hub_streams", "ensure_policies_stream"]

_SECONDS = 2.0
_LOOK_AGAIN = 4
"""Looks until one that is there and whose source stands still is roused once more."""
_UNREACHED = (NatsError, TimeoutError, OSError)


async def ensure_hub_streams(jetstream: JetStreamContext, domains: Sequence[str]) -> None:
    """Have them there: evidence is sourced from the leaf node of each domain, and gone once it is filed."""
    await _ensure(jetstream, _evidence_of(domains))
    await _ensure(jetstream, _last_words(CONFIRMED_STREAM, "vmsguard.confirmed.*", "what the hub has of each log"))
    await ensure_policies_stream(jetstream)


async def ensure_policies_stream(jetstream: JetStreamContext) -> None:
    """The stream that holds the newest bundle alone."""
    await _ensure(jetstream, _last_words(POLICIES_STREAM, POLICIES_SUBJECT, "the newest bundle of policies"))


class Rousing:
    """Has the server ask a leaf node again as soon as it is there.

    A source that was asked for while its leaf node was away is tried again only after 40 seconds (nats-server 2.15.1,
    seen with the hub's server started before the leaf node had dialled in).
    """

    def __init__(self, client: Client, jetstream: JetStreamContext, domains: Sequence[str]) -> None:
        self._client = client
        self._jetstream = jetstream
        self._domains = tuple(domains)
        self._there: frozenset[str] = frozenset()
        self._looks = 0

    async def look(self) -> None:
        """See who is there; a source of who was not is taken out and put back, if one of them stands still."""
        answers = await asyncio.gather(*(self._answers(domain) for domain in self._domains))
        there = frozenset(domain for domain, here in zip(self._domains, answers, strict=True) if here)
        news, self._there = there - self._there, there
        self._looks += 1
        if not news and self._looks % _LOOK_AGAIN:
            return
        try:
            told = await self._jetstream.stream_info(HUB_EVIDENCE_STREAM)
            still = sum(source.active is None or source.active < 0 for source in told.sources or ())
            if still > len(self._domains) - len(there):
                rest = [one for one in self._domains if one not in (news or there)]
                await self._jetstream.update_stream(_evidence_of(rest))
                await self._jetstream.update_stream(_evidence_of(self._domains))
        except _UNREACHED:
            self._there = frozenset()  # looked at anew next time
            raise

    async def _answers(self, domain: str) -> bool:
        """Whether the leaf node's own stream is there and answers from here."""
        try:
            await self._client.jetstream(domain=domain, timeout=_SECONDS).stream_info(EVIDENCE_STREAM)
        except _UNREACHED:
            return False
        return True


def _evidence_of(domains: Sequence[str]) -> StreamConfig:
    return StreamConfig(
        name=HUB_EVIDENCE_STREAM,
        retention=RetentionPolicy.WORK_QUEUE,
        storage=StorageType.FILE,
        sources=[
            StreamSource(name=EVIDENCE_STREAM, external=ExternalStream(api=f"$JS.{domain}.API")) for domain in domains
        ],
        description="evidence of the sites that the hub has not filed yet",
    )


def _last_words(name: str, subject: str, description: str) -> StreamConfig:
    return StreamConfig(
        name=name,
        subjects=[subject],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        max_msgs_per_subject=1,
        description=description,
    )


async def _ensure(jetstream: JetStreamContext, wanted: StreamConfig) -> None:
    try:
        await jetstream.add_stream(wanted)
    except BadRequestError:
        await jetstream.update_stream(wanted)
