"""Which cameras of an inventory a pack is about by what people stated, and why not the others. Asks no device."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from vmsguard.engine.why_model import AttributeWhy, SelectionWhy
from vmsguard.engine.why_scope import selection_why
from vmsguard.model.inventory import Camera
from vmsguard.model.pack import AllOf, Selector

__all__ = ["Selected", "selected"]


class Selected(Struct, frozen=True, kw_only=True):
    """One camera: whether it is selected, and the attributes that decide that or would."""

    camera: str
    site: str
    truth: str
    """``true``, ``false``, or ``unknown``: then it is judged, and nothing on it is changed."""
    because: tuple[AttributeWhy, ...]
    """Of a camera that is not selected what excludes it, of one nobody knows what is not stated."""


def selected(selectors: Iterable[Selector], cameras: Iterable[Camera]) -> tuple[Selected, ...]:
    """The cameras under all the selectors together, in the order given."""
    together = AllOf(tuple(selectors))
    return tuple(_one(together, camera) for camera in cameras)


def _one(selector: Selector, camera: Camera) -> Selected:
    why = selection_why(selector, camera, {})
    because = () if why.truth == "true" else tuple(dict.fromkeys(_deciding(why, why.truth)))
    return Selected(camera=camera.id, site=camera.site, truth=why.truth, because=because)


def _deciding(why: SelectionWhy, truth: str) -> Iterator[AttributeWhy]:
    """The tests that make it what it is: a part that says otherwise decided nothing."""
    if why.truth != truth:
        return
    if isinstance(why, AttributeWhy):
        yield why
        return
    for part in why.parts:
        yield from _deciding(part, truth)
