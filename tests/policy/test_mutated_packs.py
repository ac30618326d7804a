"""Packs that were changed at random either load with every rule and requirement they write down, or are refused.

What is compared is not our own tree: PyYAML's composer says what a file holds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import yaml
from hypothesis import given, note
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from vmsguard.errors import ConfigError, Problems
from vmsguard.model.pack import AllOf, AnyOf, AttributeTest, Pack, Requirement, Selector
from vmsguard.model.span import Span
from vmsguard.policy.builtin import builtin_folder, pack_files
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.load_pack import load_pack
from vmsguard.policy.params import param_fields
from vmsguard.policy.schema.document import policy_schema
from vmsguard.policy.syntax.durations import parse_duration, parse_span
from vmsguard.policy.syntax.strict_yaml import plain_tree, read_yaml

Pairs: TypeAlias = "list[tuple[str, Any]]"

CATALOGUE = Catalogue.core()
SHIPPED = [path.read_text(encoding="utf-8") for path in pack_files([builtin_folder()])]
SCALARS = ["", "x", "all", "KR", "PT0S", "PT24H", "P1M", "-P1D", "yes", "NO", "12:30", "1.10", "null", "every-camera"]
OTHERS: list[Any] = [None, True, False, 0, -1, 24, 10**30, 1.5, [], ["x"], Ellipsis]
"""``...`` stands for an empty map."""


SCHEMA = policy_schema(CATALOGUE)
EDITOR = Draft202012Validator(SCHEMA)
"""What loads is not underlined in an editor."""
PACK_KEYS, RULE_KEYS, RUNG_KEYS = (set(SCHEMA["$defs"][part]["properties"]) for part in ("Pack", "rule", "rung"))
"""A key that is not one of these, and is accepted, is lost."""
MARKS = [*":-#&*!|>{}[]'\"\t,%?", " ", "é", "---"]


class Map(list):  # type: ignore[type-arg]
    """A map as its pairs, so that a key can stand twice."""


def pairs_of(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return Map((key.value, pairs_of(value)) for key, value in node.value)
    if isinstance(node, yaml.SequenceNode):
        return [pairs_of(value) for value in node.value]
    return (node.value, node.style or "")


def written(tree: Any) -> str:
    """The tree as flow-style YAML; a scalar keeps the quotes it had."""
    if isinstance(tree, Map):
        return "{" + ", ".join(f"{json.dumps(key)}: {written(value)}" for key, value in tree) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(map(written, tree)) + "]"
    if isinstance(tree, tuple):
        value, style = tree
        # Folded and literal text, and what would end a plain scalar inside brackets, goes into quotes.
        plain = not style and not set(value) & set(",[]{}#&*!|>'\"%@`\n") and ": " not in value
        return value if plain and value else json.dumps(value, ensure_ascii=False)
    if tree is Ellipsis:
        return "{}"
    return json.dumps(tree, ensure_ascii=False)


def places(tree: Any) -> Iterator[tuple[Any, int]]:
    """Every entry of every list and map, as its container and its index."""
    if not isinstance(tree, list):
        return
    for index, entry in enumerate(tree):
        yield tree, index
        yield from places(entry[1] if isinstance(tree, Map) else entry)


def drop(container: Any, index: int, _: st.DataObject) -> None:
    del container[index]


def double(container: Any, index: int, _: st.DataObject) -> None:
    container.insert(index, container[index])


def rename(container: Any, index: int, data: st.DataObject) -> None:
    if isinstance(container, Map):
        key, value = container[index]
        at = data.draw(st.integers(0, max(len(key) - 1, 0)))
        letter = data.draw(st.sampled_from(["", "x", key[at : at + 1] * 2, "-", " ", key[at : at + 1].upper()]))
        container[index] = (key[:at] + letter + key[at + 1 :], value)


def swap(container: Any, index: int, data: st.DataObject) -> None:
    other = data.draw(st.integers(0, len(container) - 1))
    container[index], container[other] = container[other], container[index]


def replace(container: Any, index: int, data: st.DataObject) -> None:
    value = data.draw(st.one_of(st.sampled_from(OTHERS), st.sampled_from(SCALARS).map(lambda text: (text, ""))))
    container[index] = (container[index][0], value) if isinstance(container, Map) else value


CHANGES: list[Callable[[Any, int, st.DataObject], None]] = [drop, double, rename, swap, replace]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Written anew for each example."""
    return tmp_path_factory.mktemp("packs") / "pack.yaml"


@given(st.data())
def test_a_changed_tree_loads_whole_or_not_at_all(file: Path, data: st.DataObject) -> None:
    tree = pairs_of(yaml.compose(data.draw(st.sampled_from(SHIPPED))))
    for _ in range(data.draw(st.integers(0, 3))):
        found = list(places(tree))
        if found:
            container, index = data.draw(st.sampled_from(found))
            data.draw(st.sampled_from(CHANGES))(container, index, data)
    check(written(tree), file)


@given(st.data())
def test_a_changed_text_loads_whole_or_not_at_all(file: Path, data: st.DataObject) -> None:
    lines = data.draw(st.sampled_from(SHIPPED)).splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["drop", "double", "in", "out", "cut", "comment", "put", "swap"])):
            case "drop":
                del lines[at]
            case "double":
                lines.insert(at, lines[at])
            case "in":
                lines[at] = "  " + lines[at]
            case "out":
                lines[at] = lines[at].removeprefix("  ")
            case "cut":
                lines[at] = lines[at][: data.draw(st.integers(0, len(lines[at])))]
            case "comment":
                lines[at] = "# " + lines[at]
            case "put":
                cut = data.draw(st.integers(0, len(lines[at])))
                lines[at] = (
                    lines[at][:cut]
                    + data.draw(st.sampled_from([*":-#&*!|>{}[]'\"\t,%?", " ", "é", "---"]))
                    + lines[at][cut:]
                )
            case "swap":
                other = data.draw(st.integers(0, len(lines) - 1))
                lines[at], lines[other] = lines[other], lines[at]
        if not lines:
            lines = [""]
    check("\n".join(lines) + "\n", file)


def check(text: str, file: Path) -> None:
    note(text)
    file.write_text(text, encoding="utf-8")
    loaded = load(file)
    if not isinstance(loaded, Pack):
        assert loaded
        assert [] == [one for one in loaded if not (one.file == str(file) and one.line and one.column)]
        assert [] == [one for one in loaded if not (one.message and one.hint)]
        return
    assert [] == [error.message for document in read_yaml(file) for error in EDITOR.iter_errors(plain_tree(document))]
    tree = yaml.compose(text)
    assert holds(tree) == held(loaded)
    assert set(keys(tree)) <= PACK_KEYS
    for rule, node in zip(loaded.rules, at(tree, "rules").value, strict=True):
        assert set(keys(node)) <= RULE_KEYS
        rungs = zip(rule.otherwise, items(at(node, "otherwise")), strict=True)
        asked = [(rule.require, node), *((rung.require, inner) for rung, inner in rungs)]
        assert all(set(keys(inner)) <= RUNG_KEYS for _, inner in asked[1:])
        for required, inner in asked:
            assert all(map(same, required, at(inner, "require").value))
            assert len(required) == len(at(inner, "require").value)


def load(file: Path) -> Pack | tuple[ConfigError, ...]:
    """The pack, or why it is refused; anything else that is raised fails the test."""
    try:
        return load_pack(file, CATALOGUE)
    except Problems as refused:
        return refused.problems


def holds(node: Any) -> Any:
    """What a file writes down, counted in the tree of another reader."""
    tree = {key.value: value for key, value in node.value}
    return {
        "sources": keys(tree["sources"]),
        "select": conditions(tree["select"]),
        "profiles": {name: conditions(at(body, "select")) for name, body in entries(tree.get("profiles"))},
        "cites of profiles": {
            name: {rule: len(listed.value) for rule, listed in entries(at(body, "cites"))}
            for name, body in entries(tree.get("profiles"))
        },
        "types": {
            name: (strings(at(body, "lifts")), strings(at(body, "requires")))
            for name, body in entries(tree.get("exception_types"))
        },
        "rules": [
            {
                "id": at(rule, "id").value,
                "cites": [at(cited, "source").value for cited in at(rule, "cites").value],
                "select": conditions(at(rule, "select")),
                "when": keys(at(rule, "when")),
                "title": at(rule, "title").value,
                "severity": at(rule, "severity").value,
            }
            for rule in tree["rules"].value
        ],
    }


def at(node: Any, key: str) -> Any:
    return dict(entries(node)).get(key)


def items(node: Any) -> list[Any]:
    return [] if node is None or node.tag.endswith(":null") else node.value


def entries(node: Any) -> list[tuple[str, Any]]:
    return [(key.value, value) for key, value in items(node)]


def keys(node: Any) -> list[str]:
    return [key for key, _ in entries(node)]


def strings(node: Any) -> list[str]:
    return [item.value for item in items(node)]


def conditions(node: Any) -> int:
    """How many values attributes are compared with."""
    if node is None or isinstance(node, yaml.ScalarNode):
        return 0
    if isinstance(node, yaml.SequenceNode):
        return sum(conditions(part) for part in node.value)
    found = 0
    for key, value in entries(node):
        nested = key in ("any", "all")
        found += conditions(value) if nested else len(value.value) if isinstance(value, yaml.SequenceNode) else 1
    return found


def held(pack: Pack) -> Any:
    """The same of a pack that was loaded."""
    return {
        "sources": list(pack.sources),
        "select": compared(pack.select),
        "profiles": {name: compared(profile.select) for name, profile in pack.profiles.items()},
        "cites of profiles": {
            name: {rule: len(cites) for rule, cites in profile.cites.items()} for name, profile in pack.profiles.items()
        },
        "types": {name: (list(kind.lifts), list(kind.requires)) for name, kind in pack.exception_types.items()},
        "rules": [
            {
                "id": rule.id,
                "cites": [cited.source for cited in rule.cites],
                "select": compared(rule.select or AllOf()),
                "when": list(rule.when),
                "title": rule.title,
                "severity": rule.severity.value,
            }
            for rule in pack.rules
        ],
    }


def compared(selector: Selector) -> int:
    if isinstance(selector, AttributeTest):
        return len(selector.any_of)
    assert isinstance(selector, AllOf | AnyOf)
    return sum(compared(part) for part in selector.of)


def same(one: Requirement, node: Any) -> bool:
    """Whether a requirement asks what stands at a node: what is given for each parameter, or its usual value."""
    if isinstance(node, yaml.ScalarNode):
        name, given = node.value, {}
    else:
        ((key, body),) = node.value
        name, given = key.value, dict(entries(body))
    basis = given.pop("min_basis", None)
    if one.control != name or (None if one.min_basis is None else one.min_basis.label) != (basis and basis.value):
        return False
    for key, field in param_fields(type(one.params)).items():
        value = getattr(one.params, field.name)
        elsewhere = one.pending.get(field.name) or one.from_profile.get(field.name)
        stated = given.pop(key, None)
        if isinstance(stated, yaml.MappingNode):
            ((_, source),) = stated.value
            right = elsewhere is not None and elsewhere.field == source.value
        elif stated is None:
            right = elsewhere is None and value == field.default
        else:
            right = elsewhere is None and value == read(value, stated)
        if not right:
            return False
    return not given


def read(like: Any, node: Any) -> Any:
    """What a node says, as a value of the kind that was read from it."""
    if isinstance(node, yaml.SequenceNode):
        return type(like)(item.value for item in node.value)
    if isinstance(like, bool):
        return {"true": True, "false": False}[node.value]
    if isinstance(like, int):
        return int(node.value)
    if isinstance(like, timedelta):
        return parse_duration(node.value)
    return parse_span(node.value) if isinstance(like, Span) else node.value
