from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from vmsguard.errors import Problems
from vmsguard.model.inventory import Camera
from vmsguard.model.pack import Freeze, Hold
from vmsguard.model.vocabulary import Mode
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.holds import InForce, decide_hold, freezes_at, holds_on, latest_review
from vmsguard.policy.load_holds import load_freezes, load_holds

SEOUL = ZoneInfo("Asia/Seoul")
START = datetime(2026, 11, 21, 9, tzinfo=SEOUL)
SECOND = timedelta(seconds=1)
CAMERA = Camera(id="cam-1", site="hq")
HOLD = Hold(
    id="hold-1",
    case_reference="case-17",
    cameras=("cam-1",),
    window_from=datetime(2026, 11, 20, 14, tzinfo=SEOUL),
    window_until=datetime(2026, 11, 20, 16, tzinfo=SEOUL),
    author="role:site-manager",
    approver="role:privacy-officer",
    starts=START,
    review_on=date(2027, 2, 15),
)
FREEZE = Freeze(id="year-end", sites=("hq",), starts=START, ends=START + timedelta(days=2), max_mode=Mode.PROPOSE)

FILE = """\
apiVersion: vmsguard/v1
kind: Hold
metadata: {id: hold-1}
case_reference: case-17
cameras: [cam-1]
window: {from: "2026-11-20T14:00:00+09:00", until: "2026-11-20T16:00:00+09:00"}
author: role:site-manager
approver: role:privacy-officer
starts: "2026-11-21T09:00:00+09:00"
"""


def codes(now: datetime = START, hold: Hold = HOLD, camera: Camera = CAMERA) -> list[str]:
    decided = decide_hold(hold, camera, now)
    return [] if isinstance(decided, InForce) else [reason.partition(":")[0] for reason in decided.reasons]


def test_edge_case_8_a_hold_is_in_force_from_its_first_second_until_before_its_last() -> None:
    ends = START + timedelta(days=30)
    hold = replace(HOLD, ends=ends)
    assert ["hold-not-started"] == codes(START - SECOND, hold)
    assert [] == codes(START, hold)
    assert [] == codes(ends - SECOND, hold)
    assert ["hold-ended"] == codes(ends, hold)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"approver": "Role:Site-Manager "}, "hold-self-approved"),
        ({"author": ""}, "hold-self-approved"),
        ({"cameras": ("cam-2",)}, "hold-scope"),
        ({"window_until": HOLD.window_from}, "hold-time"),
        ({"window_from": datetime(2026, 11, 20)}, "hold-time"),  # noqa: DTZ001
        ({"review_on": None}, "hold-unreviewed"),
        ({"review_on": date(2027, 2, 20)}, "hold-unreviewed"),
        ({"review_on": date(2026, 12, 1), "reviewed_on": date(2026, 12, 1)}, "hold-unreviewed"),
    ],
)
def test_one_flaw_is_enough(change: dict[str, object], code: str) -> None:
    assert code in codes(hold=replace(HOLD, **change))  # type: ignore[arg-type]


def test_edge_case_29_a_hold_without_an_end_is_reviewed_every_90_days() -> None:
    assert date(2027, 2, 19) == latest_review(HOLD)
    assert [] == codes(hold=replace(HOLD, review_on=latest_review(HOLD)))
    again = replace(HOLD, reviewed_on=date(2027, 2, 15))
    assert date(2027, 5, 16) == latest_review(again)


def test_edge_case_29_a_hold_that_ends_within_90_days_needs_no_review_and_a_longer_one_does() -> None:
    last = datetime(2027, 2, 19, 23, tzinfo=SEOUL)
    assert [] == codes(hold=replace(HOLD, review_on=None, ends=last))
    assert ["hold-unreviewed"] == codes(hold=replace(HOLD, review_on=None, ends=last + timedelta(days=1)))


def test_edge_case_29_a_hold_whose_review_is_due_stays_in_force_and_says_so() -> None:
    due = datetime(2027, 2, 15, tzinfo=SEOUL)
    assert InForce(HOLD, False) == decide_hold(HOLD, CAMERA, due - SECOND)
    assert InForce(HOLD, True) == decide_hold(HOLD, CAMERA, due.astimezone(UTC))
    assert InForce(HOLD, True) == decide_hold(HOLD, CAMERA, due + timedelta(days=300))


def test_edge_case_29_a_hold_never_widens_to_a_camera_it_does_not_name() -> None:
    assert (HOLD,) == holds_on(CAMERA, [HOLD], START)
    assert () == holds_on(Camera(id="cam-2", site="hq"), [HOLD], START)


def test_every_reason_is_told() -> None:
    assert 3 <= len(codes(START - SECOND, replace(HOLD, approver="", review_on=None)))


def test_a_file_is_read_whole(write: Callable[[str, str], Path]) -> None:
    more = 'ends: "2026-12-21T09:00:00+09:00"\nlegal_order: order-7\nreason: a theft\nreviewed_on: null\n'
    path = write("holds/h.yaml", FILE + more)
    expected = replace(
        HOLD,
        ends=datetime(2026, 12, 21, 9, tzinfo=SEOUL),
        legal_order="order-7",
        reason="a theft",
        review_on=None,
        origin=str(path),
    )
    assert (expected,) == load_holds([path.parent])


def test_two_holds_of_one_name_do_not_load(write: Callable[[str, str], Path]) -> None:
    text = FILE + 'review_on: "2027-02-15"\n'
    with pytest.raises(Problems) as raised:
        load_holds([write("holds/a.yaml", text), write("holds/b.yaml", text)])
    (problem,) = raised.value.problems
    assert "the id 'hold-1' is taken by" in problem.message


def test_a_freeze_caps_its_sites_while_it_runs() -> None:
    assert (FREEZE,) == freezes_at("hq", [FREEZE], START)
    assert () == freezes_at("hq", [FREEZE], START - SECOND)
    assert () == freezes_at("hq", [FREEZE], FREEZE.ends)
    assert () == freezes_at("elsewhere", [FREEZE], START)


def test_a_freeze_is_read_whole(write: Callable[[str, str], Path], catalogue: Catalogue) -> None:
    path = write(
        "freezes/f.yaml",
        """\
apiVersion: vmsguard/v1
kind: Freeze
metadata: {id: year-end}
sites: [hq]
starts: "2026-11-21T09:00:00+09:00"
ends: "2026-11-23T09:00:00+09:00"
except_controls: [storage.residue.empty]
""",
    )
    expected = replace(FREEZE, except_controls=("storage.residue.empty",), origin=str(path))
    assert (expected,) == load_freezes([path], catalogue.controls)
