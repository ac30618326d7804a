"""The Events service: event brokers (MQTT), to which it sends by itself, the topics there are, and pull points."""

from __future__ import annotations

from typing import Final

from vmsguard.simulator.access import Access
from vmsguard.simulator.call import Call, Operation, Service
from vmsguard.simulator.device_state import Device, EventBroker
from vmsguard.simulator.faults import invalid_argument, not_supported
from vmsguard.simulator.services import pull_points
from vmsguard.simulator.services.pull_points import most_pull_points
from vmsguard.simulator.soap import boolean, element, text
from vmsguard.simulator.topic_set import topic_set

__all__ = ["SERVICE"]

_CONCRETE: Final = "http://docs.oasis-open.org/wsn/t-1/TopicExpression/Concrete"
_CONCRETE_SET: Final = "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet"
_ITEM_FILTER: Final = "http://www.onvif.org/ver10/tev/messageContentFilter/ItemFilter"
_TOPIC_NAMES: Final = "http://www.onvif.org/onvif/ver10/topics/topicns.xml"
_SCHEMA: Final = "http://www.onvif.org/onvif/ver10/schema/onvif.xsd"


def _needs_brokers(device: Device) -> None:
    if "brokers" not in device.features:
        raise not_supported()


def _broker(broker: EventBroker) -> str:
    """A broker; with a metadata filter, object metadata goes there, too."""
    metadata = ""
    if broker.metadata:
        metadata = (
            f'<tev:MetadataFilter><wsnt:MessageContent Dialect="{_ITEM_FILTER}">boolean(//tt:Object)'
            "</wsnt:MessageContent></tev:MetadataFilter>"
        )
    return (
        f"<tev:EventBroker>{element('tev:Address', broker.address)}{element('tev:TopicPrefix', broker.topic_prefix)}"
        f"<tev:QoS>0</tev:QoS>{element('tev:Status', broker.status)}{metadata}</tev:EventBroker>"
    )


def _brokers(call: Call) -> str:
    _needs_brokers(call.device)
    asked = call.arguments.optional("Address")
    return "".join(_broker(broker) for broker in call.device.configuration.brokers if asked in ("", broker.address))


def _delete_broker(call: Call) -> str:
    _needs_brokers(call.device)
    address = call.arguments.text("Address")
    have = call.device.configuration
    kept = [broker for broker in have.brokers if broker.address != address]
    if len(kept) == len(have.brokers):
        raise invalid_argument("InvalidAddress")
    have.brokers = kept
    return ""


def _properties(call: Call) -> str:
    return (
        f"{element('tev:TopicNamespaceLocation', _TOPIC_NAMES)}<wsnt:FixedTopicSet>false</wsnt:FixedTopicSet>"
        f"<wstop:TopicSet>{topic_set(call.device)}</wstop:TopicSet>"
        f"<wsnt:TopicExpressionDialect>{text(_CONCRETE)}</wsnt:TopicExpressionDialect>"
        f"<wsnt:TopicExpressionDialect>{text(_CONCRETE_SET)}</wsnt:TopicExpressionDialect>"
        f"{element('tev:MessageContentFilterDialect', _ITEM_FILTER)}"
        f"{element('tev:MessageContentSchemaLocation', _SCHEMA)}"
    )


def _capabilities(device: Device) -> str:
    brokers = "brokers" in device.features
    protocols = ' EventBrokerProtocols="mqtt mqtts"' if brokers else ""
    return (
        '<tev:Capabilities WSSubscriptionPolicySupport="false" WSPausableSubscriptionManagerInterfaceSupport="false" '
        f'MaxNotificationProducers="0" MaxPullPoints="{most_pull_points(device)}" '
        f'MaxEventBrokers="{4 if brokers else 0}"{protocols} MetadataOverMQTT="{boolean(brokers)}"/>'
    )


SERVICE: Final = Service(
    name="events",
    prefix="tev",
    path="event_service",
    version=(24, 12),
    capabilities=_capabilities,
    operations={
        "GetEventBrokers": Operation(_brokers, Access.READ_SYSTEM),
        "DeleteEventBroker": Operation(_delete_broker, Access.WRITE_SYSTEM, writes=True),
        "GetEventProperties": Operation(_properties, Access.READ_MEDIA),
        **pull_points.OPERATIONS,
    },
)
