from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from vmsguard.errors import PluginError
from vmsguard.model.changes import CORE_VERBS
from vmsguard.model.fact_catalogue import CORE_FACTS
from vmsguard.plugin.loader import GROUP, PLUGINS_VARIABLE, load_plugins

Point = importlib.metadata.EntryPoint
Write = Callable[..., Point]

HEAD = """
from vmsguard.model.changes import VerbSpec
from vmsguard.model.fact_catalogue import FactSpec
from vmsguard.model.manifest import DriverEntry, Manifest
from vmsguard.model.vocabulary import Role, Stage
from vmsguard.controls.base import Control
from vmsguard.plugin.driver import Driver
from vmsguard.plugin.hookspecs import hookimpl

def entry(name, **changed):
    manifest = Manifest(driver=name, product="P", version="1", facts=())
    fields = dict(name=name, path=f"{__name__}:TheDriver", api=1, catalogue=1, manifest=manifest)
    return DriverEntry(**{**fields, **changed})

class TheDriver(Driver):
    name = "acme"
    catalogue = 1
    @classmethod
    def manifest(cls, who): ...
    async def open(self): ...
    def observe(self, want): ...
    async def close(self): ...

class Shutter(Control):
    id = "acme/shutter.closed"
    roles = frozenset({Role.DEVICE})
    says = {"en": "The shutter is closed.", "ko": "셔터가 닫혀 있다."}
    def reads(self, params): return frozenset()
    def judge(self, params, view): ...
"""


def hook(name: str, given: str) -> str:
    return f"\n@hookimpl\ndef {name}():\n    return {given}\n"


ACME = HEAD + hook("vmsguard_register_drivers", '[entry("acme")]')


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Writes a plugin module and gives its entry point, with a distribution if one is named."""
    monkeypatch.syspath_prepend(tmp_path)
    written: list[str] = []

    def plugin(name: str, source: str, *, distribution: str = "") -> Point:
        module = f"plugin_of_{name}_{len(written)}"
        (tmp_path / f"{module}.py").write_text(dedent(source))
        written.append(module)
        if not distribution:
            return Point(name, module, GROUP)
        folder = tmp_path / f"{distribution}-2.5.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 2.5\n")
        (folder / "entry_points.txt").write_text(f"[{GROUP}]\n{name} = {module}\n")
        (found,) = importlib.metadata.PathDistribution(folder).entry_points
        return found

    yield plugin
    for module in written:
        sys.modules.pop(module, None)


def test_everything_a_plugin_offers_is_registered(write: Write) -> None:
    source = (
        ACME
        + hook("vmsguard_register_facts", '[FactSpec(name="acme/shutter", meaning="closed")]')
        + hook("vmsguard_register_verbs", '[VerbSpec(name="acme/close", meaning="close", stage=Stage.SENDING)]')
        + hook("vmsguard_register_controls", "[Shutter]")
        + hook("vmsguard_register_packs", '[__import__("pathlib").Path("/packs")]')
    )
    registry = load_plugins(entry_points=[write("acme", source, distribution="acme-vms")])
    assert registry.failures == ()
    assert [("acme", "acme-vms", "2.5")] == [(p.name, p.distribution, p.version) for p in registry.plugins]
    assert ("acme", 1, "acme-vms", "2.5") == (
        registry.drivers["acme"].entry.name,
        registry.drivers["acme"].entry.catalogue,
        registry.drivers["acme"].plugin.distribution,
        registry.drivers["acme"].plugin.version,
    )
    assert {"acme/shutter"} == set(registry.facts) - set(CORE_FACTS)
    assert {"acme/close"} == set(registry.verbs) - set(CORE_VERBS)
    assert ["acme/shutter.closed"] == list(registry.controls)
    assert [Path("/packs")] == list(registry.packs)


def test_without_plugins_the_core_is_there() -> None:
    registry = load_plugins(entry_points=[])
    assert (CORE_FACTS, CORE_VERBS, {}) == (registry.facts, registry.verbs, registry.drivers)


BROKEN = {
    "does not import": ("import no_such_module_at_all\n", "ModuleNotFoundError"),
    "is not Python": ("def (\n", "SyntaxError"),
    "leaves": ("raise SystemExit(3)\n", "SystemExit"),
    "raises in its hook": (HEAD + hook("vmsguard_register_drivers", "1 / 0"), "ZeroDivisionError"),
    "returns no list": (HEAD + hook("vmsguard_register_drivers", "5"), "TypeError"),
    "returns another type": (HEAD + hook("vmsguard_register_drivers", "['acme']"), "driver hook returned a str"),
    "misspells a hook": (HEAD + hook("vmsguard_register_driver", "[]"), "unknown hook"),
    "has no hook": ("x = 1\n", "implements no hook"),
    "is built for another api": (
        HEAD + hook("vmsguard_register_drivers", '[entry("b", api=2)]'),
        "built for api 2, this is api 1",
    ),
    "gives no class": (HEAD + hook("vmsguard_register_drivers", '[entry("b", path="module")]'), "not module:Class"),
    "registers twice": (
        HEAD + hook("vmsguard_register_drivers", '[entry("b"), entry("b")]'),
        "driver b is registered twice",
    ),
    "takes a core fact": (
        HEAD + hook("vmsguard_register_facts", '[FactSpec(name="stores", meaning="x")]'),
        "stores is registered already",
    ),
    "names a fact like the core": (
        HEAD + hook("vmsguard_register_facts", '[FactSpec(name="new", meaning="x")]'),
        "start with b/",
    ),
    "uses another's prefix": (
        HEAD + hook("vmsguard_register_facts", '[FactSpec(name="acme/x", meaning="x")]'),
        "start with b/",
    ),
    "names a control without prefix": (HEAD + hook("vmsguard_register_controls", "[Shutter]"), "start with b/"),
    "replaces a core verb": (
        HEAD + hook("vmsguard_register_verbs", '[VerbSpec(name="stream.stop", meaning="x", stage=Stage.SENDING)]'),
        "verb stream.stop is registered already",
    ),
}


@pytest.mark.parametrize(("source", "says"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_plugin_is_reported_and_the_others_work(write: Write, source: str, says: str) -> None:
    points = [
        write("acme", ACME),
        write("b", source),
        write("c", HEAD + hook("vmsguard_register_drivers", '[entry("c")]')),
    ]
    registry = load_plugins(entry_points=points)
    assert ["acme", "c"] == list(registry.drivers)
    (failure,) = registry.failures
    assert (failure.plugin, says in failure.error) == ("b", True), failure.error


def test_a_plugin_goes_in_whole_or_not_at_all(write: Write) -> None:
    source = (
        HEAD
        + hook("vmsguard_register_drivers", '[entry("b")]')
        + hook("vmsguard_register_facts", '[FactSpec(name="stores", meaning="x")]')
    )
    registry = load_plugins(entry_points=[write("b", source)])
    assert ({}, ()) == (registry.drivers, registry.plugins)


def test_the_first_by_name_keeps_a_driver_two_plugins_claim(write: Write) -> None:
    points = [write("z", ACME), write("a", ACME, distribution="acme-vms")]
    registry = load_plugins(entry_points=points)
    assert registry.drivers["acme"].plugin.name == "a"
    assert [("z", "driver acme is registered already by acme-vms")] == [(f.plugin, f.error) for f in registry.failures]


def test_a_distribution_that_is_not_allowed_is_not_even_imported(write: Write, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    source = f"open({str(trace)!r}, 'w').close()\n" + ACME
    point = write("acme", source, distribution="acme-vms")
    registry = load_plugins(frozenset({"another"}), entry_points=[point])
    assert [("acme", "its distribution is not allowed", "acme-vms", "2.5")] == [
        (f.plugin, f.error, f.distribution, f.version) for f in registry.failures
    ]
    assert not trace.exists()
    assert ["acme"] == list(load_plugins(frozenset({"acme-vms"}), entry_points=[point]).drivers)


def test_a_driver_with_a_transport_of_its_own_loads_only_by_name(write: Write) -> None:
    bare = 'Manifest(driver="bare", product="P", version="1", facts=(), unguarded=True)'
    point = write("b", HEAD + hook("vmsguard_register_drivers", f'[entry("bare", manifest={bare})]'))
    (failure,) = load_plugins(entry_points=[point]).failures
    assert failure.error == "driver bare has a transport of its own and is not allowed to by name"
    assert ["bare"] == list(load_plugins(entry_points=[point], allow_unguarded=frozenset({"bare"})).drivers)


def test_the_variable_names_modules_to_load_instead(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    point = write("acme", ACME)
    monkeypatch.setenv(PLUGINS_VARIABLE, f" {point.value} ,")
    assert ["acme"] == list(load_plugins().drivers)
    monkeypatch.setenv(PLUGINS_VARIABLE, "")
    assert {} == load_plugins().drivers


def test_a_driver_class_is_imported_when_it_is_asked_for(write: Write) -> None:
    registry = load_plugins(entry_points=[write("acme", ACME)])
    found = registry.driver_class("acme")
    assert ("TheDriver", "acme") == (found.__name__, found.name)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ('path="no_such_module_at_all:X"', "cannot be imported: ModuleNotFoundError"),
        ('path=__name__ + ":Missing"', "cannot be imported: AttributeError"),
        ('path=__name__ + ":HEAD"', "cannot be imported"),
        ('path=__name__ + ":Shutter"', "is not a Driver"),
        ("catalogue=2", "does not state the name, api and catalogue"),
    ],
)
def test_a_driver_class_that_is_none_is_a_plugin_error(write: Write, changed: str, says: str) -> None:
    registry = load_plugins(
        entry_points=[write("acme", HEAD + hook("vmsguard_register_drivers", f'[entry("acme", {changed})]'))]
    )
    with pytest.raises(PluginError, match=says):
        registry.driver_class("acme")


def test_a_driver_nobody_registered_is_answered_with_those_that_are(write: Write) -> None:
    registry = load_plugins(entry_points=[write("acme", ACME), write("b", "import no_such_module_at_all\n")])
    with pytest.raises(PluginError) as raised:
        registry.driver_class("b")
    assert "Loaded drivers: acme. Not loaded: b: ModuleNotFoundError" in raised.value.hint
