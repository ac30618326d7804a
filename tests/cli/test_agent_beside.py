"""What lives beside a running agent, as a process of its own: pages, messages, service manager, socket."""

from __future__ import annotations

import asyncio
import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from standardwebhooks import Webhook

from vmsguard.agent.health.vitals import Vitals
from vmsguard.cli.agent_run import _until_a_signal
from vmsguard.model.clock import SystemClock

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PATIENCE = 60.0


class Receiver:
    """An HTTP server of the test: what was posted to it, and how often it was called."""

    def __init__(self) -> None:
        self.posted: list[tuple[dict[str, str], bytes]] = []
        self.calls = 0
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.posted.append((dict(self.headers), body))
                self._done()

            def do_GET(self) -> None:
                receiver.calls += 1
                self._done()

            def _done(self) -> None:
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Nothing on the terminal."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def page(port: int, name: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{name}", timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def until(so: Callable[[], bool], process: subprocess.Popen[bytes], told: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not so():
        assert process.poll() is None, told.read_text()
        assert time.monotonic() < deadline, told.read_text()
        time.sleep(0.05)


def heard(listening: socket.socket) -> list[str]:
    lines: list[str] = []
    while True:
        try:
            lines += listening.recv(4096).decode().splitlines()
        except BlockingIOError:
            return lines


def configured(site: Any, receiver: Receiver, health: int) -> None:
    (site.folder / "keys").mkdir(exist_ok=True)
    for name, text in (("hook", KEY), ("life", f"{receiver.url}/life")):
        file = site.folder / "keys" / name
        file.write_text(text)
        file.chmod(0o600)
    config = yaml.safe_load((site.folder / "vmsguard.yaml").read_text())
    config["agent"] = {
        "health": f"127.0.0.1:{health}",
        "sweep": "PT10S",
        "sign_of_life": {"url": "secret://file/keys/life", "every": "PT10S"},
    }
    config["notifications"] = [
        {
            "id": "chat",
            "digest": "PT1S",
            "webhook": {"url": f"{receiver.url}/hook", "secret": "secret://file/keys/hook"},
        }
    ]
    (site.folder / "vmsguard.yaml").write_text(yaml.safe_dump(config))


def test_a_running_agent_is_seen_from_outside_and_tells_people(
    site: Any, fever: Mapping[str, Any], receiver: Receiver, tmp_path: Path
) -> None:
    simulator = site.simulate([{**fever, "id": "cam-1"}, {**fever, "id": "cam-2"}])
    site.assign("kr-pipc-thermal-2020", "audit")
    health = free_port()
    configured(site, receiver, health)
    told = tmp_path / "told.txt"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager, told.open("wb") as output:
        manager.bind(str(tmp_path / "notify"))
        manager.setblocking(False)
        environment = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "4000000"}
        process = subprocess.Popen(
            [sys.executable, "-m", "vmsguard", "agent", "run"],
            cwd=site.folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
        )
        try:
            until(lambda: page(health, "readyz") == (200, "ready\n"), process, told)
            assert (200, "alive\n") == page(health, "livez")
            assert "READY=1" in heard(manager)
            until(lambda: "WATCHDOG=1" in heard(manager), process, told)
            assert "vmsguard_work_due" in page(health, "metrics")[1]
            tasks = 'vmsguard_tasks_total{kind="due",outcome="done"}'
            until(lambda: tasks in page(health, "metrics")[1], process, told)
            until(lambda: receiver.calls > 0, process, told)

            status = site.run("agent", "status", "--format", "json")
            assert (0, True, {}) == (status.code, status.json["alive"], status.json["not_ready"])
            assert status.json["status"].startswith("2 targets, ")
            assert [] == status.json["pauses"]
            assert 0 == site.run("agent", "pause", "--target", "t-cam-1", "--by", "role:it").code
            (pause,) = site.run("agent", "status", "--format", "json").json["pauses"]
            assert ("target", "t-cam-1", "role:it", None, False) == tuple(
                pause[name] for name in ("scope", "name", "by", "until", "duties")
            )
            assert 0 == site.run("agent", "resume", "--target", "t-cam-1").code

            site.inside(simulator.stop)
            until(lambda: bool(receiver.posted), process, told)
            headers, body = receiver.posted[0]
            Webhook(KEY).verify(body, {name.lower(): value for name, value in headers.items()})
            message = json.loads(body)
            assert {"unreachable"} >= {group["code"] for group in message["data"]["groups"]} - {"drift"}
            assert "[warning  ] unreachable" in told.read_text(), "a journal has it too"
            assert b"127.0.0.1" not in body, "no address leaves the site"

            heard(manager)
            process.send_signal(signal.SIGTERM)
            assert 0 == process.wait(PATIENCE), told.read_text()
            assert "STOPPING=1" in heard(manager)
        finally:
            process.kill()
            process.wait()
    assert not (site.folder / "agent.sock").exists()
    assert 2 == site.run("agent", "status").code


def test_status_says_what_is_paused_which_first_deletions_wait_and_how_they_are_approved(
    site: Any, fever: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    site.simulate([fever])
    site.assign("kr-pipc-thermal-2020", "enforce")
    told = {
        "status": "1 target, 0 due, 0 duties late",
        "alive": True,
        "not_ready": {"state": "full"},
        "running": 0,
        "waiting": 0,
        "workers": 1,
        "pauses": [
            {"scope": "site", "name": "hq", "by": "role:it", "until": None, "duties": False, "reason": ""},
            {"scope": "all", "name": "", "by": "agent", "until": "2026-07-01T00:00:00Z", "duties": True, "reason": ""},
        ],
        "first_deletions": [
            {"target": "t-1", "site": "hq", "recordings": 7},
            {"target": "t-2", "site": "lab", "recordings": 1},
            {"target": "t-3", "site": "lab", "recordings": 2},
        ],
        "last_round": None,
    }
    monkeypatch.setattr("vmsguard.agent.control.client.ask_agent", lambda *_, **__: told)

    answer = site.run("agent", "status")

    assert 4 == answer.code
    assert "vmsguard agent approve t-1 --purge 7 --by ROLE" in answer.out
    assert "a first deletion waits at t-1: 7 recordings\n" in answer.out
    assert "first deletions wait at lab: 2 targets, 3 recordings in all\n" in answer.out
    assert "vmsguard agent approve --site lab --by ROLE" in answer.out
    each = site.run("agent", "status", "--all").out
    assert "a first deletion waits at t-2: 1 recording\n" in each
    assert "vmsguard agent approve t-3 --purge 2 --by ROLE" in each
    assert "1 worker is connected\n" in answer.out
    assert "paused: site hq by role:it until it is resumed\n" in answer.out
    assert "paused: everywhere by agent until 2026-07-01T00:00:00Z, deletions too\n" in answer.out
    assert "not ready: state: full" in answer.out
    assert "None" not in answer.out


def test_a_health_address_that_is_taken_is_said_and_nothing_is_left_behind(
    site: Any, fever: Mapping[str, Any], receiver: Receiver
) -> None:
    site.simulate([fever])
    site.assign("kr-pipc-thermal-2020", "audit")
    taken = int(receiver.url.rpartition(":")[2])
    configured(site, receiver, taken)
    answer = site.run("agent", "run")
    assert 2 == answer.code
    assert f"127.0.0.1:{taken} cannot be listened on" in answer.err
    assert not (site.folder / "agent.sock").exists()


async def test_from_the_signal_on_it_is_not_ready_though_tasks_may_still_run() -> None:
    vitals, heard_at_the_signal = Vitals(clock=SystemClock()), []

    async def work(stop: asyncio.Event) -> None:
        vitals.tick()
        os.kill(os.getpid(), signal.SIGTERM)
        await stop.wait()
        heard_at_the_signal.append(vitals.troubles())

    installation: Any = SimpleNamespace(
        config=SimpleNamespace(evidence=SimpleNamespace(origin="example.org/a")),
        fleet=SimpleNamespace(inventory=SimpleNamespace(targets={}, cameras={})),
    )
    agent: Any = SimpleNamespace(run=work)
    await _until_a_signal(agent, installation, vitals)
    assert [{"stopping": "it was told to stop"}] == heard_at_the_signal


WAITING = [
    {"target": "t-1", "site": "hq", "recordings": 7},
    {"target": "t-2", "site": "hq", "recordings": 1},
    {"target": "t-3", "site": "lab", "recordings": 2},
]


@pytest.fixture
def asked(site: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """A site with three targets whose agent is heard of, and what it was asked to keep."""
    heard: list[tuple[str, Any]] = []
    target = {"role": "device", "driver": "onvif", "url": "http://127.0.0.1:9/onvif/device_service"}
    targets = [{**target, "id": one["target"], "site": one["site"]} for one in WAITING]
    targets.append({**target, "id": "t-4", "site": "lab"})
    inventory = {"apiVersion": "vmsguard/v1", "kind": "Inventory", "targets": targets, "cameras": []}
    site.write("inventory.yaml", inventory)

    def answer(config: Any, what: str, arguments: Any) -> Any:
        if what == "status":
            return {"first_deletions": WAITING}
        heard.append((what, [(one.target, one.count, one.by) for one in arguments.approvals]))
        return None

    monkeypatch.setattr("vmsguard.cli.beside_agent.agent_runs", lambda config: True)
    monkeypatch.setattr("vmsguard.cli.beside_agent.ask", answer)
    return heard


BY = ("--by", "role:dpo", "--yes")


@pytest.mark.parametrize(
    ("arguments", "kept"),
    [
        (("--all",), {"t-1": 7, "t-2": 1, "t-3": 2}),
        (("--site", "hq"), {"t-1": 7, "t-2": 1}),
        (("t-1", "t-3"), {"t-1": 7, "t-3": 2}),
        (("t-3", "t-4"), {"t-3": 2}),
        (("--all", "--purge", "5"), {"t-2": 1, "t-3": 2}),
        (("t-4", "--purge", "9"), {"t-4": 9}),
        (("t-1",), {"t-1": 7}),
    ],
)
def test_first_deletions_are_approved_together_with_the_counts_that_were_shown(
    site: Any, asked: list[tuple[str, Any]], arguments: tuple[str, ...], kept: dict[str, int]
) -> None:
    answer = site.run("agent", "approve", *arguments, *BY)
    assert 0 == answer.code, answer.err
    assert [("approve", [(name, count, "role:dpo") for name, count in kept.items()])] == asked
    if len(kept) > 1:
        shown = [line.split()[0] for line in answer.out.splitlines() if "at most" in line and "approved" not in line]
        assert list(kept) == shown
        assert f"approved: the first deletions at {len(kept)} targets" in answer.out
    left_out = [line.split()[2] for line in answer.err.splitlines() if line.startswith("left out")]
    assert {name.rstrip(":") for name in left_out} <= {"t-1", "t-4"} - kept.keys()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--all", "--by", "role:dpo"), "nobody is there to ask"),
        (("--site", "lab", "t-1", *BY), "do not go together"),
        (BY, "nothing is named"),
        (("--site", "labs", *BY), "did you mean 'lab'?"),
        (("t-4", *BY), "no first deletion waits"),
        (("t-1", "--purge", "5", "t-4", *BY), "no first deletion waits"),
    ],
)
def test_what_nobody_agreed_to_or_cannot_be_meant_approves_nothing(
    site: Any, asked: list[tuple[str, Any]], arguments: tuple[str, ...], why: str
) -> None:
    answer = site.run("agent", "approve", *arguments)
    assert (2, True, []) == (answer.code, why in answer.err, asked), answer.err


def test_without_an_agent_targets_and_counts_are_named(
    site: Any, asked: list[tuple[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vmsguard.cli.beside_agent.agent_runs", lambda config: False)
    assert "no agent runs that could say what waits" in site.run("agent", "approve", "--all", *BY).err
    assert 0 == site.run("agent", "approve", "t-1", "t-2", "--purge", "3", *BY).code
    kept = [event for event in site.events() if event["event"] == "purge.approved"]
    assert [("t-1", 3), ("t-2", 3)] == [(event["target"], event["count"]) for event in kept]
    assert [] == asked
