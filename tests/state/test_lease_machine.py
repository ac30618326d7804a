"""Any order of scheduling, leasing, crashing, expiring and clock jumps: one holder at a time, and nothing due is lost.

The clock is virtual, and jumps both ways. The model is told what the store answered and what a reader can conclude
from it; it knows nothing of how the store decides.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from postgres_server import PostgresServer

from vmsguard.errors import LeaseLost
from vmsguard.model.clock import SystemClock
from vmsguard.model.work import Lease, WorkEntry
from vmsguard.state import State

START = datetime(2026, 10, 25, tzinfo=UTC)
TTL = timedelta(seconds=60)
TARGETS = st.sampled_from(["a", "b", "c"])
OWNERS = st.sampled_from(["w-1", "w-2"])
SECONDS = st.integers(-200, 200).map(lambda told: timedelta(seconds=told))
LATER = st.integers(1, 400).map(lambda told: timedelta(seconds=told))


class Leases(RuleBasedStateMachine):
    """Workers that lease, renew, finish, crash and stall, on a clock that anybody may set."""

    leases = Bundle("leases")
    store: ClassVar[State]
    """One for all examples: to migrate one for each would take most of the time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.store.drop_work([work.target for work in self.store.all_work()])
        self.owed: dict[str, set[datetime]] = {}
        """By target, the moments it was asked to be looked at by, and was not looked at since.

        Of those that no lease is for, the earliest: whoever looks then says anew when it is due next.
        """
        self.covers: dict[tuple[str, int], set[datetime]] = {}
        """By lease, the wishes that were due when it began."""
        self.began: dict[tuple[str, int], datetime] = {}
        self.until: dict[tuple[str, int], datetime] = {}
        self.newest: dict[str, int] = {}
        self.writes = self.store.evidence_size("written")

    @rule(target_id=TARGETS, after=SECONDS)
    def schedule(self, target_id: str, after: timedelta) -> None:
        due = self.now + after
        self.store.schedule_work([WorkEntry(target=target_id, site="s", next_due=due)])
        owed, covered, began = self.owed.setdefault(target_id, set()), set(), None
        if (out := (target_id, self.newest.get(target_id, 0))) in self.until:
            covered, began = self.covers[out], self.began[out]
        if began is not None and due < began:
            covered.add(due)
            owed.add(due)
        else:
            owed.add(due)
            self.keep_earliest(target_id)

    @rule(target_id=TARGETS)
    def wake(self, target_id: str) -> None:
        self.store.wake_work([target_id], self.now)
        if target_id in self.owed:
            self.owed[target_id].add(self.now)
            for lease, covered in self.covers.items():
                if lease[0] == target_id:
                    covered.discard(self.now)  # whoever looks already may have looked before
            self.keep_earliest(target_id)

    @rule(target=leases, target_id=TARGETS, owner=OWNERS)
    def lease(self, target_id: str, owner: str) -> object:
        given = self.store.lease(target_id, owner, self.now, TTL)
        before = (target_id, self.newest.get(target_id, 0))
        if given is None:
            free = target_id in self.owed and self.until.get(before, self.now) <= self.now
            assert not free, "nobody holds it and it was not given"
            return multiple()
        assert self.until.get(before, self.now) <= self.now, "two hold it"
        assert given.token > before[1], "the token did not grow"
        self.newest[target_id] = given.token
        self.until[(target_id, given.token)] = given.until
        self.began[(target_id, given.token)] = self.now
        self.covers[(target_id, given.token)] = {due for due in self.owed[target_id] if due <= self.now}
        return given

    @rule(lease=leases)
    def renew(self, lease: Lease) -> None:
        renewed = self.store.renew(lease, self.now, TTL)
        assert renewed == self.holds(lease)
        if renewed:
            self.until[(lease.target, lease.token)] = self.now + TTL

    @rule(lease=consumes(leases), after=LATER, failed=st.booleans())
    def finish(self, lease: Lease, after: timedelta, failed: bool) -> None:
        held, key = self.holds(lease), (lease.target, lease.token)
        due = self.now if failed else self.now + after
        done = self.store.finish(lease, due, *((1, self.now + after) if failed else ()))
        assert done == held
        if done:
            self.until.pop(key)
            if not failed:
                self.owed[lease.target] -= self.covers[key]
            self.owed[lease.target].add(due)
            self.keep_earliest(lease.target)

    @rule(lease=consumes(leases))
    def crash(self, lease: Lease) -> None:
        """The worker is gone and says nothing; its lease ends by the clock."""

    @rule(lease=leases)
    def write(self, lease: Lease) -> None:
        try:
            with self.store.fenced(lease):
                self.store.remember_evidence_size("written", self.writes + 1)
        except LeaseLost:
            assert not self.holds(lease), "who holds the lease was kept out"
        else:
            assert self.holds(lease), "a stale token wrote"
            self.writes += 1
        assert self.writes == self.store.evidence_size("written")

    @rule(by=SECONDS)
    def pass_time_or_set_the_clock(self, by: timedelta) -> None:
        self.now += by * 2

    @rule()
    def notice_a_clock_set_back(self) -> None:
        self.store.shorten_leases(self.now, TTL)
        self.until = {lease: min(until, self.now + TTL) for lease, until in self.until.items()}

    @rule()
    def start_anew(self) -> None:
        self.store.end_leases()
        self.until.clear()

    @invariant()
    def nothing_due_is_lost(self) -> None:
        # Far enough ahead every lease and every pause is over: then all that is owed comes up.
        ahead = self.now + timedelta(days=30)
        due = {work.target: work.next_due for work in self.store.due_work(ahead, 10)}
        for target_id, wishes in self.owed.items():
            work = self.store.work(target_id)
            assert work is not None
            known = work.next_due if work.again is None else min(work.next_due, work.again)
            assert known <= min(wishes), "a wish was put off"
            assert target_id in due

    @invariant()
    def what_is_leased_is_not_offered(self) -> None:
        offered = {work.target for work in self.store.due_work(self.now, 10)}
        leased = {
            name for (name, token), until in self.until.items() if token == self.newest[name] and self.now < until
        }
        assert not offered & leased

    def keep_earliest(self, target_id: str) -> None:
        """A target has one time beside those that the lease on it is for, in whatever order it was asked for."""
        out = (target_id, self.newest.get(target_id, 0))
        covered = self.owed[target_id] & self.covers[out] if out in self.until else set()
        if rest := self.owed[target_id] - covered:
            self.owed[target_id] = covered | {min(rest)}

    def holds(self, lease: Lease) -> bool:
        """Whether nobody else got the target since, and it was not given back; time alone takes no lease away."""
        return self.newest.get(lease.target) == lease.token and (lease.target, lease.token) in self.until


SOAK = bool(os.environ.get("VMSGUARD_SOAK"))


def run(store: State, examples: int, steps: int) -> None:
    class OnThisStore(Leases):
        pass

    OnThisStore.store = store
    run_state_machine_as_test(
        OnThisStore,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


def test_leases_on_sqlite() -> None:
    with State.open("sqlite://", clock=SystemClock()) as store:
        run(store, 2000 if SOAK else 60, 30)


def test_leases_on_postgresql(postgres: PostgresServer, postgres_template: str) -> None:
    url = postgres.url(postgres_template)
    with State.open(url, clock=SystemClock()) as store:
        run(store, 300 if SOAK else 15, 30)
    postgres.drop(url)
