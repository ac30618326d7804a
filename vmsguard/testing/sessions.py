"""Opens a driver's session outside a run: for the conformance kit, for plugin tests and for trying things."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from vmsguard.errors import NotSupported
from vmsguard.model.changes import Change, Permit, Receipt
from vmsguard.model.clock import Clock, SystemClock
from vmsguard.model.fact_catalogue import CORE_FACTS, FactSpec
from vmsguard.model.facts import Fact, FactKey
from vmsguard.model.inventory import Target
from vmsguard.model.manifest import Channel, Identity, Manifest, Scope
from vmsguard.model.vocabulary import WHOLE
from vmsguard.net.blocking import BlockingPool
from vmsguard.net.client import GuardedClient
from vmsguard.net.login import Login
from vmsguard.net.permits import PermitOffice
from vmsguard.net.pool import ConnectionPool
from vmsguard.plugin.driver import Context, Driver

__all__ = ["Session", "open_session"]

LIFETIME = timedelta(minutes=1)


@dataclass
class Session:
    """One open session: the driver, its guarded client, and who answered."""

    driver: Driver
    client: GuardedClient
    office: PermitOffice
    identity: Identity
    manifest: Manifest
    specs: dict[str, FactSpec] = field(default_factory=lambda: dict(CORE_FACTS))

    async def channels(self) -> tuple[Channel, ...]:
        """All channels; none for a driver that lists none."""
        try:
            return tuple([channel async for channel in self.driver.channels()])
        except NotSupported:
            return ()

    def wanted(self, channels: Iterable[str]) -> dict[Scope, frozenset[str]]:
        """Everything the manifest declares, for the target and for each of the channels."""
        declared = {support.fact for support in self.manifest.facts}
        whole = frozenset(name for name in declared if name in self.specs and self.specs[name].whole)
        want = {Scope(WHOLE): whole} if whole else {}
        own = frozenset(declared - whole)
        return {**want, **({Scope(channel): own for channel in channels} if own else {})}

    async def read(self, channels: Iterable[str] | None = None) -> dict[FactKey, Fact]:
        """Every declared fact, of all channels or of those named."""
        if channels is None:
            channels = [channel.id for channel in await self.channels()]
        facts: dict[FactKey, Fact] = {}
        async for observation in self.driver.observe(self.wanted(channels)):
            facts.update((fact.key, fact) for fact in observation.facts)
        return facts

    def permit(self, change: Change) -> Permit:
        return self.office.issue("contract", change.id, 1, LIFETIME)

    async def change(self, change: Change) -> Receipt:
        """Send a change with a permit of its own, which ends with it."""
        permit = self.permit(change)
        try:
            return await self.driver.change(change, permit)
        finally:
            self.office.revoke(permit)


@asynccontextmanager
async def open_session(
    driver_class: type[Driver],
    target: Target,
    *,
    login: Login | None = None,
    clock: Clock | None = None,
    write_allowed: bool = False,
    pool: ConnectionPool | None = None,
    seed: int = 0,
    specs: dict[str, FactSpec] | None = None,
    login_mode_before: str = "",
) -> AsyncIterator[Session]:
    """A session with ``open`` called, and ``close`` at the end whatever happens.

    ``write_allowed`` lets permits issued by ``session.permit`` through. Errors of ``open`` come out of the
    ``async with`` statement itself.
    """
    clock = clock or SystemClock()
    office = PermitOffice(clock)
    async with AsyncExitStack() as stack:
        if pool is None:
            pool = await stack.enter_async_context(ConnectionPool())
        blocking = stack.enter_context(BlockingPool(threads=1))
        client = GuardedClient(
            target,
            clock=clock,
            login=login,
            pool=pool,
            permit_is_live=office.is_live,
            write_allowed=write_allowed,
        )
        context = Context(
            http=client,
            login=login,
            clock=clock,
            random=random.Random(seed),  # noqa: S311  # nonces of drivers come from `secrets`
            log=structlog.get_logger("vmsguard.driver").bind(target=target.id),
            run_blocking=blocking,
            login_mode_before=login_mode_before,
        )
        driver = driver_class(target, context)
        stack.push_async_callback(driver.close)
        identity = await driver.open()
        yield Session(
            driver, client, office, identity, driver_class.manifest(identity), {**CORE_FACTS, **(specs or {})}
        )
