from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from vmsguard.model.inventory import Attribute, Camera
from vmsguard.model.pack import AllOf, Document, ExceptionGrant, ExceptionType, Pack, Rule
from vmsguard.model.span import Span
from vmsguard.model.vocabulary import Severity
from vmsguard.policy.exceptions import Denied, Granted, decide

NOW = datetime(2026, 12, 2, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)

TYPE = ExceptionType(
    id="public-interest",
    lifts=("analytics.face.identify.off",),
    requires=("legal_basis", "approver", "public_interest", "starts", "expires", "impact_assessment"),
    max_duration=Span(exact=timedelta(days=90)),
    assessment_kind="human-rights",
)
RULE = Rule(id="no-identification", title="", severity=Severity.CRITICAL, cites=(), require=())
PACK = Pack(
    id="moratorium",
    version="1.0.0",
    title="",
    timezone="Asia/Seoul",
    reviewed_on=date(2026, 1, 1),
    reviewed_next=date(2027, 1, 1),
    sources={},
    select=AllOf(),
    rules=(RULE,),
)
CAMERA = Camera(id="cam-1", site="hq", attributes={"operator": Attribute("public-institution")})
PAPER = Document(
    id="d-1",
    kind="impact-assessment",
    sha256="0f" * 32,
    dated=date(2026, 11, 20),
    details={
        "assessment_kind": "human-rights",
        "independent": True,
        "assessor": "an institute",
        "completed_on": date(2026, 11, 20),
    },
)
GRANT = ExceptionGrant(
    id="ex-1",
    pack="moratorium",
    rule="no-identification",
    type="public-interest",
    cameras=("cam-1",),
    author="role:station-security",
    approver="role:privacy-officer",
    starts=NOW - DAY,
    expires=NOW + DAY,
    legal_basis="an act, article 9",
    public_interest="one named missing child",
    impact_assessment="d-1",
)


def codes(*, grant=GRANT, kind=TYPE, documents=(PAPER,), now=NOW, used=None, camera=CAMERA, others=()):
    decided = decide(grant, kind, PACK, RULE, camera, documents, now, used, others=others)
    if isinstance(decided, Granted):
        assert decided.grant is grant
        return []
    assert isinstance(decided, Denied)
    return [reason.partition(":")[0] for reason in decided.reasons]


def test_complete_approved_in_scope_in_time_and_assessed():
    assert [] == codes()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"approver": "Role:Station-Security "}, "exception-self-approved"),
        ({"author": ""}, "exception-self-approved"),
        ({"cameras": ("cam-2",)}, "exception-scope"),
        ({"pack": "another"}, "exception-elsewhere"),
        ({"rule": "another"}, "exception-elsewhere"),
        ({"legal_basis": ""}, "exception-incomplete"),
        ({"public_interest": ""}, "exception-incomplete"),
        ({"expires": NOW + 90 * DAY}, "exception-too-long"),
        ({"starts": datetime(2026, 12, 1)}, "exception-time"),  # noqa: DTZ001
        ({"expires": NOW - 2 * DAY}, "exception-time"),
        ({"impact_assessment": "d-9"}, "assessment-missing"),
        ({"starts": datetime(2026, 11, 19, tzinfo=UTC)}, "assessment-late"),
    ],
)
def test_one_flaw_is_enough(change, code):
    """Edge case 31."""
    assert code in codes(grant=replace(GRANT, **change))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "notice"}, "assessment-kind"),
        ({"details": {**PAPER.details, "assessment_kind": "dpia"}}, "assessment-kind"),
        ({"details": {**PAPER.details, "independent": False}}, "assessor-not-independent"),
        ({"details": {**PAPER.details, "assessor": "Public-Institution"}}, "assessor-not-independent"),
        ({"details": {**PAPER.details, "assessor": "vendor"}}, "assessor-not-independent"),
        ({"sites": ("elsewhere",)}, "assessment-scope"),
        ({"sha256": "0f"}, "document-hash"),
        ({"expires": date(2026, 12, 2)}, "document-expired"),
    ],
)
def test_the_assessment_must_be_sound(change, code):
    """Edge case 31."""
    assert [code] == codes(documents=(replace(PAPER, **change),))


REGISTER = Document(id="register-7", kind="consent", sha256="0e" * 32, dated=date(2026, 11, 30))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, ""),
        ({"id": "register-6"}, "consent-missing"),
        ({"kind": "notice"}, "consent-kind"),
        ({"cameras": ("cam-2",)}, "consent-scope"),
        ({"sites": ("elsewhere",)}, "consent-scope"),
        ({"sha256": "0e"}, "document-hash"),
        ({"expires": date(2026, 12, 2)}, "document-expired"),
        # The exception starts on 1 December at 06:00 UTC, at 15:00 in Seoul.
        ({"dated": date(2026, 12, 1)}, ""),
        ({"dated": date(2026, 12, 2)}, "consent-late"),
        ({"dated": date(2026, 12, 1), "timezone": "America/New_York"}, ""),
        ({"dated": date(2026, 12, 3), "timezone": "Asia/Seoul"}, "document-not-yet"),
    ],
)
def test_a_consent_counts_with_its_document_given_before_the_exception_began(change, code):
    grant = replace(GRANT, consent_record="register-7")
    found = codes(grant=grant, documents=(PAPER, replace(REGISTER, **change)))
    assert code in found if code else [] == found


def test_who_rests_on_consent_names_the_document_of_it():
    resting = replace(GRANT, legal_basis_kind="consent")
    assert ["consent-missing"] == codes(grant=resting, documents=(PAPER, REGISTER))
    assert ["consent-missing"] == codes(grant=replace(resting, consent_record="register-7"))
    assert [] == codes(grant=replace(resting, consent_record="register-7"), documents=(PAPER, REGISTER))


def test_an_assessment_after_use_began_cures_nothing():
    assert [] == codes(used=datetime(2026, 11, 21, tzinfo=UTC))
    assert ["assessment-late"] == codes(used=datetime(2026, 11, 20, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (GRANT.starts, []),
        (GRANT.starts - timedelta(seconds=1), ["exception-not-started"]),
        (GRANT.expires - timedelta(seconds=1), []),
        (GRANT.expires, ["exception-expired"]),
    ],
)
def test_the_interval_is_half_open(now, code):
    """Edge case 8."""
    assert code == codes(now=now)


def test_a_requirement_no_exception_can_state_denies():
    assert ["exception-incomplete"] == codes(kind=replace(TYPE, requires=("a-seal",)))


def test_every_reason_is_told():
    flawed = replace(GRANT, approver="", legal_basis="", expires=NOW - timedelta(hours=1))
    assert 3 <= len(codes(grant=flawed))


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("expires", "last", "first"),
    [
        # On 25 October 2026 02:30 comes twice in Berlin; the offset says which one is meant.
        (
            "2026-10-25T02:30:00+02:00",
            datetime(2026, 10, 25, 2, 29, 59, tzinfo=BERLIN),
            datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN),
        ),
        (
            "2026-10-25T02:30:00+01:00",
            datetime(2026, 10, 25, 2, 29, 59, fold=1, tzinfo=BERLIN),
            datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=BERLIN),
        ),
        # On 29 March 2026 02:30 does not exist there: after 01:59:59 comes 03:00:00.
        (
            "2026-03-29T03:00:00+02:00",
            datetime(2026, 3, 29, 1, 59, 59, tzinfo=BERLIN),
            datetime(2026, 3, 29, 3, 0, tzinfo=BERLIN),
        ),
    ],
)
def test_edge_case_8_an_expired_exception_closes_at_its_second_in_its_zone(expires, last, first):
    end = datetime.fromisoformat(expires)
    grant = replace(GRANT, starts=end - 2 * DAY, expires=end)
    paper = replace(PAPER, dated=date(2026, 1, 1), details={**PAPER.details, "completed_on": date(2026, 1, 1)})
    assert timedelta(seconds=1) == first.astimezone(UTC) - last.astimezone(UTC)
    assert [] == codes(grant=grant, documents=(paper,), now=last.astimezone(UTC))
    assert ["exception-expired"] == codes(grant=grant, documents=(paper,), now=first.astimezone(UTC))


def test_the_offset_in_which_a_start_is_written_makes_no_assessment_early() -> None:
    late = replace(PAPER, dated=date(2026, 12, 1), details={**PAPER.details, "completed_on": date(2026, 12, 1)})
    starts = datetime(2026, 11, 30, 14, 30, tzinfo=UTC)  # 23:30 on 30 November in Seoul, 1 December in Kiribati
    for zone in ("UTC", "Asia/Seoul", "Pacific/Kiritimati"):
        grant = replace(GRANT, starts=starts.astimezone(ZoneInfo(zone)))
        decided = decide(grant, TYPE, PACK, RULE, CAMERA, [late], NOW, None, others=[])
        assert isinstance(decided, Denied)
        assert ["assessment-late"] == [reason.partition(":")[0] for reason in decided.reasons]


@pytest.mark.parametrize(
    "assessor", ["", "Acme Cameras", "ACME-cameras", "role:station-security", "public institution"]
)
def test_an_assessor_who_is_a_party_or_nobody_is_not_independent(assessor: str) -> None:
    camera = replace(CAMERA, attributes={**CAMERA.attributes, "vendor": Attribute("Acme Cameras")})
    paper = replace(PAPER, details={**PAPER.details, "assessor": assessor})
    decided = decide(GRANT, TYPE, PACK, RULE, camera, [paper], NOW, None, others=[])
    assert isinstance(decided, Denied)
    assert ["assessor-not-independent"] == [reason.partition(":")[0] for reason in decided.reasons]
