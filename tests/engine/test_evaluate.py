from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from vmsguard.engine.assigned import AssignedRules
from vmsguard.engine.compile import compile_assigned
from vmsguard.engine.wanted import wanted_facts
from vmsguard.errors import PolicyError
from vmsguard.model.fact_catalogue import CORE_FACTS
from vmsguard.model.fact_values import AnalyticsFunction
from vmsguard.model.inventory import Endpoint
from vmsguard.model.pack import AnyOf, Citation, Profile
from vmsguard.model.truth import Truth
from vmsguard.model.vocabulary import Basis, Force, Mode, Qualifier, Role, Severity, Verdict


def of(evaluation, level):
    return [result for result in evaluation.results if result.level == level]


class TestResults:
    def test_one_per_control_and_endpoint_one_per_rule_one_per_camera(self, world, words):
        world.camera("cam-1", *(Endpoint("t-1", name, Role.DEVICE) for name in ("ch1", "ch2")))
        world.assign(words.pack(words.rule(words.require("storage.edge.off")))).recording(False)
        evaluation = world.evaluate()
        expected = [("t-1/ch1", Verdict.PASS), ("t-1/ch2", Verdict.UNKNOWN)]
        assert expected == [(one.endpoint, one.verdict) for one in of(evaluation, "control")]
        assert [Verdict.UNKNOWN] == [one.verdict for one in of(evaluation, "rule")]
        assert [Verdict.UNKNOWN] == [one.verdict for one in of(evaluation, "camera")]

    def test_a_verdict_cites_what_it_rests_on(self, world, words):
        world.assign(words.pack(words.rule(words.require("storage.edge.off")))).recording(False)
        (control,) = of(world.evaluate(), "control")
        told = [(cited.key.name, cited.key.layer, cited.shows, cited.basis) for cited in control.facts]
        expected = [("recording.jobs", layer, "1 listed", "read-back") for layer in ("runtime", "stored")]
        assert expected == told
        assert control.observed_at == world.now

    def test_edge_case_36_the_strongest_force_of_what_is_cited_and_its_clauses(self, world, words):
        """A recommendation is never told as law."""
        cites = (Citation("advice", "R2"), Citation("law", "25(5)"))
        both = words.rule(words.require("storage.edge.off"), cites=cites)
        advice = words.rule(words.require("storage.edge.off"), name="advice", cites=cites[:1])
        world.assign(words.pack(both, advice))
        assert (Force.LAW, "law 25(5); advice R2 [recommendation]") == (world.rule("r").force, world.rule("r").clause)
        assert world.rule("advice").force is Force.RECOMMENDATION

    def test_a_camera_without_an_endpoint_of_a_needed_role_is_unknown(self, world, words):
        world.camera("cam-1", Endpoint("t-1", "ch1", Role.RECORDER))
        world.assign(words.pack(words.rule(words.require("storage.edge.off"))))
        assert (Verdict.UNKNOWN, "no-endpoint-of-role") == (world.rule("r").verdict, world.rule("r").why)

    def test_a_control_that_breaks_is_unknown_and_the_others_stand(self, world, words):
        world.assign(words.pack(words.rule(words.require("storage.edge.off"), words.require("storage.external.off"))))
        world.listed("storage.external").known("recording.jobs", "no list at all")
        controls = {one.control: one for one in of(world.evaluate(), "control")}
        assert "plugin-not-loaded" == controls["storage.edge.off"].why
        assert Verdict.PASS is controls["storage.external.off"].verdict


class TestBasis:
    def test_a_minimum_that_is_not_met_is_unknown(self, world, words):
        required = words.require("storage.edge.off", min_basis=Basis.OBSERVED)
        world.assign(words.pack(words.rule(required))).recording(False)
        assert (Verdict.UNKNOWN, "basis-too-weak") == (world.rule("r").verdict, world.rule("r").why)
        assert world.known("footage.grows", False, basis=Basis.OBSERVED).verdict("r") is Verdict.PASS

    def test_edge_case_21_a_manual_is_too_little_for_a_critical_rule(self, world, words):
        required = words.require("storage.edge.off")
        world.assign(words.pack(words.rule(required, severity=Severity.CRITICAL), words.rule(required, name="low")))
        world.recording(False, basis=Basis.VENDOR_MANIFEST)
        assert (Verdict.UNKNOWN, Verdict.PASS) == (world.verdict("r"), world.verdict("low"))

    def test_absence_by_a_manual_is_too_little_for_a_critical_rule(self, world, words):
        required = words.require("storage.edge.off")
        world.assign(words.pack(words.rule(required, severity=Severity.CRITICAL), words.rule(required, name="low")))
        world.absent("recording.jobs", basis=Basis.VENDOR_MANIFEST)
        assert (Verdict.UNKNOWN, Verdict.NOT_APPLICABLE) == (world.verdict("r"), world.verdict("low"))

    def test_a_rule_minimum_asks_nothing_of_papers(self, world, words):
        required = (words.require("documents.notice"), words.require("storage.edge.off"))
        world.assign(words.pack(words.rule(*required, min_basis=Basis.READ_BACK))).paper("notice")
        assert world.recording(False).verdict("r") is Verdict.PASS

    def test_a_rule_is_known_no_better_than_its_weakest_control(self, world, words):
        world.assign(words.pack(words.rule(words.require("documents.notice"), words.require("storage.edge.off"))))
        assert "attested" == world.paper("notice").recording(False).rule("r").basis


class TestScope:
    def selected(self, words, *tests, **more):
        selector = words.test("modality", "thermal", "bispectral")
        return words.pack(words.rule(words.require("storage.edge.off")), select=selector, **more)

    def test_outside_every_selection_is_one_result_with_its_proof(self, world, words):
        world.camera(modality="visible").assign(self.selected(words)).recording()
        evaluation = world.evaluate()
        (result,) = evaluation.results
        assert (Verdict.NOT_APPLICABLE, "camera") == (result.verdict, result.level)
        assert "modality is visible, not thermal or bispectral" in result.reason
        assert ({"p": Truth.FALSE}, ()) == (evaluation.in_scope, evaluation.demands)

    def test_edge_case_22_an_attribute_nobody_set_keeps_the_camera_in_scope(self, world, words):
        evaluation = world.assign(self.selected(words)).recording().evaluate()
        assert ({"p": Truth.UNKNOWN}, ("modality",)) == (evaluation.in_scope, evaluation.missing_attributes)
        assert world.verdict("r") is Verdict.FAIL
        assert [("attribute-not-set: modality",)] == [demand.blockers for demand in evaluation.demands]

    def test_a_heat_sensor_contradicts_the_tag_that_would_take_it_out(self, world, words):
        world.camera(modality="visible").assign(self.selected(words)).known("thermal.source", True)
        assert {"p": Truth.UNKNOWN} == world.evaluate().in_scope

    def test_a_profile_narrows_the_pack(self, world, words):
        profiles = {
            "wide": Profile(id="wide", select=AnyOf((words.test("space", "public"), words.test("operator", "police")))),
            "none": Profile(id="none", select=words.test("space", "private")),
        }
        world.camera(modality="thermal", space="public")
        world.assign(self.selected(words, profiles=profiles), profile="wide")
        assert {"p": Truth.TRUE} == world.evaluate().in_scope
        world.rules.clear()
        world.assign(self.selected(words, profiles=profiles), profile="none")
        assert {"p": Truth.FALSE} == world.evaluate().in_scope

    def test_a_pack_with_profiles_must_be_told_which(self, words):
        profiles = {"wide": Profile(id="wide", select=words.test("space", "public"))}
        assigned = AssignedRules(
            pack=self.selected(words, profiles=profiles), profile="", mode=Mode.AUDIT, assignment="a"
        )
        with pytest.raises(PolicyError, match="profile"):
            compile_assigned(assigned, {}, CORE_FACTS)

    def test_an_unknown_control_does_not_compile(self, words):
        assigned = AssignedRules(pack=self.selected(words), profile="", mode=Mode.AUDIT, assignment="a")
        with pytest.raises(PolicyError, match="no control"):
            compile_assigned(assigned, {}, CORE_FACTS)

    def test_no_assignment_at_all(self, world):
        (result,) = world.evaluate().results
        assert (Verdict.NOT_APPLICABLE, True) == (result.verdict, result.reason.startswith("no-policy"))

    def test_a_rule_may_select_further(self, world, words):
        narrow = words.rule(words.require("storage.edge.off"), select=words.test("space", "public"))
        assert (
            world.camera(space="private").assign(words.pack(narrow)).recording().verdict("r") is Verdict.NOT_APPLICABLE
        )
        assert world.camera().verdict("r") is Verdict.FAIL


class TestWanted:
    @pytest.mark.parametrize(
        ("control", "looked"),
        [("deletion.daily", True), ("storage.residue.empty", True), ("storage.external.off", False)],
    )
    def test_where_a_rule_may_delete_the_files_are_looked_at(self, world, words, control, looked):
        """A device drops rows and leaves files: its list alone proves no deletion."""
        world.assign(words.pack(words.rule(words.require(control))))
        assert looked is ("footage.files" in wanted_facts(world.rules))


class TestWhen:
    @pytest.fixture
    def gate(self, world, words):
        required = words.require("storage.edge.off")
        return world.assign(words.pack(words.rule(required, when={"analytics.face.verify": True}))).recording()

    def function(self, task, enabled=True):
        return AnalyticsFunction("f1", "rule", "Face", task, enabled)

    def test_a_condition_that_is_met_applies_the_rule(self, gate):
        gate.listed("analytics.functions", self.function("face-verification"))
        assert gate.verdict("r") is Verdict.FAIL
        assert [()] == [demand.blockers for demand in gate.evaluate().demands]

    def test_the_inventory_may_say_so(self, gate):
        assert gate.camera(face_use="verify-1to1").listed("analytics.functions").verdict("r") is Verdict.FAIL

    @pytest.mark.parametrize("enabled", [False, True])
    def test_a_condition_that_is_not_met_does_not(self, gate, enabled):
        task = "other" if enabled else "face-verification"
        assert gate.listed("analytics.functions", self.function(task, enabled)).verdict("r") is Verdict.NOT_APPLICABLE

    def test_an_unknown_condition_applies_the_rule_and_stops_writes(self, gate):
        """Judged, and not said to fail: nobody knows whether it applies."""
        assert gate.verdict("r") is Verdict.UNKNOWN
        assert gate.rule("r").reason.startswith("when-unknown: analytics.face.verify; where it applies: offender:")
        assert [("when-unknown: analytics.face.verify",)] == [demand.blockers for demand in gate.evaluate().demands]

    def test_derived_facts_are_read_by_what_they_are_derived_from(self, gate):
        assert "analytics.functions" in wanted_facts(gate.rules)
        assert "analytics.face.verify" not in wanted_facts(gate.rules)

    @pytest.mark.parametrize(
        ("task", "stated", "expected"),
        [
            ("face-identification", "none", Verdict.FAIL),
            ("face-verification", "none", Verdict.FAIL),
            ("face-detection", "detection", Verdict.NOT_APPLICABLE),
            ("other", "verify-1to1", Verdict.FAIL),
            ("other", "identify-1ton", Verdict.FAIL),
            ("unclassified", "none", Verdict.UNKNOWN),
        ],
    )
    def test_recognition_is_comparing_with_one_or_with_many(self, world, words, task, stated, expected):
        rule = words.rule(words.require("storage.edge.off"), when={"analytics.face.recognise": True})
        world.assign(words.pack(rule)).recording().camera("cam-1", face_use=stated)
        assert expected is world.listed("analytics.functions", self.function(task)).verdict("r")

    def test_for_critical_rules_a_no_needs_a_read_back(self, world, words):
        required = words.require("storage.edge.off")
        when = {"analytics.face.verify": True}
        world.assign(words.pack(words.rule(required, when=when, severity=Severity.CRITICAL))).recording()
        world.listed("analytics.functions", basis=Basis.VENDOR_MANIFEST)
        assert world.verdict("r") is Verdict.UNKNOWN

    def test_a_plain_fact_may_be_asked_too(self, world, words):
        required = words.require("storage.edge.off")
        world.assign(words.pack(words.rule(required, when={"thermal.source": True}))).recording()
        assert world.known("thermal.source", False).verdict("r") is Verdict.NOT_APPLICABLE
        assert world.known("thermal.source", True).verdict("r") is Verdict.FAIL


class TestInterval:
    def test_edge_case_8_an_exception_is_valid_from_its_start_to_before_its_end(self, world, words):
        world.assign(words.thermal()).recording().footage().listed("recording.retention")
        world.grant().paper("consent", details={"consent_kind": "individual-prior"}).known("storage.encrypted", True)
        grant = replace(world.grants[0], starts=world.now, expires=world.now + timedelta(hours=1))
        for at, verdict in ((0, Verdict.PASS), (3599, Verdict.PASS), (3600, Verdict.FAIL), (-1, Verdict.FAIL)):
            world.grants = [
                replace(
                    grant, starts=world.now - timedelta(seconds=at), expires=world.now + timedelta(seconds=3600 - at)
                )
            ]
            assert verdict is world.verdict()

    def test_a_camera_passes_by_the_weakest_qualifier_of_its_rules(self, world, words):
        world.assign(words.thermal()).recording().footage(words.now).refused().stores("footage")
        world.deleted(words.now - words.hour).assign(words.pack(words.rule(words.require("documents.notice"))))
        world.paper("notice")
        (camera,) = of(world.evaluate(), "camera")
        assert (Verdict.PASS, Qualifier.FALLBACK) == (camera.verdict, camera.qualifier)
