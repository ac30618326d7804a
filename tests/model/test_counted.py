"""A count is told with the word that goes with it."""

from __future__ import annotations

import pytest

from vmsguard.model.counted import counted


@pytest.mark.parametrize(
    ("count", "words", "told"),
    [
        (0, ("recording",), "0 recordings"),
        (1, ("recording",), "1 recording"),
        (2, ("recording",), "2 recordings"),
        (1, ("library", "libraries"), "1 library"),
        (2, ("library", "libraries"), "2 libraries"),
        (-1, ("second",), "-1 seconds"),
    ],
)
def test_one_is_told_as_one_and_everything_else_as_many(count: int, words: tuple[str, ...], told: str) -> None:
    assert told == counted(count, *words)
