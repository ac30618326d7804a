from __future__ import annotations

import pytest

from vmsguard.model.changes import Change
from vmsguard.model.fact_values import ExternalDestination, RecorderMatch, RecordingJob
from vmsguard.model.facts import CAMERA_TARGET
from vmsguard.model.inventory import Endpoint
from vmsguard.model.vocabulary import WHOLE, Basis, Layer, Role, Verdict, Why

ON = RecordingJob("j1", True)
OFF = RecordingJob("j1", False)


class TestEdgeOff:
    def test_idle_in_both_layers_passes_by_read_back(self, scene):
        outcome = scene.listed("recording.jobs", OFF).judge("storage.edge.off")
        assert (Verdict.PASS, Basis.READ_BACK) == (outcome.verdict, outcome.basis)

    def test_an_active_job_fails_and_is_stopped_by_its_id(self, scene):
        scene.listed("recording.jobs", ON, RecordingJob("j2", False))
        outcome = scene.judge("storage.edge.off")
        assert (Verdict.FAIL, ("j1",)) == (outcome.verdict, outcome.offenders)
        assert [Change("recording.stop", "t-1", "ch1", {"job": "j1"})] == scene.changes("storage.edge.off")

    def test_off_now_and_on_after_a_restart_is_a_failure(self, scene):
        scene.listed("recording.jobs", OFF, layer=Layer.RUNTIME).listed("recording.jobs", ON, layer=Layer.STORED)
        assert scene.judge("storage.edge.off").verdict is Verdict.FAIL

    def test_one_layer_unread_is_unknown(self, scene):
        outcome = scene.listed("recording.jobs", OFF, layer=Layer.RUNTIME).judge("storage.edge.off")
        assert (Verdict.UNKNOWN, Why.NO_DRIVER_FACT) == (outcome.verdict, outcome.why)

    def test_an_offender_on_an_incomplete_list_is_a_failure(self, scene):
        scene.listed("recording.jobs", ON, complete=False, missing="jobs of other users")
        outcome = scene.judge("storage.edge.off")
        assert outcome.verdict is Verdict.FAIL
        assert "jobs of other users" in outcome.left

    def test_no_offender_on_an_incomplete_list_is_unknown_and_says_what_is_missing(self, scene):
        scene.listed("recording.jobs", OFF, complete=False, missing="jobs of other users")
        outcome = scene.judge("storage.edge.off")
        assert (Verdict.UNKNOWN, Why.INCOMPLETE, ("jobs of other users",)) == (
            outcome.verdict,
            outcome.why,
            outcome.left,
        )

    def test_a_job_that_does_not_say_is_unknown(self, scene):
        assert (
            scene.listed("recording.jobs", RecordingJob("j1", None)).judge("storage.edge.off").verdict
            is Verdict.UNKNOWN
        )

    def test_proven_absence_is_not_applicable(self, scene):
        outcome = scene.absent("recording.jobs").judge("storage.edge.off")
        assert (Verdict.NOT_APPLICABLE, Basis.READ_BACK) == (outcome.verdict, outcome.basis)

    def test_absence_told_by_a_target_that_answers_anything_is_unknown(self, scene):
        scene.identity = type(scene.identity)(fabricates=True)
        outcome = scene.absent("recording.jobs").judge("storage.edge.off")
        assert (Verdict.UNKNOWN, Why.FABRICATED) == (outcome.verdict, outcome.why)

    def test_an_empty_list_of_a_target_that_answers_anything_is_unknown(self, scene):
        scene.identity = type(scene.identity)(fabricates=True)
        assert scene.listed("recording.jobs").judge("storage.edge.off").why is Why.FABRICATED

    def test_edge_case_19_growing_files_outrank_what_the_device_says(self, scene):
        scene.listed("recording.jobs", OFF).known("footage.grows", True, basis=Basis.OBSERVED)
        outcome = scene.judge("storage.edge.off")
        assert (Verdict.FAIL, Why.CONTRADICTED) == (outcome.verdict, outcome.why)

    def test_edge_case_19_growing_files_outrank_a_service_that_says_it_is_not_there(self, scene):
        scene.absent("recording.jobs").known("footage.grows", True, basis=Basis.OBSERVED)
        assert scene.judge("storage.edge.off").verdict is Verdict.FAIL

    def test_growing_files_fail_where_nobody_could_read_the_settings(self, scene):
        scene.unknown("recording.jobs").known("footage.grows", True, basis=Basis.OBSERVED)
        outcome = scene.judge("storage.edge.off")
        assert outcome.verdict is Verdict.FAIL
        assert outcome.reason.startswith("seen-on:")

    @pytest.mark.parametrize(
        "told",
        [
            lambda scene: scene.listed("recording.jobs", complete=False, missing="the rest"),
            lambda scene: scene.listed("recording.jobs", RecordingJob("j1", None)),
            lambda scene: scene.listed("recording.jobs", OFF).unknown("recording.jobs", layer=Layer.STORED),
        ],
    )
    def test_a_target_that_did_not_say_off_is_not_said_to_contradict_what_was_seen(self, scene, told):
        outcome = told(scene.known("footage.grows", True, basis=Basis.OBSERVED)).judge("storage.edge.off")
        assert (Verdict.FAIL, Basis.OBSERVED) == (outcome.verdict, outcome.basis)
        assert outcome.reason == "seen-on: files of the channel are still being written"

    def test_lists_of_a_target_that_answers_anything_contradict_nobody(self, scene):
        scene.identity = type(scene.identity)(fabricates=True)
        scene.listed("recording.jobs").known("footage.grows", True, basis=Basis.OBSERVED)
        assert scene.judge("storage.edge.off").reason.startswith("seen-on:")

    def test_a_target_that_has_no_jobs_and_is_seen_to_write_is_contradicted_in_those_words(self, scene):
        scene.absent("recording.jobs").known("footage.grows", True, basis=Basis.OBSERVED)
        assert scene.judge("storage.edge.off").reason.endswith("while the target has none")

    def test_files_that_stand_still_make_the_pass_observed(self, scene):
        scene.listed("recording.jobs", OFF).known("footage.grows", False, basis=Basis.OBSERVED)
        outcome = scene.judge("storage.edge.off")
        assert (Verdict.PASS, Basis.OBSERVED) == (outcome.verdict, outcome.basis)

    def test_standing_still_stands_in_for_the_runtime_layer(self, scene):
        scene.listed("recording.jobs", OFF, layer=Layer.STORED).unknown("recording.jobs", layer=Layer.RUNTIME)
        scene.known("footage.grows", False, basis=Basis.OBSERVED)
        assert scene.judge("storage.edge.off").verdict is Verdict.PASS

    def test_standing_still_proves_nothing_without_the_stored_configuration(self, scene):
        """An event-triggered job writes later, not never."""
        scene.unknown("recording.jobs", layer=Layer.STORED).listed("recording.jobs", OFF, layer=Layer.RUNTIME)
        scene.known("footage.grows", False, basis=Basis.OBSERVED)
        assert scene.judge("storage.edge.off").verdict is Verdict.UNKNOWN

    def test_standing_still_and_half_an_absence_are_no_absence(self, scene):
        scene.absent("recording.jobs", layer=Layer.STORED).unknown("recording.jobs", layer=Layer.RUNTIME)
        scene.known("footage.grows", False, basis=Basis.OBSERVED)
        assert scene.judge("storage.edge.off").verdict is Verdict.UNKNOWN


class TestVmsOff:
    def recorder(self, scene, *matches, complete=True):
        return scene.listed("site.recorders", *matches, complete=complete, target=CAMERA_TARGET)

    def test_no_enrolled_recorder_is_unknown(self, scene):
        assert scene.judge_camera("storage.vms.off").why is Why.NO_RECORDER
        assert self.recorder(scene).judge_camera("storage.vms.off").why is Why.NO_RECORDER

    def test_a_document_that_there_is_none_passes_as_attested(self, scene):
        outcome = scene.paper("no-recorder").judge_camera("storage.vms.off")
        assert (Verdict.PASS, Basis.ATTESTED) == (outcome.verdict, outcome.basis)

    def test_a_recorder_that_was_not_listed_completely_is_named(self, scene):
        self.recorder(scene, RecorderMatch("nvr-1", True), RecorderMatch("nvr-2", False))
        outcome = scene.judge_camera("storage.vms.off")
        assert (Verdict.UNKNOWN, ("recorder nvr-2",)) == (outcome.verdict, outcome.left)

    def test_a_channel_that_shows_the_camera_unclaimed_is_named(self, scene):
        outcome = self.recorder(scene, RecorderMatch("nvr-1", True, ("7",))).judge_camera("storage.vms.off")
        assert (Why.NO_ENDPOINT, ("nvr-1/7",)) == (outcome.why, outcome.left)

    def test_no_channel_on_any_listed_recorder_is_not_applicable(self, scene):
        outcome = self.recorder(scene, RecorderMatch("nvr-1", True)).judge_camera("storage.vms.off")
        assert (Verdict.NOT_APPLICABLE, Basis.READ_BACK) == (outcome.verdict, outcome.basis)

    def test_every_recorder_matched_and_the_channel_enrolled(self, scene):
        scene.endpoints.append(Endpoint("nvr-1", "7", Role.RECORDER))
        self.recorder(scene, RecorderMatch("nvr-1", True, ("7",)))
        assert scene.judge_camera("storage.vms.off").verdict is Verdict.PASS
        scene.listed("recording.jobs", ON, target="nvr-1", channel="7")
        assert scene.judge("storage.vms.off", at=1).verdict is Verdict.FAIL

    def test_recorders_nobody_could_list_are_unknown(self, scene):
        assert scene.unknown("site.recorders", target=CAMERA_TARGET).judge_camera("storage.vms.off").why is Why.FAULT


class TestExternalOff:
    def test_a_destination_in_use_fails_and_is_removed_from_the_target(self, scene):
        scene.listed(
            "storage.external", ExternalDestination("s3", "s3", True), ExternalDestination("ftp", "ftp", False)
        )
        assert ("s3",) == scene.judge("storage.external.off").offenders
        expected = [Change("storage.external.remove", "t-1", WHOLE, {"destination": "s3"})]
        assert expected == scene.changes("storage.external.off")

    def test_none_passes(self, scene):
        assert scene.listed("storage.external").judge("storage.external.off").verdict is Verdict.PASS

    def test_unused_or_not_is_not_said(self, scene):
        outcome = scene.listed("storage.external", ExternalDestination("s3", "s3")).judge("storage.external.off")
        assert outcome.verdict is Verdict.UNKNOWN

    def test_no_such_function(self, scene):
        assert scene.absent("storage.external").judge("storage.external.off").verdict is Verdict.NOT_APPLICABLE
