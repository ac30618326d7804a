"""Tables on terminals that have no room for them."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.table import Table
from rich.text import Text

from vmsguard.cli.fitting_table import show_table

TITLE = "Nobody in Australia is searched for by face without a ground and a notice"


def shown(width: int) -> list[str]:
    table = Table(box=None, pad_edge=False)
    table.add_column("pack", no_wrap=True)
    table.add_column("read\nagain by")
    table.add_column("forces")
    table.add_column("title", overflow="fold")
    table.add_row("au-app-frt", "2027-05-22", "law\n  guidance", Text(TITLE))
    table.add_row("\\[b]", "", "", "x")
    console = Console(file=io.StringIO(), width=width, highlight=False)
    show_table(console, table)
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


@pytest.mark.parametrize("width", [110, 130])
def test_where_it_fits_it_is_a_table(width: int) -> None:
    assert ["pack", "again", "by", "forces", "title"] == shown(width)[1].split(), "heads stand on the line below"


@pytest.mark.parametrize("width", [60, 80])
def test_where_it_does_not_each_row_says_what_its_columns_are(width: int) -> None:
    told = shown(width)

    assert ["au-app-frt", "  read again by: 2027-05-22", "  forces: law, guidance"] == told[:3]
    assert f"title: {TITLE}" == " ".join(" ".join(told[3:-2]).split())
    assert ["[b]", "  title: x"] == told[-2:], "an empty cell says nothing, and no name is markup"
