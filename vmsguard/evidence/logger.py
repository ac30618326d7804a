"""structlog in front of the sink, for code that binds context: own wrapping, no global configuration, no filter."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import structlog

from vmsguard.evidence.log import EvidenceLog

__all__ = ["bind_evidence_logger"]


def bind_evidence_logger(log: EvidenceLog, **context: object) -> structlog.BoundLogger:
    """A logger whose ``append(event, **fields)`` writes to ``log`` with everything bound to it.

    It shares nothing with ``structlog.configure``: a level filter or a dropping processor there must not
    be able to swallow evidence (both do so without an error).
    """
    logger = structlog.wrap_logger(
        log,
        processors=[_as_call],
        wrapper_class=structlog.BoundLogger,
        context_class=dict,
        cache_logger_on_first_use=True,
    )
    bound: structlog.BoundLogger = logger.bind(**context)
    return bound


def _as_call(
    logger: object, method: str, event: MutableMapping[str, Any]
) -> tuple[tuple[str], MutableMapping[str, Any]]:
    return (event.pop("event"),), event
