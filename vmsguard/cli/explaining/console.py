"""An explanation on a terminal: narrow, indented by depth, verdicts in their colours."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from vmsguard.cli.explaining.sentences import Line
from vmsguard.cli.visible import visible

__all__ = ["WIDTH", "show_lines"]

WIDTH = 80
"""Sentences are read, not scanned: more columns than this make them no easier."""

_STYLES = {
    "pass": "green",
    "fail": "bold red",
    "unknown": "bold yellow",
    "not_applicable": "dim",
    "conflict": "bold magenta",
}
_INDENT = 2
_LEAST = 24
"""Columns that a sentence always gets, however deep it stands on a narrow terminal."""


def show_lines(console: Console, lines: Iterable[Line]) -> None:
    """The lines, each wrapped under its own beginning."""
    width = min(console.width, WIDTH)
    for line in lines:
        if not line.text:
            console.print()
            continue
        mark = "- " if line.item else ""
        indent = max(0, min(line.level * _INDENT, width - _LEAST - len(mark)))
        wrapped = _styled(line).wrap(console, width - indent - len(mark))
        for number, part in enumerate(wrapped):
            part.rstrip()
            begin = " " * indent + (mark if not number else " " * len(mark))
            console.print(Text(begin) + part, no_wrap=True, overflow="ignore", crop=False, soft_wrap=True)


def _styled(line: Line) -> Text:
    plain = visible(line.text)
    text = Text(plain)
    if line.verdict:
        # The verdict ends the line, after the last colon but one that may stand in a place's name.
        begin = plain.rfind(": ") + 2
        text.stylize("bold", 0, begin)
        text.stylize(_STYLES.get(line.verdict, ""), begin)
    return text
