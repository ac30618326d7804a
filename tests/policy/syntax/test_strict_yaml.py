from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.errors import ConfigError, PolicyError, Problems
from vmsguard.policy.syntax import strict_yaml
from vmsguard.policy.syntax.strict_yaml import MAX_DEPTH, Node, parse_yaml, plain_tree, read_yaml


def tree(text: str) -> Any:
    (document,) = parse_yaml(text.encode(), file="f.yaml")
    return plain_tree(document)


def place(text: str) -> tuple[int | None, int | None]:
    with pytest.raises(Problems) as caught:
        parse_yaml(text.encode(), file="f.yaml")
    (problem,) = caught.value.problems
    return problem.line, problem.column


@pytest.mark.parametrize(
    "word",
    ["yes", "no", "on", "off", "True", "FALSE", "y", "NO", "12:30", "1.5", "030", "0x1f", "1_000", "+1", "2026-11-22"],
)
def test_words_that_yaml_reads_otherwise_stay_text(word: str) -> None:
    assert word == tree(f"a: {word}")["a"]


@pytest.mark.parametrize(
    ("written", "read"),
    [("true", True), ("false", False), ("0", 0), ("-7", -7), ("null", None), ("~", None), ("", None), ("'1'", "1")],
)
def test_the_few_types_there_are(written: str, read: object) -> None:
    value = tree(f"a: {written}")["a"]

    assert read == value
    assert type(read) is type(value)


def test_values_remember_their_place_and_their_key() -> None:
    (document,) = parse_yaml(b"a:\n  bc: [x, 'y']\n", file="f.yaml")

    assert isinstance(document.value, dict)
    inner = document.value["a"].value
    assert isinstance(inner, dict)
    assert (2, 7, 2, 3) == (inner["bc"].line, inner["bc"].column, inner["bc"].key_line, inner["bc"].key_column)
    assert isinstance(inner["bc"].value, list)
    assert [Node("x", 2, 8, True), Node("y", 2, 11, False)] == inner["bc"].value


def test_several_documents_come_in_order() -> None:
    assert [{"a": 1}, {"b": 2}] == [plain_tree(node) for node in parse_yaml(b"a: 1\n---\nb: 2\n", file="f.yaml")]


def test_windows_line_ends_and_a_byte_order_mark_are_nothing_special() -> None:
    assert {"a": "é", "b": 2} == tree("\ufeffa: é\r\nb: 2\r\n")


def test_an_alias_repeats_what_stands_at_its_anchor() -> None:
    assert {"a": {"x": 1}, "b": {"x": 1}} == tree("a: &one {x: 1}\nb: *one\n")


def test_an_anchor_ends_with_its_document() -> None:
    assert (3, 4) == place("a: &one 1\n---\nb: *one\n")


def test_the_depth_that_is_allowed_loads_and_one_more_does_not() -> None:
    assert tree("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert (1, MAX_DEPTH + 1) == place("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))


def test_every_duplicate_key_is_reported() -> None:
    with pytest.raises(Problems) as caught:
        parse_yaml(b"a: 1\na: 2\nb: {c: 1, c: 2}\n", file="f.yaml")

    assert [(2, 1), (3, 11)] == [(problem.line, problem.column) for problem in caught.value.problems]


def test_a_folder_is_an_error_of_the_type_asked_for(tmp_path: Path) -> None:
    with pytest.raises(Problems) as caught:
        read_yaml(tmp_path, error=PolicyError)

    (problem,) = caught.value.problems
    assert isinstance(problem, PolicyError)
    assert problem.hint


@pytest.mark.parametrize("loader", [yaml.SafeLoader, strict_yaml._LOADER])
def test_the_parser_in_python_reads_the_same(loader: type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_yaml, "_LOADER", loader)

    assert {"a": [True, "off", "12:30", 3, None], "b": "true"} == tree("a: [true, off, 12:30, 3, ~]\nb: 'true'\n")
    assert (1, 1) == place("<<: {a: 1}")
    assert {"<<": 1} == tree("'<<': 1")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.text(st.characters(codec="ascii", categories="LNPZ")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="ascii", categories="LN"), min_size=1), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(JSON)
def test_json_is_read_as_json_reads_it(value: Any) -> None:
    assert value == tree(json.dumps({"value": value}))["value"]


def mistakes(data: bytes) -> tuple[ConfigError, ...]:
    try:
        parse_yaml(data, file="f.yaml")
    except Problems as several:
        return several.problems
    return ()


@given(st.binary(max_size=200))
def test_whatever_the_bytes_a_mistake_has_its_place_and_a_hint(data: bytes) -> None:
    assert all(problem.line and problem.column and problem.hint for problem in mistakes(data))


@given(st.text(alphabet="[]{}:,-&*!|>'\"%@`#?~ \n\tab01", max_size=80))
def test_whatever_the_syntax_a_mistake_has_its_place_and_a_hint(text: str) -> None:
    assert all(problem.line and problem.column and problem.hint for problem in mistakes(text.encode()))
