"""Driver sessions: one target, one login, opened for reading or for changing, always closed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from vmsguard.errors import DriverError, PluginError, Unreachable
from vmsguard.model.inventory import Target
from vmsguard.model.trust import FIRST_USE, TargetTrust
from vmsguard.net.blocking import run_blocking_for
from vmsguard.net.client import GuardedClient
from vmsguard.plugin.driver import Context, Driver
from vmsguard.run.equipment import Instruments
from vmsguard.run.trust import held_target, learn

__all__ = ["driver_session", "within"]


@asynccontextmanager
async def within(target: Target, operation: str, requests: float) -> AsyncIterator[None]:
    """The time that so many requests may take at worst; raises ``Unreachable`` after it.

    Requests have deadlines of their own; this one is for a driver that hangs beside them.
    """
    limits = target.limits
    seconds = max(requests, 1.0) * (limits.deadline_seconds + 1 / limits.requests_per_second)
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise Unreachable(target.id, operation, f"not done within {seconds:g} s") from error


@asynccontextmanager
async def driver_session(
    target: Target,
    equipment: Instruments,
    *,
    for_change: bool = False,
    trusts: Mapping[str, TargetTrust] | None = None,
) -> AsyncIterator[tuple[Driver, GuardedClient]]:
    """A driver on a fresh session with its guarded client; only ``for_change`` resolves the ``change`` login.

    Raises ``PluginError`` when the driver is not loaded and ``SecretMissing`` for a login without a value.
    Where no certificate of the target is known it is learned here, and held to from the first request on. An error
    while closing is logged and never hides what happened before.
    """
    driver_class = equipment.registry.driver_class(target.driver)
    login = equipment.login(target.login.change if for_change else target.login.read)
    known = await learn(target, equipment, trusts)
    own_pin = target.tls_pin is not None
    target = held_target(target, known)
    client = GuardedClient(
        target,
        clock=equipment.clock,
        login=login,
        pool=equipment.pool,
        permit_is_live=equipment.permits.is_live,
        write_allowed=for_change,
        keyed_hash=equipment.keyed_hash,
        key_accepted=own_pin or known is None or known.how != FIRST_USE,
    )
    log = equipment.log.bind(target=target.id, driver=target.driver)
    context = Context(
        http=client,
        login=login,
        clock=equipment.clock,
        random=equipment.random,
        log=log,
        run_blocking=run_blocking_for(target.id, equipment.run_blocking),
        login_mode_before="" if known is None else known.login_mode,
    )
    try:
        driver = driver_class(target, context)
    except DriverError:
        raise
    except Exception as error:
        raise PluginError(target.driver, f"the driver could not be made: {type(error).__name__}") from error
    try:
        yield driver, client
    finally:
        try:
            async with asyncio.timeout(target.limits.deadline_seconds):
                await driver.close()
        except Exception as error:  # noqa: BLE001 - closing must not hide the verdict
            log.warning("driver did not close cleanly", error=type(error).__name__)
