"""Each declared fact and verb meets, in the contract runs, a device on which its tests can tell something.

The kit skips, with its reason, what a device does not call for. Between all devices nothing may be skipped: each verb
is called for by one of them, and each fact has a value on one of them, or says here why it can have none.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from msgspec.structs import replace
from vmsguard_onvif.declared import MANIFEST
from vmsguard_onvif.driver import OnvifDriver

from vmsguard.model.facts import Known
from vmsguard.model.vocabulary import Role
from vmsguard.testing import ContractDevice, DriverContract, open_session
from vmsguard.testing.goals import pending
from vmsguard.testing.level_delete import DeleteLevel

NEVER_KNOWN = {
    "face_library.sizes": "ONVIF has no operation for galleries of faces",
    "ptz.movable": "the simulator has no PTZ service; ipycam has one",
}
ALL_CHANNELS = {"stream.stop", "push.stop", "cloud.disconnect", "storage.external.remove", "retention.set"}
"""Of the device or of a store: that they leave other channels alone has no sense."""
PURGES = {"footage.purge"}


def beside(name: str) -> ModuleType:
    spec = spec_from_file_location(f"contract_of_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CONTRACT, SEARCHING = beside("test_contract"), beside("test_searching_contract")


@asynccontextmanager
async def camera(storage: Path, *, idle: bool = False, listening: bool = False) -> AsyncIterator[ContractDevice]:
    device = CONTRACT.SimulatedContractDevice(Role.DEVICE, storage)
    device.options |= {"event_subscription": "on"} if listening else {}
    await device.with_channels(2)
    for job in device.running.camera("subject").state.configuration.jobs if idle else ():
        job.mode = "Idle"
    yield device
    await device.stop()


@asynccontextmanager
async def recorder(storage: Path) -> AsyncIterator[ContractDevice]:
    device = CONTRACT.SimulatedContractDevice(Role.RECORDER, storage)
    await device.with_channels(2)
    yield device
    await device.stop()


@asynccontextmanager
async def searching(storage: Path) -> AsyncIterator[ContractDevice]:
    device = SEARCHING.SearchingCamera()
    await device.with_channels(2)
    yield device
    await device.simulator.stop()


DEVICES: dict[type, Callable[[Path], Any]] = {
    CONTRACT.TestCamera: camera,
    CONTRACT.TestIdleCamera: lambda storage: camera(storage, idle=True),
    CONTRACT.TestListeningCamera: lambda storage: camera(storage, idle=True, listening=True),
    CONTRACT.TestRecorder: recorder,
    SEARCHING.TestSearchingCamera: searching,
}


@pytest.fixture
async def seen(tmp_path: Path) -> dict[type, tuple[set[str], set[tuple[str, Any]]]]:
    """By contract class: verbs that its device calls for, and facts, by layer, that have a value on it."""
    found = {}
    for contract, made in DEVICES.items():
        async with made(tmp_path) as device:
            unhurried = replace(device.target, limits=replace(device.target.limits, requests_per_second=1e6))
            async with open_session(OnvifDriver, unhurried, login=device.read_login, write_allowed=False) as session:
                facts = await session.read()
        called = {verb.verb for verb in MANIFEST.verbs if pending(verb.verb, facts, datetime.now(UTC))}
        known = {(key.name, key.layer) for key, fact in facts.items() if isinstance(fact.reading, Known)}
        found[contract] = (called, known)
    return found


def named_tests(contract: type, *, deletes: bool) -> Iterator[str]:
    """Names of the tests that run once for each verb that deletes, or that does not."""
    for name in dir(contract):
        test = getattr(contract, name)
        if name.startswith("test_") and getattr(test, "deletes", None) is deletes:
            yield name


def test_every_contract_class_is_looked_at() -> None:
    classes = {
        member
        for module in (CONTRACT, SEARCHING)
        for name, member in vars(module).items()
        if name.startswith("Test") and isinstance(member, type)
    }
    assert classes == set(DEVICES)


async def test_every_verb_is_called_for_by_a_device_whose_contract_has_all_its_levels(seen: Any) -> None:
    for verb in MANIFEST.verbs:
        whole = DeleteLevel if verb.verb in PURGES else DriverContract
        wanted = set(named_tests(whole, deletes=verb.verb in PURGES))
        run = {
            name
            for contract, (called, _) in seen.items()
            if verb.verb in called
            for name in named_tests(contract, deletes=verb.verb in PURGES)
        }
        assert (verb.verb, set()) == (verb.verb, wanted - run)
        assert len(wanted) >= 7


async def test_every_fact_has_a_value_in_every_layer_on_some_device(seen: Any) -> None:
    known = {found for _, facts in seen.values() for found in facts}
    declared = {(support.fact, layer) for support in MANIFEST.facts for layer in support.layers}
    assert set(NEVER_KNOWN) == {name for name, _ in declared - known}


def test_what_is_skipped_for_its_scope_is_what_is_wider_than_a_channel() -> None:
    assert {verb.verb for verb in MANIFEST.verbs if verb.scope != "channel"} == ALL_CHANNELS
