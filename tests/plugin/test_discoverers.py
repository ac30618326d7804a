"""Discoverers of plugins: registered as data, imported when somebody asks, and wrong in no way that is not told."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from importlib.metadata import EntryPoint
from uuid import UUID

import pytest

from vmsguard.errors import PluginError
from vmsguard.model.discovery import Answer, DiscovererEntry, Question
from vmsguard.plugin import hookimpl
from vmsguard.plugin.discoverer import Discoverer
from vmsguard.plugin.loader import Registry, load_plugins


class Hello(Discoverer):
    name = "hello"
    port = 4000
    groups = ("239.255.1.1",)

    def questions(self, new_id: Callable[[], UUID]) -> tuple[Question, ...]:
        return (Question(str(new_id()), b"hello?"),)

    def read(self, datagram: bytes) -> Answer:
        return Answer(datagram.decode(), ())


def registered(monkeypatch: pytest.MonkeyPatch, *entries: object, **more: object) -> Registry:
    module = types.ModuleType("demo_of_discovery")
    module.vmsguard_register_discoverers = hookimpl(lambda: list(entries))  # type: ignore[attr-defined]
    for name, value in {"Hello": Hello, **more}.items():
        setattr(module, name, value)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return load_plugins(entry_points=[EntryPoint("demo", module.__name__, "vmsguard")])


def entry(**changed: object) -> DiscovererEntry:
    fields: dict[str, object] = {"name": "hello", "driver": "demo", "path": "demo_of_discovery:Hello", "api": 1}
    return DiscovererEntry(**(fields | changed))  # type: ignore[arg-type]


def test_a_discoverer_is_made_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = registered(monkeypatch, entry())

    assert ((), ["hello"]) == (registry.failures, list(registry.discoverers))
    assert isinstance(registry.discoverer("hello"), Hello)


@pytest.mark.parametrize(
    ("offered", "told"),
    [
        (("hello",), "discoverer hook returned a str"),
        ((entry(api=9),), "discoverer hello is built for api 9, this is api 1"),
        ((entry(path="demo"),), "discoverer hello: its path is not module:Class"),
        ((entry(), entry()), "discoverer hello is registered twice"),
    ],
)
def test_what_does_not_fit_is_left_out_with_its_plugin(
    monkeypatch: pytest.MonkeyPatch, offered: tuple[object, ...], told: str
) -> None:
    registry = registered(monkeypatch, *offered)

    assert ({}, 1) == (registry.discoverers, len(registry.failures))
    assert told in registry.failures[0].error


@pytest.mark.parametrize("path", ["demo_of_discovery:Nothing", "demo_of_discovery:Other", "no_such_module:Hello"])
def test_a_class_that_is_not_what_was_registered_is_told(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    registry = registered(monkeypatch, entry(path=path), Other=type("Other", (Hello,), {"name": "other"}))

    with pytest.raises(PluginError, match=path):
        registry.discoverer("hello")
