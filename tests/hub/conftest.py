"""A site's log and a hub's copy of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # this folder is no package

from copied_site import ORIGIN, CopyOf, OwnClock, Site

from vmsguard.evidence.keys import SigningKey


@pytest.fixture
def clock() -> OwnClock:
    return OwnClock()


@pytest.fixture
def key() -> SigningKey:
    return SigningKey.generate(ORIGIN)


@pytest.fixture
def site(tmp_path: Path, clock: OwnClock, key: SigningKey) -> Iterator[Site]:
    made = Site(tmp_path / "site", clock, key)
    yield made
    made.log.close()


@pytest.fixture
def copy_of(tmp_path: Path, clock: OwnClock, key: SigningKey) -> Iterator[Callable[[], CopyOf]]:
    made: list[CopyOf] = []

    def make() -> CopyOf:
        made.append(CopyOf(tmp_path / f"hub-{len(made)}", clock, key))
        return made[-1]

    yield make
    for one in made:
        one.copy.close()


@pytest.fixture
def hub(copy_of: Callable[[], CopyOf]) -> CopyOf:
    return copy_of()
