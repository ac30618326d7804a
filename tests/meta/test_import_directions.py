"""Who may import whom: data goes one way, and nothing in the core knows a plugin."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import accumulate
from pathlib import Path

import pytest

# Each layer may import the layers before it. Rooms of one layer do not know each other, except as listed below.
LAYERS = (
    ("errors", "model", "_version"),
    ("net", "evidence", "state", "controls"),
    ("plugin",),
    ("policy",),
    ("engine",),
    ("witness", "run"),
    ("fleet",),
    ("agent",),
    ("hub",),
    ("cli",),
)
BEFORE = tuple(accumulate((frozenset(layer) for layer in LAYERS), frozenset.union, initial=frozenset[str]()))
MAY_IMPORT = {room: before for layer, before in zip(LAYERS, BEFORE, strict=False) for room in layer} | {
    "model": frozenset({"errors"}),
    "run": BEFORE[5] | {"witness"},  # a run asks the witnesses
    "report": frozenset({"errors", "model", "evidence", "_version"}),  # a report says what made it
    "simulator": frozenset({"errors", "model"}),  # shares no code with any driver
    "testing": BEFORE[6],
    "console": frozenset({"errors", "model", "evidence"}),
    "cli": BEFORE[9] | {"simulator", "report", "console"},
    "": frozenset({"_version"}),
    "__main__": frozenset({"cli"}),  # python -m vmsguard
}


def imported_modules(path: Path, tree: ast.Module) -> Iterator[str]:
    package = list(path.with_suffix("").parts[:-1])
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module or "") if part)
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def room_of(dotted: str) -> str:
    return [*dotted.split("."), ""][1]


def rooms_imported(path: Path, tree: ast.Module, rooms: frozenset[str]) -> set[str]:
    names = (name for name in imported_modules(path, tree) if name.split(".")[0] == "vmsguard")
    return {room_of(name) for name in names} & rooms


def test_every_room_has_a_place_in_the_layers(package_module: Path) -> None:
    room = room_of(".".join(package_module.with_suffix("").parts).removesuffix(".__init__"))

    assert room in MAY_IMPORT, f"say in this test what vmsguard/{room} may import"


def test_a_module_imports_only_rooms_before_its_own(
    package_module: Path, tree_of: Callable[[Path], ast.Module]
) -> None:
    room = room_of(".".join(package_module.with_suffix("").parts).removesuffix(".__init__"))
    imported = rooms_imported(package_module, tree_of(package_module), frozenset(MAY_IMPORT) - {""})

    assert set() == imported - MAY_IMPORT[room] - {room}


def parts_imported(path: Path, tree: ast.Module, package: Path, checkout: Path) -> set[str]:
    """Which other modules and packages that lie in a package a module anywhere in it imports."""
    above, root = package.parts, checkout / package
    own = path.with_suffix("").parts[len(above)]
    names = (tuple(name.split(".")) for name in imported_modules(path, tree))
    inside = {name[len(above)] for name in names if name[: len(above)] == above and len(name) > len(above)}
    return {part for part in inside - {own} if (root / part).is_dir() or (root / f"{part}.py").is_file()}


def test_the_parts_of_every_package_import_each_other_in_one_direction(
    root: Path, sources: tuple[Path, ...], tree_of: Callable[[Path], ast.Module]
) -> None:
    imports: dict[Path, dict[str, set[str]]] = {}
    for source in sources:
        begins = 3 if source.parts[0] == "plugins" else 0  # plugins/<name>/src/
        above, module = root.joinpath(*source.parts[:begins]), Path(*source.parts[begins:])
        for depth in range(1, len(module.parts)):
            package, part = Path(*module.parts[:depth]), Path(module.parts[depth]).stem
            known = imports.setdefault(package, {}).setdefault(part, set())
            known |= parts_imported(module, tree_of(source), package, above)

    assert {} == {package: circle for package, parts in imports.items() if (circle := circle_among(parts))}


def circle_among(parts: Mapping[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(parts).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_a_circle_of_imports_is_seen() -> None:
    assert [] == circle_among({"a": {"b"}, "b": {"c"}})
    assert {"a", "b", "c"} == set(circle_among({"a": {"b"}, "b": {"c"}, "c": {"a"}}))


def test_nothing_in_the_core_imports_a_plugin(package_module: Path, tree_of: Callable[[Path], ast.Module]) -> None:
    tops = {name.split(".")[0] for name in imported_modules(package_module, tree_of(package_module))}

    assert set() == {top for top in tops if top.startswith("vmsguard_")} | (tops & {"zeep", "onvif"})


def test_only_anchors_reach_outside_the_evidence(package_module: Path, tree_of: Callable[[Path], ast.Module]) -> None:
    """Whoever verifies a log loads no network client and no reader of tokens that it does not need."""
    parts = package_module.parts
    if parts[:2] != ("vmsguard", "evidence") or parts[2] == "anchor":
        return
    tops = {name.split(".")[0] for name in imported_modules(package_module, tree_of(package_module))}

    assert set() == tops & {"aiohttp", "rfc3161_client", "ssl", "socket", "http", "urllib"}


def test_plugins_import_neither_the_simulator_nor_each_other(
    source_module: Path, tree_of: Callable[[Path], ast.Module]
) -> None:
    if source_module.parts[0] != "plugins":
        return
    own = source_module.parts[3]
    names = set(imported_modules(source_module, tree_of(source_module)))

    assert set() == {name for name in names if name.startswith("vmsguard.simulator")}
    assert set() == {name.split(".")[0] for name in names if name.startswith("vmsguard_")} - {own}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from vmsguard.cli import main", {"cli"}),
        ("def f():\n    import vmsguard.cli.main", {"cli"}),
        ("from vmsguard import cli", {"cli"}),
        ("from ..cli import main", {"cli"}),
        ("import vmsguards.cli", set()),
    ],
)
def test_every_form_of_import_is_seen(source: str, expected: set[str]) -> None:
    tree = ast.parse(source)

    assert expected == rooms_imported(Path("vmsguard/model/facts.py"), tree, frozenset({"cli", "model"}))
