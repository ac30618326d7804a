from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.model.facts import Fact, FactKey, Known
from vmsguard.model.inventory import Attribute, Camera
from vmsguard.model.pack import AllOf, AnyOf, AttributeTest
from vmsguard.model.truth import Truth, all_of, any_of, negate
from vmsguard.model.vocabulary import Basis
from vmsguard.policy.select import device_hints, select, why_not

TRUE, FALSE, UNKNOWN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
THERMAL = AttributeTest("modality", ("thermal", "bispectral"))
FACES = AttributeTest("visible_face_capture", (True,))
LINKED = AttributeTest("linked_to_identity", (True,))


def camera(**attributes):
    return Camera(id="cam-1", site="hq", attributes={name: Attribute(value) for name, value in attributes.items()})


@pytest.mark.parametrize(
    ("attributes", "truth", "missing"),
    [
        ({"modality": "thermal"}, TRUE, ()),
        ({"modality": "visible"}, FALSE, ()),
        ({}, UNKNOWN, ("modality",)),
        ({"modality": ["visible", "bispectral"]}, TRUE, ()),
        ({"modality": True}, UNKNOWN, ("modality",)),
    ],
)
def test_one_attribute(attributes, truth, missing):
    assert (truth, missing) == select(THERMAL, camera(**attributes))


@pytest.mark.parametrize(("value", "truth"), [(True, TRUE), (False, FALSE), ("yes", UNKNOWN), (1, UNKNOWN)])
def test_a_value_of_another_type_is_no_proof(value, truth):
    """``"yes"`` against ``true`` is a slip of the pen, and must not take a camera out of scope."""
    assert truth is select(FACES, camera(visible_face_capture=value)).truth


@pytest.mark.parametrize(
    ("purpose", "truth"),
    [
        ("fever-screening", TRUE),
        ("Fever screening", UNKNOWN),
        ("fever_screening", UNKNOWN),
        ("FEVER  SCREENING", UNKNOWN),
        ("fire-detection", FALSE),
        (["fire-detection", "Fever-Screening"], UNKNOWN),
    ],
)
def test_another_spelling_of_what_is_asked_is_no_proof_of_something_else(purpose, truth):
    selected = select(AttributeTest("purpose", ("fever-screening",)), camera(purpose=purpose))
    assert (truth, ("purpose",) if truth is UNKNOWN else ()) == selected


def test_another_spelling_is_said_to_be_one():
    told = why_not(AttributeTest("purpose", ("fever-screening",)), camera(purpose="Fever screening"))
    assert ("purpose is Fever screening, another spelling of fever-screening",) == told


def test_one_false_part_decides_and_asks_for_nothing_more():
    assert (FALSE, ()) == select(AllOf((FACES, THERMAL)), camera(modality="visible"))


def test_one_true_part_is_enough():
    assert (TRUE, ()) == select(AnyOf((FACES, LINKED)), camera(linked_to_identity=True))


def test_all_that_is_missing_is_named_once():
    selector = AllOf((THERMAL, AnyOf((FACES, LINKED)), THERMAL))
    assert (UNKNOWN, ("modality", "visible_face_capture", "linked_to_identity")) == select(selector, camera())


def test_the_site_is_always_stated():
    assert select(AttributeTest("site", ("hq",)), camera()).truth is TRUE
    assert select(AttributeTest("site", ("elsewhere",)), camera()).truth is FALSE
    assert select(AttributeTest("tags", ("protected",)), camera()).truth is FALSE


def test_a_heat_sensor_keeps_a_camera_tagged_visible_in_scope():
    key = FactKey("t-1", "ch1", "thermal.source")
    facts = {key: Fact(key, Known(True), Basis.READ_BACK, datetime(2026, 1, 1, tzinfo=UTC))}
    told = camera(modality="visible")
    assert (UNKNOWN, ("modality",)) == select(THERMAL, told, device_hints(facts))
    assert select(AttributeTest("modality", ("sonar",)), told, device_hints(facts)).truth is FALSE
    assert {} == device_hints({})


def test_why_not_says_what_stands_in_the_way():
    selector = AllOf((THERMAL, FACES))
    assert () == why_not(selector, camera(modality="thermal", visible_face_capture=True))
    expected = (
        "modality is visible, not thermal or bispectral",
        "visible_face_capture is not set (asked: true)",
    )
    assert expected == why_not(selector, camera(modality="visible"))
    assert "cannot be compared" in why_not(FACES, camera(visible_face_capture="yes"))[0]


truths = st.sampled_from(Truth)


@given(truths, truths)
def test_de_morgan(left, right):
    assert negate(all_of([left, right])) is any_of([negate(left), negate(right)])
    assert negate(any_of([left, right])) is all_of([negate(left), negate(right)])


@given(truths, truths, truths)
def test_order_and_grouping_do_not_matter(one, two, three):
    assert all_of([one, all_of([two, three])]) is all_of([three, two, one])
    assert any_of([one, any_of([two, three])]) is any_of([three, two, one])
    assert all_of([one, any_of([two, three])]) is any_of([all_of([one, two]), all_of([one, three])])


@given(truths)
def test_double_negation_and_neutral_elements(truth):
    assert negate(negate(truth)) is truth
    assert all_of([truth, TRUE]) is any_of([truth, FALSE]) is truth


def test_a_truth_is_no_bool():
    with pytest.raises(TypeError):
        bool(UNKNOWN)


attributes = st.dictionaries(
    st.sampled_from(["modality", "visible_face_capture", "linked_to_identity"]),
    st.sampled_from(["thermal", "visible", True, False]),
)
selectors = st.recursive(
    st.sampled_from([THERMAL, FACES, LINKED]),
    lambda inner: st.builds(AllOf, st.tuples(inner, inner)) | st.builds(AnyOf, st.tuples(inner, inner)),
    max_leaves=5,
)


@given(selectors, attributes, st.data())
def test_forgetting_an_attribute_leaves_the_answer_or_makes_it_unknown(selector, told, data):
    """Nothing falls out of scope, and nothing gets in for certain, because a tag was lost."""
    before = select(selector, camera(**told))
    if told:
        del told[data.draw(st.sampled_from(sorted(told)))]
    after = select(selector, camera(**told))
    assert after.truth in (before.truth, UNKNOWN)
    assert bool(after.missing) == (after.truth is UNKNOWN)
