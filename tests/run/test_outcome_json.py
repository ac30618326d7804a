"""The JSON object of check, plan and apply, and the page that says what its keys hold."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from vmsguard.model.plan import Plan
from vmsguard.run.outcome import EvidenceHead, RunOutcome

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"
AT = datetime(2026, 11, 22, tzinfo=UTC)


def outcome() -> RunOutcome:
    return RunOutcome(
        run="run-1",
        command="plan",
        started=AT,
        ended=AT,
        results=(),
        evidence=EvidenceHead("example.org/test", 1, "00" * 32),
        plan=Plan(id="plan-1", made_at=AT, changes=()),
        exit_code=0,
    )


def test_every_key_of_the_object_is_documented_and_no_other() -> None:
    section = PAGE.read_text(encoding="utf-8").partition("The JSON of `check`")[2].partition("| option")[0]
    assert set(re.findall(r"^- `(\w+)`:", section, re.MULTILINE)) == outcome().as_json().keys()


def test_every_count_of_a_run_is_documented() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [] == [key for key in outcome().as_json()["run"] if f"`{key}`" not in page]
