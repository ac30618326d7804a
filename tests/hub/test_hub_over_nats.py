"""A hub and two sites on real NATS servers, each of which is killed: every record arrives once, and verifies."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

sys.path.insert(0, str(Path(__file__).parent))  # this folder is no package

from copied_site import files_of
from three_servers import RealHub, RealSite, play, until

from vmsguard.agent.control.client import ask_agent
from vmsguard.agent.uplink.take_policies import PolicyTaker
from vmsguard.errors import VmsguardError
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.segments import SEGMENT_RECORDS
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.verify import verify_directory
from vmsguard.fleet.load_config import load_config
from vmsguard.hub.hub_file import load_hub_file
from vmsguard.model.clock import SystemClock

sys.path.insert(0, str(Path(__file__).parents[1] / "agent"))

from nats_server import nats_binary, required_nats

DOCUMENT = """\
apiVersion: vmsguard/v1
kind: Assignment
metadata: {id: sample}
sites: [seoul]
packs: [{pack: kr-pipc-thermal-2020, mode: audit}]
"""


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[RealHub]:
    made = RealHub(tmp_path, required_nats(nats_binary()))
    made.server.start()
    yield made
    made.close()


@pytest.fixture
def site_named(tmp_path: Path, hub: RealHub) -> Iterator[Callable[[str], RealSite]]:
    made: list[RealSite] = []

    def make(name: str) -> RealSite:
        site = RealSite(tmp_path, required_nats(nats_binary()), name, hub.leaf_port)
        site.server.start()
        made.append(site)
        return site

    yield make
    for one in made:
        one.close()


def kinds(hub: RealHub, site: RealSite) -> list[str]:
    trust = Trust(logs=(site.key.verifier,))
    report = verify_directory(hub.copy(site), trust=trust, now=datetime.now(UTC))
    return [problem.kind for problem in report.problems]


def status(hub: RealHub) -> tuple[int, dict[str, str]]:
    told = subprocess.run(
        [sys.executable, "-m", "vmsguard", "hub", "status", str(hub.file), "--format", "json"],
        check=False,
        timeout=60,
        capture_output=True,
        text=True,
    )
    return told.returncode, {
        one["origin"].rpartition("/")[2]: one["hearing"] for one in json.loads(told.stdout)["sites"]
    }


def confirmed(site: RealSite) -> int:
    return site.state.confirmed_evidence(site.origin) or 0


def test_a_thousand_records_written_while_the_hub_is_away_arrive_once_and_verify(
    hub: RealHub, site_named: Callable[[str], RealSite]
) -> None:
    seoul, busan = site_named("seoul"), site_named("busan")
    hub.configure(seoul, busan)
    hub.start()

    async def story() -> None:
        async with seoul.going_up(hub.key.verifier), busan.going_up(hub.key.verifier):
            seoul.write(50)
            await until(lambda: confirmed(seoul) == seoul.log.size)
            hub.kill()
            hub.server.kill()
            for _ in range(10):
                seoul.write(100)
                busan.write(10)
                await asyncio.sleep(0)
            hub.server.start()
            hub.start()
            await until(lambda: confirmed(seoul) > 300)
            hub.kill()
            seoul.write(5)
            hub.start()
            await until(lambda: confirmed(seoul) == seoul.log.size and confirmed(busan) == busan.log.size)

    play(story, hub, seoul, busan)

    assert (0, {"seoul": "heard", "busan": "heard"}) == status(hub)
    assert 0 == hub.stop()
    seoul.log.settle()
    assert files_of(seoul.evidence) == files_of(hub.copy(seoul))
    assert files_of(busan.evidence) == files_of(hub.copy(busan))
    assert ([], []) == (kinds(hub, seoul), kinds(hub, busan))
    assert ([], []) == (seoul.alerts, busan.alerts)


def test_full_segments_arrive_sealed_as_they_are_at_the_site_though_the_hub_is_killed(
    hub: RealHub, site_named: Callable[[str], RealSite]
) -> None:
    """One segment of the size that a log has; ``VMSGUARD_SOAK=1`` runs ten, of which this is the tenth."""
    seoul = site_named("seoul")
    hub.configure(seoul)
    hub.start()
    segments = 10 if os.environ.get("VMSGUARD_SOAK") else 1
    kill_after = random.Random(6).randrange(1, 8)

    async def story() -> None:
        async with seoul.going_up(hub.key.verifier):
            for _ in range(segments):
                for piece in range(8):
                    await asyncio.to_thread(seoul.write, SEGMENT_RECORDS // 8 + 1)
                    if piece == kill_after:
                        hub.kill()
                        hub.start()
            await until(lambda: confirmed(seoul) == seoul.log.size, 240.0 * segments)

    play(story, hub, seoul, seconds=480.0 * segments)

    assert 0 == hub.stop()
    seoul.log.settle()
    sealed = [path for path in (hub.copy(seoul) / "log").iterdir() if path.suffix != ".jsonl"]
    assert segments == len(sealed)
    assert files_of(seoul.evidence) == files_of(hub.copy(seoul))
    assert [] == kinds(hub, seoul)


def test_a_fork_is_told_on_both_sides_and_stops_nobody_else(
    hub: RealHub, site_named: Callable[[str], RealSite], tmp_path: Path
) -> None:
    seoul, busan = site_named("seoul"), site_named("busan")
    hub.configure(seoul, busan)
    hub.start()

    async def story() -> None:
        seoul.write(20)
        seoul.log.close()
        shutil.copytree(seoul.evidence, tmp_path / "backup")
        seoul.log = seoul.opened()
        async with seoul.going_up(hub.key.verifier):
            seoul.write(30)
            await until(lambda: confirmed(seoul) == seoul.log.size)
        seoul.log.close()
        shutil.rmtree(seoul.evidence)
        shutil.copytree(tmp_path / "backup", seoul.evidence)
        seoul.log = seoul.opened()
        async with seoul.going_up(hub.key.verifier), busan.going_up(hub.key.verifier):
            seoul.write(100)
            busan.write(5)
            refused = hub.folder / "kept" / "standing"
            await until(lambda: seoul.alerts and [*refused.glob("*/refused/fork-*")])
            await until(lambda: confirmed(busan) == busan.log.size)
        assert 0 == confirmed(seoul), "of the history that is here the hub has nothing for sure"

    play(story, hub, seoul, busan)

    assert {"hub-refuses"} == {alert.code for alert in seoul.alerts}
    assert (3, {"seoul": "refused", "busan": "heard"}) == status(hub)
    assert [] == kinds(hub, busan)
    assert "fork" in {path.name.partition("-")[0] for path in hub.folder.glob("kept/standing/*/refused/*")}


def test_a_leaf_node_that_lost_its_store_loses_no_record(hub: RealHub, site_named: Callable[[str], RealSite]) -> None:
    seoul = site_named("seoul")
    hub.configure(seoul)

    async def story() -> None:
        async with seoul.going_up(hub.key.verifier) as part:
            seoul.write(200)
            await until(lambda: part.trouble == "")
            await asyncio.sleep(1)
        seoul.server.kill()
        shutil.rmtree(seoul.server.folder / "store")
        seoul.server.start()
        hub.start()
        async with seoul.going_up(hub.key.verifier):
            seoul.write(5)
            await until(lambda: confirmed(seoul) == seoul.log.size)

    play(story, hub, seoul)

    assert (0, {"seoul": "heard"}) == status(hub)
    assert [] == kinds(hub, seoul)


def test_policies_that_were_published_while_the_link_was_down_are_there_when_it_returns(
    hub: RealHub, site_named: Callable[[str], RealSite], tmp_path: Path
) -> None:
    seoul = site_named("seoul")
    hub.configure(seoul)
    key = SigningKey.generate("example.org/policies")
    key.save(tmp_path / "policies.pem")
    source = tmp_path / "source"
    source.mkdir()
    place = tmp_path / "from-hub"
    taker = PolicyTaker(
        place,
        key.verifier,
        check=lambda folder: None,
        record=seoul.log.append,
        tell=seoul.alerts.extend,
        clock=SystemClock(),
        log=structlog.get_logger(),
    )

    def publish(number: int, expected: int = 0) -> None:
        pack = DOCUMENT.replace("id: sample", f"id: sample-{number}")
        (source / "assignment.yaml").write_text(pack)
        options = ["--hub", str(hub.file), "--key", str(tmp_path / "policies.pem"), "--name", key.name]
        command = [sys.executable, "-m", "vmsguard", "hub", "publish", str(source), *options, "--number", str(number)]
        told = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
        assert expected == told.returncode, told.stderr

    def in_force(number: int) -> bool:
        file = place / "assignment.yaml"
        return file.exists() and f"id: sample-{number}" in file.read_text()

    async def story() -> None:
        async with seoul.going_up(hub.key.verifier, take_policies=taker):
            await asyncio.to_thread(publish, 1)
            await until(lambda: in_force(1))
            seoul.server.kill()
            await asyncio.to_thread(publish, 2)
            await asyncio.to_thread(publish, 2, 2)
            await asyncio.sleep(1)
            assert in_force(1)
            seoul.server.start()
            await until(lambda: in_force(2))

    play(story, hub, seoul)

    assert [] == seoul.alerts
    lines = b"".join(path.read_bytes() for path in (seoul.evidence / "log").iterdir())
    assert 2 == lines.count(b'"event":"policies.taken"')


def test_a_running_agent_sends_its_log_and_takes_policies(
    hub: RealHub, site_named: Callable[[str], RealSite], tmp_path: Path
) -> None:
    seoul = site_named("seoul")
    folder = tmp_path / "installation"
    subprocess.run([sys.executable, "-m", "vmsguard", "init", str(folder)], check=True, capture_output=True, timeout=60)
    key = SigningKey.generate("example.org/policies")
    key.save(tmp_path / "policies.pem")
    config = folder / "vmsguard.yaml"
    wanted = f'{{domain: hub, key: "{hub.key.vkey}", policy_key: "{key.vkey}"}}'
    config.write_text(
        config.read_text().replace("assignments: [assignments.yaml]", "assignments: [policies-from-hub]")
        + f'agent: {{nats: {{servers: ["{seoul.server.url}"], domain: seoul, hub: {wanted}}}}}\n'
    )
    (folder / "policies-from-hub").mkdir()
    site = load_config(config)
    hub.configure(seoul)
    hub.file.write_text(hub.file.read_text().replace(seoul.origin, site.evidence.origin))
    shutil.copy(folder / "trust.policy", hub.folder / "trust.txt")
    hub.start()
    source = tmp_path / "source"
    source.mkdir()
    options = ["--hub", str(hub.file), "--key", str(tmp_path / "policies.pem"), "--name", key.name]

    def publish(number: int, text: str) -> None:
        (source / "assignment.yaml").write_text(text)
        command = [sys.executable, "-m", "vmsguard", "hub", "publish", str(source), *options, "--number", str(number)]
        subprocess.run(command, check=True, capture_output=True, timeout=60)

    copy = load_hub_file(hub.file).evidence(site.evidence.origin)

    def told(event: str) -> int:
        return b"".join(path.read_bytes() for path in copy.glob("log/*")).count(f'"event":"{event}"'.encode())

    def hub_in_status() -> object:
        try:
            return ask_agent(folder / "agent.sock", "status", {}, seconds=30.0)["hub"]
        except VmsguardError:
            return "no agent answers yet"

    async def story() -> None:
        await asyncio.to_thread(publish, 1, (folder / "assignments.yaml").read_text())
        await until(lambda: (folder / "policies-from-hub" / "assignment.yaml").exists())
        await until(lambda: {"trouble": "", "policies": 1, "policies_in_force": True} == hub_in_status(), 180.0)
        await asyncio.to_thread(publish, 2, DOCUMENT.replace("kr-pipc-thermal-2020", "no-such-pack"))
        log = folder / "evidence" / "log" / f"{0:020d}.jsonl"
        await until(lambda: b"policies.refused" in log.read_bytes())
        await until(lambda: 1 == told("log.opened"))

    with (tmp_path / "agent.log").open("wb") as log:
        agent = subprocess.Popen(
            [sys.executable, "-m", "vmsguard", "--config", str(config), "agent", "run"], stdout=log, stderr=log
        )
    try:
        play(story, hub, seoul, seconds=300.0)
    finally:
        agent.terminate()
        try:
            code = agent.wait(150)
        finally:
            agent.kill()
        assert 0 == code, (tmp_path / "agent.log").read_text()
    assert "policies taken over from the hub" in (tmp_path / "agent.log").read_text()
    assert "seoul" not in (folder / "policies-from-hub" / "assignment.yaml").read_text()
