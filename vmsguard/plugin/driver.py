"""The driver contract: the class that speaks one protocol to one target, and what the core hands it.

A driver returns facts and never judges. It reports what a target answered, it never concludes from it,
and it is not its own second witness. ``vmsguard.testing.DriverContract`` holds every driver to this.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TypeVar

import structlog

from vmsguard.errors import NotSupported
from vmsguard.model.changes import Change, JobState, Permit, Receipt
from vmsguard.model.clock import Clock
from vmsguard.model.inventory import Target
from vmsguard.model.manifest import Channel, Identity, Manifest, Observation, Scope, WitnessPoint
from vmsguard.net.client import GuardedClient
from vmsguard.net.login import Login

__all__ = ["API", "Context", "Driver", "RunBlocking"]

API = 1
"""The version of this contract; a driver states the one it was built for."""

T = TypeVar("T")


class RunBlocking(Protocol):
    """Runs a blocking call (zeep) in a bounded thread pool."""

    def __call__(self, function: Callable[..., T], /, *args: Any) -> Awaitable[T]: ...


@dataclass(frozen=True)
class Context:
    """What one target session gets from the core: the only way to the network, and nothing of evidence."""

    http: GuardedClient
    """Bound to the enrolled host and port; every request names its effect, writes need a live permit."""
    login: Login | None
    """The ``read`` login while observing and planning, the ``change`` login while applying."""
    clock: Clock
    random: random.Random
    log: structlog.typing.FilteringBoundLogger
    run_blocking: RunBlocking
    login_mode_before: str = ""
    """``Identity.login_mode`` of the newest session that got in here: a weaker one is given no password."""


class Driver(ABC):
    """One session with one target. Only ``manifest``, ``open``, ``observe`` and ``close`` are mandatory.

    Every method raises errors of the ``DriverError`` tree and no others. A fact that cannot be read is
    yielded as ``Unknown`` with its reason, never left out and never guessed.
    """

    name: ClassVar[str]
    api: ClassVar[int] = API
    catalogue: ClassVar[int]

    @classmethod
    @abstractmethod
    def manifest(cls, who: Identity | None) -> Manifest:
        """What this driver can read and change on this product; the general case for ``None``."""

    def __init__(self, target: Target, ctx: Context) -> None:
        self.target = target
        self.ctx = ctx

    @abstractmethod
    async def open(self) -> Identity:
        """Log in and say who answered and as whom we are in; reads only."""

    async def channels(self) -> AsyncIterator[Channel]:
        """The video sources of the target, with source address, serial or MAC where the product knows them."""
        raise NotSupported(self.target.id, "channels", "this driver lists no channels")
        yield  # type: ignore[unreachable]  # makes this an async generator

    @abstractmethod
    def observe(self, want: Mapping[Scope, frozenset[str]]) -> AsyncIterator[Observation]:
        """Facts for the wanted scopes, read in bulk: 500 channels are not 500 times n requests.

        ``Scope("*")`` asks for the facts that are declared ``whole``, ``Scope(channel)`` for a channel's.
        """

    async def change(self, change: Change, permit: Permit) -> Receipt:
        """Send one change once; what came back is a report, never a verdict."""
        raise NotSupported(self.target.id, change.verb, "this driver changes nothing")

    async def poll(self, receipt: Receipt) -> JobState:
        """How far the product's own job has come, for receipts that say ``accepted-later``."""
        raise NotSupported(self.target.id, "poll", "this driver starts no jobs")

    def witness_points(self, channel: str) -> Sequence[WitnessPoint]:
        """Where the core may look for itself; known after ``open`` and ``observe``."""
        return ()

    @abstractmethod
    async def close(self) -> None:
        """Leave no session, subscription or connection behind."""
