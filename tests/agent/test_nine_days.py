"""25 October to 2 November 2026: what is due, missed and exposed, as worked out by hand beside each expectation.

Two sites, Europe/Berlin (clocks back on 25 October, 01:00 UTC) and America/New_York (clocks back on 1 November,
06:00 UTC). Every camera owes a deletion each 24 hours; half of that is 12. The agent goes round at every full hour
(UTC), and where an hour says otherwise. All times below are UTC.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sites import Sites, utc

HOURS = timedelta(hours=1)
HOLD = {
    "apiVersion": "vmsguard/v1",
    "kind": "Hold",
    "metadata": {"id": "hold-1"},
    "case_reference": "case-17",
    "cameras": ["nyc-1"],
    "window": {"from": "2026-10-28T10:00:00Z", "until": "2026-10-28T12:00:00Z"},
    "author": "role:site-manager",
    "approver": "role:privacy-officer",
    "starts": "2026-10-28T18:00:00Z",
    "ends": "2026-10-30T18:00:00Z",
}
EXCEPTION = {
    "apiVersion": "vmsguard/v1",
    "kind": "Exception",
    "metadata": {"id": "ex-1"},
    "lifts": {"pack": "sample", "rule": "saving-off", "type": "inevitable"},
    "cameras": ["ber-2"],
    "author": "role:site-manager",
    "approver": "role:privacy-officer",
    "starts": "2026-10-20T00:00:00+02:00",
    "expires": "2026-10-28T10:30:00+01:00",  # 09:30 UTC
    "legal_basis": {"kind": "statute", "citation": "act 1"},
}


def at(text: str) -> datetime:
    """``30 18`` or ``30 18:15``: a day of October; a day below 10 is one of November."""
    day, _, time = text.partition(" ")
    hour, _, minute = time.partition(":")
    return utc(int(day), int(hour), int(minute or 0), month=11 if int(day) < 10 else 10)


def every(first: str, last: str, hours: int = 12) -> list[datetime]:
    moment, found = at(first), []
    while moment <= at(last):
        found.append(moment)
        moment += hours * HOURS
    return found


@pytest.fixture
async def nine_days(sites: Sites) -> Sites:
    """The nine days gone through."""
    sites.enrol(
        {"berlin": "Europe/Berlin", "newyork": "America/New_York"},
        {
            "ber-1": ("berlin", {"country": "DE", "modality": "visible"}),
            "ber-2": ("berlin", {"country": "DE", "modality": "thermal"}),
            "nyc-1": ("newyork", {"country": "US", "modality": "visible"}),
            "nyc-2": ("newyork", {"country": "US", "modality": "visible"}),
        },
    )
    sites.write("exceptions/ex-1.yaml", EXCEPTION)
    sites.accept()
    sites.approve()
    ber_1, clock = sites.devices["t-ber-1"], sites.clock

    def reach(offline: bool) -> Callable[[], None]:
        return lambda: setattr(ber_1, "offline", offline)

    def set_clock(hours: int) -> Callable[[], None]:
        return lambda: setattr(clock, "set_by", hours * HOURS)

    async with sites.living():
        await sites.live(at("26 13"))
    clock.passed = at("27 20") - clock.start  # 26 October 14:00 to 27 October 20:00: 30 hours without an agent
    async with sites.living():
        await sites.live(at("28 9"))
        for second in (-1, 0):  # the last second of the exception, and the first without it
            clock.passed = at("28 9:30") + timedelta(seconds=second) - clock.start
            await sites.look()
            sites.devices["t-ber-2"].footage()
            RECORDED.append(sites.devices["t-ber-2"].recording)
        clock.passed = at("28 10") - clock.start
        await sites.live(
            at("2 0"),
            at={
                at("28 12"): reach(offline=True),
                at("28 17"): lambda: sites.write("holds/hold-1.yaml", HOLD),
                at("30 12"): reach(offline=False),
                at("31 4"): set_clock(2),  # forward between 03:00 and 04:00, when the clock says 06:00
                at("31 9"): set_clock(0),  # back between 08:00 and 09:00
            },
        )
    return sites


RECORDED: list[bool] = []

# Enrolled and first deleted at the first sweep, 25 October 01:00; then every 12 hours until the agent went down
# after 26 October 13:00. Due again 27 October 13:00; the agent came back at 20:00 and deleted at once.
UNTIL_28 = [*every("25 1", "26 13"), at("27 20"), at("28 8")]

# From 08:00 on 28 October the cameras go ways of their own.
DELETED = {
    # Aimed at 28 October 20:00, but out of reach from 12:00 on that day to 12:00 on the 30th: deleted right then.
    # 12 hours later 31 October 00:00; the clock was set forward at 04:00 and back at 09:00, in between nothing was
    # due here.
    "ber-1": [*UNTIL_28, at("30 12"), *every("31 0", "2 0")],
    # When the exception ended, 28 October 09:30, what it had gained was deleted; that met the duty too. + 12 h is
    # 21:30, so 22:00, and on from there: 30 October 22:00 + 12 h is 31 October 10:00, which the clock said at 08:00:
    # deleted then, dated 10:00. Set back at 09:00 that counts no more, and 10:00 came once more.
    "ber-2": [*UNTIL_28, at("28 9:30"), *every("28 22", "31 10"), *every("31 10", "1 22")],
    # Held from 28 October 18:00: what lies around the window is deleted as before, the duty is not met by it.
    # Met when the hold ends, 30 October 18:00. + 12 h is 31 October 06:00, which the clock said at 04:00: in doubt
    # when it was set back at 09:00, and deleted again then.
    "nyc-1": [*UNTIL_28, *every("28 20", "30 8"), at("30 18"), at("31 6"), *every("31 9", "1 21")],
    # 30 October 20:00 + 12 h is 31 October 08:00, which the clock said at 06:00: deleted then, dated 08:00. Set back,
    # that counts no more: due since 08:00, deleted at 09:00.
    "nyc-2": [*UNTIL_28, *every("28 20", "30 20"), at("31 8"), *every("31 9", "1 21")],
}

AGENT_DOWN = (at("27 13"), at("27 20"), 31 * 3600, "")  # last cutoff 26 October 13:00: 31 h until it was found
MISSED = {
    # Out of reach: last cutoff 28 October 08:00, due 29 October 08:00, found at the next full hour: 25 h. The gap
    # after it ends 30 October 08:00: 49 h since the last cutoff.
    "ber-1": [AGENT_DOWN, (at("29 8"), at("29 9"), 25 * 3600, ""), (at("30 8"), at("30 9"), 49 * 3600, "")],
    "ber-2": [AGENT_DOWN],
    # The same times, for a hold keeps what is left; its miss says so.
    "nyc-1": [AGENT_DOWN, (at("29 8"), at("29 9"), 25 * 3600, "held"), (at("30 8"), at("30 9"), 49 * 3600, "held")],
    "nyc-2": [AGENT_DOWN],
}

WARNED = {
    # 75 % of 24 h is 18 h: 28 October 08:00 + 18 h = 29 October 02:00. 90 % is 21 h 36 min: 05:36, told at 06:00.
    # Of the agent's own 30 hours nobody could warn. Each once: what is overdue is not warned of again.
    "ber-1": [("duty.warned", at("29 2")), ("duty.paged", at("29 6"))],
    "ber-2": [],
    "nyc-1": [("duty.warned", at("29 2")), ("duty.paged", at("29 6"))],
    "nyc-2": [],
}

DAYS_MISSED = {
    # Verified 28 October 08:00 (09:00 in Berlin) and next 30 October 12:00 (13:00): nothing on the 29th.
    "ber-1": ["2026-10-29"],
    "ber-2": [],
    # Verified 28 October 08:00 (04:00 in New York) and next 30 October 18:00 (14:00): nothing on the 29th.
    "nyc-1": ["2026-10-29"],
    "nyc-2": [],
}

# 24 h after the cutoff of the last verified deletion.
NEXT_DUE = {
    "ber-1": at("3 0"),  # 2 November 00:00
    "ber-2": at("2 22"),  # 1 November 22:00
    "nyc-1": at("2 21"),  # 1 November 21:00
    "nyc-2": at("2 21"),
}

AT_FIRST = (at("25 1"), at("25 1"))  # never deleted before, and deleted in the same run
AGENT_BACK = (at("27 20"), at("27 20"))  # overdue when the agent was back, mended in that same run
EXPOSED = {
    # And once more when it was back in reach.
    ("ber-1", "daily"): [AT_FIRST, AGENT_BACK, (at("30 12"), at("30 12"))],
    ("ber-2", "daily"): [AT_FIRST, AGENT_BACK],
    # The exception asks for the deletion too. It ended at 09:30, and so did recording.
    ("ber-2", "saving-off"): [AT_FIRST, AGENT_BACK, (at("28 9:30"), at("28 9:30"))],
    # 24 h after 28 October 08:00 is still in time: seen open at 29 October 09:00, until the hold ended.
    ("nyc-1", "daily"): [AT_FIRST, AGENT_BACK, (at("29 9"), at("30 18"))],
    ("nyc-2", "daily"): [AT_FIRST, AGENT_BACK],
}


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.slow
async def test_nine_days_go_as_worked_out_by_hand(nine_days: Sites) -> None:
    def of(camera: str, *names: str) -> list[dict[str, Any]]:
        return [
            event for event in nine_days.events(*names) if event.get("camera") == camera and event["rule"] == "daily"
        ]

    for camera, expected in DELETED.items():
        assert expected == nine_days.devices[f"t-{camera}"].purges, camera
    for camera, missed in MISSED.items():
        told = [
            (instant(one["due"]), instant(one["at"]), one["gap_seconds"], one.get("reason_code", ""))
            for one in of(camera, "duty.missed")
        ]
        assert missed == told, camera
    for camera, warned in WARNED.items():
        assert warned == [(one["event"], instant(one["at"])) for one in of(camera, "duty.warned", "duty.paged")], camera
    for camera, days in DAYS_MISSED.items():
        assert days == [one["day"] for one in of(camera, "duty.day_missed")], camera
    with nine_days.state() as state:
        assert NEXT_DUE == {duty.camera: duty.next_due for duty in state.duties() if duty.rule == "daily"}
    for (camera, rule), windows in EXPOSED.items():
        told_windows = [
            (instant(one["exposure_from"]), instant(one["exposure_to"]))
            for one in nine_days.events("verify")
            if (one["camera"], one.get("rule"), one.get("control", "")) == (camera, rule, "") and one.get("exposure_to")
        ]
        assert windows == told_windows, (camera, rule)
    assert [True, False] == RECORDED
    assert [at("28 9:30")] == nine_days.devices["t-ber-2"].stops
    assert [2 * 3600_000, -2 * 3600_000] == [one["delta_ms"] for one in nine_days.events("clock.stepped")]
    # From 03:00 to 06:00 by the clock, an hour of it real: a step forward cannot be told from a silence.
    assert ["silence: 10800 s without a record, where one was promised every 3600 s"] == nine_days.problems()
