"""What every level of the conformance kit stands on: the device, its sessions, the stamp on each test."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from importlib.metadata import packages_distributions, version
from typing import Any, ClassVar, TypeVar

import msgspec
import pytest

from vmsguard.model.changes import Change
from vmsguard.model.clock import Clock, SystemClock
from vmsguard.model.fact_catalogue import CORE_FACTS, FactSpec
from vmsguard.model.facts import Fact, FactKey
from vmsguard.model.inventory import Target
from vmsguard.model.manifest import Manifest
from vmsguard.net.login import Login
from vmsguard.plugin.driver import Driver
from vmsguard.testing.device import Ability, ContractDevice
from vmsguard.testing.goals import pending, reached
from vmsguard.testing.sessions import Session, open_session

__all__ = ["ContractBase", "of_level"]

UNHURRIED = 1e6
"""Requests per second in contract runs: a product's own pace is tested elsewhere."""


JOB_SECONDS = 60

C = TypeVar("C", bound=type)


def of_level(level: str, *, deletes: bool | None = None) -> Callable[[C], C]:
    """Mark every test of a class as belonging to a level; ``deletes`` chooses the verbs it is run for."""

    def mark(cls: C) -> C:
        for name, test in vars(cls).items():
            if name.startswith("test_"):
                test.level = level
                test.deletes = deletes
        return cls

    return mark


class ContractBase:
    """Subclasses set ``driver_class`` and offer a fixture ``device`` that yields a ``ContractDevice``."""

    driver_class: ClassVar[type[Driver]]
    facts: ClassVar[Mapping[str, FactSpec]] = {}
    """The plugin's own facts, if it registers any."""
    clock: ClassVar[Clock] = SystemClock()

    pytestmark = pytest.mark.asyncio

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """One test per declared fact and per declared verb, so that a report shows which are proven."""
        manifest = getattr(metafunc.cls, "driver_class", None) and metafunc.cls.driver_class.manifest(None)
        if not isinstance(manifest, Manifest):
            return
        if "fact" in metafunc.fixturenames:
            metafunc.parametrize("fact", [support.fact for support in manifest.facts])
        if "verb" in metafunc.fixturenames:
            metafunc.parametrize("verb", [name for name in _verbs(manifest) if self.takes(name, metafunc)])

    def takes(self, verb: str, metafunc: pytest.Metafunc) -> bool:
        """Whether a test is about this verb: those that delete have a level of their own."""
        wanted = getattr(metafunc.function, "deletes", None)
        return wanted is None or wanted == verb.endswith(".purge")

    @pytest.fixture(autouse=True)
    def _stamp(self, request: pytest.FixtureRequest) -> None:
        # Not by the fixture record_property: it warns under pytest's default JUnit family.
        self._properties = request.node.user_properties
        self._properties += [
            ("driver", self.driver_class.name),
            ("driver_version", _version_of(self.driver_class)),
            ("level", getattr(request.function, "level", "")),
        ]

    def enrolled(self, device: ContractDevice, **limits: float) -> Target:
        """The device's target, with the pace taken off and other limits as a test needs them."""
        target = device.target
        changed = msgspec.structs.replace(target.limits, requests_per_second=UNHURRIED, **limits)
        return msgspec.structs.replace(target, limits=changed)

    def reading(self, device: ContractDevice, **limits: float) -> AbstractAsyncContextManager[Session]:
        """A session as observing and planning have it."""
        return self._session(device, device.read_login, write_allowed=False, **limits)

    def changing(self, device: ContractDevice, **limits: float) -> AbstractAsyncContextManager[Session]:
        """A session as applying has it."""
        return self._session(device, device.change_login, write_allowed=True, **limits)

    def _session(
        self, device: ContractDevice, login: Login | None, *, write_allowed: bool, **limits: float
    ) -> AbstractAsyncContextManager[Session]:
        return open_session(
            self.driver_class,
            self.enrolled(device, **limits),
            login=login,
            clock=self.clock,
            write_allowed=write_allowed,
            specs=dict(self.facts),
        )

    def specs(self) -> dict[str, FactSpec]:
        return {**CORE_FACTS, **self.facts}

    def note_product(self, session: Session) -> None:
        """Stamp the test with what was really talked to."""
        who = session.identity
        told = " ".join(part for part in (who.manufacturer, who.model, who.firmware) if part)
        if ("product", told) not in self._properties:
            self._properties.append(("product", told))

    def need(self, device: ContractDevice, *abilities: Ability) -> None:
        """Skip, with the device's own reason, where it cannot do what a test needs."""
        for ability in abilities:
            reason = device.cannot.get(ability)
            if reason is not None:
                pytest.skip(f"the device cannot {ability}: {reason}")

    async def some_change(self, device: ContractDevice, verb: str) -> Change:
        """A change that the device's present facts call for; skips where there is none."""
        async with self.reading(device) as session:
            self.note_product(session)
            if session.manifest.verb(verb) is None:
                pytest.skip(f"this product has no {verb}")
            changes = pending(verb, await session.read(), self.clock.now())
        if not changes:
            pytest.skip(f"nothing on this device calls for {verb}")
        return changes[0]

    async def facts_after(self, device: ContractDevice, change: Change) -> dict[FactKey, Fact]:
        """The facts of a fresh session once the change shows, or once its settle time is over."""
        settle = self.driver_class.manifest(None).verb(change.verb)
        until = self.clock.monotonic() + (settle.settle_seconds if settle else 1.0)
        while True:
            async with self.reading(device) as session:
                facts = await session.read()
            left = until - self.clock.monotonic()
            if reached(change, facts) is True or left <= 0:
                return facts
            await asyncio.sleep(min(0.1, left))

    async def settle_job(self, session: Session, change: Change) -> str:
        """Send a change, follow the product's own job to its end, and return what was reported."""
        receipt = await session.change(change)
        until = self.clock.monotonic() + JOB_SECONDS
        while receipt.reported == "accepted-later":
            state = await session.driver.poll(receipt)
            if state.done:
                assert not state.failed, f"the product's job failed: {state.detail}"
                break
            assert self.clock.monotonic() < until, f"the product's job did not end within {JOB_SECONDS} s"
            await asyncio.sleep(0.1)
        assert receipt.change == change.id
        return receipt.reported


def _verbs(manifest: Manifest) -> list[str]:
    return [support.verb for support in manifest.verbs]


def _version_of(driver: type[Driver]) -> str:
    top = driver.__module__.partition(".")[0]
    names: list[Any] = packages_distributions().get(top, [])
    return f"{names[0]} {version(names[0])}" if names else "not installed"
