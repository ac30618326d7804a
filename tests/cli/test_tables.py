"""What a run found, on terminals of every width."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from rich.console import Console

from vmsguard.cli.tables import show_outcome
from vmsguard.model.changes import Change
from vmsguard.model.plan import Cause, Plan, PlannedChange
from vmsguard.model.results import Result, Unreached
from vmsguard.model.vocabulary import Mode, Qualifier, Remediation, Stage, Verdict, Why
from vmsguard.run.outcome import EvidenceHead, RunOutcome, Skipped

REASON = "document-missing: no document of kind subject-request-process covers this camera"
AT = datetime(2026, 11, 22, tzinfo=UTC)


def shown(width: int, *, controls: bool = False, more: tuple[Result, ...] = (), **of_run: Any) -> str:
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
        **of_run,
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


def purge(number: int) -> PlannedChange:
    return PlannedChange(
        change=Change("footage.purge", f"t-{number}", "source-1", {"recordings": ""}),
        causes=(Cause(f"cam-{number}", "p", "saving-off", "storage.residue.empty"),),
        mode=Mode.ENFORCE,
        stage=Stage.PURGING,
        destructive=True,
        items=2,
    )


@pytest.mark.parametrize("width", [80, 140])
def test_a_plan_cuts_no_id_and_says_how_much_it_deletes(width: int) -> None:
    changes = tuple(purge(number) for number in range(12))
    skipped = tuple(Skipped(one.change.id, "a first purge of 2 recordings", "--confirm-purge 24") for one in changes)

    told = shown(width, plan=Plan(id="p-1", made_at=AT, changes=changes), skipped=skipped)

    assert "plan: 12 to enforce, 0 proposed; 24 recordings to delete" in told
    assert all(f"t-{number}/source-1:footage.purge [2 recordings]" in told for number in range(12))
    assert 1 == told.count("not sent")
    assert 1 == told.count("--confirm-purge 24")
    assert "t-7/source-1:footage.purge and 4 more: a first purge" in " ".join(told.split())


def test_targets_that_were_not_read_for_one_reason_are_told_at_once() -> None:
    unread = tuple(Unreached(f"t-{number}", Why.UNREACHABLE, "no reply") for number in range(30))
    told = shown(200, unreachable=(*unread, Unreached("t-99", Why.AUTH, "refused")))

    assert ["t-7 and 22 more: unreachable (no reply)", "t-99: login-refused (refused)"] == [
        line.rpartition(", ")[2].removeprefix("not read ") for line in told.splitlines() if line.startswith("not read")
    ]


@pytest.mark.parametrize(("cameras", "expected"), [(18, False), (19, True)])
def test_of_a_large_fleet_each_rule_says_how_many_cameras_it_says_what_of(cameras: int, expected: bool) -> None:
    fleet = tuple(Result(camera=f"c-{n:03}", pack="p", rule="requests", verdict=Verdict.FAIL) for n in range(cameras))
    lines = [line.split() for line in shown(100, more=fleet).splitlines()]

    counts = ["requests", "-", str(cameras), "1", "-", "-"]
    assert expected == (counts in lines)
