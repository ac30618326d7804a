"""Text of a log on a terminal, and as JSON."""

from __future__ import annotations

from typing import Any

import click

__all__ = ["plain", "print_line"]


def plain(text: str) -> str:
    """Text of a log with nothing in it that a terminal or rich would act on."""
    from rich.markup import escape

    return escape("".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text))


def print_line(value: Any) -> None:
    import orjson

    click.echo(orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode())
