"""What a camera stores and sends without ONVIF: a service that is not listed proves nothing about it."""

from __future__ import annotations

from typing import Any

import pytest

from vmsguard.model.facts import Items, Known, Unknown
from vmsguard.model.vocabulary import Why

STORED = ("recording.jobs", "recording.retention", "footage.recordings", "export.jobs")


def readings(facts: Any, name: str) -> list[Any]:
    return [fact.reading for key, fact in facts.items() if key.name == name]


@pytest.mark.parametrize("old", ["", "no-get-services+"])
async def test_a_camera_that_records_by_its_own_pages_is_not_called_one_that_does_not(simulate: Any, old: str) -> None:
    async with simulate(persona=f"{old}records-by-own-pages") as simulated:
        async with simulated.session() as session:
            facts = await session.read()
        camera = simulated.simulator.camera("cam")
        assert (camera.truth.records, camera.truth.footage) == (True, 1)
    for name in STORED:
        found = readings(facts, name)
        assert {type(reading) for reading in found} == {Unknown}, name
        assert {reading.why for reading in found} == {Why.UNSUPPORTED_UNPROVEN}, name
        assert all("lists no Recording service; " in reading.detail for reading in found)
    (stores,) = readings(facts, "stores")
    assert (stores.value.values, stores.value.complete) == ((), False)


async def test_a_camera_without_storage_configurations_may_write_to_a_share_of_its_own_pages(simulate: Any) -> None:
    # With a Recording service whose recordings name no target, and without one.
    for setup in ({}, {"recordings": None}):
        async with simulate(**setup) as simulated, simulated.session() as session:
            found = readings(await session.read(), "storage.external")
        assert [type(reading) for reading in found] == [Unknown] * 2
        assert [reading.why for reading in found] == [Why.UNSUPPORTED_UNPROVEN] * 2


async def test_a_list_that_the_device_gave_is_what_it_says(simulate: Any) -> None:
    setup = {"storages": [], "recordings": {"active": False, "history_hours": 0}}
    async with simulate(**setup) as simulated, simulated.session() as session:
        facts = await session.read()
    assert readings(facts, "storage.external") == [Known(Items(()))] * 2
    assert [job.active for reading in readings(facts, "recording.jobs") for job in reading.value.values] == [False] * 2
