from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vmsguard.engine.logic import best_of, weakest_qualifier, worst_of
from vmsguard.model.vocabulary import Qualifier, Verdict

verdicts = st.lists(st.sampled_from(Verdict))


def test_the_worst_outranks():
    order = [Verdict.CONFLICT, Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS, Verdict.NOT_APPLICABLE]
    for rank, verdict in enumerate(order):
        assert verdict is worst_of(order[rank:])


@given(verdicts, verdicts)
def test_worst_is_associative_and_deaf_to_order(left, right):
    assert worst_of([worst_of(left), worst_of(right)]) is worst_of([*right, *left])


@given(verdicts)
def test_what_is_not_applicable_drops_out(found):
    assert worst_of(found) is worst_of([*found, Verdict.NOT_APPLICABLE])


@given(verdicts, verdicts)
def test_best_is_associative_and_deaf_to_order(left, right):
    assert best_of([best_of(left), best_of(right)]) is best_of([*right, *left])


@given(verdicts)
def test_unknown_never_becomes_a_pass(found):
    found = [verdict for verdict in found if verdict is not Verdict.PASS]
    assert best_of([*found, Verdict.UNKNOWN]) is not Verdict.PASS
    assert worst_of([*found, Verdict.UNKNOWN]) is not Verdict.PASS


def test_the_qualifier_that_claims_least():
    assert weakest_qualifier([Qualifier.DIRECT, None, Qualifier.EXCEPTION, Qualifier.FALLBACK]) is Qualifier.EXCEPTION
    assert weakest_qualifier([Qualifier.DIRECT, Qualifier.FALLBACK]) is Qualifier.FALLBACK
    assert weakest_qualifier([None]) is None
