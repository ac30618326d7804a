"""What a device may do without ONVIF, so that a service it does not list proves nothing about it."""

from __future__ import annotations

from typing import Any, overload

from vmsguard.model.facts import Absent, Unknown
from vmsguard.model.vocabulary import Why
from vmsguard_onvif.gathering import Answered, Unanswered

__all__ = ["ANALYSING", "DESTINATIONS", "STORING", "unless_outside"]

ANALYSING = "what is analysed by settings on the device's own pages is not in ONVIF"
STORING = "what a card or a share is written with on the device's own pages is not in ONVIF"
DESTINATIONS = "shares and uploads that are set on the device's own pages are not in ONVIF"


@overload
def unless_outside(answer: Unanswered, outside: str) -> Unanswered: ...


@overload
def unless_outside(answer: Answered[Any] | Unanswered, outside: str) -> Answered[Any] | Unanswered: ...


def unless_outside(answer: Answered[Any] | Unanswered, outside: str) -> Answered[Any] | Unanswered:
    """The answer as it is, or where it proves that ONVIF's function is absent, that this proves no more than that.

    Only Profile G asks for a Recording service, and only Profile M knows an Analytics service: most cameras with a card
    slot record to it, and many that look for people or faces do so, and list neither.
    """
    if isinstance(answer, Unanswered) and isinstance(answer.reading, Absent):
        return Unanswered(Unknown(Why.UNSUPPORTED_UNPROVEN, f"{answer.reading.proof}; {outside}"), answer.codes)
    return answer
