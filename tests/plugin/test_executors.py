"""Executors of plugins are registered beside the core's, and replace none of them."""

from __future__ import annotations

import sys
import types
from importlib.metadata import EntryPoint

import pytest

from vmsguard.errors import PluginError
from vmsguard.model.executors import CORE_EXECUTORS, ExecutorEntry
from vmsguard.plugin import hookimpl
from vmsguard.plugin.loader import Registry, load_plugins


def registered(monkeypatch: pytest.MonkeyPatch, *entries: object) -> Registry:
    module = types.ModuleType("demo_of_executors")
    module.vmsguard_register_executors = hookimpl(lambda: list(entries))  # type: ignore[attr-defined]
    module.queue = lambda needs: needs  # type: ignore[attr-defined]
    module.none = "nothing to call"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return load_plugins(entry_points=[EntryPoint("demo", module.__name__, "vmsguard")])


def entry(**changed: object) -> ExecutorEntry:
    fields: dict[str, object] = {"name": "demo-queue", "path": "demo_of_executors:queue", "api": 1}
    return ExecutorEntry(**(fields | changed))  # type: ignore[arg-type]


def test_an_executor_is_there_beside_the_core_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = registered(monkeypatch, entry(workers=True))

    assert {"local", "nats", "demo-queue"} == set(registry.executors)
    assert registry.executor_entry("demo-queue").workers
    assert 7 == registry.executor_factory("demo-queue")(7)


@pytest.mark.parametrize("name", CORE_EXECUTORS)
def test_the_core_ones_are_made_as_those_of_plugins_are(name: str) -> None:
    registry = Registry()
    assert "vmsguard" == registry.executors[name].plugin.distribution
    assert callable(registry.executor_factory(name))


@pytest.mark.parametrize(
    ("offered", "told"),
    [
        (("demo-queue",), "executor hook returned a str"),
        ((entry(name="nats"),), "executor nats is registered already by vmsguard"),
        ((entry(api=9),), "executor demo-queue is built for api 9, this is api 1"),
        ((entry(path="demo"),), "executor demo-queue: its path is not module:factory"),
        ((entry(), entry()), "executor demo-queue is registered twice"),
    ],
)
def test_what_does_not_fit_is_left_out_with_its_plugin(
    monkeypatch: pytest.MonkeyPatch, offered: tuple[object, ...], told: str
) -> None:
    registry = registered(monkeypatch, *offered)

    assert (set(CORE_EXECUTORS), 1) == (set(registry.executors), len(registry.failures))
    assert told in registry.failures[0].error


def test_a_name_nobody_registered_is_told_with_those_that_are() -> None:
    with pytest.raises(PluginError, match="no executor of this name") as raised:
        Registry().executor_entry("celery")
    assert "Loaded executors: local, nats." == raised.value.hint


@pytest.mark.parametrize("path", ["demo_of_executors:none", "demo_of_executors:nothing", "no_such_module:queue"])
def test_what_cannot_make_one_is_told(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    with pytest.raises(PluginError, match=path):
        registered(monkeypatch, entry(path=path)).executor_factory("demo-queue")
