"""An explanation stays readable: on narrow terminals, without colour, in a pipe, and whatever a device calls itself."""

from __future__ import annotations

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from vmsguard.cli.explaining.console import show_lines
from vmsguard.cli.explaining.sentences import Line

LINES = (
    Line(0, "Looked at 2 targets just now (2026-11-22 12:00:00 UTC); nothing was changed."),
    Line(0, ""),
    Line(1, "saving-off [critical]: FAIL", verdict="fail"),
    Line(3, "storage.edge.off, t-fever-honest/source-1: pass", verdict="pass", item=True),
    Line(
        4,
        "기기 자체에 영상을 저장하지 않는다. 등록된 모든 녹화기의 목록이 완전하며 이 카메라를 가진 녹화기가 없습니다.",
    ),
    Line(5, "By hand, as the product's maker says: Take the card out, or switch recording off there.", item=True),
)


def shown(width: int, lines: tuple[Line, ...] = LINES, **how: object) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False, **how)  # type: ignore[arg-type]
    show_lines(console, lines)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_is_wider_than_the_terminal_nor_than_what_is_good_to_read(width: int) -> None:
    assert max(cell_len(line) for line in shown(width).splitlines()) <= min(width, 80)


@pytest.mark.parametrize("width", [40, 80])
def test_no_word_is_lost(width: int) -> None:
    told = shown(width).replace("- ", "")
    assert " ".join(line.text for line in LINES).split() == told.split()


def test_a_sentence_goes_on_under_its_own_beginning() -> None:
    (first, *more) = [line for line in shown(60).splitlines() if line.startswith(" " * 10)]
    assert first.startswith(" " * 10 + "- By hand")
    assert all(line.startswith(" " * 12) for line in more)
    assert more


def test_colours_are_for_terminals_alone() -> None:
    assert "\x1b[" in shown(80, force_terminal=True, color_system="standard")
    assert "\x1b[" not in shown(80)


def test_without_colour_the_word_carries_the_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    told = shown(80, force_terminal=True)
    assert "FAIL" in told
    assert not any(f"\x1b[{style}m" in told for style in ("31", "1;31", "32"))


def test_what_a_terminal_would_act_on_is_not_printed() -> None:
    told = shown(80, (Line(0, "job \x1b]0;owned\x07\x1b[2J is on"), Line(1, "[red]not markup[/]")))
    assert "\x1b" not in told
    assert "\x07" not in told
    assert "[red]not markup[/]" in told
