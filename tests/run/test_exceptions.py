"""Exceptions on record: each decision as the rules take it, an expiry once, a withdrawal once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from vmsguard.engine.evaluate import Evaluation
from vmsguard.evidence.log import EvidenceLog
from vmsguard.model.inventory import Camera, Inventory
from vmsguard.model.pack import Document, ExceptionGrant, ExceptionType, Pack, Rule
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.span import Span
from vmsguard.model.truth import Truth
from vmsguard.model.vocabulary import Severity
from vmsguard.run.exception_standings import with_standings
from vmsguard.run.exceptions import decide_exceptions, record_exceptions
from vmsguard.run.fleet import Fleet
from vmsguard.run.judge import Judged
from vmsguard.state import State

STARTS = datetime(2026, 11, 1, tzinfo=UTC)
ENDS = datetime(2026, 12, 1, tzinfo=UTC)
SHA256 = "ab" * 32

GRANT = ExceptionGrant(
    id="exc-1",
    pack="p",
    rule="r",
    type="inevitable",
    cameras=("cam-1",),
    author="role:site-manager",
    approver="role:privacy-officer",
    starts=STARTS,
    expires=ENDS,
    legal_basis="Act 15(1)1",
    legal_basis_kind="consent",
    impact_assessment="doc-1",
    consent_record="register-7",
)
PAPER = Document(
    id="doc-1",
    kind="impact-assessment",
    sha256=SHA256,
    dated=date(2026, 10, 1),
    details={"independent": True, "assessor": "role:university", "completed_on": date(2026, 10, 1)},
)
REGISTER = Document(id="register-7", kind="consent", sha256=SHA256, dated=date(2026, 10, 1))
PACK = Pack(
    id="p",
    version="1.0.0",
    title="A pack",
    timezone="UTC",
    reviewed_on=date(2026, 1, 1),
    reviewed_next=date(2027, 1, 1),
    sources={},
    select=cast(Any, None),
    rules=(Rule(id="r", title="A rule", severity=Severity.HIGH, cites=(), require=()),),
    exception_types={
        "inevitable": ExceptionType(
            id="inevitable", lifts=(), requires=("legal_basis",), max_duration=Span(exact=timedelta(90))
        )
    },
)


def fleet(*grants: ExceptionGrant, documents: tuple[Document, ...] = (PAPER,)) -> Fleet:
    cameras = {name: Camera(id=name, site="s") for name in ("cam-1", "cam-2")}
    rules = cast(Any, SimpleNamespace(pack=PACK))
    return Fleet(
        inventory=Inventory({}, cameras),
        rules={"s": (rules, rules)},
        facts={},
        verbs={},
        controls={},
        grants=grants,
        documents=documents,
    )


def judged(at: datetime, *, in_scope: Truth = Truth.TRUE, cameras: tuple[str, ...] = ("cam-1", "cam-2")) -> Judged:
    snapshots = {
        name: CameraSnapshot(camera=Camera(id=name, site="s"), endpoints=(), facts={}, documents=(PAPER, REGISTER))
        for name in cameras
    }
    evaluations = tuple(Evaluation(camera=name, in_scope={"p": in_scope}) for name in cameras)
    return cast(Judged, SimpleNamespace(at=at, snapshots=snapshots, evaluations=evaluations))


def standing(told: Fleet, found: Judged) -> Judged:
    """The judgement with what was decided on exceptions, as a run makes it."""
    decided = with_standings(found.snapshots, told, found.at, None)
    return cast(Judged, SimpleNamespace(at=found.at, snapshots=decided, evaluations=found.evaluations))


@pytest.fixture
def run(evidence: EvidenceLog, state: State, events: Callable[[str], list[dict[str, Any]]]) -> Callable[..., Any]:
    """Records one run and returns what it added, as ``(event, reason code)``."""
    seen = 0

    def record(told: Fleet, found: Judged) -> list[tuple[str, str]]:
        nonlocal seen
        seen = evidence.size
        record_exceptions(evidence, "run", told, standing(told, found), state)
        added = [
            record
            for name in ("granted", "refused", "expired")
            for record in events(f"exception.{name}")
            if record["seq"] >= seen
        ]
        added.sort(key=lambda record: record["seq"])
        return [(record["event"].partition(".")[2], record.get("reason_code", "")) for record in added]

    return record


def test_a_valid_exception_is_granted_in_every_run(
    run: Callable[..., Any], events: Callable[[str], list[dict[str, Any]]]
) -> None:
    for _ in range(2):
        assert [("granted", "")] == run(fleet(GRANT), judged(STARTS + timedelta(days=1)))
    granted: Mapping[str, Any] = events("exception.granted")[0]
    expected = {
        "exception": "exc-1",
        "camera": "cam-1",
        "pack": "p",
        "rule": "r",
        "type": "inevitable",
        "legal_basis": "consent: Act 15(1)1",
        "approver": "role:privacy-officer",
        "assessment_sha256": SHA256,
        "starts": "2026-11-01T00:00:00.000000Z",
        "expires": "2026-12-01T00:00:00.000000Z",
    }
    assert expected == {name: granted[name] for name in expected}


def test_one_that_ended_since_the_last_run_has_expired_once(run: Callable[..., Any]) -> None:
    assert [("granted", "")] == run(fleet(GRANT), judged(ENDS - timedelta(seconds=1)))
    assert [("expired", ""), ("refused", "exception-expired")] == run(fleet(GRANT), judged(ENDS))
    assert [("refused", "exception-expired")] == run(fleet(GRANT), judged(ENDS + timedelta(days=1)))


def test_one_that_was_never_granted_does_not_expire(run: Callable[..., Any]) -> None:
    assert [("refused", "exception-not-started")] == run(fleet(GRANT), judged(STARTS - timedelta(days=1)))
    assert [("refused", "exception-expired")] == run(fleet(GRANT), judged(ENDS))


def test_one_that_was_taken_away_is_said_to_be_withdrawn_once(run: Callable[..., Any]) -> None:
    run(fleet(GRANT), judged(STARTS))
    assert [("refused", "exception-withdrawn")] == run(fleet(), judged(STARTS))
    assert [] == run(fleet(), judged(STARTS))


def test_a_run_that_leaves_the_camera_out_says_nothing_of_it(run: Callable[..., Any]) -> None:
    run(fleet(GRANT), judged(STARTS))
    assert [] == run(fleet(GRANT), judged(ENDS, cameras=("cam-2",)))
    assert [("expired", ""), ("refused", "exception-expired")] == run(fleet(GRANT), judged(ENDS))


def test_a_self_approved_one_is_refused_with_its_reason(run: Callable[..., Any]) -> None:
    alone = msgspec.structs.replace(GRANT, approver="role:site-manager")
    assert [("refused", "exception-self-approved")] == run(fleet(alone), judged(STARTS))


def test_a_name_in_place_of_a_role_becomes_a_pseudonym(
    run: Callable[..., Any], events: Callable[[str], list[dict[str, Any]]]
) -> None:
    for approver in ("Kim Min-su", "kim", "role:privacy-officer Kim Min-su", "role:Kim"):
        run(fleet(msgspec.structs.replace(GRANT, approver=approver)), judged(STARTS))
    told = [record["approver"] for record in events("exception.granted")]
    assert 4 == len(told)
    assert not [name for name in told if "im" in name.lower().replace("privacy", "")]
    assert ["", "", "role:privacy-officer ", ""] == [name.partition("hmac-sha256:")[0] for name in told]


def test_a_time_without_an_offset_is_left_out(
    run: Callable[..., Any], events: Callable[[str], list[dict[str, Any]]]
) -> None:
    naive = msgspec.structs.replace(GRANT, expires=datetime(2026, 12, 1))  # noqa: DTZ001
    assert [("refused", "exception-time")] == run(fleet(naive), judged(STARTS))
    assert "expires" not in events("exception.refused")[0]


def test_a_pack_that_does_not_concern_the_camera_has_no_exception(run: Callable[..., Any]) -> None:
    assert [] == run(fleet(GRANT), judged(STARTS, in_scope=Truth.FALSE))
    assert [("granted", "")] == run(fleet(GRANT), judged(STARTS, in_scope=Truth.UNKNOWN))


def test_a_grant_of_another_rule_or_camera_bears_on_nothing() -> None:
    others = [
        msgspec.structs.replace(GRANT, rule="other"),
        msgspec.structs.replace(GRANT, cameras=("cam-9",)),
        msgspec.structs.replace(GRANT, pack="other"),
    ]
    assert [] == decide_exceptions(standing(fleet(*others), judged(STARTS)))


def test_a_pack_assigned_twice_decides_once() -> None:
    assert [("exc-1", "cam-1")] == [one.place for one in decide_exceptions(standing(fleet(GRANT), judged(STARTS)))]
