"""Which cameras a pack is about by what people stated, and which attributes decide that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.engine.selected import selected
from vmsguard.model.inventory import Attribute, Camera
from vmsguard.model.pack import AllOf, AnyOf, AttributeTest
from vmsguard.policy.select import select


def camera(**attributes):
    return Camera(id="cam-1", site="hq", attributes={name: Attribute(value) for name, value in attributes.items()})


THERMAL = AttributeTest("modality", ("thermal", "bispectral"))
FEVER = AttributeTest("purpose", ("fever-screening",))
PUBLIC = AttributeTest("space", ("public",))
PRIVATE = AttributeTest("operator", ("private",))


@pytest.mark.parametrize(
    ("selectors", "attributes", "truth", "because"),
    [
        ((), {}, "true", []),
        ((THERMAL,), {"modality": "thermal"}, "true", []),
        ((THERMAL, FEVER), {"modality": "visible"}, "false", ["modality"]),
        ((THERMAL, FEVER), {"modality": "thermal"}, "unknown", ["purpose"]),
        ((THERMAL, FEVER), {"modality": "visible", "purpose": "traffic"}, "false", ["modality", "purpose"]),
        ((THERMAL, AnyOf((PUBLIC, PRIVATE))), {"modality": "thermal", "space": "public"}, "true", []),
        ((AnyOf((PUBLIC, PRIVATE)),), {"space": "private", "operator": "other"}, "false", ["space", "operator"]),
        ((AnyOf((PUBLIC, PRIVATE)),), {"space": "private"}, "unknown", ["operator"]),
        (
            (AnyOf((AllOf((THERMAL, FEVER)), PUBLIC)),),
            {"space": "private", "modality": "visible"},
            "false",
            ["modality", "space"],
        ),
    ],
)
def test_what_decides(selectors, attributes, truth, because):
    (one,) = selected(selectors, [camera(**attributes)])
    assert (truth, because) == (one.truth, [test.attribute for test in one.because])


tests = st.sampled_from([THERMAL, FEVER, PUBLIC, PRIVATE])
selectors = st.recursive(
    tests,
    lambda parts: st.lists(parts, max_size=3).map(tuple).flatmap(lambda of: st.sampled_from([AllOf(of), AnyOf(of)])),
    max_leaves=6,
)
values = {"modality": ["thermal", "visible"], "purpose": ["fever-screening", "x"], "space": ["public", "private"]}
attributes = st.fixed_dictionaries({}, optional={name: st.sampled_from(of) for name, of in values.items()})


@given(selectors, attributes)
def test_it_is_the_selection_that_check_makes_and_names_what_would_settle_it(selector, stated):
    (one,) = selected([selector], [camera(**stated)])
    found = select(AllOf((selector,)), camera(**stated))
    assert found.truth.value == one.truth
    if one.truth == "unknown":
        assert set(found.missing) == {test.attribute for test in one.because}
    assert all(test.truth == one.truth for test in one.because)
