"""The hub's streams: what comes from every site, what it answers, and the newest policies."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
from msgspec import Struct
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

__all__ = ["Rousing", "awake_in", "ensure_hub_streams", "ensure_policies_stream"]

_SECONDS = 2.0
_LOOK_AGAIN = 4
"""Looks until one that is there and whose source stands still is roused once more."""
_UNREACHED = (NatsError, TimeoutError, OSError)
_SILENT_NANOSECONDS = 30 * 10**9


class _External(Struct):
    api: str = ""


class _Source(Struct):
    active: int = -1
    """Nanoseconds since the server heard of it; -1 where it never did."""
    external: _External | None = None


class _Info(Struct):
    sources: tuple[_Source, ...] = ()


_INFOS: msgspec.json.Decoder[_Info] = msgspec.json.Decoder(_Info)


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

    A source that was asked for while its leaf node was away, or had no stream yet, is tried again only after 10 to 40
    seconds (nats-server 2.15.1, seen with the hub's server started before the leaf node had dialled in).
    """

    def __init__(self, client: Client, jetstream: JetStreamContext, prefix: str, domains: Sequence[str]) -> None:
        """``prefix`` is that of the hub's own API: the library keeps from its answer which source is whose."""
        self._client = client
        self._jetstream = jetstream
        self._info = f"{prefix}.STREAM.INFO.{HUB_EVIDENCE_STREAM}"
        self._domains = tuple(domains)
        self._there: frozenset[str] = frozenset()
        self._looks = 0
        self._put_back: frozenset[str] = frozenset()

    async def look(self) -> frozenset[str]:
        """See who is there; a source that stands still though its leaf node is there is taken out and put back.

        Of these domains everything has to be sent anew: a stream that is empty because all was filed is given by the
        server only what came to the leaf node after its own last message, of whomever that was (2.15.1, seen).
        """
        answers = await asyncio.gather(*(self._answers(domain) for domain in self._domains))
        there = frozenset(domain for domain, here in zip(self._domains, answers, strict=True) if here)
        news, self._there = there - self._there, there
        self._looks += 1
        if not news and self._looks % _LOOK_AGAIN:
            return frozenset()
        try:
            still = there - awake_in((await self._client.request(self._info, timeout=_SECONDS)).data)
            self._put_back |= still
            if still:
                await self._jetstream.update_stream(_evidence_of([one for one in self._domains if one not in still]))
                await self._jetstream.update_stream(_evidence_of(self._domains))
        except _UNREACHED:
            self._there = frozenset()  # looked at anew next time
            raise
        put_back, self._put_back = self._put_back, frozenset()
        return put_back

    async def _answers(self, domain: str) -> bool:
        """Whether the leaf node's own stream is there and answers from here."""
        try:
            await self._client.jetstream(domain=domain, timeout=_SECONDS).stream_info(EVIDENCE_STREAM)
        except _UNREACHED:
            return False
        return True


def awake_in(info: bytes) -> frozenset[str]:
    """The domains whose sources the server heard of lately, by its word on the stream; they beat each second."""
    try:
        sources = _INFOS.decode(info).sources
    except msgspec.DecodeError:
        return frozenset()  # an error instead of a stream
    heard = (one.external for one in sources if 0 <= one.active < _SILENT_NANOSECONDS)
    apis = (one.api.split(".") for one in heard if one is not None)
    return frozenset(parts[1] for parts in apis if len(parts) == 3)


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
