"""What a device says it could do: types of rules and modules with their events, and samples of their metadata."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vmsguard_onvif.elements import TT, Element, Malformed, children, first, local, text
from vmsguard_onvif.namespaces import ANALYTICS, HUMAN_BODY, HUMAN_FACE
from vmsguard_onvif.replies.analytics import words

__all__ = [
    "SampleFrame",
    "SupportedType",
    "class_options",
    "plain_path",
    "sample_frames",
    "supported_modules",
    "supported_rules",
]

_TAN = f"{{{ANALYTICS}}}"
_FACE, _BODY = f"{{{HUMAN_FACE}}}", f"{{{HUMAN_BODY}}}"
_PICTURES = tuple(f"{TT}{name}" for name in ("Image", "ImageRef", "SceneImage", "SceneImageRef"))


@dataclass(frozen=True)
class SupportedType:
    """One type that could be configured; ``topics`` are the paths of its events, ``items`` what those tell."""

    type: str
    topics: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    fixed: bool = False
    """Neither added nor removed: the device has it for good."""


@dataclass(frozen=True)
class SampleFrame:
    """What one type of module can put into metadata."""

    type: str
    classes: tuple[str, ...] = ()
    face: tuple[str, ...] = ()
    """Names of what it tells of a face: ``Age``, ``Temperature``; never a value."""
    body: tuple[str, ...] = ()
    shows_faces: bool = False
    """A description of a face is in it, with attributes or without."""
    pictures: bool = False
    labels: bool = False
    """An object carries a label, which may be a person's."""


def supported_rules(reply: Element) -> tuple[SupportedType, ...]:
    return _supported(reply, "SupportedRules", "RuleDescription")


def supported_modules(reply: Element) -> tuple[SupportedType, ...]:
    return _supported(reply, "SupportedAnalyticsModules", "AnalyticsModuleDescription")


def _supported(reply: Element, holder: str, description: str) -> tuple[SupportedType, ...]:
    told = first(reply, f"{_TAN}{holder}")
    if told is None:
        raise Malformed(f"no {holder} in the reply")
    return tuple(_supported_type(entry) for entry in children(told, f"{TT}{description}"))


def _supported_type(entry: Element) -> SupportedType:
    messages = list(children(entry, f"{TT}Messages"))
    topics = (text(message, f"{TT}ParentTopic") for message in messages)
    items = ((item.get("Name") or "") for message in messages for item in message.iter(f"{TT}SimpleItemDescription"))
    return SupportedType(
        local(entry.get("Name") or ""),
        tuple(plain_path(topic) for topic in topics if topic),
        tuple(dict.fromkeys(items)),
        (entry.get("fixed") or "") in {"true", "1"},
    )


def plain_path(topic: str) -> str:
    """A topic without prefixes: ``tns1:RuleEngine/Recognition/Face`` is ``RuleEngine/Recognition/Face``."""
    return "/".join(local(segment) for segment in topic.strip().strip("/").split("/"))


def class_options(reply: Element) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Per rule type (local name, empty for any) the object classes that its class filter may name."""
    return tuple(
        (local(option.get("RuleType") or ""), tuple(_words(option)))
        for option in children(reply, f"{_TAN}RuleOptions")
        if (option.get("Name") or "").casefold() == "classfilter"
    )


def _words(option: Element) -> Iterator[str]:
    for element in option.iterdescendants():
        if len(element) == 0 and element.text:
            yield from words(element.text)


def sample_frames(reply: Element) -> tuple[SampleFrame, ...]:
    """The frames of ``GetSupportedMetadata``, one per type of module."""
    frames = []
    for entry in children(reply, f"{_TAN}AnalyticsModule"):
        frame = first(entry, f"{_TAN}SampleFrame")
        if frame is None:
            raise Malformed("a module without its sample frame")
        frames.append(_sample(local(entry.get("Type") or ""), frame))
    return tuple(frames)


def _sample(kind: str, frame: Element) -> SampleFrame:
    # Class/Type is the current form, ClassCandidate/Type the deprecated one.
    types = (found for name in ("Class", "ClassCandidate") for parent in frame.iter(f"{TT}{name}")
             for found in children(parent, f"{TT}Type"))  # fmt: skip
    faces = list(frame.iter(f"{TT}HumanFace"))
    return SampleFrame(
        kind,
        tuple(dict.fromkeys((found.text or "").strip() for found in types)),
        _told(faces, _FACE),
        _told(frame.iter(f"{TT}HumanBody"), _BODY),
        bool(faces),
        any(next(frame.iter(name), None) is not None for name in _PICTURES),
        next(frame.iter(f"{TT}Label"), None) is not None,
    )


def _told(descriptions: Iterator[Element] | list[Element], prefix: str) -> tuple[str, ...]:
    """The names of what descriptions hold; an element of another maker counts by its own local name."""
    names = (str(child.tag).removeprefix(prefix) for found in descriptions for child in found)
    return tuple(dict.fromkeys(local(name) for name in names))
