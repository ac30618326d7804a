from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from vmsguard.controls.catalogue import CORE_CONTROLS
from vmsguard.controls.deletion import PeriodicParams
from vmsguard.evidence.log import EvidenceLog
from vmsguard.model.inventory import Camera, EndpointRef
from vmsguard.model.ledger import Duty
from vmsguard.model.results import Result
from vmsguard.model.vocabulary import Verdict
from vmsguard.run.fleet import Fleet
from vmsguard.run.record_duties import keep_duties
from vmsguard.state.store import State

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CAMERA = Camera(id="cam-1", site="s", endpoints=(EndpointRef("t-1", ("1",)),))


def fleet() -> Fleet:
    asked = SimpleNamespace(control=CORE_CONTROLS["deletion.periodic"], params=PeriodicParams(max_gap=DAY))
    rule = SimpleNamespace(rule=SimpleNamespace(id="r"), require=(asked,), rungs=())
    rules = SimpleNamespace(pack=SimpleNamespace(id="p", timezone="UTC"), zone="UTC", rules=(rule,))
    inventory = SimpleNamespace(cameras={"cam-1": CAMERA}, targets={})
    return cast(
        Fleet,
        SimpleNamespace(rules={"s": (rules,)}, cameras=(CAMERA,), inventory=inventory, among=None),
    )


@pytest.mark.parametrize(
    ("reason", "code"),
    [("held: 1 recording kept by hold-1", "held"), ("overdue: footage (30 hours ago)", "")],
)
def test_edge_case_29_a_duty_that_a_hold_alone_keeps_open_is_missed_and_says_why(
    evidence: EvidenceLog, state: State, events: Callable[[str], list[dict[str, Any]]], reason: str, code: str
) -> None:
    duty = Duty(
        camera="cam-1",
        pack="p",
        rule="r",
        target="t-1",
        channel="1",
        max_gap_seconds=86400,
        next_due=NOON,
        enrolled_at=NOON - DAY,
    )
    state.put_duty(duty)
    control = Result(
        camera="cam-1",
        pack="p",
        rule="r",
        control="deletion.periodic",
        endpoint="t-1/1",
        verdict=Verdict.FAIL,
        reason=reason,
    )
    rule = Result(camera="cam-1", pack="p", rule="r", verdict=Verdict.FAIL)
    now = NOON + timedelta(hours=1)
    keep_duties(evidence, state, "run", fleet(), [control, rule], (), now, enrol=False)
    assert [code] == [event.get("reason_code", "") for event in events("duty.missed")]
    assert [NOON + DAY] == [kept.next_due for kept in state.duties()]
