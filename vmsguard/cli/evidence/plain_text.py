"""Text of a log on a terminal, and as JSON."""

from __future__ import annotations

from typing import Any

import click

from vmsguard.cli.visible import json_escaped, shown

__all__ = ["plain", "print_line"]


def plain(text: str) -> str:
    """Text of a log with nothing in it that a terminal or rich would act on."""
    return shown(text)


def print_line(value: Any) -> None:
    import orjson

    click.echo(json_escaped(orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()))
