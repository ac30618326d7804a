"""An inventory that lost too many cameras at once."""

from __future__ import annotations

import pytest

from vmsguard.agent.shrinking import shrank_too_far


@pytest.mark.parametrize(
    ("before", "lost", "expected"), [(100, 5, False), (100, 6, True), (10, 1, True), (1, 0, False), (0, 0, False)]
)
def test_more_than_one_camera_in_twenty_is_too_many_to_lose(before: int, lost: int, expected: bool) -> None:
    names = {f"c-{number}" for number in range(before)}
    left = {f"c-{number}" for number in range(lost, before)}
    assert expected is shrank_too_far(names, left, ())
    assert not shrank_too_far(names, left, names - left)
