"""Why a pack or rule concerns a camera, or does not: attribute by attribute."""

from __future__ import annotations

from vmsguard.engine.cite import LABELS
from vmsguard.engine.why_model import AttributeWhy, GroupWhy, SelectionWhy
from vmsguard.model.inventory import Camera
from vmsguard.model.pack import AllOf, AttributeTest, Selector
from vmsguard.policy.select import Hints, select, stated
from vmsguard.policy.sentences import say_value

__all__ = ["selection_why"]


def selection_why(selector: Selector, camera: Camera, hints: Hints) -> SelectionWhy:
    """The selector with the truth of each part; an attribute that nobody stated is unknown, never false."""
    truth = select(selector, camera, hints).truth.value
    if isinstance(selector, AttributeTest):
        return _test(selector, truth, camera, hints)
    parts = tuple(selection_why(part, camera, hints) for part in selector.of)
    if len(parts) == 1:
        return parts[0]
    return GroupWhy(need="all" if isinstance(selector, AllOf) else "any", truth=truth, parts=parts)


def _test(test: AttributeTest, truth: str, camera: Camera, hints: Hints) -> AttributeWhy:
    attribute = camera.attributes.get(test.attribute)
    told = stated(camera, test.attribute) or ()
    hinted = hints.get(test.attribute, frozenset())
    # What a device says matters only where it keeps a stated value from excluding the camera.
    against = sorted(say_value(value) for value in hinted if value in test.any_of) if truth == "unknown" else []
    return AttributeWhy(
        attribute=test.attribute,
        asked=tuple(say_value(value) for value in test.any_of),
        truth=truth,
        stated=tuple(say_value(value) for value in told if value != ""),
        author="" if attribute is None else attribute.author,
        basis="" if attribute is None else LABELS[attribute.basis],
        devices_say=tuple(against) if told else (),
    )
