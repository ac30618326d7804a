"""What motion's text web control answers (``webcontrol_interface 1``), read line by line; pure.

The form was recorded from 4.5.1; the code that writes it is the same up to 4.7.1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["NotMotionError", "acknowledges", "is_refusal", "pairs_in", "statuses_in", "version_in"]

_RUNNING = re.compile(r"Motion (\d{1,4}(?:\.\d{1,4}){1,3})\S{0,32} Running \[\d{1,4}\] Cameras? *\n")
_STATUS = re.compile(r"Camera (\d{1,9}) Detection status (ACTIVE|PAUSE|NOT RUNNING) *")
_PAIR = re.compile(r"  ([a-z0-9_]{1,64}) = (.*)")
_NOT_SET = "(null)"
_MOST_CAMERAS = 1000
"""Each one listed is asked for its parameters."""


class NotMotionError(ValueError):
    """A reply that is not in motion's words; the message quotes nothing of it."""


def is_refusal(text: str) -> bool:
    """Whether motion did not understand: it says so with status 200, as text or (for a camera it lacks) as a page."""
    return text.startswith("Bad Request") or "<p>Bad Request</p>" in text


def version_in(text: str) -> str:
    """The version that the first page names."""
    told = _RUNNING.match(text)
    if told is None:
        raise NotMotionError("the first page is not the text page of motion 4")
    return told[1]


def statuses_in(text: str) -> Mapping[str, str]:
    """Camera number to ``ACTIVE``, ``PAUSE`` or ``NOT RUNNING``, of all cameras, in motion's order."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        told = _STATUS.fullmatch(line)
        if told is None or told[1] in found:
            raise NotMotionError("a line of the cameras' states is not one")
        found[told[1]] = told[2]
    if not 0 < len(found) <= _MOST_CAMERAS:
        raise NotMotionError("no camera is listed, or more than any motion has")
    return found


def pairs_in(text: str) -> Mapping[str, str]:
    """Every parameter that is shown, those that are not set as empty words.

    A value that carries a line break could pose as another parameter: one that is named twice is no answer.
    """
    found: dict[str, str] = {}
    for line in text.split("\n"):
        if not line.strip():
            continue
        told = _PAIR.fullmatch(line)
        if told is None or told[1] in found:
            raise NotMotionError("a line of the parameters is not one")
        value = told[2].removesuffix(" ")
        found[told[1]] = "" if value == _NOT_SET else value
    return found


def acknowledges(text: str, name: str, value: str) -> bool:
    """Whether a parameter was taken, in motion's words; what it then does is another matter."""
    return text.splitlines() == [f"{name} = {value} ", "Done "]
