"""What most of a fleet says: everything was read, and all of it is off. That passes without a longer look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vmsguard.controls.judging import Off
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import Basis

__all__ = ["Glance", "off_at_a_glance"]


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Glance:
    """When ``judge`` of a control says nothing but a pass, and which one.

    It does where every fact named was delivered in each of its layers, every list is complete, names something
    and holds no offender, every flag is false, and nobody delivered what is in ``silent``. All else (one item
    that is on or does not say, one fact that is missing) is for ``judge``. The facts are cited in this order.
    """

    passes: Callable[[Basis], Outcome]
    """The outcome by the weakest basis of the facts; the same object each time."""
    lists: tuple[tuple[str, Callable[[Any], bool | None]], ...]
    """Names of facts that are lists, with what makes an item an offender."""
    flags: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


def off_at_a_glance(name: str, off: Off, *, silent: tuple[str, ...] = ()) -> Glance:
    """For a control that is ``judge_off`` over the layers of one list, as long as no witness has spoken."""
    return Glance(passes=off.passes, lists=((name, off.offends),), silent=silent)
