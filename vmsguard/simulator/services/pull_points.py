"""Pull points of the Events service: a subscription that is asked for its messages, renewed and given back.

Messages are told at once or not at all: a pull that finds none does not wait for its timeout.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from vmsguard.simulator.access import Access
from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.device_state import Device
from vmsguard.simulator.faults import Fault, invalid_argument, invalid_arguments
from vmsguard.simulator.iso_duration import seconds
from vmsguard.simulator.job_state import job_state
from vmsguard.simulator.soap import PREFIXES, element, instant, quoteattr, text
from vmsguard.simulator.subscriptions import Notification, Subscription

__all__ = ["MOST_TAKEN", "ONE_SUBSCRIPTION", "OPERATIONS", "PATH", "PULL_POINTS", "most_pull_points"]

ONE_SUBSCRIPTION: Final = "one-subscription"
"""The feature of devices that have room for one subscriber only."""
PATH: Final = "pull_point_"
"""What the last part of a subscription's address begins with."""
MOST_TAKEN: Final = 100
"""Messages of one pull at most."""

_CONCRETE_SET: Final = "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet"
_WSNT: Final = f"{{{PREFIXES['wsnt']}}}"
_LONGEST: Final = 3600
_DEFAULT: Final = 60
JOB_STATE: Final = "tns1:RecordingConfig/JobState"
EXPORTS: Final = "tns1:Monitoring/AsynchronousOperationStatus"


def most_pull_points(device: Device) -> int:
    return 1 if ONE_SUBSCRIPTION in device.features else 4


def _device_time(call: Call) -> datetime:
    return call.world.now() + timedelta(seconds=call.device.clock_offset)


def _alive(call: Call) -> dict[str, Subscription]:
    """The subscriptions that have not ended by themselves."""
    now = call.world.now()
    for token in [token for token, known in call.subscriptions.items() if known.ends <= now]:
        del call.subscriptions[token]
    return call.subscriptions


def _lifetime(call: Call, told: str) -> timedelta:
    """A duration, or a time by the device's clock; what is left out is the device's to choose."""
    if not told:
        return timedelta(seconds=_DEFAULT)
    wanted = seconds(told)
    if wanted is None:
        try:
            wanted = int((datetime.fromisoformat(told) - _device_time(call)).total_seconds())
        except (ValueError, TypeError):
            raise invalid_arguments("The termination time is neither a duration nor a time") from None
    if not 0 < wanted <= _LONGEST:
        raise Fault("Sender", ("UnacceptableTerminationTime",), "The termination time is not acceptable")
    return timedelta(seconds=wanted)


def _topics(call: Call) -> tuple[str, ...]:
    filters = call.arguments.children("Filter")
    if not filters:
        return ()
    told = filters[0].texts(f"{_WSNT}TopicExpression")
    wanted = [topic.strip() for expression in told for topic in expression.split("|")]
    if not all(topic.startswith("tns1:") for topic in wanted):
        raise invalid_argument("InvalidTopicExpression")
    return tuple(wanted)


def _create(call: Call) -> str:
    open_now = _alive(call)
    if len(open_now) >= most_pull_points(call.device):
        raise Fault("Receiver", ("MaxPullPoints",), "The maximum number of pull points is reached")
    lifetime = _lifetime(call, call.arguments.optional("InitialTerminationTime"))
    token = str(1 + max((int(known) for known in open_now), default=0))
    subscription = Subscription(token, call.world.now() + lifetime, _topics(call))
    open_now[token] = subscription
    _note_properties(call, subscription)
    address = f"http://{call.advertised_host}/{call.device.id}/onvif/{PATH}{token}"
    return (
        f"<tev:SubscriptionReference>{element('wsa:Address', address)}</tev:SubscriptionReference>"
        f"{_times(call, subscription, 'wsnt')}"
    )


def _times(call: Call, subscription: Subscription, prefix: str) -> str:
    ends = subscription.ends + timedelta(seconds=call.device.clock_offset)
    return element(f"{prefix}:CurrentTime", instant(_device_time(call))) + element(
        f"{prefix}:TerminationTime", instant(ends)
    )


def _find(call: Call) -> Subscription:
    found = _alive(call).get(call.path.removeprefix(PATH))
    if found is None:
        raise Fault("Sender", ("InvalidArgVal", "ResourceUnknown"), "There is no such subscription")
    return found


def _note_properties(call: Call, subscription: Subscription) -> None:
    """Put what changed since the last look into the queue, and at the first look what there is."""
    states = {(JOB_STATE, job.token): job_state(call.device, job, call.world)
              for job in call.device.configuration.jobs}  # fmt: skip
    now = call.world.now()
    states |= {
        (EXPORTS, f"{export.begun_by}/{export.token}"): "0.5" for export in call.device.exports if export.ends > now
    }
    for (topic, token), state in states.items():
        before = subscription.told.get((topic, token))
        if before != state:
            operation = "Initialized" if before is None else "Changed"
            subscription.take(_property(topic, token, state, operation, _device_time(call)))
    for topic, token in set(subscription.told) - set(states):
        subscription.take(_property(topic, token, subscription.told[topic, token], "Deleted", _device_time(call)))
    subscription.told = states


def _property(topic: str, token: str, state: str, operation: str, at: datetime) -> Notification:
    if topic == JOB_STATE:
        return Notification(topic, at, {"RecordingJobToken": token}, {"State": state}, operation)
    begun_by, _, operation_token = token.partition("/")
    source = {"Token": operation_token, "OperationName": begun_by, "ServiceName": "Recording"}
    return Notification(topic, at, source, {"Progress": state}, operation)


def _pull(call: Call) -> str:
    subscription = _find(call)
    if seconds(call.arguments.text("Timeout")) is None:
        raise invalid_arguments("Timeout is not a duration")
    limit = call.arguments.text("MessageLimit")
    if not (limit.isascii() and limit.isdecimal()):
        raise invalid_arguments("MessageLimit is not a number")
    _note_properties(call, subscription)
    count = min(int(limit), MOST_TAKEN, len(subscription.waiting))
    told = "".join(_message(subscription.waiting.popleft()) for _ in range(count))
    return _times(call, subscription, "tev") + told


def _message(notification: Notification) -> str:
    operation = f" PropertyOperation={quoteattr(notification.operation)}" if notification.operation else ""
    topic = f"<wsnt:Topic Dialect={quoteattr(_CONCRETE_SET)}>{text(notification.topic)}</wsnt:Topic>"
    at = f"UtcTime={quoteattr(instant(notification.at))}"
    told = f"<tt:Source>{_items(notification.source)}</tt:Source><tt:Data>{_items(notification.data)}</tt:Data>"
    return (
        f"<wsnt:NotificationMessage>{topic}<wsnt:Message><tt:Message {at}{operation}>{told}</tt:Message></wsnt:Message>"
        "</wsnt:NotificationMessage>"
    )


def _items(told: Mapping[str, str]) -> str:
    return "".join(f"<tt:SimpleItem Name={quoteattr(name)} Value={quoteattr(value)}/>" for name, value in told.items())


def _synchronise(call: Call) -> str:
    """Every property is told again, as if it were new to the subscriber."""
    subscription = _find(call)
    subscription.told = {}
    _note_properties(call, subscription)
    return ""


def _renew(call: Call) -> str:
    subscription = _find(call)
    subscription.ends = call.world.now() + _lifetime(call, call.arguments.optional("TerminationTime"))
    ends = subscription.ends + timedelta(seconds=call.device.clock_offset)
    return element("wsnt:TerminationTime", instant(ends)) + element("wsnt:CurrentTime", instant(_device_time(call)))


def _unsubscribe(call: Call) -> str:
    del call.subscriptions[_find(call).token]
    return ""


def _none(device: Device) -> str:
    return ""


OPERATIONS: Final[Mapping[str, Operation]] = {"CreatePullPointSubscription": Operation(_create, Access.READ_MEDIA)}
"""What the Events service itself answers; the rest is asked of the address that it gives."""

PULL_POINTS: Final = (
    Service(
        name="events",
        prefix="tev",
        path=PATH,
        version=(24, 12),
        capabilities=_none,
        operations={
            "PullMessages": Operation(_pull, Access.READ_MEDIA),
            "SetSynchronizationPoint": Operation(_synchronise, Access.READ_MEDIA),
        },
    ),
    Service(
        name="events",
        prefix="wsnt",
        path=PATH,
        version=(24, 12),
        capabilities=_none,
        operations={
            "Renew": Operation(_renew, Access.READ_MEDIA),
            "Unsubscribe": Operation(_unsubscribe, Access.READ_MEDIA),
        },
    ),
)
"""The two halves of a subscription's own address, told apart by the namespace of what is asked."""
