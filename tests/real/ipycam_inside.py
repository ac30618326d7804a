"""Tests of the ONVIF driver on ipycam; run by test_ipycam.py in a network that has loopback alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from real_ipycam import RealIpycam, running_ipycam
from vmsguard_onvif.driver import OnvifDriver

from vmsguard.cli.init import write_installation
from vmsguard.cli.main import main
from vmsguard.errors import DriverError
from vmsguard.model.changes import Change
from vmsguard.model.facts import Fact, FactKey, Items, Known, Reading, Unknown
from vmsguard.model.vocabulary import Effect
from vmsguard.testing import open_session

FEVER = {"country": "KR", "modality": "thermal", "visible_face_capture": True, "purpose": "fever-screening"}


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealIpycam]:
    with running_ipycam(tmp_path_factory.mktemp("ipycam")) as running:
        yield running


def says_off(reading: Reading) -> bool:
    """Whether a reading could be taken for "this is off": a complete list without anything that is on."""
    if isinstance(reading, Unknown):
        return False
    if not isinstance(reading, Known) or not isinstance(reading.value, Items):
        return not isinstance(reading, Known)
    on = [getattr(item, "enabled", getattr(item, "active", None)) for item in reading.value.values]
    return reading.value.complete and all(state is False for state in on)


async def read(camera: RealIpycam) -> dict[FactKey, Fact]:
    async with open_session(OnvifDriver, camera.target(), login=camera.login) as session:
        return await session.read()


async def test_what_the_camera_does_not_show_is_never_read_as_off(camera: RealIpycam) -> None:
    facts = await read(camera)

    of_interest = ("recording.jobs", "footage.recordings", "stream.services", "push.destinations", "cloud.links")
    told = {key.name: fact.reading for key, fact in facts.items() if key.name in (*of_interest, "analytics.functions")}
    assert {*of_interest, "analytics.functions"} == set(told)
    assert [] == [name for name, reading in told.items() if says_off(reading)]
    assert isinstance(told["recording.jobs"], Unknown)
    assert isinstance(told["analytics.functions"], Unknown)


async def test_a_stop_for_a_profile_that_does_not_exist_is_no_success(camera: RealIpycam) -> None:
    before = {key: fact.reading for key, fact in (await read(camera)).items() if key.name == "stream.services"}

    async with open_session(OnvifDriver, camera.target(), login=camera.login, write_allowed=True) as session:
        (channel,) = [found.id for found in await session.channels()]
        change = Change("stream.stop", camera.target().id, channel, {"service": "multicast:nope"})
        try:
            receipt = await session.change(change)
        except DriverError as error:
            reported = type(error).__name__
        else:
            reported = receipt.reported

    # It answers 200 with the reply of another operation, for any token. At most that is a report. A stream that no
    # profile has is looked for first, and then nothing is sent.
    assert reported in ("ProtocolViolation", "accepted", "already")
    assert (0 if reported == "already" else 1) == session.client.requests[Effect.WRITE]
    after = {key: fact.reading for key, fact in (await read(camera)).items() if key.name == "stream.services"}
    assert before == after
    assert [] == [key for key, reading in after.items() if says_off(reading)]


def test_it_answers_probes_and_is_found_where_it_is(
    camera: RealIpycam, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    with pytest.raises(SystemExit) as stopped:
        main(["discover", "--interface", "lo", "--timeout", "2", "--format", "json"])

    told = json.loads(capsys.readouterr().out)
    (one,) = told["candidates"]
    assert ("127.0.0.1", "lo", camera.url, []) == (one["address"], one["interface"], one["url"], one["warnings"])
    assert "NetworkVideoTransmitter" in one["types"]
    assert [{"interface": "lo", "address": "127.0.0.1", "sent": 8, "problem": ""}] == told["ways"]
    assert not stopped.value.code


def test_check_claims_nothing_it_did_not_see(
    camera: RealIpycam, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_installation(tmp_path / "site", "vmsguard.example.org/ipycam")
    monkeypatch.chdir(tmp_path / "site")
    monkeypatch.setenv("CAM_LOGIN", f"{camera.user}:{camera.password}")
    target: dict[str, Any] = {"id": "t-ipycam", "site": "s", "role": "device", "driver": "onvif", "url": camera.url}
    target |= {"login": "secret://env/CAM_LOGIN", "limits": {"requests_per_second": 100}}
    endpoints = [{"target": "t-ipycam", "channels": "all"}]
    cameras = [{"id": "cam", "site": "s", "attributes": FEVER, "endpoints": endpoints}]
    packs = [{"pack": "kr-pipc-thermal-2020", "mode": "enforce"}]
    for name, value in (
        ("inventory.yaml", {"kind": "Inventory", "targets": [target], "cameras": cameras}),
        ("assignments.yaml", {"kind": "Assignment", "metadata": {"id": "a"}, "sites": ["s"], "packs": packs}),
    ):
        Path(name).write_text(yaml.safe_dump({"apiVersion": "vmsguard/v1", **value}), encoding="utf-8")
    capsys.readouterr()

    with pytest.raises(SystemExit) as stopped:
        main(["check", "--format", "json"])

    told = json.loads(capsys.readouterr().out)
    judged = {one["control"]: one["verdict"] for one in told["results"] if one["control"] and one["endpoint"]}
    unseen = ("storage.edge.off", "storage.residue.empty", "transmission.push.off", "transmission.cloud.off")
    assert dict.fromkeys(unseen, "unknown") == {name: judged[name] for name in unseen}
    assert "fail" == judged["transmission.stream.off"]
    passed = [one["rule"] for one in told["results"] if one["rule"] and not one["control"] and one["verdict"] == "pass"]
    assert [] == passed
    assert 3 == stopped.value.code
