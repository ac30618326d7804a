"""What holds promise, whatever is stored and whatever is held."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from vmsguard.controls.catalogue import CORE_CONTROLS
from vmsguard.controls.view import View
from vmsguard.engine.held import held_recordings, leave_held
from vmsguard.model.changes import Change
from vmsguard.model.fact_catalogue import CORE_FACTS
from vmsguard.model.fact_values import Store, StoredRecording, VerifiedDeletion
from vmsguard.model.facts import Fact, FactKey, Items, Known
from vmsguard.model.inventory import Camera, Endpoint
from vmsguard.model.manifest import VerbSupport
from vmsguard.model.pack import Hold
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.span import Span
from vmsguard.model.vocabulary import Basis, Role, Support, Verdict

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ENDPOINT = Endpoint("t", "1", Role.DEVICE)
CONTROLS = {
    "storage.residue.empty": {},
    "deletion.periodic": {"max_gap": timedelta(days=1)},
    "retention.max": {"max": Span(exact=10 * HOUR)},
}

hours = st.integers(0, 60)


@st.composite
def recordings(draw: st.DrawFn) -> tuple[StoredRecording, ...]:
    found = []
    for number in range(draw(st.integers(0, 4))):
        begins, lasts = draw(st.none() | hours), draw(st.none() | st.integers(0, 20))
        start = None if begins is None else NOW - begins * HOUR
        end = None if lasts is None else (start or NOW - 30 * HOUR) + lasts * HOUR
        found.append(StoredRecording(f"r{number}", "sd", start, end, empty=draw(st.booleans())))
    return tuple(found)


@st.composite
def holds(draw: st.DrawFn) -> tuple[Hold, ...]:
    found = []
    for number in range(draw(st.integers(1, 3))):
        since = NOW - draw(hours) * HOUR
        found.append(
            Hold(
                id=f"hold-{number}",
                case_reference="c",
                cameras=("cam",),
                window_from=since,
                window_until=since + draw(st.integers(1, 20)) * HOUR,
                author="a",
                approver="b",
                starts=NOW - HOUR,
                review_on=date(2027, 1, 1),
            )
        )
    return tuple(found)


@st.composite
def deletions(draw: st.DrawFn) -> tuple[VerifiedDeletion, ...]:
    return tuple(
        VerifiedDeletion("footage", NOW - draw(hours) * HOUR, NOW, left=draw(st.sampled_from((0, 0, 2))))
        for _ in range(draw(st.integers(0, 2)))
    )


def snapshot(
    stored: tuple[StoredRecording, ...], done: tuple[VerifiedDeletion, ...], held: tuple[Hold, ...]
) -> CameraSnapshot:
    told = {
        "footage.recordings": Items(stored),
        "deletion.verified": Items(done),
        "stores": Items((Store("sd", "footage"),)),
        "recording.retention": Items(()),
    }
    keys = {name: FactKey("t", "*" if CORE_FACTS[name].whole else "1", name) for name in told}
    facts = {keys[name]: Fact(keys[name], Known(value), Basis.READ_BACK, NOW) for name, value in told.items()}
    return CameraSnapshot(camera=Camera(id="cam", site="s"), endpoints=(ENDPOINT,), facts=facts, holds=held)


def verdicts(seen: CameraSnapshot) -> dict[str, Verdict]:
    return {
        name: CORE_CONTROLS[name]
        .judge(CORE_CONTROLS[name].Params(**params), View(seen, ENDPOINT, NOW, CORE_FACTS))
        .verdict
        for name, params in CONTROLS.items()
    }


@given(recordings(), deletions(), holds())
def test_edge_case_29_a_hold_never_changes_the_verdict_of_a_duty_to_delete(stored, done, held) -> None:
    assert verdicts(snapshot(stored, done, ())) == verdicts(snapshot(stored, done, held))


@given(recordings(), holds(), st.sampled_from(("", "recordings", "windows")))
def test_edge_case_29_no_purge_that_may_go_deletes_what_a_hold_may_cover(stored, held, ability) -> None:
    support = VerbSupport(verb="footage.purge", support=Support.SUPPORTED, held=ability)
    purge = Change("footage.purge", "t", "1", {"cutoff": NOW.isoformat(), "recordings": ""})
    change, blocker = leave_held(purge, held, support, stored, snapshot(stored, (), held))
    covered = {
        item.id
        for item in stored
        if not item.empty
        and any(
            (item.start is None or item.start < hold.window_until) and (item.end is None or item.end > hold.window_from)
            for hold in held
        )
    }
    assert blocker or covered <= held_recordings(change, stored)
    if not ability:
        assert blocker


@given(recordings(), holds(), holds())
def test_another_hold_never_frees_what_one_keeps(stored, held, more) -> None:
    support = VerbSupport(verb="footage.purge", support=Support.SUPPORTED, held="recordings")
    purge = Change("footage.purge", "t", "1", {"cutoff": NOW.isoformat(), "recordings": ""})
    one, _ = leave_held(purge, held, support, stored, snapshot(stored, (), held))
    both, _ = leave_held(purge, (*held, *more), support, stored, snapshot(stored, (), held))
    assert held_recordings(one, stored) <= held_recordings(both, stored)
