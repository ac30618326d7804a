"""Every closed word of the language is read aloud in Korean, and those that nobody would guess in English."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from msgspec import inspect

from vmsguard.controls.catalogue import CORE_CONTROLS
from vmsguard.model.pack import AttributeTest
from vmsguard.model.vocabulary import Force, Mode, Severity
from vmsguard.policy.attributes import ATTRIBUTES
from vmsguard.policy.params import param_fields
from vmsguard.policy.plain_words import PLAIN, plain, plain_name
from vmsguard.policy.read_pack import EXPIRY, GRANT_FIELDS
from vmsguard.policy.sentences import say_test

HANGUL = re.compile(r"[가-힣]")
PROOFS = ("capability", "refused", "vendor-statement")


def literals(kind: inspect.Type) -> Iterator[str]:
    if isinstance(kind, inspect.LiteralType):
        yield from (value for value in kind.values if isinstance(value, str) and value)
    elif isinstance(kind, inspect.VarTupleType):
        yield from literals(kind.item_type)
    elif isinstance(kind, inspect.UnionType):
        for each in kind.types:
            yield from literals(each)


def words_of_controls() -> set[str]:
    fields = [pair for control in CORE_CONTROLS.values() for pair in param_fields(control.Params).items()]
    return {name for name, _ in fields} | {value for _, field in fields for value in literals(field.type)}


@pytest.mark.parametrize(
    "words",
    [
        pytest.param({force.value for force in Force}, id="forces"),
        pytest.param({severity.value for severity in Severity}, id="severities"),
        pytest.param({mode.value for mode in Mode}, id="modes"),
        pytest.param(set(PROOFS), id="proofs"),
        pytest.param(set(EXPIRY), id="what follows an exception"),
        pytest.param(set(GRANT_FIELDS), id="what an exception states"),
        pytest.param(set(ATTRIBUTES), id="attributes"),
        pytest.param(words_of_controls(), id="parameters"),
    ],
)
def test_every_word_is_korean_in_korean(words: set[str]) -> None:
    assert set() == {word for word in words if not HANGUL.search(plain(word, "ko"))}


def test_every_value_of_an_attribute_is_korean_in_korean() -> None:
    untold = {
        f"{name}={value}"
        for name, spec in ATTRIBUTES.items()
        for value in spec.values
        if not HANGUL.search(plain(value, "ko", name))
    }
    assert set() == untold


def test_proofs_and_what_exceptions_state_are_no_codes_in_english_either() -> None:
    assert set() == {*PROOFS, *EXPIRY, *GRANT_FIELDS} - PLAIN["en"].keys()


def test_private_is_an_operator_or_a_place() -> None:
    told = [say_test(AttributeTest(name, ("private",)), "ko") for name in ("operator", "space")]
    assert ["운영 주체(operator) = 민간", "공간(space) = 사적 공간"] == told


def test_what_no_language_knows_is_told_as_it_stands() -> None:
    assert ("my-site/floor", "2") == (plain_name("my-site/floor", "ko"), plain("2", "ko"))
