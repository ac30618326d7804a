from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.errors import EvidenceError
from vmsguard.evidence.canonical import canonical_json
from vmsguard.evidence.layout import Layouts, member

NAMES = ("a", "a-b", "a.b", "aa", "B", "b", "a_b", "1")
MORE = ("Z", "a0", "zz")


class _Anything:
    """Encodes whatever it is given; None is not set."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __getitem__(self, value: Any, /) -> str:
        return "" if value is None else member(self.name, value)


def layouts(*required: str, more: tuple[str, ...] = ()) -> Layouts:
    return Layouts({name: _Anything(name) for name in NAMES}, frozenset(required), more)


VALUES = st.none() | st.text() | st.integers(-(2**53) + 1, 2**53 - 1) | st.lists(st.booleans(), max_size=2)


@given(st.dictionaries(st.sampled_from(NAMES), VALUES), st.tuples(*[VALUES] * len(MORE)))
def test_members_in_any_order_become_the_canonical_form(fields: dict[str, Any], more: tuple[Any, ...]) -> None:
    layout = layouts(more=MORE)[tuple(fields)]
    envelope = [_Anything(name)[value] for name, value in zip(MORE, more, strict=True)]
    expected = {**fields, **dict(zip(MORE, more, strict=True))}
    line = layout.join([*layout.encode(fields.values()), *envelope])
    assert canonical_json({name: value for name, value in expected.items() if value is not None}) == line.encode()


@given(st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_without_further_members_the_form_is_canonical_too(fields: dict[str, Any]) -> None:
    layout = layouts()[tuple(fields)]
    line = layout.join(layout.encode(fields.values()))
    assert canonical_json({name: value for name, value in fields.items() if value is not None}) == line.encode()


def test_a_name_that_is_not_declared_is_refused() -> None:
    with pytest.raises(EvidenceError, match="has no field password"):
        layouts()["a", "password"]


def test_a_required_name_that_is_lacking_is_refused() -> None:
    with pytest.raises(EvidenceError, match="lacks b, zz"):
        layouts("a", "b", "zz")["a",]


def test_a_layout_is_made_once_for_the_same_names_in_the_same_order() -> None:
    known = layouts()
    assert known["a", "b"] is known["a", "b"]
    assert known["a", "b"] is not known["b", "a"]
