"""The part of level ``read`` that breaks the device: each failure comes out as an error of the tree."""

from __future__ import annotations

import time

from vmsguard.errors import AuthRejected, DriverError, NotSupported, Unreachable
from vmsguard.model.facts import Absent, Fact, Known, Unknown
from vmsguard.model.vocabulary import Why
from vmsguard.testing.contract_base import ContractBase, of_level
from vmsguard.testing.device import Ability, ContractDevice, Fault
from vmsguard.testing.leaks import leaked, listening

__all__ = ["FaultLevel"]

DEADLINE = 0.4


@of_level("read")
class FaultLevel(ContractBase):
    """What a driver makes of failure: the right error or an unknown, never a value, never a secret."""

    async def test_silence_is_unreachable_within_the_deadline(self, device: ContractDevice) -> None:
        self.need(device, Ability.TIMEOUT)
        await device.fault(Fault.TIMEOUT)
        begun = time.monotonic()
        error, facts = await self.outcome(device)
        assert time.monotonic() - begun < DEADLINE * max(2, len(facts)) + 2
        assert isinstance(error, Unreachable) or _unknown_for(facts, Why.UNREACHABLE)
        assert [fact.key for fact in facts if isinstance(fact.reading, Known | Absent)] == []

    async def test_a_refused_login_is_auth_rejected(self, device: ContractDevice) -> None:
        self.need(device, Ability.UNAUTHORIZED)
        await device.fault(Fault.UNAUTHORIZED)
        error, facts = await self.outcome(device)
        assert isinstance(error, AuthRejected) or _unknown_for(facts, Why.AUTH)
        assert [fact.key for fact in facts if isinstance(fact.reading, Absent)] == []

    async def test_garbage_is_never_a_value(self, device: ContractDevice) -> None:
        self.need(device, Ability.GARBAGE)
        await device.fault(Fault.GARBAGE)
        error, facts = await self.outcome(device)
        assert error is not None or facts != []
        assert [fact.key for fact in facts if isinstance(fact.reading, Known | Absent)] == []

    async def test_not_supported_is_absent_or_unknown(self, device: ContractDevice) -> None:
        self.need(device, Ability.NOT_SUPPORTED)
        await device.fault(Fault.NOT_SUPPORTED)
        error, facts = await self.outcome(device)
        assert isinstance(error, NotSupported) or any(isinstance(fact.reading, Absent | Unknown) for fact in facts)

    async def outcome(self, device: ContractDevice) -> tuple[DriverError | None, list[Fact]]:
        """The error of the tree that a full read ends in, or its facts; any other error comes through."""
        facts: list[Fact] = []
        error: DriverError | None = None
        with listening() as heard:
            try:
                async with self.reading(device, deadline_seconds=DEADLINE) as session:
                    facts = list((await session.read()).values())
            except DriverError as raised:
                error = raised
                heard.add(raised)
        assert leaked(heard, (device.read_login, device.change_login)) == ()
        return error, facts


def _unknown_for(facts: list[Fact], why: Why) -> bool:
    return any(isinstance(fact.reading, Unknown) and fact.reading.why is why for fact in facts)
