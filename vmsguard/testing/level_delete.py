"""Level ``delete``: what a deletion deletes, what it spares, and that a deletion that was none shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from vmsguard.errors import DriverError, GuardTripped
from vmsguard.model.fact_values import StoredRecording
from vmsguard.model.facts import Fact, FactKey
from vmsguard.model.held_window import HeldWindow, write_windows
from vmsguard.testing.change_checks import ChangeChecks
from vmsguard.testing.contract_base import of_level
from vmsguard.testing.device import ContractDevice

__all__ = ["DeleteLevel"]

BEFORE_CAMERAS = datetime(1970, 1, 2, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_ALL_TIME = HeldWindow(BEFORE_CAMERAS, datetime(2100, 1, 1, tzinfo=UTC))


@of_level("delete", deletes=True)
class DeleteLevel(ChangeChecks):
    """The tests of drivers that delete; one each per declared verb that purges."""

    async def test_a_deletion_without_a_live_permit_is_stopped(self, device: ContractDevice, verb: str) -> None:
        await self.check_stopped_without_permit(device, verb)

    async def test_a_planning_session_cannot_delete(self, device: ContractDevice, verb: str) -> None:
        await self.check_stopped_while_planning(device, verb)

    async def test_an_applied_deletion_plans_nothing_more(self, device: ContractDevice, verb: str) -> None:
        await self.check_applied_once(device, verb)

    async def test_a_deletion_applied_twice_does_no_more(self, device: ContractDevice, verb: str) -> None:
        await self.check_applied_twice(device, verb)

    async def test_a_deletion_leaves_other_channels_alone(self, device: ContractDevice, verb: str) -> None:
        await self.check_other_channels_untouched(device, verb)

    async def test_a_deletion_shows(self, device: ContractDevice, verb: str) -> None:
        await self.check_shown_in_every_layer(device, verb)

    async def test_a_deletion_without_effect_shows(self, device: ContractDevice, verb: str) -> None:
        await self.check_no_effect_is_visible(device, verb)

    async def test_footage_after_the_cutoff_is_spared(self, device: ContractDevice, verb: str) -> None:
        if verb != "footage.purge":
            pytest.skip(f"{verb} has no cutoff")
        change = await self.some_change(device, verb)
        early = msgspec.structs.replace(change, arguments={**change.arguments, "cutoff": BEFORE_CAMERAS.isoformat()})
        async with self.reading(device) as session:
            before = _closed(await session.read())
        async with self.changing(device) as session:
            try:
                await self.settle_job(session, early)
            except GuardTripped:
                raise
            except DriverError:
                pass  # "nothing to delete" may be refused; what counts is what is left
        async with self.reading(device) as session:
            assert before <= _closed(await session.read())

    async def test_footage_in_a_held_window_is_left(self, device: ContractDevice, verb: str) -> None:
        """What a hold keeps is still there, and what no window touches is gone: for the plan relies on both."""
        support = self.driver_class.manifest(None).verb(verb)
        if verb != "footage.purge" or support is None or not support.held:
            pytest.skip("the verb does not declare that it leaves held footage")
        change = await self.some_change(device, verb)
        async with self.reading(device) as session:
            stored = _recordings(await session.read(), change.channel)
        window = next((_spanned(item) for item in stored if item.start and item.end and not item.open), _ALL_TIME)
        held = {item.id for item in stored if window.touches(item.start, item.end)}
        arguments = {**change.arguments, "held": write_windows([window])}
        async with self.changing(device) as session:
            await self.settle_job(session, msgspec.structs.replace(change, arguments=arguments))
        async with self.reading(device) as session:
            left = {item.id for item in _recordings(await session.read(), change.channel)}
        assert held
        assert held <= left
        doomed = {item.id for item in stored if item.id not in held and not item.locked and not item.open}
        assert doomed.isdisjoint(left)

    async def test_a_held_window_that_cannot_be_read_stops_the_deletion(
        self, device: ContractDevice, verb: str
    ) -> None:
        support = self.driver_class.manifest(None).verb(verb)
        if verb != "footage.purge" or support is None or not support.held:
            pytest.skip("the verb does not declare that it leaves held footage")
        change = await self.some_change(device, verb)
        async with self.reading(device) as session:
            before = _closed(await session.read())
        arguments = {**change.arguments, "held": "last week"}
        async with self.changing(device) as session:
            with pytest.raises(DriverError):
                await self.settle_job(session, msgspec.structs.replace(change, arguments=arguments))
        async with self.reading(device) as session:
            assert before <= _closed(await session.read())


def _spanned(item: StoredRecording) -> HeldWindow:
    assert item.start is not None
    assert item.end is not None
    return HeldWindow(item.start, max(item.end, item.start + _SECOND))


def _recordings(facts: dict[FactKey, Fact], channel: str) -> list[StoredRecording]:
    """Recordings of a channel that have footage in them."""
    return [
        item
        for key, fact in facts.items()
        if key.name == "footage.recordings" and key.channel == channel
        for item in getattr(getattr(fact.reading, "value", None), "values", ())
        if not item.empty
    ]


def _closed(facts: dict[FactKey, Fact]) -> set[tuple[str, str]]:
    """Finished recordings with footage in them, by channel and id."""
    return {
        (key.channel, item.id)
        for key, fact in facts.items()
        if key.name == "footage.recordings"
        for item in getattr(getattr(fact.reading, "value", None), "values", ())
        if not item.empty and not item.open
    }
