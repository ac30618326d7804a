"""A run over one hostile camera and one honest one, timed and weighed, and a lure beside them that nobody may visit."""

from __future__ import annotations

import base64
import functools
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parent))  # this folder is no package; hostile_camera is

from hostile_camera.certificates import Certificate, certificate
from hostile_camera.memory import forget_peak, peak_mebibytes
from hostile_camera.server import LoopThread, RawServer

from vmsguard.cli.init import write_installation
from vmsguard.cli.installation import open_installation, run_with_equipment
from vmsguard.model.facts import Fact, FactKey, Known, Unknown
from vmsguard.model.snapshot import TargetSeen
from vmsguard.model.vocabulary import Layer
from vmsguard.net.names import Lookup
from vmsguard.net.pool import ConnectionPool
from vmsguard.run.judge import Judged, judge
from vmsguard.simulator import Simulator

PASSWORD = "hunter2-Qzk7Wv"
FEVER = {"country": "KR", "modality": "thermal", "visible_face_capture": True, "purpose": "fever-screening"}
DEADLINE = 2.0
"""Of the hostile camera; the honest one has the time that targets have."""
HOSTILE, HONEST = "t-hostile", "cam-honest"


@dataclass(frozen=True)
class Outcome:
    """What a run made of both cameras, and what it cost."""

    judged: Judged
    seconds: float
    mebibytes: float

    @property
    def seen(self) -> TargetSeen:
        """The hostile target."""
        return self.judged.observations[HOSTILE].seen

    @property
    def facts(self) -> Mapping[FactKey, Fact]:
        return self.judged.observations[HOSTILE].facts

    def unknown(self, *names: str) -> dict[str, set[str]]:
        """Why the hostile target's facts of these names, or all of them, are unknown."""
        found: dict[str, set[str]] = {}
        for key, fact in self.facts.items():
            if isinstance(fact.reading, Unknown) and (not names or key.name in names):
                found.setdefault(key.name, set()).add(fact.reading.why)
        return found

    def known(self, name: str) -> list[Any]:
        """The values of that name in the running device."""
        return [
            fact.reading.value
            for key, fact in self.facts.items()
            if (key.name, key.layer) == (name, Layer.RUNTIME) and isinstance(fact.reading, Known)
        ]

    def lists_all(self, name: str) -> bool:
        """Whether some list of that name claims to be all there is."""
        return any(items.complete for items in self.known(name))

    @property
    def honest(self) -> list[tuple[str, str, str, str]]:
        """Every verdict on the other camera."""
        return sorted(
            (result.rule, result.control, result.endpoint, result.verdict.value)
            for result in self.judged.results
            if result.camera == HONEST
        )


class Scene:
    """A place with an honest simulated camera, a lure, and whatever hostile camera a test brings."""

    def __init__(
        self,
        folder: Path,
        thread: LoopThread,
        simulator: Simulator,
        ordinary_verdicts: Any,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._now = now
        self.folder = folder
        self.thread = thread
        self.ordinary_verdicts = ordinary_verdicts
        """What the honest camera is judged when nobody else is there."""
        self._simulator = simulator
        self._open: list[RawServer] = []
        self.lure = self.opened(RawServer())

    def opened(self, server: Any) -> Any:
        """The server, listening until the test ends."""
        self.thread.call(server.open())
        self._open.append(server)
        return server

    def sent_in_clear(self) -> list[int]:
        """Ports of servers that were sent the password as it is, or as Basic writes it."""
        forms = (PASSWORD.encode(), base64.b64encode(f"admin:{PASSWORD}".encode()))
        return [server.port for server in self._open if any(form in server.received for form in forms)]

    def close(self) -> None:
        for server in self._open:
            self.thread.call(server.close())

    def install(self, *targets: Mapping[str, Any], deadline: float = DEADLINE) -> None:
        write_installation(self.folder, "vmsguard.example.org/test")
        inventory = self._simulator.inventory()
        for target in targets:
            inventory["targets"].append({"site": "site-1", "role": "device", "driver": "onvif", **target})
            inventory["cameras"].append(
                {
                    "id": f"cam-{target['id']}",
                    "site": "site-1",
                    "attributes": FEVER,
                    "endpoints": [{"target": target["id"], "channels": "all"}],
                }
            )
        for target in inventory["targets"]:
            target["limits"] = {
                "requests_per_second": 1000,
                "deadline_seconds": 10 if target["id"] == f"t-{HONEST}" else deadline,
                **target.get("limits", {}),
            }
        self._write("inventory.yaml", inventory)
        packs = [
            {"pack": "kr-pipc-thermal-2020", "mode": "audit"},
            {"pack": "kr-nhrck-frt-moratorium-2023", "profile": "wide", "mode": "audit"},
        ]
        assignment = {"apiVersion": "vmsguard/v1", "kind": "Assignment", "metadata": {"id": "all"}}
        self._write("assignments.yaml", {**assignment, "sites": ["site-1"], "packs": packs})

    def _write(self, name: str, told: Any) -> None:
        # What two entries share is written out twice: an alias a hundred times over would be refused as a bomb.
        told = json.loads(json.dumps(told))
        (self.folder / name).write_text(yaml.safe_dump(told, sort_keys=False), encoding="utf-8")

    def meet(self, url: str, **target: Any) -> Outcome:
        """One judgement of the hostile camera at ``url`` and of the honest one."""
        self.install(
            {"id": HOSTILE, "url": url, "login": {"read": "secret://env/HOSTILE_LOGIN"}, **target},
        )
        return self.run()

    def run(self) -> Outcome:
        installation = open_installation(self.folder / "vmsguard.yaml")
        forget_peak()
        before, begun = peak_mebibytes(), self._now()
        judged = run_with_equipment(installation, lambda equipment: judge(installation.fleet, equipment, "run-1"))
        return Outcome(judged, self._now() - begun, peak_mebibytes() - before)


@pytest.fixture(scope="session")
def honest_thread() -> Iterator[LoopThread]:
    with LoopThread() as thread:
        yield thread


@pytest.fixture(scope="session")
def simulator(honest_thread: LoopThread) -> Iterator[Simulator]:
    group = {"id": HONEST, "thermal": True, "rtsp": True, "storages": [], "attributes": FEVER}

    async def started() -> Simulator:
        made = Simulator({"seed": 3, "groups": [group]})
        await made.start()
        return made

    made = honest_thread.call(started())
    yield made
    honest_thread.call(made.stop())


@pytest.fixture
def logins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VMSGUARD_SIM_LOGIN", "admin:simulated")
    monkeypatch.setenv("HOSTILE_LOGIN", f"admin:{PASSWORD}")


@pytest.fixture(scope="session")
def ordinary_verdicts(simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as patch, LoopThread() as thread:
        patch.setenv("VMSGUARD_SIM_LOGIN", "admin:simulated")
        scene = Scene(tmp_path_factory.mktemp("alone") / "site", thread, simulator, None)
        scene.install()
        told = scene.run().honest
        scene.close()
    assert {"pass", "fail"} <= {verdict for *_, verdict in told}
    return told


@pytest.fixture
def scene(
    tmp_path: Path, simulator: Simulator, logins: None, ordinary_verdicts: Any, awake: Callable[[], float]
) -> Iterator[Scene]:
    with LoopThread() as thread:
        made = Scene(tmp_path / "site", thread, simulator, ordinary_verdicts, awake)
        yield made
        made.close()


@pytest.fixture
def make_certificate(tmp_path: Path) -> Callable[..., Certificate]:
    """A certificate of the camera's own making, by name."""
    return functools.partial(certificate, tmp_path)


@pytest.fixture
def use_lookup(monkeypatch: pytest.MonkeyPatch) -> Callable[[Lookup], None]:
    """Runs of this test ask this resolver."""

    def use(lookup: Lookup) -> None:
        monkeypatch.setattr(
            "vmsguard.cli.installation.ConnectionPool", functools.partial(ConnectionPool, lookup=lookup)
        )

    return use
