"""The connections of one process: one pool for all targets, with a lane for each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import TYPE_CHECKING

from vmsguard.model.clock import Clock
from vmsguard.model.inventory import Target
from vmsguard.net.limits import MAX_IN_FLIGHT
from vmsguard.net.names import Lookup, Names, system_lookup
from vmsguard.net.pace import Lane

if TYPE_CHECKING:
    from vmsguard.net.transport import Transport

__all__ = ["ConnectionPool"]


class ConnectionPool:
    """An async context manager; every ``GuardedClient`` of a process is built on the same one.

    Rate and connection limits hold per target id, however many sessions with that target there are. ``names``
    is where host names lead for as long as the pool lives; a pool of its own for one probe is given another's.
    """

    def __init__(
        self,
        *,
        connections: int = MAX_IN_FLIGHT,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        lookup: Lookup = system_lookup,
        names: Names | None = None,
    ) -> None:
        self.names = Names(lookup) if names is None else names
        self._connections = connections
        self._sleep = sleep
        self._lanes: dict[str, Lane] = {}
        self._transport: Transport | None = None

    @property
    def transport(self) -> Transport:
        if self._transport is None:
            raise RuntimeError("the connection pool is not open: use it as an async context manager")
        return self._transport

    def lane(self, target: Target, clock: Clock) -> Lane:
        """The lane of a target; all its sessions share one."""
        lane = self._lanes.get(target.id)
        if lane is None:
            lane = self._lanes[target.id] = Lane.of(target.limits, clock, self._sleep)
        return lane

    async def __aenter__(self) -> ConnectionPool:
        from vmsguard.net.transport import Transport  # aiohttp stays out of processes that only judge policies

        self._transport = Transport(self._connections, self.names)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        transport, self._transport = self._transport, None
        if transport is not None:
            await transport.close()
