"""What is said of parts of an explanation that the demo's cameras do not show."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from vmsguard.cli.explaining.camera_lines import camera_lines
from vmsguard.cli.explaining.sentences import Sentences
from vmsguard.engine.why_model import (
    CameraWhy,
    ChangeWhy,
    CitationWhy,
    ControlWhy,
    GrantWhy,
    GroupWhy,
    HoldWhy,
    PackWhy,
    ProofWhy,
    Reason,
    RuleWhy,
    RungWhy,
)

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CITED = CitationWhy(
    source="law",
    title="A law",
    native_title="법",
    clause="1",
    force="law",
    since=date(2020, 1, 1),
    until=None,
    confirmed="primary",
    in_force=True,
)


def control(verdict: str = "fail", code: str = "offender", **more: Any) -> ControlWhy:
    says = {"en": "Nothing is stored.", "ko": "저장하지 않는다."}
    told = {"control": "storage.edge.off", "says": says, "place": "t-1/ch1", "verdict": verdict, "reason": Reason(code)}
    return ControlWhy(**(told | more))


def change(state: str = "propose", *in_the_way: Reason, **more: Any) -> ChangeWhy:
    told = {"id": "x", "verb": "recording.stop", "target": "t-1", "channel": "ch1", "item": "job=j1", "state": state}
    return ChangeWhy(**(told | more), in_the_way=in_the_way)


def said(*controls: ControlWhy, lang: str = "en", camera: Any = None, **rule: Any) -> list[str]:
    """The sentences of one rule with these controls, less those of the camera and the pack."""
    told = {
        "pack": "p",
        "rule": "r",
        "title": "A rule",
        "severity": "high",
        "citations": (CITED,),
        "verdict": "fail",
        "qualifier": "",
        "reason": Reason("offender"),
        "controls": controls,
    }
    pack = PackWhy(
        pack="p",
        version="1.0.0",
        title="A pack",
        profile="",
        profile_title="",
        mode="enforce",
        assignment="a",
        truth="true",
        select=GroupWhy(need="all", truth="true", parts=()),
        profile_select=None,
        missing=(),
        rules=(RuleWhy(**(told | rule)),),
    )
    why = {
        "camera": "cam-1",
        "site": "hq",
        "at": AT,
        "verdict": "fail",
        "qualifier": "",
        "reason": Reason("fail", "1 of 1 rules"),
        "targets": (),
        "packs": (pack,),
    }
    return [line.text for line in camera_lines(CameraWhy(**(why | (camera or {}))), Sentences(lang))]


@pytest.mark.parametrize(
    ("bar", "told"),
    [
        (Reason("protected"), "the camera is tagged as protected: a second person must agree"),
        (Reason("shared-with cam-7", "not in enforce"), "it would also change cam-7 (not in enforce)"),
        (
            Reason("shared-with cam-7", "not in this run"),
            "it would also change cam-7, which was not looked at now: vmsguard plan tells whether that stands in the "
            "way",
        ),
        (Reason("unsupported", "the driver has no x; by hand: pull it"), "no driver can send it: the driver has no x"),
        (Reason("freeze", "fz-1 until 2026-12-01"), "changes are frozen: fz-1 until 2026-12-01"),
        (Reason("held", "hold-1 keeps it"), "a hold keeps it: hold-1 keeps it"),
        (Reason("not-accepted", "p 2.0.0"), "nobody has accepted it in the lock: p 2.0.0"),
        (Reason("not-enrolled", "t-1/ch9"), "no camera claims t-1/ch9, and the change concerns it too"),
        (Reason("exception-withdrawn"), "The newest run knows no such exception any more."),
        (Reason("acme-lock", "cell 7"), "acme-lock: cell 7"),
    ],
)
def test_what_stands_in_the_way_of_a_change(bar: Reason, told: str) -> None:
    lines = said(control(changes=(change("propose", bar),)))
    assert (
        told == lines[lines.index("vmsguard would stop one recording job (job=j1; t-1/ch1), but only proposes it:") + 1]
    )


def test_a_proposal_with_nothing_in_its_way_is_one_by_its_mode() -> None:
    assert "the mode of the assignment" in said(control(changes=(change("propose"),)))


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("enforce", "vmsguard apply would stop one recording job (job=j1; t-1/ch1)."),
        (
            "audit",
            "The change would be to stop one recording job (job=j1; t-1/ch1); in mode audit nothing is planned.",
        ),
        (
            "impossible",
            "To stop one recording job (job=j1; t-1/ch1) is proven impossible, and is not asked for again.",
        ),
        (
            "not-assigned",
            "The change would be to stop one recording job (job=j1; t-1/ch1); this reading is not assigned.",
        ),
        (
            "not-planned",
            "The change would be to stop one recording job (job=j1; t-1/ch1); nothing of it is planned now.",
        ),
    ],
)
def test_what_becomes_of_a_change(state: str, told: str) -> None:
    assert told in said(control(changes=(change(state),)))


def test_a_plugins_verb_is_told_by_its_name() -> None:
    lines = said(control(changes=(change("enforce", verb="acme/lock", item="door=1"),)))
    assert "vmsguard apply would acme/lock (door=1; t-1/ch1)." in lines


@pytest.mark.parametrize(
    ("told", "step"),
    [
        (control("unknown", "no-recorder-enrolled"), "Enrol the site's recorders"),
        (control("unknown", "document-missing"), "Add the document with its hash"),
        (control("unknown", "attribute-not-set"), "State what is left in the inventory"),
        (control("unknown", "list-incomplete", by_hand="pull it"), "Give the login the right to see everything"),
        (control("conflict", "conflict", changes=(change("propose", Reason("conflict", "x")),)), "Read both clauses"),
        (control("fail", "plain"), "Switch encryption on at the target"),
    ],
)
def test_what_a_person_has_to_do(told: ControlWhy, step: str) -> None:
    assert any(line.startswith(step) for line in said(told, verdict=told.verdict))


def test_a_rule_that_holds_asks_nobody_for_anything() -> None:
    lines = said(control(by_hand="pull it"), verdict="pass", qualifier="fallback", reason=Reason("fallback"))
    assert "To pass:" not in lines


def test_holds_and_exceptions_that_bear_on_the_camera() -> None:
    hold = HoldWhy(id="hold-1", window_from=AT, window_until=AT, review_on=date(2027, 1, 1), ends=None)
    grant = GrantWhy(id="ex-9", pack="q", rule="s", type="t", valid=False)
    lines = said(camera={"holds": (hold,), "exceptions": (grant,)})
    assert (
        "Hold hold-1: footage taken from 2026-11-22 12:00+00:00 until 2026-11-22 12:00+00:00 is kept and not deleted; "
        "to be reviewed by 2027-01-01."
    ) in lines
    assert "Exception ex-9 names this camera for q/s, which does not judge it: it changes nothing here." in lines


def test_exceptions_are_told_valid_or_with_each_reason() -> None:
    valid = GrantWhy(id="ex-1", pack="p", rule="r", type="t", valid=True, legal_basis="Act 15", starts=AT, expires=AT)
    refused = GrantWhy(
        id="ex-2", pack="p", rule="r", type="t", valid=False, reasons=(Reason("exception-expired", "ex-2 expired"),)
    )
    rung = RungWhy(number=1, gate="if_excepted", accepts=("t",), state="open", verdict="fail", grants=(valid, refused))
    lines = said(control(), rungs=(rung,))
    assert "Alternative 1, under an exception of the type t: open, and it does not hold." in lines
    assert (
        "Exception ex-1 is valid from 2026-11-22 12:00+00:00 until 2026-11-22 12:00+00:00; legal basis: Act 15."
    ) in lines
    assert "The exception has ended (ex-2 expired)." == lines[lines.index("Exception ex-2 is not valid:") + 1]


def test_an_exception_that_could_lift_nothing_says_what_it_lifts() -> None:
    rung = RungWhy(
        number=1, gate="if_excepted", accepts=("t",), state="shut", lifts=("audio.off",), nothing_to_lift=True
    )
    told = "Nothing that fails may be lifted by such an exception; it lifts audio.off."
    assert told in said(control(), rungs=(rung,))


def test_proofs_are_told_with_their_time_or_with_what_they_lack() -> None:
    proofs = (
        ProofWhy(control="a", place="t-1/ch1", state="proven", kind="refused", proven_at=AT, expires=AT),
        ProofWhy(control="b", place="t-1/ch1", state="unseen"),
        ProofWhy(control="c", place="", state="missing", reasons=(Reason("proof-firmware", "1 / 2"),)),
    )
    rung = RungWhy(number=1, gate="if_impossible", accepts=("refused",), state="open", verdict="unknown", proofs=proofs)
    lines = said(control(), rungs=(rung,))
    assert (
        "Alternative 1, for what is proven impossible (the device definitively refused an administrator): "
        "open, and it is not known whether it holds." in lines
    )
    proven = "proven impossible (the device definitively refused an administrator; on 2026-11-22, until 2026-11-22)"
    assert f"a, t-1/ch1: {proven}" in lines
    assert any(line.startswith("b, t-1/ch1: what was refused is proven impossible") for line in lines)
    assert "The proof is of another firmware than runs now (1 / 2); it has to be proven again." in lines


def test_a_conflict_tells_what_each_would_have_said_alone() -> None:
    lines = said(
        control("conflict", "conflict"),
        verdict="conflict",
        reason=Reason("conflict", "q/s (law 2) asks to keep"),
        decisive="retention.max at t-1/ch1",
        besides=(Reason("judged alone", "fail, kept-too-long"),),
    )
    assert ("Why: retention.max at t-1/ch1: Rules ask for opposite things here (q/s (law 2) asks to keep).") in lines
    assert "Judged alone it would be: fail, kept-too-long." in lines


def test_titles_are_korean_where_the_pack_has_them() -> None:
    lines = said(control(), lang="ko")
    assert "법: 1 [법률; 2020-01-01부터; 원문 확인]" in lines
    assert "저장하지 않는다." in lines


def test_no_pack_is_assigned() -> None:
    lines = said(camera={"packs": (), "reason": Reason("no-policy", "no pack is assigned to the site")})
    assert "No pack is assigned to its site." in lines
    assert "The pack that was asked for is not assigned to its site." in said(camera={"packs": ()})
