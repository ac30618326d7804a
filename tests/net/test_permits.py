from __future__ import annotations

from datetime import UTC, datetime, timedelta

from vmsguard.model.changes import Permit
from vmsguard.net.permits import PermitOffice

MINUTE = timedelta(minutes=1)


class TwoClocks:
    """Wall and monotonic time that move apart."""

    def __init__(self) -> None:
        self.wall = datetime(2026, 11, 22, tzinfo=UTC)
        self.steady = 0.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.steady


def test_an_issued_permit_is_live_until_it_runs_out() -> None:
    clock = TwoClocks()
    office = PermitOffice(clock)
    permit = office.issue("run-1", "t-1/*:stream.stop()", 7, MINUTE)
    assert permit == Permit("run-1", "t-1/*:stream.stop()", 7, clock.wall + MINUTE)
    assert office.is_live(permit)
    clock.wall += MINUTE
    assert not office.is_live(permit)


def test_a_clock_set_back_does_not_prolong_it() -> None:
    clock = TwoClocks()
    office = PermitOffice(clock)
    permit = office.issue("run-1", "c", 7, MINUTE)
    clock.steady += 60
    clock.wall -= timedelta(days=1)
    assert not office.is_live(permit)


def test_none_lives_longer_than_its_office_lets_it() -> None:
    clock = TwoClocks()
    office = PermitOffice(clock, MINUTE / 2)
    assert clock.wall + MINUTE / 2 == office.issue("run-1", "c", 7, MINUTE).expires
    assert clock.wall + MINUTE / 3 == office.issue("run-1", "d", 8, MINUTE / 3).expires


def test_a_revoked_permit_is_dead() -> None:
    office = PermitOffice(TwoClocks())
    permit = office.issue("run-1", "c", 7, MINUTE)
    office.revoke(permit)
    office.revoke(permit)
    assert not office.is_live(permit)


def test_a_permit_made_elsewhere_is_not_live() -> None:
    clock = TwoClocks()
    office = PermitOffice(clock)
    office.issue("run-1", "c", 7, MINUTE)
    assert not office.is_live(Permit("run-1", "c", 8, clock.wall + MINUTE))
    assert not office.is_live(PermitOffice(clock).issue("run-2", "c", 7, MINUTE))
