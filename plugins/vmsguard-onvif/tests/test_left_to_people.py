"""Faces that doors know and galleries that nobody can ask for: told of, never touched, and never called empty."""

from __future__ import annotations

from typing import Any

import pytest

from vmsguard.errors import DeviceFault, NotSupported
from vmsguard.model.changes import Change
from vmsguard.model.facts import FactKey, Known, Unknown
from vmsguard.model.vocabulary import WHOLE, Layer, Why

DOOR = {"credentials": ["pt:Card", "pt:Face"], "levels": [["pt:Card", "pt:Face"]]}


@pytest.mark.parametrize("searching", [{}, DOOR])
async def test_galleries_are_unknown_with_or_without_faces_at_doors(simulate: Any, searching: dict[str, Any]) -> None:
    async with simulate(searching=searching) as simulated, simulated.session(write=True) as session:
        facts = await session.read()
        reading = facts[FactKey("cam", WHOLE, "face_library.sizes", Layer.RUNTIME)].reading
        assert isinstance(reading, Unknown)
        assert reading.why is Why.NO_DRIVER_FACT
        with pytest.raises(NotSupported):
            await session.change(Change("face_library.purge", "cam", WHOLE, {"library": "any"}))
        assert simulated.simulator.writes_of("cam") == 0


@pytest.mark.parametrize("verb", ["analytics.stop", "analytics.pictures.stop", "analytics.faces.exclude"])
async def test_a_face_at_a_door_is_reported_and_no_verb_touches_it(simulate: Any, verb: str) -> None:
    async with simulate(searching=DOOR) as simulated:
        before = simulated.simulator.digest("cam")
        async with simulated.session(write=True) as session:
            reading = (await session.read())[FactKey("cam", "source-1", "analytics.functions", Layer.RUNTIME)].reading
            assert isinstance(reading, Known)
            door = [item for item in reading.value.values if item.kind == "credential"]
            assert [(item.id, item.task, item.enabled) for item in door] == [
                ("credential:face", "face-verification", None)
            ]
            with pytest.raises(DeviceFault) as caught:
                await session.change(Change(verb, "cam", "source-1", {"function": "credential:face"}))
        assert caught.value.code == "NoLever"
        assert (simulated.simulator.digest("cam"), simulated.simulator.writes_of("cam")) == (before, 0)
