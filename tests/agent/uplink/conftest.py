"""A log to be sent up."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # this folder is no package

from written_log import WrittenLog


@pytest.fixture
def written(tmp_path: Path) -> Iterator[WrittenLog]:
    made = WrittenLog(tmp_path / "evidence")
    yield made
    made.log.close()
