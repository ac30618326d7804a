"""What the agent must not forget: alarms told, standing orders, notices, what targets were like."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from msgspec.structs import replace

from vmsguard.model.duty_watch import AlarmLevel, DutyWatch, LastCamera, LastTarget, Retirement
from vmsguard.model.last_seen import LastSeen
from vmsguard.model.ledger import Duty
from vmsguard.model.outbox import Notice
from vmsguard.model.standing_orders import Approval, Pause, PauseScope, Reversal
from vmsguard.state import State

HOUR = timedelta(hours=1)


@pytest.fixture
def duty(noon: datetime) -> Duty:
    return Duty(
        camera="cam-1",
        pack="p",
        rule="r",
        target="t-1",
        channel="1",
        max_gap_seconds=86_400,
        next_due=noon + HOUR,
        enrolled_at=noon,
    )


@pytest.fixture
def notice(noon: datetime) -> Notice:
    return Notice(key="duty/cam-1", route="mail", group="seoul/link", body='{"event":"duty.warn"}', created=noon)


def levels(state: State) -> list[tuple[AlarmLevel, datetime | None]]:
    return [(watch.alarm, watch.alarm_at) for watch in state.duty_watches()]


def test_each_alarm_is_told_once_and_never_backwards(state: State, duty: Duty, noon: datetime) -> None:
    state.put_duty(duty)
    assert [(AlarmLevel.NONE, None)] == levels(state)
    told = [AlarmLevel.AIM, AlarmLevel.AIM, AlarmLevel.PAGE, AlarmLevel.WARN, AlarmLevel.MISS, AlarmLevel.NONE]
    assert [True, False, True, False, True, False] == [state.tell_alarm(duty, one, noon) for one in told]
    assert [(AlarmLevel.MISS, noon)] == levels(state)


def test_another_gap_is_told_of_from_the_beginning(state: State, duty: Duty, noon: datetime) -> None:
    state.put_duty(duty)
    assert state.tell_alarm(duty, AlarmLevel.PAGE, noon)
    met = replace(duty, next_due=duty.next_due + HOUR)
    state.put_duty(met)
    assert not state.tell_alarm(duty, AlarmLevel.MISS, noon), "the gap it was about is over"
    assert state.tell_alarm(met, AlarmLevel.AIM, noon)
    assert [(AlarmLevel.AIM, noon)] == levels(state)


def test_a_run_that_moves_a_duty_leaves_its_alarm_and_calendar(state: State, duty: Duty, noon: datetime) -> None:
    state.put_duty(duty)
    assert state.tell_alarm(duty, AlarmLevel.WARN, noon)
    assert state.note_day(duty, "Europe/Berlin", date(2026, 11, 22))
    state.put_duty(replace(duty, max_gap_seconds=3600))
    expected = DutyWatch(
        camera="cam-1",
        pack="p",
        rule="r",
        target="t-1",
        channel="1",
        alarm=AlarmLevel.WARN,
        alarm_due=duty.next_due,
        alarm_at=noon,
        zone="Europe/Berlin",
        last_day=date(2026, 11, 22),
    )
    assert (expected,) == state.duty_watches()


def test_an_alarm_and_its_notices_are_kept_together_or_not_at_all(
    state: State, duty: Duty, notice: Notice, noon: datetime
) -> None:
    assert not state.tell_alarm(duty, AlarmLevel.WARN, noon, [notice]), "nobody owes it"
    assert not state.note_day(duty, "Asia/Seoul", None)
    assert 0 == state.unsent_count()
    state.put_duty(duty)
    assert state.tell_alarm(duty, AlarmLevel.WARN, noon, [notice])
    assert not state.tell_alarm(duty, AlarmLevel.WARN, noon, [replace(notice, key="again")])
    assert 1 == state.unsent_count()


def test_where_a_duty_is_done_outlives_the_inventory(state: State, noon: datetime) -> None:
    target = LastTarget(target="t-1", site="seoul", enrolled='{"id":"t-1"}', at=noon)
    camera = LastCamera(camera="cam-1", site="seoul", enrolled='{"id":"cam-1"}', at=noon)
    state.remember_enrolled([replace(target, enrolled="{}"), replace(target, target="t-2")], [camera])
    state.remember_enrolled([target], [])
    assert {"t-1": target, "t-2": replace(target, target="t-2")} == state.last_targets()
    assert {"cam-1": camera} == state.last_cameras()
    state.forget_enrolled(["t-2"], ["cam-1"])
    assert ({"t-1": target}, {}) == (state.last_targets(), state.last_cameras())


def test_a_retirement_stands_until_the_camera_is_back(state: State, noon: datetime) -> None:
    gone = Retirement(
        camera="cam-1", kind="disposal-record", sha256="ab", dated=date(2026, 11, 20), by="role:it", at=noon
    )
    state.retire(replace(gone, by="role:other"))
    state.retire(gone)
    assert {"cam-1": gone} == state.retirements()
    state.drop_retirement("cam-1")
    assert {} == state.retirements()


def test_a_pause_is_in_force_from_its_beginning_to_its_end(state: State, noon: datetime) -> None:
    site = Pause(scope=PauseScope.SITE, name="seoul", by="role:it", since=noon, until=noon + HOUR, reason="works")
    forever = Pause(scope=PauseScope.ALL, by="agent", since=noon, duties=True)
    state.put_pause(site)
    state.put_pause(forever)
    seen = [state.pauses(moment) for moment in (noon - HOUR, noon, noon + HOUR)]
    assert [(), (forever, site), (forever,)] == seen
    assert PauseScope.ALL is seen[2][0].scope


def test_resuming_ends_the_pauses_of_one_scope_whoever_made_them(state: State, noon: datetime) -> None:
    pauses = [Pause(scope=PauseScope.TARGET, name="t-1", by=by, since=noon) for by in ("agent", "role:it")]
    other = Pause(scope=PauseScope.TARGET, name="t-2", by="agent", since=noon)
    for pause in (*pauses, other):
        state.put_pause(pause)
    assert (2, 0) == (state.end_pause(PauseScope.TARGET, "t-1"), state.end_pause(PauseScope.TARGET, "t-1"))
    assert (other,) == state.pauses(noon)


def test_an_approval_counts_until_it_expires(state: State, noon: datetime) -> None:
    yes = Approval(what="first-purge/t-1", digest="aa", by="role:dpo", at=noon, expires=noon + HOUR)
    state.add_approval(replace(yes, expires=noon))
    state.add_approval(yes)
    state.add_approval(replace(yes, what="first-purge/t-2"))
    moments = (noon - HOUR, noon, noon + HOUR)
    assert [(), (yes,), ()] == [state.approvals("first-purge/t-1", moment) for moment in moments]
    state.drop_approvals("first-purge/t-1")
    assert () == state.approvals("first-purge/t-1", noon)


def test_reversals_are_told_apart_and_forgotten_in_time(state: State, noon: datetime) -> None:
    first = Reversal(target="t-1", system="zm-main", change="recording.stop", at=noon - HOUR, value="true")
    second = replace(first, at=noon)
    for reversal in (second, first, first):
        state.add_reversal(reversal)
    assert ((first, second), (second,)) == (state.reversals(noon - HOUR), state.reversals(noon))
    state.forget_reversals(noon)
    assert (second,) == state.reversals(noon - HOUR)


def test_a_notice_is_sent_once_and_failed_ones_wait(state: State, notice: Notice, noon: datetime) -> None:
    later = replace(notice, key="duty/cam-2")
    state.post([notice, later])
    state.post([notice])
    first, second = state.unsent(noon, 10)
    assert (notice.key, later.key, 0) == (first.key, second.key, first.attempts)
    assert (first,) == state.unsent(noon, 1)
    state.mark_failed([first.id], noon + HOUR)
    state.mark_sent([second.id], noon)
    assert ((), 1) == (state.unsent(noon, 10), state.unsent_count())
    (again,) = state.unsent(noon + HOUR, 10)
    assert (first.id, 1) == (again.id, again.attempts)
    state.post([later])
    assert 1 == state.unsent_count(), "it was sent before"


def test_what_was_sent_is_forgotten_and_what_was_not_is_kept(state: State, notice: Notice, noon: datetime) -> None:
    state.post([notice, replace(notice, key="other")])
    state.mark_sent([state.unsent(noon, 1)[0].id], noon)
    state.forget_sent(noon + HOUR)
    assert ["other"] == [one.key for one in state.unsent(noon, 10)]
    state.post([notice])
    assert 2 == state.unsent_count()


def test_the_newest_look_at_each_target_is_kept(state: State, noon: datetime) -> None:
    bare = LastSeen(target="t-1", at=noon - HOUR)
    full = LastSeen(
        target="t-1",
        at=noon,
        firmware="5.2",
        booted_at=noon - HOUR,
        identity="id",
        certificate="cc",
        run_state="running",
    )
    state.put_seen([bare, replace(bare, target="t-2")])
    state.put_seen([full])
    assert {"t-1": full, "t-2": replace(bare, target="t-2")} == state.seen()


def test_what_a_hub_confirmed_of_another_history_counts_no_more(state: State) -> None:
    state.expect_hub("log")
    state.confirm_evidence("log", 5)
    state.confirm_evidence("other", 7)
    state.forget_confirmed("log")
    assert (0, 7) == (state.confirmed_evidence("log"), state.confirmed_evidence("other"))
    state.confirm_evidence("log", 3)
    assert 3 == state.confirmed_evidence("log")


def test_an_answer_that_comes_late_takes_nothing_back(state: State) -> None:
    assert state.confirmed_evidence("log") is None
    state.expect_hub("log")
    assert 0 == state.confirmed_evidence("log")
    for size in (5, 3):
        state.confirm_evidence("log", size)
    state.expect_hub("log")
    assert (5, None) == (state.confirmed_evidence("log"), state.confirmed_evidence("other"))


def test_a_lock_file_that_was_there_is_remembered(state: State) -> None:
    assert state.lock_digest() is None
    for digest in ("aa", "bb"):
        state.remember_lock(digest)
    assert "bb" == state.lock_digest()
    state.forget_lock()
    assert state.lock_digest() is None
