"""The plugin guide's example is a driver that works, and it names every hook with its arguments."""

from __future__ import annotations

import asyncio
import inspect
import re
import sys
import types
from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from aiohttp import web

from vmsguard.agent.execution.executor import ExecutorNeeds, Lease
from vmsguard.agent.execution.tasks import Drop, Outcome, TaskRef
from vmsguard.controls.base import Control
from vmsguard.fleet.read_agent import AgentConfig
from vmsguard.fleet.secrets import SecretStore
from vmsguard.model.changes import Change, VerbSpec
from vmsguard.model.discovery import DiscovererEntry
from vmsguard.model.executors import ExecutorEntry
from vmsguard.model.fact_catalogue import FactSpec
from vmsguard.model.facts import Items, Known
from vmsguard.model.inventory import Limits, Target
from vmsguard.model.manifest import DriverEntry, Manifest
from vmsguard.model.secret_sources import SecretSourceEntry
from vmsguard.model.vocabulary import Layer, Role, Stage
from vmsguard.net.login import Login
from vmsguard.plugin import hookimpl, hookspecs
from vmsguard.plugin.loader import load_plugins
from vmsguard.plugin.registry import LoadedPlugin, RegisteredExecutor, RegisteredSecretSource, Registry
from vmsguard.testing.sessions import open_session

GUIDE = Path(__file__).parents[2] / "docs" / "plugins.md"
LOGIN = Login("secret://env/ACME", "admin", "simulated")
HOOKS = sorted(name for name in vars(hookspecs) if name.startswith("vmsguard_"))


@pytest.fixture
def acme(monkeypatch: pytest.MonkeyPatch) -> None:
    """The modules of the guide, as if they were installed."""
    sources = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), flags=re.DOTALL)
    monkeypatch.setitem(sys.modules, "vmsguard_acme", types.ModuleType("vmsguard_acme"))
    for name, source in zip(("driver", "plugin", "vault", "queue"), sources, strict=True):
        module = types.ModuleType(f"vmsguard_acme.{name}")
        monkeypatch.setitem(sys.modules, module.__name__, module)
        exec(compile(source, f"{GUIDE.name}:{name}", "exec"), module.__dict__)


@pytest.fixture
async def camera() -> AsyncIterator[tuple[str, dict[str, object]]]:
    """An Acme camera on loopback: its URL and its inner state."""
    state: dict[str, object] = {"model": "A1", "firmware": "1.0", "recording": True, "configured": True}

    async def status(_: web.Request) -> web.Response:
        return web.json_response(state)

    async def recording(request: web.Request) -> web.Response:
        state["recording"] = state["configured"] = (await request.json())["on"]
        return web.json_response({})

    app = web.Application()
    app.add_routes([web.get("/api/status", status), web.post("/api/recording", recording)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/", state
    await runner.cleanup()


async def test_the_example_loads_reads_and_changes(acme: None, camera: tuple[str, dict[str, object]]) -> None:
    url, state = camera
    registry = load_plugins(entry_points=[EntryPoint("acme", "vmsguard_acme.plugin", "vmsguard")])
    target = Target(
        id="t-1", site="s", role=Role.DEVICE, driver="acme", url=url, limits=Limits(requests_per_second=1000)
    )

    assert () == registry.failures
    async with open_session(registry.driver_class("acme"), target, login=LOGIN, write_allowed=True) as session:
        before = await session.read()
        receipt = await session.change(Change("recording.stop", "t-1", "1", {"job": "main"}))
        after = await session.read()

    assert "accepted" == receipt.reported
    assert state["recording"] is False
    assert [True, True] == [_active(before, layer) for layer in Layer]
    assert [False, False] == [_active(after, layer) for layer in Layer]


def _active(facts: object, layer: Layer) -> object:
    assert isinstance(facts, dict)
    reading = facts[("t-1", "1", "recording.jobs", layer, "")].reading
    assert isinstance(reading, Known)
    assert isinstance(reading.value, Items)
    return reading.value.values[0].active


def test_the_example_of_a_source_gives_its_secret(acme: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "unlocked").write_text('{"cams/17": "admin:simulated"}', encoding="utf-8")
    monkeypatch.setenv("ACME_UNLOCKED", str(tmp_path / "unlocked"))
    entry = SecretSourceEntry(name="acme-vault", path="vmsguard_acme.vault:AcmeVault", api=1)
    registry = Registry(secrets={"acme-vault": RegisteredSecretSource(entry, LoadedPlugin("acme", "acme", "1"))})

    told = SecretStore(tmp_path, {}, sources=registry.secret_source).login("secret://acme-vault/cams/17")

    assert told is not None
    assert ("admin", "simulated") == (told.user, told.password)


async def test_the_example_of_an_executor_carries_tasks_out(acme: None) -> None:
    entry = ExecutorEntry(name="one-by-one", path="vmsguard_acme.queue:one_by_one", api=1)
    registry = Registry(executors={"one-by-one": RegisteredExecutor(entry, LoadedPlugin("acme", "acme", "1"))})
    carried: list[str] = []
    stop = asyncio.Event()

    async def handler(ref: TaskRef, lease: Lease) -> Outcome:
        carried.append(ref.target)
        if len(carried) == 2:
            stop.set()
        return Drop()

    config = AgentConfig(socket=Path("a"), workers=Path("w"))
    needs = ExecutorNeeds(AllLeases(), config, SecretStore(Path()), "site", lambda: {"s"}, 64)
    async with registry.executor_factory("one-by-one")(needs) as executor:
        await executor.dispatch([TaskRef("s", "a"), TaskRef("s", "b")])
        await executor.serve(handler, stop)

    assert ["a", "b"] == carried


class AllLeases:
    """Everybody gets what is asked for."""

    term = 60.0

    async def acquire(self, ref: TaskRef) -> Lease:
        return OwnLease(ref.target)

    async def release(self, lease: Lease, ref: TaskRef, outcome: Outcome | None) -> None:
        """Nobody else wants it."""


@dataclass
class OwnLease:
    target: str
    token: int = 1

    async def renew(self) -> bool:
        return True


@pytest.mark.parametrize("hook", HOOKS)
def test_each_hook_is_documented_with_its_arguments(hook: str) -> None:
    arguments = ", ".join(inspect.signature(getattr(hookspecs, hook)).parameters)

    assert f"`{hook}({arguments})`" in GUIDE.read_text(encoding="utf-8")


@pytest.mark.parametrize("hook", HOOKS)
def test_each_hook_shows_an_implementation(hook: str) -> None:
    told = inspect.getdoc(getattr(hookspecs, hook)) or ""

    assert "::" in told
    assert f"@hookimpl\n    def {hook}(" in told


PROVIDERS = {
    "vmsguard_register_drivers": DriverEntry(
        name="demo",
        path="demo.driver:Demo",
        api=1,
        catalogue=1,
        manifest=Manifest(driver="demo", product="Demo", version="1", facts=()),
    ),
    "vmsguard_register_facts": FactSpec(name="demo/shutter.closed", meaning="the shutter is closed"),
    "vmsguard_register_verbs": VerbSpec(name="demo/shutter.close", meaning="close it", stage=Stage.SENDING),
    "vmsguard_register_controls": type("Shut", (Control,), {"id": "demo/shut"}),
    "vmsguard_register_packs": Path("/packs"),
    "vmsguard_register_discoverers": DiscovererEntry(name="hello", driver="demo", path="demo.hello:Hello", api=1),
    "vmsguard_register_executors": ExecutorEntry(name="demo-queue", path="demo.queue:queue", api=1, workers=True),
    "vmsguard_register_secrets": SecretSourceEntry(name="demo-vault", path="demo.vault:Vault", api=1),
}


def test_each_hook_has_a_test() -> None:
    assert HOOKS == sorted(PROVIDERS)


@pytest.mark.parametrize("hook", PROVIDERS)
def test_what_a_hook_returns_is_registered(hook: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("demo_plugin")
    monkeypatch.setitem(sys.modules, "demo_plugin", module)
    setattr(module, hook, hookimpl(lambda: [PROVIDERS[hook]]))

    registry = load_plugins(entry_points=[EntryPoint("demo", "demo_plugin", "vmsguard")])
    kept = getattr(registry, hook.removeprefix("vmsguard_register_"))
    values = [getattr(value, "entry", value) for value in (kept.values() if isinstance(kept, dict) else kept)]

    assert () == registry.failures
    assert PROVIDERS[hook] in values
