"""Level ``read``: what a driver reads is typed, complete, bounded, and changes nothing."""

from __future__ import annotations

from vmsguard.model.changes import CORE_VERBS
from vmsguard.model.facts import FactKey
from vmsguard.model.vocabulary import Effect
from vmsguard.testing.contract_base import ContractBase, of_level
from vmsguard.testing.device import Ability, ContractDevice
from vmsguard.testing.leaks import leaked, listening
from vmsguard.testing.shapes import missing_facts, wrong_facts

__all__ = ["ReadLevel"]

FEW, MANY = 5, 500


@of_level("read")
class ReadLevel(ContractBase):
    """The tests every driver must pass."""

    async def test_the_manifest_answers_for_every_core_verb(self) -> None:
        manifest = self.driver_class.manifest(None)
        done = {support.verb for support in manifest.verbs}
        absent = set(manifest.absent_verbs)
        assert set() == set(CORE_VERBS) - done - absent, "neither implemented nor declared absent"
        assert set() == done & absent, "both implemented and declared absent"
        assert set() == {name for name in done | absent if name not in CORE_VERBS and "/" not in name}

    async def test_the_manifest_declares_registered_facts_and_their_layers(self) -> None:
        manifest = self.driver_class.manifest(None)
        specs = self.specs()
        assert [support.fact for support in manifest.facts if support.fact not in specs] == []
        assert [support.fact for support in manifest.facts if specs[support.fact].by_core] == []
        assert [
            (support.fact, layer)
            for support in manifest.facts
            for layer in support.layers
            if layer not in specs[support.fact].layers
        ] == []

    async def test_the_driver_names_itself_as_its_manifest_does(self) -> None:
        assert self.driver_class.name == self.driver_class.manifest(None).driver

    async def test_each_fact_is_yielded_with_its_declared_shape(self, device: ContractDevice, fact: str) -> None:
        async with self.reading(device) as session:
            self.note_product(session)
            channels = [channel.id for channel in await session.channels()]
            facts = await session.read(channels)
        manifest, specs = session.manifest, self.specs()
        ours = {key: value for key, value in facts.items() if key.name == fact}
        assert wrong_facts(ours.values(), session.driver.target.id, manifest, specs) == ()
        missing = missing_facts(facts, channels, manifest, specs)
        assert [place for place in missing if place.split(" ")[1] == fact] == []

    async def test_nothing_undeclared_is_yielded(self, device: ContractDevice) -> None:
        async with self.reading(device) as session:
            facts = await session.read()
        assert wrong_facts(facts.values(), session.driver.target.id, session.manifest, self.specs()) == ()

    async def test_only_what_was_asked_for_is_yielded(self, device: ContractDevice) -> None:
        async with self.reading(device) as session:
            channels = [channel.id for channel in await session.channels()]
            facts: dict[FactKey, object] = {**await session.read(channels[:1])}
        assert set() == {key.channel for key in facts} - {"*", *channels[:1]}

    async def test_reading_changes_nothing(self, device: ContractDevice) -> None:
        self.need(device, Ability.DIGEST)
        before = await device.digest()
        async with self.reading(device) as session:
            await session.read()
            for channel in await session.channels():
                session.driver.witness_points(channel.id)
        assert before == await device.digest()
        assert session.client.requests[Effect.WRITE] == 0

    async def test_reading_sends_no_write(self, device: ContractDevice) -> None:
        self.need(device, Ability.WRITES)
        before = await device.writes()
        async with self.reading(device) as session:
            await session.read()
        assert before == await device.writes()

    async def test_requests_stay_within_the_declared_bound(self, device: ContractDevice) -> None:
        self.need(device, Ability.CHANNELS)
        for count in (FEW, MANY):
            await device.with_channels(count)
            async with self.reading(device) as session:
                channels = await session.channels()
                await session.read([channel.id for channel in channels])
            assert count == len(channels)
            bound = session.manifest.bound
            assert session.client.requests.total() <= bound.base + bound.per_channel * count

    async def test_channels_and_witness_points_are_of_this_target(self, device: ContractDevice) -> None:
        async with self.reading(device) as session:
            channels = await session.channels()
            await session.read([channel.id for channel in channels])
            points = [point for channel in channels for point in session.driver.witness_points(channel.id)]
        assert len({channel.id for channel in channels}) == len(channels)
        specs = self.specs()
        assert [point for point in points if point.kind not in ("tcp", "rtsp", "http", "file", "fact")] == []
        assert [point for point in points if point.proves not in specs or not specs[point.proves].by_core] == []
        assert set() == {point.channel for point in points} - {channel.id for channel in channels} - {"*"}

    async def test_no_secret_is_logged_or_shown(self, device: ContractDevice) -> None:
        with listening() as heard:
            async with self.reading(device) as session:
                await session.read()
            for thing in (session.driver, session.driver.ctx, session.client, session.identity, device.target):
                heard.add(thing)
            heard.add(vars(session.driver))
        assert leaked(heard, (device.read_login, device.change_login)) == ()
