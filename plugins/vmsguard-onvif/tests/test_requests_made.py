"""How often a camera is asked: as often as the facts of a policy need, nothing twice, and no more unseen."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from vmsguard_onvif.session import Session

from vmsguard.engine.assigned import AssignedRules
from vmsguard.engine.compile import compile_assigned
from vmsguard.model.fact_catalogue import CORE_FACTS
from vmsguard.model.manifest import Scope
from vmsguard.model.vocabulary import WHOLE, Mode
from vmsguard.policy.builtin import builtin_folder
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.load_pack import load_pack

CATALOGUE = Catalogue.core()
CAMERA = {"rules": ["CellMotionDetector"], "modules": ["CellMotionEngine"]}
ANYBODY = ("device", "GetDeviceInformation")
"""Asked without a login first, to see how the device refuses it, and then with one."""

MOST = {
    "kr-pipc-thermal-2020": 26,
    "kr-pipa-fixed-video": 26,
    "eu-gdpr-video": 25,
    "eu-ai-act-art5-rbi": 20,
    "baseline-security": 19,
    "kr-nhrck-frt-moratorium-2023": 15,
    "us-ndaa-889-inventory": 14,
}
"""Requests to a camera with one channel that nothing is wrong with, the way in included."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, bytes]]:
    """Service, operation and parameters of each request."""
    seen: list[tuple[str, str, bytes]] = []
    post = Session.post

    async def noted(self: Session, namespace: str, operation: str, body: bytes, *given: Any, **named: Any) -> Any:
        seen.append((namespace.split("/")[-2], operation, body.partition(b"<s:Body>")[2]))
        return await post(self, namespace, operation, body, *given, **named)

    monkeypatch.setattr(Session, "post", noted)
    return seen


def wanted_by(pack_id: str) -> frozenset[str]:
    pack = load_pack(builtin_folder() / pack_id / "pack.yaml", CATALOGUE)
    profile = next(iter(pack.profiles), "")
    rules = AssignedRules(pack=pack, profile=profile, mode=Mode.AUDIT, assignment="a")
    return compile_assigned(rules, CATALOGUE.controls, dict(CATALOGUE.facts)).wanted


async def look(session: Any, facts: frozenset[str]) -> None:
    """What a run does with one target: its channels, then the facts that some rule reads."""
    channels = [channel.id for channel in await session.channels()]
    offered = {support.fact for support in session.manifest.facts} & facts
    whole = frozenset(name for name in offered if CORE_FACTS[name].whole)
    want = {Scope(channel): frozenset(offered - whole) for channel in channels}
    async for _ in session.driver.observe({**want, Scope(WHOLE): whole}):
        pass


@pytest.mark.parametrize(("pack", "most"), MOST.items())
async def test_a_policy_costs_a_camera_so_many_requests(simulate: Any, asked: Any, pack: str, most: int) -> None:
    async with simulate(**CAMERA) as simulated, simulated.session() as session:
        await look(session, wanted_by(pack))
        assert len(asked) <= most, [entry[:2] for entry in asked]
        assert len(asked) == sum(session.client.requests.values())


@pytest.mark.parametrize("pack", MOST)
async def test_nothing_is_asked_twice(simulate: Any, asked: Any, pack: str) -> None:
    async with simulate(**CAMERA) as simulated, simulated.session() as session:
        await look(session, wanted_by(pack))
    twice = {entry[:2] for entry, times in Counter(asked).items() if times > 1}
    assert {ANYBODY} == twice


async def test_a_way_in_that_is_configured_needs_no_trial(simulate: Any, asked: Any) -> None:
    async with simulate(**CAMERA) as simulated, simulated.session(auth="wsse") as session:
        await look(session, wanted_by("kr-pipc-thermal-2020"))
    assert 1 == max(Counter(asked).values())


async def test_a_service_that_is_not_there_is_not_asked(simulate: Any, asked: Any) -> None:
    async with simulate(uplinks=None, brokers=None) as simulated, simulated.session() as session:
        there = set(session.driver._session.services.services)
        await session.read()
    names = {namespace.split("/")[-2] for namespace in there}
    assert names >= {service for service, _, _ in asked}
    assert {"uplink", "appmgmt", "receiver"} & names == set()


async def test_a_service_is_asked_for_what_cannot_exist_once_in_a_session(simulate: Any, asked: Any) -> None:
    async with simulate(**CAMERA, uplinks=[], brokers=[]) as simulated, simulated.session() as session:
        await session.read()
        await session.read()
    canaries = Counter(service for service, operation, _ in asked if operation == "GetVmsguardCanary")
    assert set(canaries.values()) == {1}
    assert {"device", "uplink", "events"} <= set(canaries)
