"""The topics a device announces, and which of them speak of functions that no list of rules need hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from vmsguard_onvif.classify import UNCLASSIFIED
from vmsguard_onvif.elements import TT, Element, Malformed, descend, first, local
from vmsguard_onvif.face_names import is_face_class, task_of_name
from vmsguard_onvif.namespaces import TOPICS
from vmsguard_onvif.reply_limits import LONGEST_LIST, LONGEST_TOKEN

__all__ = ["Topic", "event_topics", "task_of_items", "task_of_topic"]

_WSTOP = f"{{{TOPICS}}}"
_MESSAGE = f"{TT}MessageDescription"

_MOST_LEVELS = 16
"""The standard's topics have three, those of applications six."""

# Axis and Hanwha send the events of applications under the application's name.
_OF_APPLICATIONS = frozenset({"CameraApplicationPlatform", "OpenApp"})
_KNOWN_APPLICATIONS = frozenset({"VMD", "FenceGuard", "LoiteringGuard", "MotionGuard", "LPR"})
"""Applications of Axis that look at no face; its Object Analytics tells people from vehicles and is not among them."""

# Recognition/Face must say who was enrolled (Analytics, annex G); clients read IsFDAlarm, "face detected", in it.
_ENROLLED = frozenset({"enrollmentid", "enrolmentid"})
_DETECTED = frozenset({"isfdalarm"})


@dataclass(frozen=True)
class Topic:
    """One announced topic: its path without prefixes, and the names of what its messages tell."""

    path: str
    items: tuple[str, ...] = ()


def event_topics(reply: Element) -> tuple[Topic, ...]:
    """The topics of ``GetEventProperties``; one is a node that says so, or that holds a message or nothing at all."""
    holder = descend(reply, f"{_WSTOP}TopicSet")
    if holder is None:
        raise Malformed("no set of topics in the reply")
    found = tuple(islice(_topics(holder, ()), LONGEST_LIST + 1))
    if len(found) > LONGEST_LIST:
        raise Malformed(f"more than {LONGEST_LIST} topics")
    return found


def _topics(parent: Element, above: tuple[str, ...]) -> Iterator[Topic]:
    # Each topic is told with all the names above it: long ones above many would take the product of both.
    if len(above) > _MOST_LEVELS:
        raise Malformed(f"topics of more than {_MOST_LEVELS} levels")
    for node in parent.iterchildren():
        if node.tag == _MESSAGE or node.tag == f"{_WSTOP}documentation":
            continue
        name = local(str(node.tag))
        if len(name) > LONGEST_TOKEN:
            raise Malformed("a topic whose name is none")
        path = (*above, name)
        inner = [child for child in node.iterchildren() if child.tag != _MESSAGE]
        message = first(node, _MESSAGE)
        if (node.get(f"{_WSTOP}topic") or "").lower() in {"true", "1"} or message is not None or not inner:
            yield Topic("/".join(path), _items(message))
        yield from _topics(node, path)


def _items(message: Element | None) -> tuple[str, ...]:
    if message is None:
        return ()
    return tuple(item.get("Name") or "" for item in message.iter(f"{TT}SimpleItemDescription"))


def task_of_topic(topic: Topic) -> str:
    """The task that a topic speaks of; empty for topics of anything else.

    An application that nobody here knows may look at faces, so its topics are ``UNCLASSIFIED``.
    """
    by_item = task_of_items(topic.items)
    if by_item == "face-identification":
        return by_item
    if "bodytemperature" in topic.path.casefold():
        return "body-temperature"
    task = task_of_name(topic.path) or by_item
    if task:
        return task
    above, _, rest = topic.path.partition("/")
    while rest:
        application = rest.partition("/")[0]
        if above in _OF_APPLICATIONS:
            return "" if application in _KNOWN_APPLICATIONS else UNCLASSIFIED
        above, _, rest = rest.partition("/")
    return ""


def task_of_items(items: tuple[str, ...]) -> str:
    """The task that the names of a message's items speak of; empty where they speak of none."""
    names = {name.casefold() for name in items}
    if names & _ENROLLED:
        return "face-identification"
    return "face-detection" if names & _DETECTED or is_face_class(items) else ""
