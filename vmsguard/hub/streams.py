"""The hub's streams: what comes from every site, what it answers, and the newest policies."""

from __future__ import annotations

from collections.abc import Sequence

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

__all__ = ["ensure_hub_streams", "ensure_policies_stream"]


async def ensure_hub_streams(jetstream: JetStreamContext, domains: Sequence[str]) -> None:
    """Have them there: evidence is sourced from the leaf node of each domain, and gone once it is filed."""
    await _ensure(
        jetstream,
        StreamConfig(
            name=HUB_EVIDENCE_STREAM,
            retention=RetentionPolicy.WORK_QUEUE,
            storage=StorageType.FILE,
            sources=[
                StreamSource(name=EVIDENCE_STREAM, external=ExternalStream(api=f"$JS.{domain}.API"))
                for domain in domains
            ],
            description="evidence of the sites that the hub has not filed yet",
        ),
    )
    await _ensure(jetstream, _last_words(CONFIRMED_STREAM, "vmsguard.confirmed.*", "what the hub has of each log"))
    await ensure_policies_stream(jetstream)


async def ensure_policies_stream(jetstream: JetStreamContext) -> None:
    """The stream that holds the newest bundle alone."""
    await _ensure(jetstream, _last_words(POLICIES_STREAM, POLICIES_SUBJECT, "the newest bundle of policies"))


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
