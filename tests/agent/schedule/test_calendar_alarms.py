"""Exceptions, holds and papers that end, and reviews that are overdue: told once each, at each site it concerns."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from sites import HOUR, PACK, SECOND, Sites, utc

from vmsguard.agent.schedule.calendar_alarms import calendar_alerts
from vmsguard.controls.papers import flaw
from vmsguard.model.pack import Document, ExceptionGrant, Hold
from vmsguard.run.assemble import assemble_snapshots
from vmsguard.run.fleet import Fleet

DAY = timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")


def two_sites(sites: Sites) -> Fleet:
    sites.enrol(
        {"berlin": "Europe/Berlin", "ny": "America/New_York"},
        {"ber-1": ("berlin", {"country": "DE"}), "ny-1": ("ny", {"country": "US"})},
    )
    return sites.load()


def with_(fleet: Fleet, **more: Any) -> Fleet:
    from dataclasses import replace

    return replace(fleet, **more)


def grant(**more: Any) -> ExceptionGrant:
    told = {
        "id": "ex-1",
        "pack": "sample",
        "rule": "saving-off",
        "type": "inevitable",
        "cameras": ("ber-1",),
        "author": "role:a",
        "approver": "role:b",
        "starts": utc(1, 0),
        "expires": utc(25, 12, month=11),
    }
    return ExceptionGrant(**{**told, **more})


def hold(**more: Any) -> Hold:
    told = {
        "id": "hold-1",
        "case_reference": "case-1",
        "cameras": ("ber-1",),
        "window_from": utc(1, 0),
        "window_until": utc(2, 0),
        "author": "role:a",
        "approver": "role:b",
        "starts": datetime(2026, 10, 25, tzinfo=BERLIN),
    }
    return Hold(**{**told, **more})


def paper(**more: Any) -> Document:
    told = {"id": "paper-1", "kind": "consent", "sha256": "00" * 32, "dated": date(2026, 1, 1), "sites": ("ny",)}
    return Document(**{**told, **more})


def first_told(fleet: Fleet, begin: datetime, end: datetime, granted: frozenset[str]) -> list[tuple[str, str, str]]:
    """Every alert there ever is, with the hour at which it is there first; each hour is looked at."""
    seen: dict[Any, datetime] = {}
    for hours in itertools.count():
        now = begin + hours * HOUR
        if now > end:
            break
        for alert in calendar_alerts(fleet, granted, now):
            seen.setdefault(alert, now)
            assert alert.at <= now
    return sorted((alert.code, alert.site, f"{at:%m-%d %H:%M}") for alert, at in seen.items())


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (
            lambda: {"grants": (grant(),)},
            [
                ("exception-ended", "berlin", "11-25 12:00"),
                ("exception-ends", "berlin", "11-11 12:00"),
                ("exception-ends", "berlin", "11-22 12:00"),
            ],
        ),
        (lambda: {"grants": (grant(id="refused"),)}, [("exception-ended", "berlin", "11-25 12:00")]),
        (lambda: {"grants": (grant(expires=datetime(2026, 11, 25)),)}, []),  # noqa: DTZ001 - no time, and refused for that
        (
            lambda: {"holds": (hold(cameras=("ber-1", "ny-1"), ends=datetime(2026, 11, 2, tzinfo=BERLIN)),)},
            [
                ("hold-ended", "berlin", "11-01 23:00"),
                ("hold-ended", "ny", "11-01 23:00"),
                ("hold-ends", "berlin", "10-29 23:00"),
                ("hold-ends", "ny", "10-29 23:00"),
            ],
        ),
        (
            lambda: {"holds": (hold(review_on=date(2026, 11, 20)),)},
            [("hold-review", "berlin", "11-19 23:00")],
        ),
        (lambda: {"holds": (hold(starts=utc(31, 1, month=12)),)}, []),
        (
            lambda: {"documents": (paper(expires=date(2026, 11, 20)),)},
            [
                ("document-ended", "ny", "11-20 05:00"),
                ("document-ends", "ny", "11-06 05:00"),
                ("document-ends", "ny", "11-17 05:00"),
            ],
        ),
        (lambda: {"documents": (paper(sites=(), cameras=("gone",)),)}, []),
    ],
    ids=["exception", "refused", "no-time", "hold", "review", "not-begun", "paper", "paper-without-end"],
)
def test_each_is_told_when_it_comes_about(
    sites: Sites, more: Callable[[], dict[str, Any]], told: list[tuple[str, str, str]]
) -> None:
    fleet = with_(two_sites(sites), **more())
    assert told == first_told(fleet, utc(25, 0), utc(31, 0, month=12), frozenset({"ex-1"}))


@pytest.mark.parametrize(
    ("site", "pack", "own", "end"),
    [
        ("Asia/Seoul", "America/New_York", "", "2026-11-19T15:00:00"),
        ("America/New_York", "site", "", "2026-11-20T05:00:00"),
        ("UTC", "Asia/Seoul", "", "2026-11-20T00:00:00"),
        ("America/New_York", "site", "Asia/Seoul", "2026-11-19T15:00:00"),
        ("", "Asia/Seoul", "", "2026-11-19T15:00:00"),
        ("", "site", "", "2026-11-20T00:00:00"),
    ],
    ids=["of-the-site", "of-the-site-in-america", "utc", "of-the-paper", "of-the-pack", "of-nothing"],
)
def test_a_paper_is_told_to_have_ended_at_the_moment_from_which_verdicts_count_it_no_more(
    sites: Sites, site: str, pack: str, own: str, end: str
) -> None:
    sites.write("packs/sample/pack.yaml", PACK.replace("timezone: site", f"timezone: {pack}"))
    sites.enrol({"here": site or "UTC"}, {"cam-1": ("here", {"country": "US"})})
    if not site:
        told = yaml.safe_load((sites.folder / "inventory.yaml").read_text(encoding="utf-8"))
        del told["sites"]
        sites.write("inventory.yaml", told)
    fleet = with_(sites.load(), documents=(paper(sites=("here",), timezone=own, expires=date(2026, 11, 20)),))
    moment = datetime.fromisoformat(end).replace(tzinfo=UTC)
    (alert,) = calendar_alerts(fleet, frozenset(), moment)
    assert ("document-ended", moment) == (alert.code, alert.at)
    assert ["document-ends"] == [one.code for one in calendar_alerts(fleet, frozenset(), moment - SECOND)]
    camera = fleet.inventory.cameras["cam-1"]
    seen = assemble_snapshots(fleet.inventory, [camera], {}, now=moment, papers_at=fleet.papers_at, recorders={})
    (read,) = seen["cam-1"].documents
    assert "" == flaw(read, moment - SECOND)
    code, _, told_at = flaw(read, moment).partition(": paper-1 expired on ")
    assert ("document-expired", moment) == (code, datetime.fromisoformat(told_at))


def test_what_ended_long_ago_is_a_record_of_the_past(sites: Sites) -> None:
    fleet = with_(two_sites(sites), grants=(grant(),), documents=(paper(expires=date(2026, 11, 25)),))
    assert [] == list(calendar_alerts(fleet, frozenset({"ex-1"}), utc(25, 12, month=11) + 14 * DAY))


async def test_a_running_agent_tells_each_once_and_needs_no_camera_for_it(sites: Sites) -> None:
    sites.enrol({"berlin": "Europe/Berlin"}, {"ber-1": ("berlin", {"country": "DE", "modality": "visible"})})
    sites.write(
        "holds/hold.yaml",
        {
            "apiVersion": "vmsguard/v1",
            "kind": "Hold",
            "metadata": {"id": "hold-1"},
            "case_reference": "case-1",
            "cameras": ["ber-1"],
            "window": {"from": "2026-10-20T00:00:00Z", "until": "2026-10-26T00:00:00Z"},
            "author": "role:investigator",
            "approver": "role:officer",
            "starts": "2026-10-25T06:00:00Z",
            "ends": "2026-10-27T06:00:00Z",
            "reason": "an incident",
        },
    )
    sites.accept()
    sites.devices["t-ber-1"].offline = True
    async with sites.living():
        await sites.live(utc(28, 0), 2 * HOUR)
    told = [(alert.code, alert.at.astimezone(UTC)) for alert in sites.alerts if alert.code.startswith("hold")]
    assert [("hold-ends", utc(24, 6)), ("hold-ended", utc(27, 6))] == told
