"""The period on top of the page."""

from __future__ import annotations

import re
from datetime import timedelta

from msgspec.structs import replace

from vmsguard.report.model import Report
from vmsguard.report.page.html import render


def period_of(report: Report) -> list[str]:
    told = re.search(r'<p class="period">(.*?)</p>', render(report), re.DOTALL)
    assert told is not None
    return re.findall(r"<time[^>]*>([^<]*)</time>", told[1])


def test_a_period_within_a_day_is_told_by_its_times(sample_report: Report) -> None:
    end = sample_report.made_at.replace(hour=12, minute=30)
    told = period_of(replace(sample_report, period_from=end - timedelta(hours=2), period_to=end))

    assert ["10:30", "12:30"] == [text[-5:] for text in told]


def test_a_longer_period_is_told_by_its_days(sample_report: Report) -> None:
    end = sample_report.made_at
    told = period_of(replace(sample_report, period_from=end - timedelta(days=2), period_to=end))

    assert 2 == len(told)
    assert not any(":" in text for text in told)
