from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from vmsguard.model.pack import ExceptionGrant
from vmsguard.model.vocabulary import Basis, Verdict, Why

ASSESSMENT = {"kind": "human-rights", "independent": True, "before_use": True}
SOUND = {"assessment_kind": "human-rights", "independent": True, "completed_on": date(2026, 10, 1)}


@pytest.mark.parametrize(
    ("control", "kind"),
    [
        ("documents.access_log", "access-log"),
        ("documents.authority_notified", "authority-notified"),
        ("documents.consultation", "consultation"),
        ("documents.gallery_provenance", "gallery-provenance"),
        ("documents.notice", "notice"),
        ("documents.operating_policy", "operating-policy"),
        ("documents.processor_contract", "processor-contract"),
        ("documents.purpose_registered", "purpose"),
        ("documents.registration", "registration"),
        ("documents.subject_request_process", "subject-request-process"),
        ("documents.legal_basis", "legal-basis"),
    ],
)
def test_a_paper_passes_as_attested_and_a_missing_one_is_unknown(scene, control, kind):
    assert (Verdict.UNKNOWN, Why.NO_DOCUMENT) == (scene.judge(control).verdict, scene.judge(control).why)
    outcome = scene.paper(kind).judge(control)
    assert (Verdict.PASS, Basis.ATTESTED) == (outcome.verdict, outcome.basis)


@pytest.mark.parametrize(
    "flaw",
    [
        {"expires": date(2026, 11, 22)},
        {"dated": date(2026, 11, 23)},
        {"sha256": "not a hash"},
        {"sites": ("hq",), "cameras": ("cam-2",)},
    ],
)
def test_a_bad_paper_is_a_failure(scene, flaw):
    assert scene.paper("notice", **flaw).judge("documents.notice").verdict is Verdict.FAIL


def test_a_paper_is_good_to_the_day_before_it_expires(scene):
    """Edge case 8: half-open."""
    assert scene.paper("notice", expires=date(2026, 11, 23)).judge("documents.notice").verdict is Verdict.PASS


def test_one_good_paper_is_enough(scene):
    scene.paper("notice", expires=date(2026, 1, 1)).paper("notice")
    assert scene.judge("documents.notice").verdict is Verdict.PASS


def test_papers_of_another_site_say_nothing_here(scene):
    assert scene.paper("notice", sites=("elsewhere",)).judge("documents.notice").why is Why.NO_DOCUMENT


def test_consent_is_of_a_kind(scene):
    scene.paper("consent", details={"consent_kind": "guardian"})
    assert scene.judge("documents.consent", kind="individual-prior").verdict is Verdict.UNKNOWN
    assert scene.judge("documents.consent", kind="guardian").verdict is Verdict.PASS


class TestImpactAssessment:
    def judge(self, scene, **details):
        scene.paper("impact-assessment", details=SOUND | details)
        return scene.judge("documents.impact_assessment", **ASSESSMENT)

    def test_sound(self, scene):
        assert self.judge(scene).verdict is Verdict.PASS

    def test_not_independent(self, scene):
        assert self.judge(scene, independent=False).verdict is Verdict.FAIL

    def test_of_another_kind(self, scene):
        assert self.judge(scene, assessment_kind="dpia").verdict is Verdict.UNKNOWN

    def test_completed_before_the_first_observed_use(self, scene):
        scene.first_seen_use = datetime(2026, 10, 2, tzinfo=UTC)
        assert self.judge(scene).verdict is Verdict.PASS

    def test_a_late_one_never_cures_the_time_before(self, scene):
        """Edge case 31."""
        scene.first_seen_use = datetime(2026, 9, 1, tzinfo=UTC)
        outcome = self.judge(scene)
        assert outcome.verdict is Verdict.FAIL
        assert outcome.reason.startswith("assessment-late:")

    def test_of_the_same_day_nobody_can_tell(self, scene):
        scene.first_seen_use = datetime(2026, 10, 1, 9, tzinfo=UTC)
        assert self.judge(scene).verdict is Verdict.UNKNOWN


def test_an_exception_cites_its_own_legal_basis(scene, now):
    grant = ExceptionGrant(
        id="e1",
        pack="p",
        rule="r",
        type="t",
        cameras=("cam-1",),
        author="a",
        approver="b",
        starts=now,
        expires=now + timedelta(days=1),
        legal_basis="an act, article 9",
        legal_basis_kind="act-of-parliament",
    )
    control = "documents.legal_basis"
    assert scene.judge(control, exception=grant, kind="act-of-parliament").verdict is Verdict.PASS
    assert scene.judge(control, exception=grant, kind="court-order").verdict is Verdict.UNKNOWN
