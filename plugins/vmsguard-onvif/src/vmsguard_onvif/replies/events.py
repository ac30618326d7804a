"""What a pull point says: where it is, how long it lives, and the messages it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from lxml import etree

from vmsguard_onvif.elements import TT, Element, Malformed, children, descend, instant, text
from vmsguard_onvif.namespaces import ADDRESSING, EVENTS, NOTIFICATION
from vmsguard_onvif.replies.capability import plain_path
from vmsguard_onvif.reply_limits import LONGEST_LIST

__all__ = ["Notification", "Subscribed", "lifetime_after_renewal", "nothing", "notifications", "subscribed"]

_TEV, _WSNT, _WSA = f"{{{EVENTS}}}", f"{{{NOTIFICATION}}}", f"{{{ADDRESSING}}}"
_LONGEST_PARAMETERS = 4096
_LONGEST_ITEM = 512


@dataclass(frozen=True)
class Subscribed:
    """A subscription as the device gave it: its address as written, and what must be said when it is spoken to."""

    address: str
    parameters: str
    seconds: float | None
    """How long it lives, None where the device's two times do not tell."""


@dataclass(frozen=True)
class Notification:
    """One message: its topic without prefixes, the device's time, and the simple items it tells."""

    topic: str
    at: datetime | None
    operation: str
    """``Initialized``, ``Changed``, ``Deleted``; empty for what is no property."""
    source: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)


def subscribed(reply: Element) -> Subscribed:
    """The reply to CreatePullPointSubscription. Only the address is insisted on: without it nothing can be ended."""
    reference = reply.find(f"{_TEV}SubscriptionReference")
    address = text(reference, f"{_WSA}Address")
    if reference is None or not address or not address.isprintable():
        raise Malformed("a subscription without an address")
    parameters = reference.find(f"{_WSA}ReferenceParameters")
    told = "" if parameters is None else "".join(_parameter(child) for child in parameters.iterchildren())
    if len(told) > _LONGEST_PARAMETERS:
        raise Malformed("a subscription with more parameters than any needs")
    return Subscribed(address, told, _lifetime(reply))


def _parameter(element: Element) -> str:
    element.set(f"{_WSA}IsReferenceParameter", "true")
    return etree.tostring(element, encoding="unicode", with_tail=False)


def _lifetime(reply: Element) -> float | None:
    now, ends = (instant(text(reply, f"{_WSNT}{name}")) for name in ("CurrentTime", "TerminationTime"))
    return None if now is None or ends is None else (ends - now).total_seconds()


def lifetime_after_renewal(reply: Element) -> float | None:
    return _lifetime(reply)


def nothing(reply: Element) -> None:
    """For replies that say no more than that they are the right ones."""


def notifications(reply: Element) -> tuple[Notification, ...]:
    """The messages of one pull; what is in them besides simple items is not read."""
    found = tuple(islice(_notifications(reply), LONGEST_LIST + 1))
    if len(found) > LONGEST_LIST:
        raise Malformed(f"more than {LONGEST_LIST} messages in one pull")
    return found


def _notifications(reply: Element) -> Iterator[Notification]:
    for entry in children(reply, f"{_WSNT}NotificationMessage"):
        message = descend(entry, f"{_WSNT}Message", f"{TT}Message")
        if message is not None:
            yield Notification(
                plain_path(text(entry, f"{_WSNT}Topic")),
                instant(message.get("UtcTime") or ""),
                message.get("PropertyOperation") or "",
                _items(message, "Source"),
                _items(message, "Data"),
            )


def _items(message: Element, part: str) -> dict[str, str]:
    holder = message.find(f"{TT}{part}")
    found: dict[str, str] = {}
    for item in () if holder is None else children(holder, f"{TT}SimpleItem"):
        name, value = item.get("Name") or "", item.get("Value") or ""
        if len(name) > _LONGEST_ITEM or len(value) > _LONGEST_ITEM or not value.isprintable():
            raise Malformed("an item of a message that is no single line of a name's length")
        found[name] = value
    return found
