from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.errors import EvidenceError
from vmsguard.evidence.canonical import MAX_INTEGER, canonical_json, check_canonical, check_value

KEYS = st.text("abcXYZ019_.-", min_size=1, max_size=8)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-MAX_INTEGER, MAX_INTEGER)
    | st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4))

ESCAPES = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def rfc8785(value: Any) -> str:
    """RFC 8785 section 3.2 spelled out, for values without floats."""
    if isinstance(value, str):
        return '"' + "".join(ESCAPES.get(c, f"\\u{ord(c):04x}" if ord(c) < 0x20 else c) for c in value) + '"'
    if isinstance(value, list):
        return "[" + ",".join(map(rfc8785, value)) + "]"
    if isinstance(value, dict):
        ordered = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{rfc8785(key)}:{rfc8785(value[key])}" for key in ordered) + "}"
    return json.dumps(value)


@given(VALUES)
def test_canonical_json_is_the_form_of_rfc_8785(value: Any) -> None:
    assert rfc8785(value).encode() == canonical_json(value)


@given(VALUES)
def test_what_was_written_canonically_reads_back_as_canonical(value: Any) -> None:
    assert (value, "") == check_canonical(canonical_json(value))


@given(st.dictionaries(KEYS, LEAVES, min_size=1, max_size=4), st.data())
def test_any_other_spelling_of_the_same_object_is_refused(value: dict[str, Any], data: st.DataObject) -> None:
    line = canonical_json(value)
    spelled = data.draw(
        st.sampled_from([json.dumps(value, separators=(", ", ": ")).encode(), b" " + line, line + b" ", line + b"\n"])
    )
    if spelled != line:
        assert check_canonical(spelled)[1] != ""


@pytest.mark.parametrize(
    "line",
    [
        b'{"a":1,"a":2}',
        b'{"b":1,"a":2}',
        b'{"a":1.0}',
        b'{"a":1e3}',
        b'{"a":-0}',
        b'{"a":9007199254740992}',
        b'{"a":123456789012345678901234567890}',
        '{"ä":1}'.encode(),
        b'{"":1}',
        b'{"a":"\\u0041"}',
        b'{"a":"\\/"}',
        b'{"a":"\\ud800"}',
        b'{"a":"\xff"}',
        b'{"a":NaN}',
        b"",
        b"\x00\x00",
        b"[" * 1_000 + b"]" * 1_000,
        b'{"a":' * 1_000 + b"1" + b"}" * 1_000,
    ],
)
def test_a_line_outside_the_rules_is_refused(line: bytes) -> None:
    assert check_canonical(line)[1] != ""


@pytest.mark.parametrize("value", [1.5, float("nan"), 2**53, "\ud800", {1: 2}, {"a b": 1}, [b"x"], {"a": {"b": 0.0}}])
def test_a_value_without_a_canonical_form_is_named(value: Any) -> None:
    assert check_value(value) != ""


def test_a_lone_surrogate_is_an_evidence_error() -> None:
    with pytest.raises(EvidenceError, match="no canonical JSON form"):
        canonical_json({"a": "\ud800"})
