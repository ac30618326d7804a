from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from msgspec.structs import replace

from vmsguard.model.inventory import Camera
from vmsguard.model.pack import AllOf, Document, ExceptionGrant, ExceptionType, Pack, Rule
from vmsguard.model.span import Span
from vmsguard.model.vocabulary import Severity
from vmsguard.policy.exceptions import Denied, decide

START = datetime(2026, 12, 1, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)

URGENT = ExceptionType(
    id="art5-urgent",
    lifts=("analytics.face.identify.off",),
    requires=("objective", "approver", "starts"),
    max_duration=Span(exact=timedelta(days=5)),
    on_expiry="stop-and-purge",
    on_rejected="stop-and-purge",
    objectives=("victim-or-missing-person", "imminent-threat"),
    request_by=timedelta(hours=24),
    max_pending=timedelta(hours=72),
    renewable=False,
)
AUTHORISED = replace(
    URGENT, id="art5-authorised", requires=("authorisation",), request_by=None, max_pending=None, renewable=True
)
RULE = Rule(id="live-rbi", title="", severity=Severity.CRITICAL, cites=(), require=())
PACK = Pack(
    id="act",
    version="1.0.0",
    title="",
    timezone="Europe/Brussels",
    reviewed_on=date(2026, 1, 1),
    reviewed_next=date(2027, 1, 1),
    sources={},
    select=AllOf(),
    rules=(RULE,),
)
CAMERA = Camera(id="cam-1", site="hq")
GRANT = ExceptionGrant(
    id="ex-1",
    pack="act",
    rule="live-rbi",
    type="art5-urgent",
    cameras=("cam-1",),
    author="role:duty-officer",
    approver="role:head-of-service",
    starts=START,
    expires=START + 5 * 24 * HOUR,
    objective="imminent-threat",
)
REQUESTED = replace(GRANT, authorisation="order-1")


def paper(state=None, *, requested=None, decided=None, **changes):
    details = {"state": state, "requested_at": requested, "decided_at": decided}
    told = {key: value for key, value in details.items() if value is not None}
    document = Document(id="order-1", kind="authorisation", sha256="0f" * 32, dated=date(2026, 12, 1), details=told)
    return replace(document, **changes)


def codes(now, *, grant=GRANT, kind=URGENT, documents=(), others=()):
    decided = decide(grant, kind, PACK, RULE, CAMERA, documents, now, None, others=others)
    return [reason.partition(":")[0] for reason in decided.reasons] if isinstance(decided, Denied) else []


def test_an_urgent_use_stands_without_a_request_until_the_time_to_ask_is_over():
    assert [] == codes(START)
    assert [] == codes(START + 24 * HOUR - SECOND)
    assert ["authorisation-not-requested"] == codes(START + 24 * HOUR)


def test_a_request_in_time_keeps_it_standing_while_it_may_stay_undecided():
    request = paper("requested", requested=START + 2 * HOUR)
    assert [] == codes(START + 24 * HOUR, grant=REQUESTED, documents=(request,))
    assert [] == codes(START + 74 * HOUR - SECOND, grant=REQUESTED, documents=(request,))
    assert ["authorisation-pending-too-long"] == codes(START + 74 * HOUR, grant=REQUESTED, documents=(request,))


def test_a_request_at_the_last_moment_is_in_time_and_one_after_it_never_is():
    limit = START + 24 * HOUR
    assert [] == codes(limit + HOUR, grant=REQUESTED, documents=(paper("requested", requested=limit),))
    late = paper("requested", requested=limit + SECOND)
    assert ["authorisation-late"] == codes(limit + HOUR, grant=REQUESTED, documents=(late,))
    cured = paper("granted", requested=limit + SECOND, decided=limit + HOUR)
    assert ["authorisation-late"] == codes(limit + 2 * HOUR, grant=REQUESTED, documents=(cured,))


def test_a_decision_before_the_limit_shows_that_it_was_asked_for_in_time():
    assert [] == codes(START + 30 * HOUR, grant=REQUESTED, documents=(paper("granted", decided=START + 3 * HOUR),))


@pytest.mark.parametrize("told", [paper("requested"), paper("granted"), paper("requested", requested="2026-12-01")])
def test_a_paper_that_does_not_say_when_it_was_requested_proves_no_request_in_time(told):
    assert ["authorisation-undated"] == codes(START + HOUR, grant=REQUESTED, documents=(told,))


def test_a_refusal_ends_it_at_once_and_not_before():
    refused = paper("refused", requested=START + HOUR, decided=START + 5 * HOUR)
    assert [] == codes(START + 5 * HOUR - SECOND, grant=REQUESTED, documents=(refused,))
    assert ["authorisation-refused"] == codes(START + 5 * HOUR, grant=REQUESTED, documents=(refused,))


def test_a_refusal_counts_whatever_its_paper_lacks():
    refused = paper("refused", sha256="0f", kind="letter", sites=("elsewhere",))
    assert ["authorisation-refused"] == codes(START, grant=REQUESTED, documents=(refused,))


def test_a_granted_order_ends_the_waiting():
    granted = paper("granted", requested=START + HOUR, decided=START + 90 * HOUR)
    assert ["authorisation-pending-too-long"] == codes(START + 80 * HOUR, grant=REQUESTED, documents=(granted,))
    assert [] == codes(START + 90 * HOUR, grant=REQUESTED, documents=(granted,))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "notice"}, "authorisation-kind"),
        ({"sites": ("elsewhere",)}, "authorisation-scope"),
        ({"sha256": "0f"}, "document-hash"),
        ({"expires": date(2026, 12, 1)}, "document-expired"),
        ({"dated": date(2026, 12, 3)}, "document-not-yet"),
    ],
)
def test_the_order_must_be_sound(change, code):
    order = paper("granted", decided=START, **change)
    assert [code] == codes(START + HOUR, grant=REQUESTED, documents=(order,))


def test_a_request_counts_from_its_instant_where_its_day_began_earlier_than_ours():
    seoul = timezone(timedelta(hours=9))
    asked = datetime(2026, 12, 2, 3, 0, tzinfo=seoul)
    now = asked.astimezone(UTC)
    assert date(2026, 12, 1) == now.date()
    request = paper("requested", requested=asked, dated=date(2026, 12, 2))
    assert [] == codes(now, grant=REQUESTED, documents=(request,))
    assert ["document-not-yet"] == codes(now - SECOND, grant=REQUESTED, documents=(request,))


def test_a_named_paper_that_is_not_there_denies():
    assert ["authorisation-missing"] == codes(START, grant=REQUESTED)


def test_without_time_to_ask_an_order_must_be_granted():
    grant = replace(REQUESTED, type="art5-authorised")
    assert [] == codes(START, grant=grant, kind=AUTHORISED, documents=(paper(),))
    request = paper("requested", requested=START)
    assert ["authorisation-pending"] == codes(START, grant=grant, kind=AUTHORISED, documents=(request,))
    assert ["exception-incomplete"] == codes(START, grant=replace(grant, authorisation=""), kind=AUTHORISED)


@pytest.mark.parametrize("objective", ["", "crowd-control"])
def test_an_aim_the_type_does_not_know_denies(objective):
    found = codes(START, grant=replace(GRANT, objective=objective))
    assert "exception-objective" in found


def test_what_follows_too_closely_renews_it_whatever_it_calls_itself():
    longest = timedelta(days=5)
    starts = GRANT.expires + longest - SECOND
    next_one = replace(GRANT, id="ex-2", starts=starts, expires=starts + HOUR)
    assert ["exception-not-renewable"] == codes(next_one.starts, grant=next_one, others=(GRANT, next_one))
    far = replace(next_one, starts=starts + SECOND)
    assert [] == codes(far.starts, grant=far, others=(GRANT, far))


def test_what_says_that_it_renews_is_refused_however_far_it_is():
    renewed = replace(GRANT, id="ex-2", renews="ex-0")
    assert ["exception-not-renewable"] == codes(START, grant=renewed)
    assert [] == codes(START, grant=renewed, kind=replace(URGENT, renewable=True))


@pytest.mark.parametrize("change", [{"cameras": ("cam-2",)}, {"rule": "another"}, {"type": "another"}])
def test_an_exception_elsewhere_is_not_renewed(change):
    other = replace(GRANT, id="ex-0", starts=START - 24 * HOUR, expires=START, **change)
    assert [] == codes(START, others=(other, GRANT))


def test_of_two_that_start_together_one_stands():
    twin = replace(GRANT, id="ex-2")
    found = [codes(START, grant=grant, others=(GRANT, twin)) for grant in (GRANT, twin)]
    assert [[], ["exception-not-renewable"]] == found
