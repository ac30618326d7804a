"""Every language says the same things, and every code that an explanation can hold has a sentence."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

from vmsguard.cli.explaining.sentences import TABLES, Line, Sentences
from vmsguard.engine.why_model import FactWhy, Reason, RuleWhy
from vmsguard.model.changes import CORE_VERBS
from vmsguard.model.vocabulary import Basis, Layer, Qualifier, Verdict, Why
from vmsguard.policy.sentences import LANGUAGES
from vmsguard.report.words.reasons import REASONS
from vmsguard.report.words.reasons_ko import REASONS_KO

ENGINE = Path(__file__).parents[2] / "vmsguard" / "engine"
HANGUL = re.compile(r"[가-힣]")


def gaps(text: str) -> list[str]:
    return sorted({name for _, name, _, _ in Formatter().parse(text) if name is not None})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_every_sentence_with_the_same_gaps(lang: str) -> None:
    assert {key: gaps(text) for key, text in TABLES["en"].items()} == {k: gaps(t) for k, t in TABLES[lang].items()}


def test_the_korean_sentences_are_korean() -> None:
    plain = {"reading assigned", "reading other", "value", "absent value", "unknown value"}
    assert {"reading other"} >= {key for key, text in TABLES["ko"].items() if not HANGUL.search(text)} - plain


def test_every_reason_code_is_told_in_korean_too() -> None:
    assert REASONS.keys() == REASONS_KO.keys()
    assert [] == [code for code, words in REASONS_KO.items() if not HANGUL.search(words.told)]
    assert [] == [code for code in REASONS if bool(REASONS[code].next_step) != bool(REASONS_KO[code].next_step)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_of_the_model_has_a_sentence(lang: str) -> None:
    say = Sentences(lang)
    words = [
        *(verdict.value for verdict in Verdict),
        *(qualifier.value for qualifier in Qualifier),
        *(basis.label for basis in Basis),
        *(layer.value for layer in Layer),
        *(f"verb {verb}" for verb in CORE_VERBS),
        *(f"proof {code}" for code in codes_made_in("why_proofs.py")),
        *(f"change {state}" for state in ("enforce", "propose", "audit", "impossible", "not-assigned", "not-planned")),
    ]
    assert [] == [word for word in words if not say.known(word)]


def codes_made_in(name: str) -> set[str]:
    """The codes of all reasons that a module makes."""
    tree = ast.parse((ENGINE / name).read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "Reason"]
    found = {str(call.args[0].value) for call in calls if call.args and isinstance(call.args[0], ast.Constant)}
    assert len(found) > 10
    return found


def test_a_code_that_only_english_knows_is_told_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(REASONS_KO, "offender")
    assert REASONS["offender"].told == Sentences("ko").words("offender").told


def test_a_code_nobody_knows_is_shown() -> None:
    assert "acme-thing" in Sentences("en").reason(Reason("acme-thing", "seen by the plugin"))


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "just now"),
        (59, "just now"),
        (60, "1 min ago"),
        (3599, "59 min ago"),
        (3600, "1 h ago"),
        (172800, "2 days ago"),
    ],
)
def test_an_age_is_told_in_the_unit_that_fits(seconds: int, told: str) -> None:
    assert told == Sentences("en").age(seconds)


def fact(**more: object) -> FactWhy:
    from datetime import UTC, datetime

    told = {
        "name": "recording.jobs",
        "target": "t-1",
        "channel": "ch1",
        "layer": "stored",
        "state": "known",
        "shows": "2 listed",
        "basis": "read-back",
        "observed_at": datetime(2026, 11, 22, tzinfo=UTC),
        "age_seconds": 300,
    }
    return FactWhy(**(told | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "layered", "told"),
    [
        ({}, True, "recording.jobs (as stored) of t-1, channel ch1: 2 listed; read back, 5 min ago"),
        ({"channel": "*"}, False, "recording.jobs of t-1 as a whole: 2 listed; read back, 5 min ago"),
        ({"target": ""}, False, "recording.jobs of the camera itself: 2 listed; read back, 5 min ago"),
        (
            {"state": "unknown", "shows": Why.AUTH.value},
            False,
            "recording.jobs of t-1, channel ch1: unknown (login-refused), 5 min ago",
        ),
        (
            {"state": "absent", "shows": "no such service", "basis": "observed"},
            False,
            "recording.jobs of t-1, channel ch1: proven not to be there (no such service); seen by a second witness, "
            "5 min ago",
        ),
    ],
)
def test_a_fact_is_told_with_place_value_basis_and_age(more: dict[str, object], layered: bool, told: str) -> None:
    assert told == Sentences("en").fact(fact(**more), layered=layered)


def test_a_line_stands_for_itself() -> None:
    assert (0, "", False) == (Line(0, "x").level, Line(0, "x").verdict, Line(0, "x").item)


@pytest.mark.parametrize(
    ("lang", "native", "told"),
    [("en", "저장을 끈다", "Saving is off"), ("ko", "저장을 끈다", "저장을 끈다"), ("ko", "", "Saving is off")],
)
def test_a_title_is_told_in_the_readers_language_where_there_is_one(lang: str, native: str, told: str) -> None:
    rule = RuleWhy(
        pack="p",
        rule="r",
        title="Saving is off",
        native_title=native,
        severity="low",
        citations=(),
        verdict="pass",
        qualifier="direct",
        reason=Reason("off", ""),
    )
    assert told == Sentences(lang).title(rule)
