from __future__ import annotations

from datetime import date

from vmsguard.model.pack import Citation, Source
from vmsguard.model.vocabulary import Force
from vmsguard.policy.in_force import standing_on, turning_days

LAW, ADVICE, NEXT = Citation("law", "5"), Citation("advice", "R2"), Citation("next", "7")


def source(name: str, force: Force, since: date, until: date | None = None) -> Source:
    return Source(id=name, title=name, force=force, since=since, until=until)


SOURCES = {
    "advice": source("advice", Force.RECOMMENDATION, date(2020, 1, 1)),
    "law": source("law", Force.LAW, date(2024, 1, 1), date(2026, 7, 1)),
    "next": source("next", Force.LAW, date(2027, 5, 14)),
}


def test_the_clauses_of_the_day_and_the_strongest_of_their_forces():
    """Edge case 7: a past date has the clauses of that date."""
    cites = (ADVICE, LAW, NEXT)
    told = {
        day: (found.cites, found.force, found.reason)
        for day in (date(2023, 6, 1), date(2025, 6, 1), date(2026, 8, 1), date(2028, 1, 1))
        if (found := standing_on(day, cites, SOURCES))
    }
    assert told == {
        date(2023, 6, 1): ((ADVICE,), Force.RECOMMENDATION, ""),
        date(2025, 6, 1): ((ADVICE, LAW), Force.LAW, ""),
        date(2026, 8, 1): ((ADVICE,), Force.RECOMMENDATION, ""),
        date(2028, 1, 1): ((ADVICE, NEXT), Force.LAW, ""),
    }


def test_a_text_holds_from_its_first_day_until_the_day_before_it_ends():
    """Edge case 8: half-open."""
    days = (date(2023, 12, 31), date(2024, 1, 1), date(2026, 6, 30), date(2026, 7, 1))
    expected = [
        "upcoming: in force from 2024-01-01",
        "",
        "",
        "lapsed: not in force since 2026-07-01",
    ]
    assert expected == [standing_on(day, (LAW,), SOURCES).reason for day in days]


def test_between_a_law_that_ended_and_one_to_come_the_rule_is_upcoming():
    found = standing_on(date(2026, 8, 1), (LAW, NEXT), SOURCES)
    assert (found.cites, found.starts, found.binds) == ((NEXT,), date(2027, 5, 14), False)
    assert found.force is Force.LAW


def test_a_citation_of_a_text_nobody_names_never_drops_a_rule():
    found = standing_on(date(2000, 1, 1), (LAW, Citation("typo", "1")), SOURCES)
    assert (found.cites, found.force, found.binds) == ((Citation("typo", "1"),), None, True)


def test_the_days_on_which_something_begins_or_ends():
    expected = {date(2020, 1, 1), date(2024, 1, 1), date(2026, 7, 1)}
    assert expected == turning_days((ADVICE, LAW), SOURCES)
