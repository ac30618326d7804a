"""How the hub's server stands is said once for each change, and a hub that is silent is not believed for ever."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

sys.path.insert(0, str(Path(__file__).parent))  # this folder is no package

from copied_site import OwnClock

from vmsguard.hub.server_standing import ServerStanding, ServerWatch, read_server

START = "2026-11-22T03:00:00.000Z"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "server.json"


@pytest.fixture
def watch(file: Path, clock: OwnClock) -> ServerWatch:
    return ServerWatch(file, clock, structlog.get_logger())


def test_each_change_is_said_once_and_the_first_good_news_not_at_all(watch: ServerWatch, clock: OwnClock) -> None:
    with capture_logs() as said:
        for tell in (watch.there, lambda: watch.away("refused"), lambda: watch.away("gone"), watch.there):
            for _ in range(3):
                clock.advance(10)
                tell()

    assert [
        ("nothing can be taken", "refused"),
        ("nothing can be taken", "gone"),
        ("the NATS server is there again", None),
    ] == [(one["event"], one.get("why")) for one in said]


def test_how_long_it_is_away_counts_from_the_first_trouble(watch: ServerWatch, file: Path, clock: OwnClock) -> None:
    watch.there()
    clock.advance(60)
    watch.away("refused", "let it in")
    first = read_server(file, clock.now())
    clock.advance(60)
    watch.away("gone", "look")
    then = read_server(file, clock.now())

    assert first is not None
    assert then is not None
    assert (first.since, "gone", "look") == (then.since, then.trouble, then.hint)
    assert first.at < then.at


def test_a_hub_that_says_nothing_any_more_is_not_believed(watch: ServerWatch, file: Path, clock: OwnClock) -> None:
    watch.there()
    said = read_server(file, clock.now())
    clock.advance(181)
    stale = read_server(file, clock.now())
    watch.there()
    anew = read_server(file, clock.now())

    assert said is not None
    assert stale is not None
    assert anew is not None
    assert ["", "the hub has not said so for minutes: it may not run", ""] == [
        said.trouble,
        stale.trouble,
        anew.trouble,
    ]


def test_a_hub_that_ended_in_order_says_nothing(watch: ServerWatch, file: Path, clock: OwnClock) -> None:
    watch.away("gone")
    watch.stopped()
    watch.stopped()

    assert read_server(file, clock.now()) is None


@pytest.mark.parametrize("data", [b"", b"[]", b'{"since": "x", "at": "soon"}', b"\xff"])
def test_a_word_that_cannot_be_read_is_trouble(data: bytes, file: Path, clock: OwnClock) -> None:
    file.write_bytes(data)

    told = read_server(file, clock.now())

    assert told is not None
    assert "cannot be read" in told.trouble


def test_a_disk_that_takes_no_word_stops_nothing(tmp_path: Path, clock: OwnClock) -> None:
    watch = ServerWatch(tmp_path / "no such folder" / "server.json", clock, structlog.get_logger())

    watch.away("gone")

    assert "gone" == watch.trouble


def test_times_are_those_of_the_clock_it_was_given(watch: ServerWatch, file: Path, clock: OwnClock) -> None:
    watch.there()

    told = read_server(file, clock.now())

    assert isinstance(told, ServerStanding)
    assert told.since == told.at
    assert told.at.startswith(START[:19])
