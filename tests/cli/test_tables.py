"""What a run found, on terminals of every width."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from rich.console import Console

from vmsguard.cli.tables import show_outcome
from vmsguard.model.results import Result
from vmsguard.model.vocabulary import Qualifier, Remediation, Verdict
from vmsguard.run.outcome import EvidenceHead, RunOutcome

REASON = "document-missing: no document of kind subject-request-process covers this camera"
AT = datetime(2026, 11, 22, tzinfo=UTC)


def shown(width: int, *, controls: bool = False, more: tuple[Result, ...] = ()) -> str:
    """What a terminal of that width shows, with its lines put together."""
    results = (
        *more,
        Result(
            camera="cam-1",
            pack="p",
            rule="requests",
            control="documents.process",
            endpoint="t-1/source-1",
            verdict=Verdict.UNKNOWN,
            reason=REASON,
        ),
        Result(camera="cam-1", pack="p", rule="requests", verdict=Verdict.UNKNOWN, reason=REASON),
        Result(
            camera="cam-2",
            pack="p",
            rule="saving-off",
            verdict=Verdict.PASS,
            qualifier=Qualifier.FALLBACK,
            basis="read-back",
            remediation=Remediation.VERIFIED,
        ),
    )
    outcome = RunOutcome(
        run="run-1",
        command="check",
        started=AT,
        ended=AT,
        results=results,
        evidence=EvidenceHead("example.org/test", 1, "00" * 32),
        exit_code=4,
    )
    console = Console(file=io.StringIO(), width=width, highlight=False)
    show_outcome(console, outcome, controls=controls)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
def test_a_reason_is_whole_at_every_width(width: int) -> None:
    assert REASON in " ".join(shown(width).split())


@pytest.mark.parametrize("width", [60, 200])
def test_a_control_stands_below_its_rule_with_its_place(width: int) -> None:
    told = shown(width, controls=True)

    assert told.index("requests") < told.index("documents.process") < told.index("t-1/source-1")


def test_a_narrow_terminal_tells_how_a_pass_is_known_and_what_was_done() -> None:
    told = [line.strip() for line in shown(60).splitlines()]

    assert ["cam-2", "saving-off: pass (fallback), read-back, verified"] == told[told.index("cam-2") :][:2]


@pytest.mark.parametrize("width", [80, 140])
def test_a_rule_whose_name_another_pack_uses_as_well_is_told_with_its_pack(width: int) -> None:
    other = Result(camera="cam-9", pack="q", rule="saving-off", verdict=Verdict.PASS, qualifier=Qualifier.DIRECT)
    told = shown(width, more=(other,))
    assert all(name in told for name in ("q/saving-off", "p/saving-off"))
    assert "p/requests" not in told, "a name that says which rule is meant stands alone"
