from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import structlog

from vmsguard.errors import EvidenceError
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.logger import bind_evidence_logger

Opener = Callable[..., EvidenceLog]


def test_what_is_bound_is_written(opened: Opener, read_log: Callable[[], list[dict[str, Any]]]) -> None:
    with opened() as log:
        logger = bind_evidence_logger(log, run="run-1").bind(target="t-1")
        assert 1 == logger.append("device.unreachable", why="unreachable")
    record = read_log()[1]
    assert ("run-1", "t-1", "unreachable") == (record["run"], record["target"], record["why"])


def test_a_global_filter_swallows_nothing(opened: Opener) -> None:
    def drop(*_: object) -> dict[str, object]:
        raise structlog.DropEvent

    structlog.configure(processors=[drop], wrapper_class=structlog.make_filtering_bound_logger(50))
    try:
        with opened() as log:
            assert 1 == bind_evidence_logger(log).append("observe", target="t-1")
    finally:
        structlog.reset_defaults()


def test_refusals_reach_the_caller(opened: Opener) -> None:
    with opened() as log, pytest.raises(EvidenceError):
        bind_evidence_logger(log).append("observe", target="t-1", password="x")
