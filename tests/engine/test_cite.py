from __future__ import annotations

import pytest

from vmsguard.engine.cite import Citations, shows
from vmsguard.model.fact_catalogue import CORE_FACTS, FactSpec
from vmsguard.model.facts import Absent, Fact, FactKey, Items, Known, Unknown
from vmsguard.model.vocabulary import Basis, EvidenceClass, Why


def fact(words, reading, name="access.accounts"):
    return Fact(FactKey("t-1", "*", name), reading, Basis.READ_BACK, words.now)


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (Known(Items(("somebody", "else"))), "2 listed"),
        (Known(Items((), complete=False)), "0 listed, not complete"),
        (Known(True), "true"),
        (Known(7), "7"),
        (Absent("no such service"), "absent: no such service"),
        (Unknown(Why.AUTH, "detail stays where it is"), "unknown: login-refused"),
    ],
)
def test_what_a_verdict_may_show(words, reading, expected):
    assert expected == shows(fact(words, reading), CORE_FACTS["access.anonymous"])


def test_secrets_and_undeclared_facts_are_withheld(words):
    secret = FactSpec(name="acme/key", meaning="a key", value_type=str, evidence=EvidenceClass.SECRET)
    assert "withheld" == shows(fact(words, Known("hunter2"), "acme/key"), secret)
    assert "withheld" == shows(fact(words, Known("hunter2"), "acme/other"), None)


def test_a_fact_is_told_once_however_often_it_is_cited(words):
    citations = Citations(CORE_FACTS)
    one = fact(words, Known(False), "access.anonymous")
    assert citations.of([one])[0] is citations.of([one])[0]
    assert "read-back" == citations.of([one])[0].basis


def test_facts_that_nobody_keeps_are_still_cited_each_as_itself(words):
    citations = Citations(CORE_FACTS)
    told = [citations.of([fact(words, Known(number), "access.anonymous")])[0].shows for number in range(9)]
    assert [str(number) for number in range(9)] == told
