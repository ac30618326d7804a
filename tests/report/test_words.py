"""Every code that the program can write into a log has words; a code nobody knows is shown."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from vmsguard.evidence.events import EVENTS, CitedFact
from vmsguard.model.vocabulary import Qualifier, Remediation, Verdict, Why
from vmsguard.report.model import Absence
from vmsguard.report.records import EVENTS_READ, Fact, Record
from vmsguard.report.words.absences import ABSENCES
from vmsguard.report.words.findings import FINDINGS
from vmsguard.report.words.lacks import LACKS
from vmsguard.report.words.reasons import REASONS
from vmsguard.report.words.remediations import AFTER_REPAIR
from vmsguard.report.words.wording import Words, look_up

ROOT = Path(__file__).parents[2]
JUDGING = ("vmsguard/controls", "vmsguard/engine", "vmsguard/policy/exceptions.py", "vmsguard/run/exceptions.py")
CODE = re.compile(r"\A([a-z][a-z0-9]*(?:-[a-z0-9]+)*): ")
NO_REASON_OF_A_VERDICT = {
    "channels-not-listed": "what stands in the way of a change",
    "not-enrolled": "what stands in the way of a change",
    "still-recording": "what stands in the way of a change",
    "freeze": "what stands in the way of a change",
    "unsupported": "what stands in the way of a change",
}


NO_JUDGES = {"policy_mutants.py"}
"""Modules beside the judging ones whose texts are about packs, not about cameras."""


def trees(*places: str) -> Iterator[ast.Module]:
    for place in places:
        path = ROOT / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            if file.name in NO_JUDGES:
                continue
            yield ast.parse(file.read_text(encoding="utf-8"), str(file))


def beginnings(tree: ast.Module) -> Iterator[str]:
    """The text, or the fixed beginning of the formatted text, of every string in a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
            yield str(node.values[0].value)


def reason_codes() -> set[str]:
    found = {match[1] for tree in trees(*JUDGING) for text in beginnings(tree) if (match := CODE.match(text))}
    given = {
        word.value.value
        for tree in trees(*JUDGING)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for word in node.keywords
        if word.arg == "reason_code" and isinstance(word.value, ast.Constant)
    }
    return found | given


def finding_codes() -> set[str]:
    """Codes of findings, and notes of drivers, which become findings."""
    drivers = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "plugins").glob("*/src"))]
    found = set()
    for tree in trees("vmsguard/engine", "vmsguard/run", *drivers):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            if name == "Finding":
                found |= {word.value.value for word in node.keywords if word.arg == "code" and named(word.value)}
            elif name == "notes.append" and named(node.args[0]):
                found.add(node.args[0].value)
    return found


def named(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant)


def test_the_search_for_codes_finds_some() -> None:
    assert {"offender", "fallback-not-proven", "assessment-late", "exception-withdrawn", "off"} < reason_codes()
    assert {"unclaimed-channel", "needs-attributes", "no-auth-required", "plain-http"} < finding_codes()


def test_every_reason_of_a_verdict_has_words() -> None:
    assert set() == reason_codes() - REASONS.keys() - NO_REASON_OF_A_VERDICT.keys()


def test_nothing_is_excused_that_has_words_or_is_not_there() -> None:
    assert NO_REASON_OF_A_VERDICT.keys() == NO_REASON_OF_A_VERDICT.keys() & (reason_codes() - REASONS.keys())


def test_every_verdict_and_qualifier_is_a_reason_too() -> None:
    """A camera's reason is its verdict, and a rule's that a rung holds up the qualifier."""
    codes = {verdict.value.replace("_", "-") for verdict in Verdict} | {qualifier.value for qualifier in Qualifier}

    assert set() == codes - REASONS.keys()


def test_everything_an_unknown_can_lack_has_words_and_a_next_step() -> None:
    assert set() == {why.value for why in Why} - LACKS.keys()
    assert [] == [code for code, words in LACKS.items() if not words.next_step]


def test_every_finding_has_words_and_a_next_step() -> None:
    assert set() == finding_codes() - FINDINGS.keys()
    assert [] == [code for code, words in FINDINGS.items() if not words.next_step]


def test_every_repair_that_mended_nothing_has_a_next_step() -> None:
    assert {remediation.value for remediation in Remediation} - AFTER_REPAIR.keys() == {"none", "verified"}


def test_every_kind_of_absence_is_named_in_the_model() -> None:
    source = (ROOT / "vmsguard/report/model.py").read_text(encoding="utf-8")
    described = source.partition("class Absence")[2].partition("class ")[0]

    assert set(Absence.__struct_fields__) >= {"kind", "subject", "told", "next_step"}
    assert set(ABSENCES) == set(re.findall(r"``([a-z-]+)``", described))


@pytest.mark.parametrize(
    "family", [REASONS, LACKS, FINDINGS, ABSENCES], ids=["reasons", "lacks", "findings", "absences"]
)
def test_words_are_whole_sentences(family: dict[str, Words]) -> None:
    texts = [text for words in family.values() for text in words if text]

    assert [] == [text for text in texts if not re.fullmatch(r"[A-Z].*\.", text)]


def test_a_code_nobody_knows_is_shown() -> None:
    words = look_up(REASONS, "acme-sensor-wet")

    assert "acme-sensor-wet" in words.told
    assert words.next_step


def test_no_code_at_all_is_said() -> None:
    assert look_up(REASONS, "").told


@pytest.mark.parametrize("event", EVENTS_READ)
def test_a_report_reads_only_fields_that_records_have(event: str) -> None:
    read = set(EVENTS_READ[event].__struct_fields__) - set(Record.__struct_fields__)

    assert set() == read - set(EVENTS[event].__struct_fields__)


def test_a_report_reads_only_what_a_cited_fact_holds() -> None:
    assert set() == set(Fact.__struct_fields__) - set(CitedFact.__struct_fields__)
