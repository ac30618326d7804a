"""What holds for every change, whether it switches something off or deletes it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from vmsguard.errors import DriverError, GuardTripped
from vmsguard.model.changes import Permit
from vmsguard.model.facts import Items, Known, Unknown
from vmsguard.model.vocabulary import Effect
from vmsguard.testing.contract_base import ContractBase
from vmsguard.testing.device import Ability, ContractDevice, Fault
from vmsguard.testing.goals import pending, reached, shown_by, standing

__all__ = ["ChangeChecks"]


class ChangeChecks(ContractBase):
    """The checks themselves; the levels name them as tests for their verbs."""

    async def check_stopped_without_permit(self, device: ContractDevice, verb: str) -> None:
        change = await self.some_change(device, verb)
        told = None if Ability.DIGEST in device.cannot else await device.digest()
        async with self.changing(device) as session:
            stranger = Permit("contract", change.id, 1, self.clock.now() + timedelta(minutes=1))
            with pytest.raises(GuardTripped):
                await session.driver.change(change, stranger)
            ended = session.permit(change)
            session.office.revoke(ended)
            with pytest.raises(GuardTripped):
                await session.driver.change(change, ended)
        assert session.client.requests[Effect.WRITE] == 0
        if told is not None:
            assert told == await device.digest()

    async def check_stopped_while_planning(self, device: ContractDevice, verb: str) -> None:
        change = await self.some_change(device, verb)
        async with self.reading(device) as session:
            with pytest.raises(GuardTripped):
                await session.driver.change(change, session.permit(change))
        assert session.client.requests[Effect.WRITE] == 0

    async def check_applied_once(self, device: ContractDevice, verb: str) -> None:
        change = await self.some_change(device, verb)
        async with self.changing(device) as session:
            assert await self.settle_job(session, change) in ("accepted", "accepted-later", "already")
        facts = await self.facts_after(device, change)
        assert reached(change, facts) is not False
        assert change.id not in {left.id for left in pending(verb, facts, self.clock.now())}

    async def check_applied_twice(self, device: ContractDevice, verb: str) -> None:
        change = await self.some_change(device, verb)
        async with self.changing(device) as session:
            await self.settle_job(session, change)
        await self.facts_after(device, change)
        told = None if Ability.DIGEST in device.cannot else await device.digest()
        async with self.changing(device) as session:
            try:
                await self.settle_job(session, change)
            except GuardTripped:
                raise
            except DriverError:
                pass  # what is gone already may be refused, in the words of the tree
        if told is not None:
            assert told == await device.digest()

    async def check_other_channels_untouched(self, device: ContractDevice, verb: str) -> None:
        change = await self.some_change(device, verb)
        support = self.driver_class.manifest(None).verb(verb)
        if support is None or support.scope != "channel":
            pytest.skip(f"{verb} declares a scope wider than a channel")
        async with self.reading(device) as session:
            before = await session.read()
        async with self.changing(device) as session:
            await self.settle_job(session, change)
        after = await self.facts_after(device, change)
        others = [key for key in before if key.channel not in ("*", change.channel)]
        if not others:
            pytest.skip("the device has one channel")
        assert {key: standing(before[key].reading) for key in others} == {
            key: standing(after[key].reading) for key in others
        }

    async def check_shown_in_every_layer(self, device: ContractDevice, verb: str) -> None:
        change = await self.some_change(device, verb)
        async with self.changing(device) as session:
            await self.settle_job(session, change)
        facts = await self.facts_after(device, change)
        shown = shown_by(change, facts)
        assert shown != ()
        assert [fact.key for fact in shown if isinstance(fact.reading, Unknown)] == []
        # A list that says it is incomplete can still show that the item it named is gone from it.
        incomplete = any(
            isinstance(fact.reading, Known)
            and isinstance(fact.reading.value, Items)
            and not fact.reading.value.complete
            for fact in shown
        )
        assert reached(change, facts) in ((True, None) if incomplete else (True,))

    async def check_no_effect_is_visible(self, device: ContractDevice, verb: str) -> None:
        self.need(device, Ability.ACK_NO_EFFECT)
        change = await self.some_change(device, verb)
        await device.fault(Fault.ACK_NO_EFFECT)
        async with self.changing(device) as session:
            try:
                await session.change(change)
            except GuardTripped:
                raise
            except DriverError:
                pass  # a driver may notice by itself; what counts is that nobody takes it for done
        async with self.reading(device) as session:
            facts = await session.read()
        assert reached(change, facts) is False
        assert change.id in {left.id for left in pending(verb, facts, self.clock.now())}
