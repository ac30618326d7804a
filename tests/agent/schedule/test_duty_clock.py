"""When people hear that a deletion was missed: not while a run may still settle one that it verified in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from unittest.mock import create_autospec

import pytest
from sites import Sites

from vmsguard.agent.notifications.alert import Alert
from vmsguard.agent.schedule.duty_clock import DutyClock
from vmsguard.evidence.log import EvidenceLog
from vmsguard.model.ledger import Deletion, Duty

DUE = datetime(2026, 10, 25, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def first_missed(sites: Sites, gap: timedelta, cutoff: timedelta | None) -> timedelta:
    """How long after the end of the gap its miss is told, looked at each second; ``cutoff`` is the deletion's,
    before that end, which no run settles."""
    sites.enrol({"berlin": "Europe/Berlin"}, {"ber-1": ("berlin", {"country": "DE"})})
    told: list[Alert] = []
    with sites.state() as state:
        place = {"target": "t-ber-1", "channel": "1"}
        state.put_duty(
            Duty(
                camera="ber-1",
                pack="sample",
                rule="daily",
                max_gap_seconds=int(gap.total_seconds()),
                next_due=DUE,
                enrolled_at=DUE - gap,
                **place,
            )
        )
        if cutoff is not None:
            at = DUE - cutoff
            state.add_deletion(
                Deletion(store="*", cutoff=at, started=at, ended=at + SECOND, count=1, observed=True, run="r", **place)
            )
        clock = DutyClock(state, create_autospec(EvidenceLog, instance=True, broken=""), told.extend)
        now = DUE
        while not any(alert.code == "duty-missed" for alert in told):
            assert now < DUE + 10 * MINUTE
            now += SECOND
            clock.tick(now, {"ber-1": "berlin"})
    return now - DUE


@pytest.mark.parametrize(
    ("gap", "cutoff", "expected"),
    [
        # Nothing was deleted: at the first look after the end.
        (24 * 60 * MINUTE, None, SECOND),
        # Deleted an hour before the end, and the run has not come to say so: it has five minutes for that.
        (24 * 60 * MINUTE, 60 * MINUTE, 5 * MINUTE),
        # Deleted ten seconds before the end of half a minute: twenty seconds later the next gap is over, too.
        (30 * SECOND, 10 * SECOND, 20 * SECOND),
    ],
)
def test_a_miss_is_told_when_nobody_may_settle_it_any_more(
    sites: Sites, gap: timedelta, cutoff: timedelta | None, expected: timedelta
) -> None:
    assert expected == first_missed(sites, gap, cutoff)
