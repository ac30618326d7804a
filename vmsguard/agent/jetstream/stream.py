"""The stream that tasks wait on, and a consumer for each site."""

from __future__ import annotations

from nats.errors import Error as NatsError
from nats.js.api import ConsumerConfig, DiscardPolicy, RetentionPolicy, StreamConfig
from nats.js.client import JetStreamContext
from nats.js.errors import APIError, BadRequestError, ServiceUnavailableError

from vmsguard.agent.jetstream.connection import NoServer
from vmsguard.agent.jetstream.subjects import STREAM, consumer_of, site_subject
from vmsguard.errors import ConfigError

__all__ = ["answers", "ensure_stream", "subscribe"]


async def answers(jetstream: JetStreamContext, domain: str = "") -> None:
    """Return if JetStream can be used there; raises ``NoServer`` with what to look at."""
    try:
        await jetstream.account_info()
    except (NatsError, TimeoutError, OSError) as error:
        where = f"in the domain {domain} " if domain else ""
        raise NoServer(
            f"JetStream {where}does not answer: {type(error).__name__}",
            hint="add jetstream { ... } to the server's configuration, and name its own domain under agent: nats:",
        ) from error


async def ensure_stream(jetstream: JetStreamContext, replicas: int = 1) -> None:
    """Have the stream there as it must be: one message per task at most, gone once it was carried out.

    Raises ``ConfigError`` where a stream of that name has another shape and cannot be given this one.
    """
    wanted = StreamConfig(
        name=STREAM,
        subjects=["vmsguard.work.>"],
        retention=RetentionPolicy.WORK_QUEUE,
        discard=DiscardPolicy.NEW,
        discard_new_per_subject=True,
        max_msgs_per_subject=1,
        num_replicas=replicas,
        description="what vmsguard's workers are to look at",
    )
    try:
        try:
            await jetstream.add_stream(wanted)
        except BadRequestError:
            await jetstream.update_stream(wanted)
    except ServiceUnavailableError as error:
        raise NoServer(
            f"JetStream cannot be used: {error.description}",
            hint="add jetstream { ... } to the server's configuration, or see why it is off for this account",
        ) from error
    except APIError as error:
        hint = f"remove it: nats stream rm {STREAM} (tasks are derived again)"
        raise ConfigError(f"the stream {STREAM} is there in another shape: {error.description}", hint=hint) from error
    except (NatsError, TimeoutError, OSError) as error:
        raise NoServer(
            f"JetStream does not answer: {type(error).__name__}",
            hint="add jetstream { ... } to the server's configuration",
        ) from error


async def subscribe(
    jetstream: JetStreamContext, site: str, *, at_once: int, ack_wait: float
) -> JetStreamContext.PullSubscription:
    """The site's consumer, made or brought to these numbers: ``at_once`` tasks are out at most, over all workers."""
    durable = consumer_of(site)
    config = ConsumerConfig(
        name=durable,
        durable_name=durable,
        filter_subject=site_subject(site),
        ack_wait=ack_wait,
        max_ack_pending=at_once,
        max_deliver=-1,
    )
    await jetstream.add_consumer(STREAM, config)
    return await jetstream.pull_subscribe_bind(durable=durable, stream=STREAM)
