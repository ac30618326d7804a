"""``__all__`` says exactly what a public module offers, and every module says what it is for."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

Trees = Callable[[Path], ast.Module]


def assigned_names(node: ast.stmt) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def declared(tree: ast.Module) -> list[str] | None:
    for node in tree.body:
        if "__all__" in assigned_names(node) and isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            return [str(name) for name in ast.literal_eval(node.value)]
    return None


def defined(tree: ast.Module) -> set[str]:
    """Public functions and classes; constants may stay a module's own."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_")}


def bound(tree: ast.Module) -> set[str]:
    """Every name at the top of a module, wherever it comes from."""
    names: set[str] = set()
    for node in ast.walk(tree):  # names of `if TYPE_CHECKING:` count, and nothing is lost by looking too deep
        if isinstance(node, ast.Assign | ast.AnnAssign):
            names.update(assigned_names(node))
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
    return names | defined(tree) | {node.name for node in tree.body if isinstance(node, ast.ClassDef)}


def reading_order(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions; ruff sorts the same way."""
    return (0 if name.isupper() else 1 if name.lstrip("_")[:1].isupper() else 2, name)


def is_public(path: Path) -> bool:
    stem = path.stem
    return "migrations" not in path.parts and (stem == "__init__" or not stem.startswith("_"))


def test_all_names_what_the_module_defines(source_module: Path, tree_of: Trees) -> None:
    if not is_public(source_module):
        return
    tree = tree_of(source_module)
    names = declared(tree)
    if names is None:
        assert set() == defined(tree), "a module with public functions or classes needs __all__"
        return

    assert set() == defined(tree) - set(names), "underscore it, or list it in __all__"
    assert set() == set(names) - bound(tree) - {"__version__"}


def test_all_is_sorted_and_without_doubles(source_module: Path, tree_of: Trees) -> None:
    names = declared(tree_of(source_module)) or []

    assert sorted(set(names), key=reading_order) == names


def test_every_module_says_what_it_is_for(source_module: Path, tree_of: Trees) -> None:
    tree = tree_of(source_module)

    assert not tree.body or ast.get_docstring(tree)
