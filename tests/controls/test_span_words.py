"""How verdicts name lengths of time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from vmsguard.controls.span_words import span_in_words
from vmsguard.model.span import Span


@pytest.mark.parametrize(
    ("span", "told"),
    [
        (Span(exact=timedelta(hours=1)), "1 hour"),
        (Span(exact=timedelta(hours=24)), "24 hours"),
        (Span(exact=timedelta(hours=72)), "72 hours"),
        (Span(exact=timedelta(hours=100)), "100 hours"),
        (Span(exact=timedelta(minutes=90)), "1.5 hours"),
        (Span(exact=timedelta(days=4)), "4 days"),
        (Span(exact=timedelta(days=30)), "30 days"),
        (Span(months=18), "1 year 6 months"),
    ],
)
def test_a_length_is_told_as_texts_count_it(span: Span, told: str) -> None:
    assert told == span_in_words(span)
