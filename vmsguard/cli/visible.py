"""What devices and files say, as a terminal may show it: nothing that it would act on, hide or turn around.

XML 1.0 lets a device write C1 controls (U+009B starts an escape sequence like ESC [), bidi controls and
zero-width characters, and rich takes ``[...]`` for markup.
"""

from __future__ import annotations

import re

__all__ = ["json_escaped", "shown", "visible"]

_NOT_PLAIN = re.compile(r"[^\x20-\x7e\n]+")


def visible(text: str) -> str:
    """The text on one line, each character that cannot be seen replaced by U+FFFD."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def shown(text: str) -> str:
    """The visible text as rich prints it literally."""
    from rich.markup import escape

    return escape(visible(text))


def json_escaped(document: str) -> str:
    """A JSON document that says the same, with what cannot be seen in its strings as ``\\u`` escapes."""
    return _NOT_PLAIN.sub(_escaped, document)


def _escaped(found: re.Match[str]) -> str:
    run = found[0]
    return run if run.isprintable() else "".join(char if char.isprintable() else _unit(char) for char in run)


def _unit(char: str) -> str:
    units = char.encode("utf-16-be")
    return "".join(f"\\u{int.from_bytes(units[at : at + 2]):04x}" for at in range(0, len(units), 2))
