"""What goes into the store comes out as it was, and each table's own rule holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from vmsguard.model.ledger import Breaker, Deletion, Duty, ImpossibilityProof, PriorValue, Standing, WitnessMemory
from vmsguard.state import State
from vmsguard.state.rows import insert_new
from vmsguard.state.tables import deletions

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def deletion(noon: datetime) -> Deletion:
    return Deletion(
        target="t-1",
        channel="1",
        store="sd",
        cutoff=noon - HOUR,
        started=noon - HOUR / 2,
        ended=noon,
        count=12_000_000_000,
        observed=True,
        run="r-1",
    )


@pytest.fixture
def proof(noon: datetime) -> ImpossibilityProof:
    return ImpossibilityProof(
        target="t-1",
        channel="*",
        verb="recording.stop",
        item="job=j-1",
        firmware="5.1",
        kind="refused",
        detail="ter:ActionNotSupported",
        proven_at=noon,
        expires=noon + 180 * 24 * HOUR,
        run="r-1",
    )


@pytest.fixture
def duty(noon: datetime) -> Duty:
    return Duty(
        camera="cam-1",
        pack="kr-pipc-thermal-2020",
        rule="saving-off",
        target="t-1",
        channel="1",
        max_gap_seconds=86_400,
        next_due=noon,
        enrolled_at=noon,
    )


@pytest.fixture
def memory(noon: datetime) -> WitnessMemory:
    return WitnessMemory(
        target="t-1",
        channel="1",
        proves="stream.answers",
        point="rtsp:554:/live",
        answered=True,
        at=noon,
        positive_at=noon,
    )


@pytest.fixture
def standing(noon: datetime) -> Standing:
    return Standing(
        camera="cam-1",
        pack="kr-pipc-thermal-2020",
        rule="saving-off",
        control="storage.edge.off",
        endpoint="t-1/1",
        verdict="fail",
        qualifier="",
        basis="read-back",
        remediation="none",
        reason="offender: job J1 records",
        since=noon,
        checked_at=noon,
    )


def test_a_deletion_comes_back_as_it_was(state: State, deletion: Deletion) -> None:
    state.add_deletion(deletion)

    assert (deletion,) == state.deletions()


def test_a_moment_in_another_zone_comes_back_as_the_same_moment_in_utc(state: State, deletion: Deletion) -> None:
    seoul = datetime(2026, 11, 22, 21, 0, tzinfo=timezone(9 * HOUR))
    state.add_deletion(replace(deletion, ended=seoul))

    (kept,) = state.deletions()

    assert datetime(2026, 11, 22, 12, 0, tzinfo=UTC) == kept.ended
    assert UTC is kept.ended.tzinfo


def test_a_moment_without_a_zone_is_refused(state: State, deletion: Deletion) -> None:
    naive = deletion.ended.replace(tzinfo=None)

    with pytest.raises(Exception, match="without a time zone"):
        state.add_deletion(replace(deletion, ended=naive))

    assert () == state.deletions()


def test_the_deletion_that_reached_furthest_counts_not_the_one_that_ended_last(
    state: State, deletion: Deletion, noon: datetime
) -> None:
    shallow = replace(deletion, cutoff=noon - 24 * HOUR, ended=noon + HOUR, run="r-2")
    state.add_deletion(deletion)
    state.add_deletion(shallow)

    assert (deletion,) == state.deletions()


def rows(state: State) -> list[tuple[str, str]]:
    with state._database.read() as connection:
        return [(row.store, row.run) for row in connection.execute(select(deletions).order_by(deletions.c.id))]


def test_of_a_place_what_is_a_month_older_goes_and_the_clock_set_back_finds_the_rest(
    state: State, deletion: Deletion
) -> None:
    def after(days: int) -> Deletion:
        later = DAY * days
        return replace(
            deletion,
            run=f"r-{days}",
            cutoff=deletion.cutoff + later,
            started=deletion.started + later,
            ended=deletion.ended + later,
        )

    state.add_deletion(replace(after(0), store="trash"))
    for days in range(41):
        state.add_deletion(after(days))

    assert [("trash", "r-0"), *(("sd", f"r-{days}") for days in range(9, 41))] == rows(state)
    assert {"sd": "r-40", "trash": "r-0"} == {one.store: one.run for one in state.deletions()}
    state.forget_deletions_after(after(20).cutoff)
    assert {"sd": "r-20", "trash": "r-0"} == {one.store: one.run for one in state.deletions()}


def test_one_that_reached_less_far_takes_nothing_away_from_what_reached_further(
    state: State, deletion: Deletion
) -> None:
    late = replace(deletion, run="r-late", cutoff=deletion.cutoff - DAY * 90, ended=deletion.ended + DAY * 90)
    state.add_deletion(deletion)
    state.add_deletion(late)

    assert {deletion.run, "r-late"} == {run for _, run in rows(state)}
    assert (deletion,) == state.deletions()


def test_of_many_years_no_more_goes_at_once_than_anybody_waits_for(state: State, deletion: Deletion) -> None:
    early = [
        replace(deletion, run=f"r-{n}", cutoff=deletion.cutoff - DAY * 100 - HOUR * n, ended=deletion.ended - DAY * 99)
        for n in range(250)
    ]
    with state._database.write() as connection:
        insert_new(connection, deletions, early)

    left = []
    for n in range(4):
        state.add_deletion(replace(deletion, run=f"new-{n}"))
        left.append(len([run for _, run in rows(state) if run.startswith("r-")]))

    assert [150, 50, 0, 0] == left


def test_each_store_of_each_channel_has_its_own_latest_deletion(state: State, deletion: Deletion) -> None:
    other_store = replace(deletion, store="trash")
    other_channel = replace(deletion, channel="2")
    for each in (deletion, other_store, other_channel):
        state.add_deletion(each)

    assert (deletion, other_store, other_channel) == state.deletions()


def test_the_same_deletion_recorded_twice_is_one_deletion(state: State, deletion: Deletion) -> None:
    state.add_deletion(deletion)
    state.add_deletion(deletion)

    assert (deletion,) == state.deletions()


def test_a_proof_holds_until_the_moment_it_expires(state: State, proof: ImpossibilityProof) -> None:
    state.add_proof(proof)

    assert (proof,) == state.proofs(proof.expires - timedelta(microseconds=1))
    assert () == state.proofs(proof.expires)
    assert ((), (proof,)) == (
        state.ended_proofs(proof.expires - timedelta(microseconds=1)),
        state.ended_proofs(proof.expires),
    )


def test_a_newer_proof_takes_the_place_of_the_older(state: State, proof: ImpossibilityProof, noon: datetime) -> None:
    newer = replace(proof, proven_at=noon + HOUR, expires=proof.expires + HOUR, run="r-2")
    state.add_proof(proof)
    state.add_proof(newer)

    assert (newer,) == state.proofs(noon)


def test_proofs_of_two_firmwares_stand_side_by_side(state: State, proof: ImpossibilityProof, noon: datetime) -> None:
    state.add_proof(proof)
    state.add_proof(replace(proof, firmware="5.2"))

    assert {"5.1", "5.2"} == {kept.firmware for kept in state.proofs(noon)}


def test_a_breaker_opens_at_the_third_distinct_target(state: State, noon: datetime) -> None:
    state.record_refusal("c", "t-1")
    state.record_refusal("c", "t-2")
    repeated = state.record_refusal("c", "t-2")
    third = state.record_refusal("c", "t-3")

    assert Breaker(credential="c", refused_by=("t-1", "t-2"), opened_at=None) == repeated
    assert Breaker(credential="c", refused_by=("t-1", "t-2", "t-3"), opened_at=noon) == third
    assert third == state.breaker("c")


def test_a_breaker_belongs_to_one_credential(state: State) -> None:
    for target in ("t-1", "t-2", "t-3"):
        state.record_refusal("c", target)

    assert None is state.breaker("d")


def test_clearing_forgets_which_targets_refused(state: State) -> None:
    for target in ("t-1", "t-2", "t-3"):
        state.record_refusal("c", target)
    state.clear_refusals("c")

    assert None is state.breaker("c")
    assert Breaker(credential="c", refused_by=("t-9",), opened_at=None) == state.record_refusal("c", "t-9")


def test_the_first_prior_value_of_a_change_stays(state: State, noon: datetime) -> None:
    first = PriorValue(
        run="r-1", change="x", target="t-1", channel="1", fact="recording.jobs", value='"Active"', at=noon
    )
    second = replace(first, fact="stores")
    state.add_prior_values([first, second])
    state.add_prior_values([replace(first, value='"Idle"', at=noon + HOUR)])

    assert (first, second) == state.prior_values("r-1")
    assert () == state.prior_values("r-2")


def test_a_duty_moves_on_but_keeps_its_enrolment(state: State, duty: Duty, noon: datetime) -> None:
    state.put_duty(duty)
    state.put_duty(replace(duty, next_due=noon + HOUR, enrolled_at=noon + HOUR))

    assert (replace(duty, next_due=noon + HOUR),) == state.duties()


def test_duties_come_most_overdue_first(state: State, duty: Duty, noon: datetime) -> None:
    later = replace(duty, camera="cam-0", next_due=noon + HOUR)
    state.put_duty(later)
    state.put_duty(duty)

    assert (duty, later) == state.duties()


def test_a_duty_that_nobody_asks_for_any_more_is_forgotten(state: State, duty: Duty, noon: datetime) -> None:
    other = replace(duty, rule="another-rule")
    for one in (duty, other):
        state.put_duty(one)
    state.drop_duty(duty)

    assert (other,) == state.duties()


def test_exceptions_in_force_are_kept_until_they_end(state: State) -> None:
    state.change_exceptions_in_force([("exc-1", "cam-1"), ("exc-1", "cam-2")], [])
    state.change_exceptions_in_force([("exc-1", "cam-1"), ("exc-2", "cam-1")], [("exc-1", "cam-2")])

    assert {("exc-1", "cam-1"), ("exc-2", "cam-1")} == state.exceptions_in_force()


def test_a_negative_sighting_keeps_the_last_positive_one(state: State, memory: WitnessMemory, noon: datetime) -> None:
    silent = replace(memory, answered=False, at=noon + HOUR, positive_at=None)
    state.remember_sightings([memory])
    state.remember_sightings([silent])

    assert (replace(silent, positive_at=noon),) == state.witness_memory()


def test_a_newer_positive_sighting_replaces_the_older(state: State, memory: WitnessMemory, noon: datetime) -> None:
    again = replace(memory, at=noon + HOUR, positive_at=noon + HOUR)
    state.remember_sightings([memory])
    state.remember_sightings([again])

    assert (again,) == state.witness_memory()


def test_since_stays_while_the_verdict_does(state: State, standing: Standing, noon: datetime) -> None:
    still = replace(standing, reason="offender: job J2 records", since=noon + HOUR, checked_at=noon + HOUR)
    state.put_standings([standing])
    state.put_standings([still])

    assert (replace(still, since=noon),) == state.standings()


def test_since_moves_when_the_verdict_changes(state: State, standing: Standing, noon: datetime) -> None:
    passed = replace(standing, verdict="pass", qualifier="direct", since=noon + HOUR, checked_at=noon + HOUR)
    state.put_standings([standing])
    state.put_standings([passed])

    assert (passed,) == state.standings()


def test_standings_of_one_camera(state: State, standing: Standing) -> None:
    other = replace(standing, camera="cam-2")
    state.put_standings([standing, other])

    assert (other,) == state.standings("cam-2")
    assert (standing, other) == state.standings()


def test_no_standings_to_put_is_no_error(state: State) -> None:
    state.put_standings([])

    assert () == state.standings()


def test_first_use_only_ever_moves_back(state: State, noon: datetime) -> None:
    state.note_first_uses({"cam-1": noon})
    state.note_first_uses({"cam-1": noon + HOUR})
    state.note_first_uses({"cam-2": noon})
    state.note_first_uses({"cam-2": noon - HOUR})

    assert {"cam-1": noon, "cam-2": noon - HOUR} == state.first_uses()


def test_a_digest_is_stable_within_an_instance_and_differs_between_instances(url: str, clock: object) -> None:
    with State.open(url, clock=clock) as first:  # type: ignore[arg-type]
        once = first.digest("secret://env/CAM_READ")
    with State.open(url, clock=clock) as reopened:  # type: ignore[arg-type]
        again = reopened.digest("secret://env/CAM_READ")
        other_text = reopened.digest("secret://env/CAM_ADMIN")
    with State.open("sqlite://", clock=clock) as stranger:  # type: ignore[arg-type]
        elsewhere = stranger.digest("secret://env/CAM_READ")

    assert once == again
    assert 3 == len({once, other_text, elsewhere})


def test_a_log_is_known_by_its_greatest_length(state: State) -> None:
    assert 0 == state.evidence_size("example.org/a")
    for size in (10, 30, 20):
        state.remember_evidence_size("example.org/a", size)
    assert (30, 0) == (state.evidence_size("example.org/a"), state.evidence_size("example.org/b"))
