"""A whole installation beside running simulated cameras, used through the command line as a person would."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from vmsguard.cli.init import write_installation
from vmsguard.cli.main import main
from vmsguard.simulator import Simulator

FEVER = {"country": "KR", "modality": "thermal", "visible_face_capture": True, "purpose": "fever-screening"}
PLAZA = {"country": "KR", "modality": "visible", "space": "public", "operator": "public-institution"}


class Answer:
    """What one command left behind."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> dict[str, Any]:
        assert self.out, self.err
        told: dict[str, Any] = json.loads(self.out)
        return told

    def result(self, camera: str, control: str = "", rule: str = "", endpoint: str = "") -> dict[str, Any]:
        """The one result of a control, or of a rule."""
        found = [
            entry
            for entry in self.json["results"]
            if entry["camera"] == camera
            and entry["control"] == control
            and (not rule or entry["rule"] == rule)
            and (not endpoint or entry["endpoint"].startswith(endpoint))
            and entry["level"] != "camera"
        ]
        assert len(found) == 1, [(entry["rule"], entry["endpoint"]) for entry in found]
        return found[0]


class LoopThread:
    """An event loop in a thread, so that a simulator serves while commands run in the test's own thread."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def call(self, job: Callable[[], Any]) -> Any:
        """The result of a coroutine function, or of a plain one, run in the loop."""

        async def run() -> Any:
            result = job()
            return await result if asyncio.iscoroutine(result) else result

        future: Future[Any] = asyncio.run_coroutine_threadsafe(run(), self.loop)
        return future.result(120)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


class Site:
    """An installation folder and the simulator behind it."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._capture = capture
        self._monkeypatch = monkeypatch
        self._threads: list[tuple[LoopThread, Simulator]] = []
        write_installation(folder, "vmsguard.example.org/test")
        monkeypatch.setenv("VMSGUARD_SIM_LOGIN", "admin:simulated")

    def simulate(
        self, groups: list[Mapping[str, Any]], recorders: list[Mapping[str, Any]] | None = None, **more: Any
    ) -> Simulator:
        """Start a fleet and write the inventory that matches it."""
        thread = LoopThread()
        fleet = {"seed": 3, "groups": groups, "recorders": recorders or [], **more}
        simulator: Simulator = thread.call(lambda: _made(fleet))
        thread.call(simulator.start)
        self._threads.append((thread, simulator))
        self.write("inventory.yaml", simulator.inventory())
        return simulator

    def inside(self, job: Callable[[], Any]) -> Any:
        """Do something to the simulator in its own loop."""
        return self._threads[-1][0].call(job)

    def assign(self, pack: str, mode: str, profile: str = "") -> None:
        entry = {"pack": pack, "mode": mode, **({"profile": profile} if profile else {})}
        self.write(
            "assignments.yaml",
            {
                "apiVersion": "vmsguard/v1",
                "kind": "Assignment",
                "metadata": {"id": "test"},
                "sites": ["site-1"],
                "packs": [entry],
            },
        )

    def write(self, name: str, value: Any) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = value if isinstance(value, str) else yaml.safe_dump(value, sort_keys=False)
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, *arguments: str) -> Answer:
        """One command, in this process; its exit code and what it printed."""
        self._monkeypatch.chdir(self.folder)
        self._capture.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main(list(arguments))
        told = self._capture.readouterr()
        return Answer(int(stopped.value.code or 0), told.out, told.err)

    def events(self) -> list[dict[str, Any]]:
        """Every evidence record."""
        lines: list[dict[str, Any]] = []
        for segment in sorted((self.folder / "evidence" / "log").glob("*.jsonl")):
            lines += [json.loads(line) for line in segment.read_text().splitlines()]
        return lines

    def close(self) -> None:
        for thread, simulator in self._threads:
            thread.call(simulator.stop)
            thread.close()


async def _made(fleet: Mapping[str, Any]) -> Simulator:
    return Simulator(fleet)


@pytest.fixture
def site(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    made = Site(tmp_path / "site", capsys, monkeypatch)
    yield made
    made.close()


@pytest.fixture
def fever() -> Mapping[str, Any]:
    """A thermal camera that can be switched off, as a group of one."""
    return {"id": "cam-1", "thermal": True, "rtsp": True, "storages": [], "attributes": FEVER}


@pytest.fixture
def plaza() -> Mapping[str, Any]:
    """A public camera with a face recognition rule."""
    return {"id": "cam-p", "rtsp": True, "rules": ["tt:FaceRecognition"], "attributes": PLAZA}


def beside(name: str) -> ModuleType:
    """A module of this folder, which is no package."""
    full = f"cli_tests_{name}"
    if full not in sys.modules:
        spec = spec_from_file_location(full, Path(__file__).with_name(f"{name}.py"))
        assert spec is not None
        assert spec.loader is not None
        # Dataclasses look up the module they are defined in.
        sys.modules[full] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules[full])
    return sys.modules[full]


@pytest.fixture(scope="session")
def fleet() -> ModuleType:
    """Random cameras and recorders."""
    return beside("random_fleet")


@pytest.fixture(scope="session")
def truths() -> ModuleType:
    """What is really so inside simulated devices."""
    return beside("inside_truths")
