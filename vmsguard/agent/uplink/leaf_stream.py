"""The stream of a site's leaf node, on which evidence waits until the hub has taken it."""

from __future__ import annotations

from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.client import JetStreamContext
from nats.js.errors import BadRequestError, NotFoundError

from vmsguard.agent.uplink.messages import Batch, decode_batch, encode_batch
from vmsguard.agent.uplink.subjects import EVIDENCE_STREAM, evidence_subject

__all__ = ["ensure_leaf_stream", "last_sent", "publish_batch"]

_MOST_BYTES = 64 << 20
"""Eight times what an uplink lets be on its way: the log is the buffer, and a hub that is away fills no disk here."""


async def ensure_leaf_stream(jetstream: JetStreamContext, origin: str) -> None:
    """Have the stream there, for this log's own subject alone."""
    wanted = StreamConfig(
        name=EVIDENCE_STREAM,
        subjects=[evidence_subject(origin)],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        max_bytes=_MOST_BYTES,
        description="evidence that is on its way to the hub",
    )
    try:
        await jetstream.add_stream(wanted)
    except BadRequestError:
        await jetstream.update_stream(wanted)


async def last_sent(jetstream: JetStreamContext, origin: str) -> tuple[int, int]:
    """Up to which record the stream has been given this log, and the place of that message; zeros for none."""
    try:
        message = await jetstream.get_last_msg(EVIDENCE_STREAM, evidence_subject(origin))
    except NotFoundError:
        return 0, 0
    batch = decode_batch(message.data or b"")
    if batch is None or batch.origin != origin or not batch.lines:
        return 0, 0
    return batch.first + batch.count, message.seq or 0


async def publish_batch(jetstream: JetStreamContext, batch: Batch, name: str) -> int:
    """Hand a batch to the leaf node; the place where it lies once that has written it."""
    told = await jetstream.publish(
        evidence_subject(batch.origin), encode_batch(batch), stream=EVIDENCE_STREAM, headers={"Nats-Msg-Id": name}
    )
    return told.seq
