"""Levels ``write`` and ``verify``: a change needs a permit, is sent, and shows, or its absence shows."""

from __future__ import annotations

from vmsguard.testing.change_checks import ChangeChecks
from vmsguard.testing.contract_base import of_level
from vmsguard.testing.device import ContractDevice

__all__ = ["VerifyLevel", "WriteLevel"]


@of_level("write", deletes=False)
class WriteLevel(ChangeChecks):
    """The tests of drivers that change configuration; one each per declared verb."""

    async def test_a_change_without_a_live_permit_is_stopped(self, device: ContractDevice, verb: str) -> None:
        await self.check_stopped_without_permit(device, verb)

    async def test_a_planning_session_cannot_change(self, device: ContractDevice, verb: str) -> None:
        await self.check_stopped_while_planning(device, verb)

    async def test_an_applied_change_plans_nothing_more(self, device: ContractDevice, verb: str) -> None:
        await self.check_applied_once(device, verb)

    async def test_a_change_applied_twice_does_no_more(self, device: ContractDevice, verb: str) -> None:
        await self.check_applied_twice(device, verb)

    async def test_a_change_leaves_other_channels_alone(self, device: ContractDevice, verb: str) -> None:
        await self.check_other_channels_untouched(device, verb)


@of_level("verify", deletes=False)
class VerifyLevel(ChangeChecks):
    """The tests that a read-back tells an effect from a reply."""

    async def test_a_change_shows_in_every_layer(self, device: ContractDevice, verb: str) -> None:
        await self.check_shown_in_every_layer(device, verb)

    async def test_a_change_without_effect_shows(self, device: ContractDevice, verb: str) -> None:
        await self.check_no_effect_is_visible(device, verb)
