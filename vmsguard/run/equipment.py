"""What a run works with, handed in from outside: time, chance, network, secrets, state, evidence."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from vmsguard.evidence.writer import EvidenceWriter
from vmsguard.model.clock import Clock
from vmsguard.net.login import Login
from vmsguard.net.permits import PermitOffice
from vmsguard.net.pool import ConnectionPool
from vmsguard.net.wire import NewKeyedHash
from vmsguard.plugin.driver import RunBlocking
from vmsguard.plugin.loader import Registry
from vmsguard.state.store import State

__all__ = ["Equipment", "Instruments", "Progress", "no_progress"]


class Progress(Protocol):
    """Told how far a phase has come; draws nothing by itself."""

    def __call__(self, phase: str, done: int, total: int) -> None: ...


def no_progress(phase: str, done: int, total: int) -> None:
    """For pipes and tests."""


@dataclass(frozen=True, kw_only=True)
class Instruments:
    """What looking and judging needs; there is no evidence among it, so whoever has no more can record nothing."""

    clock: Clock
    random: random.Random
    registry: Registry
    pool: ConnectionPool
    login: Callable[[str], Login | None]
    """Resolves a ``secret://`` reference; None for an empty one; raises ``SecretMissing``."""
    state: State
    permits: PermitOffice
    run_blocking: RunBlocking
    sleep: Callable[[float], Awaitable[None]]
    log: structlog.typing.FilteringBoundLogger
    progress: Progress = no_progress
    in_flight: int = 128
    """How many targets are talked to at once."""
    agent: Mapping[str, str] = field(default_factory=dict)
    asked_by: int | None = None
    """The user id of whoever asked for the run, as the kernel knows him; None where nobody did."""

    @property
    def keyed_hash(self) -> NewKeyedHash | None:
        """What digests of requests and replies are made with; None where nobody keeps them."""
        return None


@dataclass(frozen=True, kw_only=True)
class Equipment(Instruments):
    """Everything a run touches besides the inventory and the policies."""

    evidence: EvidenceWriter

    @property
    def keyed_hash(self) -> NewKeyedHash | None:
        return self.evidence.keyed_hash
