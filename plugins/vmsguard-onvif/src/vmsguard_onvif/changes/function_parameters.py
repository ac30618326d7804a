"""Narrowing a rule or module that runs on: it keeps no picture, or looks for everything but faces."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from vmsguard_onvif.changes.analytics import of_configuration
from vmsguard_onvif.elements import TT, Element, only
from vmsguard_onvif.envelope import leaf
from vmsguard_onvif.face_names import is_face_class
from vmsguard_onvif.namespaces import ANALYTICS
from vmsguard_onvif.ordered import Order
from vmsguard_onvif.replies.analytics import keeps_what_it_names, names_classes, words

__all__ = ["exclude_faces", "keep_no_pictures", "without_faces", "without_pictures"]

_TAN = f"{{{ANALYTICS}}}"
_OPERATIONS = {
    "rule": ("GetRules", "ModifyRules", f"{_TAN}Rule"),
    "module": ("GetAnalyticsModules", "ModifyAnalyticsModules", f"{_TAN}AnalyticsModule"),
}

Edit = Callable[[Element], bool]
"""Changes a rule or module as it was read; True if there was something to change."""


async def keep_no_pictures(order: Order) -> None:
    """Set IncludeImage of one rule or module to nothing: what it stores here or elsewhere is pictures of people."""
    await _modify(order, without_pictures)


async def exclude_faces(order: Order) -> None:
    """Take the classes that are faces out of what one rule or module looks for.

    A filter that names nothing else is left alone: an empty one stands for every class there is.
    """
    await _modify(order, without_faces)


async def _modify(order: Order, edit: Edit) -> None:
    """Send the function back as read, but for the edit: parameters that are left out need not stay as they are."""
    kind, _, rest = order.argument("function").partition(":")
    if kind not in _OPERATIONS:
        raise order.no_lever(f"parameters of a {kind}")
    configuration, name = await of_configuration(order, rest)
    listing, modifying, element = _OPERATIONS[kind]
    token = leaf("tan:ConfigurationToken", configuration)

    def edited(reply: Element) -> tuple[list[Element], list[Element]]:
        found = [entry for entry in only(reply, element) if entry.get("Name") == name]
        return found, [entry for entry in found if edit(entry)]

    found, changed = await order.read(ANALYTICS, listing, token, parse=edited)
    if not found:
        raise order.stopped(f"the device lists no such {kind}; nothing was sent", hint="Run vmsguard check again.")
    if changed:
        whole = "".join(etree.tostring(entry, encoding="unicode", with_tail=False) for entry in changed)
        await order.enveloped(ANALYTICS, modifying, token + whole)
    elif edit is without_faces and any(is_face_class(classes) for entry in found for classes in _classes(entry)):
        raise order.no_lever("a class filter that names faces alone: an empty one stands for every class")


def without_pictures(entry: Element) -> bool:
    """Ask for no image where the function keeps them; an empty string is the standard's word for none."""
    changed = False
    for item in _items(entry):
        if keeps_what_it_names(item.get("Name") or "", item.get("Value") or ""):
            item.set("Value", "")
            changed = True
    return changed


def without_faces(entry: Element) -> bool:
    """Take face classes out of every filter of the function; False where one of them would be left empty."""
    narrowed: list[tuple[Element, str]] = []
    for item in _items(entry):
        told = item.get("Value") or ""
        if not names_classes(item.get("Name") or "") or not is_face_class(words(told)):
            continue
        rest = [name for name in words(told) if not is_face_class((name,))]
        if not rest:
            return False
        narrowed.append((item, ("," if "," in told else " ").join(rest)))
    for item, value in narrowed:
        item.set("Value", value)
    return bool(narrowed)


def _items(entry: Element) -> Iterator[Element]:
    yield from entry.iterfind(f"{TT}Parameters/{TT}SimpleItem")


def _classes(entry: Element) -> Iterator[list[str]]:
    return (words(item.get("Value") or "") for item in _items(entry) if names_classes(item.get("Name") or ""))
