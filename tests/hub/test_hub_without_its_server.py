"""A hub whose own NATS server is away, or refuses it, says so at once, and says when it is back."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # this folder is no package

from three_servers import RealHub, until

from vmsguard.evidence.keys import SigningKey

sys.path.insert(0, str(Path(__file__).parents[1] / "agent"))

from nats_server import nats_binary, required_nats

REFUSES = "authorization { user: somebody, password: else }\n"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[RealHub]:
    made = RealHub(tmp_path, required_nats(nats_binary()))
    site: Any = SimpleNamespace(origin="hub.example.org/seoul", domain="seoul", key=SigningKey.generate("a/b"))
    made.configure(site)
    yield made
    made.close()


def said(hub: RealHub) -> list[dict[str, Any]]:
    """What it wrote on its standard error, without what a site that is not there comes to."""
    lines = (hub.folder / "log").read_text().splitlines()
    told = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
    return [
        one for one in told if one["event"] != "the trust file names no key of this log: nothing of it can be taken"
    ]


def status(hub: RealHub) -> tuple[int, str | None]:
    """The exit code, and the trouble with the server; None where no hub says anything."""
    command = [sys.executable, "-m", "vmsguard", "hub", "status", str(hub.file), "--format", "json"]
    told = subprocess.run(command, check=False, timeout=120, capture_output=True, text=True)
    server = json.loads(told.stdout)["server"]
    return told.returncode, None if server is None else server["trouble"]


def trouble(hub: RealHub) -> str | None:
    """The word it left, without a process for it."""
    try:
        return str(json.loads((hub.folder / "kept" / "server.json").read_text())["trouble"])
    except OSError:
        return None


def test_a_server_that_comes_and_goes_is_told_each_time_and_so_is_one_that_refuses(hub: RealHub) -> None:
    async def story() -> None:
        hub.start()
        await until(lambda: "no NATS server at 127.0.0.1" in (trouble(hub) or ""))
        code, why = await asyncio.to_thread(status, hub)
        assert (4, True) == (code, (why or "").startswith("no NATS server at"))
        hub.server.start()
        await until(lambda: trouble(hub) == "")
        hub.server.kill()
        await until(lambda: bool(trouble(hub)))
        hub.server.more += REFUSES
        hub.server.start()
        await until(lambda: "it refused the login" in (trouble(hub) or ""))
        hub.server.kill()
        hub.server.more = hub.server.more.removesuffix(REFUSES)
        hub.server.start()
        await until(lambda: trouble(hub) == "")

    asyncio.run(story())

    assert 0 == hub.stop()
    assert None is status(hub)[1]
    told = said(hub)
    events = [one["event"] for one in told]
    assert 2 == events.count("the NATS server is there again")
    whys = [one["why"] for one in told if one["event"] == "nothing can be taken"]
    assert 1 == whys.count("the connection to the NATS server is lost")
    assert [] == [one for one, following in pairwise(whys) if one == following], "each said once"
    assert {"error", "warning"} == {one["level"] for one in told}
    assert all(one["hint"] for one in told if one["event"] == "nothing can be taken")


def test_a_first_login_that_is_refused_ends_the_hub_with_what_to_do(hub: RealHub) -> None:
    hub.server.more += REFUSES
    hub.server.start()
    command = [sys.executable, "-m", "vmsguard", "hub", "run", str(hub.file)]

    told = subprocess.run(command, check=False, timeout=120, capture_output=True, text=True)

    assert 2 == told.returncode
    assert "does not let us in: it refused the login" in told.stderr
    assert "next: see that nats: credentials:" in told.stderr
    assert trouble(hub) is None


def test_a_hub_ends_in_order_while_its_server_is_away(hub: RealHub) -> None:
    async def story() -> None:
        hub.start()
        await until(lambda: bool(trouble(hub)))

    asyncio.run(story())

    assert 0 == hub.stop()
