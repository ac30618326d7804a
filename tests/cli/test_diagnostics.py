"""Diagnostics say where and of what kind, and quote nobody."""

from __future__ import annotations

import logging

import pytest
import structlog

from vmsguard.cli.diagnostics import configure_logging, frames_of
from vmsguard.errors import Unreachable

WORDS = "Kim's ward, password hunter2"


def caught() -> BaseException:
    try:
        try:
            raise ValueError(WORDS)
        except ValueError as error:
            raise KeyError(WORDS) from error
    except KeyError as error:
        return error


def test_an_error_is_told_by_its_kinds_and_places() -> None:
    told = frames_of(caught()).splitlines()
    assert ["KeyError", "after", "ValueError"] == [line for line in told if not line.startswith("  ")]
    assert 2 == len([line for line in told if line.endswith("in caught") and "test_diagnostics.py:" in line])


def test_our_own_errors_keep_their_words() -> None:
    assert "Unreachable: t-1: GetUsers: no answer" == frames_of(Unreachable("t-1", "GetUsers", "no answer"))


def test_a_group_of_errors_is_told_part_by_part() -> None:
    told = frames_of(ExceptionGroup(WORDS, [ValueError(WORDS), TypeError(WORDS)]))
    assert ["ExceptionGroup", "ValueError", "TypeError"] == told.splitlines()


def test_an_error_that_causes_itself_ends() -> None:
    error = ValueError(WORDS)
    error.__context__ = KeyError(WORDS)
    error.__context__.__context__ = error
    assert ["ValueError", "after", "KeyError"] == [line for line in frames_of(error).splitlines() if line]


def test_a_logged_error_quotes_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(debug=False)
    try:
        raise ValueError(WORDS)
    except ValueError:
        structlog.get_logger("vmsguard").error("driver failed", exc_info=True)
    told = capsys.readouterr().err
    assert "driver failed" in told
    assert "ValueError" in told
    assert "Kim" not in told


def test_a_library_is_named_and_not_quoted(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(debug=True)
    logging.getLogger("zeep.transports").warning("sent %s", WORDS, exc_info=caught())
    told = capsys.readouterr().err
    assert "library=zeep.transports" in told
    assert "test_diagnostics:" in told
    assert "Kim" not in told


def test_only_errors_of_libraries_are_told_without_debug(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(debug=False)
    logging.getLogger("zeep").warning(WORDS)
    assert "" == capsys.readouterr().err
    logging.getLogger("asyncio").error(WORDS)
    assert "library=asyncio" in capsys.readouterr().err
