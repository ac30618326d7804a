from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from vmsguard.model.changes import Change
from vmsguard.model.fact_values import AnnouncedDeletion, StoredRecording, VerifiedDeletion
from vmsguard.model.vocabulary import Basis, Verdict, Why


def recording(start, *, empty=False, locked=False, name="r1"):
    return StoredRecording(name, "sd", start, None, empty=empty, locked=locked)


def test_nothing_left_passes(scene, now):
    outcome = scene.listed("footage.recordings", recording(now, empty=True)).judge("storage.residue.empty")
    assert (Verdict.PASS, Basis.READ_BACK) == (outcome.verdict, outcome.basis)


def test_no_files_left_is_observed(scene):
    scene.listed("footage.recordings").known("footage.files", 0, basis=Basis.OBSERVED)
    assert scene.judge("storage.residue.empty").basis is Basis.OBSERVED


def test_row_gone_and_files_stay_is_a_contradiction(scene):
    scene.listed("footage.recordings").known("footage.files", 3, basis=Basis.OBSERVED)
    outcome = scene.judge("storage.residue.empty")
    assert (Verdict.FAIL, Why.CONTRADICTED) == (outcome.verdict, outcome.why)
    assert "row gone, files stay" in outcome.reason


def test_files_beside_a_list_that_is_not_complete_are_residue_and_no_contradiction(scene):
    scene.listed("footage.recordings", complete=False, missing="the rest").known(
        "footage.files", 3, basis=Basis.OBSERVED
    )
    outcome = scene.judge("storage.residue.empty")
    assert (Verdict.FAIL, Basis.OBSERVED) == (outcome.verdict, outcome.basis)
    assert outcome.reason == "residue: 3 files of the channel in visible storage"


def test_footage_from_before_fails_and_is_purged_up_to_now(scene, now, hour):
    scene.listed("footage.recordings", recording(now - hour))
    assert ("r1",) == scene.judge("storage.residue.empty").offenders
    arguments = {"cutoff": "2026-11-22T12:00:00Z", "recordings": ""}
    assert [Change("footage.purge", "t-1", "ch1", arguments)] == scene.changes("storage.residue.empty")


def test_locked_footage_is_named(scene, now, hour):
    scene.listed("footage.recordings", recording(now - hour, locked=True))
    assert "locked by the product: r1" in scene.judge("storage.residue.empty").reason


def test_a_deletion_that_was_only_announced_is_named_and_changes_nothing(scene, now, hour):
    scene.listed("footage.recordings", recording(now - hour, locked=True), recording(now - hour, name="r2"))
    plain = scene.judge("storage.residue.empty")
    for unheard in (lambda: scene.unknown("deletion.announced"), lambda: scene.listed("deletion.announced")):
        unheard()
        assert plain == scene.judge("storage.residue.empty")
    scene.listed("deletion.announced", AnnouncedDeletion("r1", "V", None, now), complete=False)
    told = scene.judge("storage.residue.empty")
    assert told.left == ("recording r1 (locked; the target announced a deletion of it)", "recording r2")
    assert replace(told, left=plain.left) == plain


def test_an_announcement_makes_no_list_complete(scene, now):
    scene.listed("footage.recordings", complete=False)
    scene.listed("deletion.announced", AnnouncedDeletion("r1", "V", None, now), complete=False)
    assert Verdict.UNKNOWN is scene.judge("storage.residue.empty").verdict


def test_footage_newer_than_the_last_verified_deletion_is_not_residue(scene, now, hour):
    scene.listed("footage.recordings", recording(now - hour))
    scene.listed("deletion.verified", VerifiedDeletion("footage", now - 2 * hour, now - hour))
    assert scene.judge("storage.residue.empty").verdict is Verdict.PASS


def test_a_whole_second_of_truncation_is_not_residue(scene, now, hour):
    cutoff = now - hour + timedelta(milliseconds=700)
    scene.listed("footage.recordings", recording(now - hour))
    scene.listed("deletion.verified", VerifiedDeletion("footage", cutoff, cutoff))
    assert scene.judge("storage.residue.empty").verdict is Verdict.PASS


def test_a_deletion_of_another_store_proves_nothing_here(scene, now, hour):
    scene.listed("footage.recordings", recording(now - hour))
    scene.listed("deletion.verified", VerifiedDeletion("exports", now, now))
    assert scene.judge("storage.residue.empty").verdict is Verdict.FAIL


def test_footage_without_a_start_is_unknown_after_a_deletion(scene, now, hour):
    scene.listed("footage.recordings", recording(None))
    scene.listed("deletion.verified", VerifiedDeletion("footage", now - hour, now))
    assert scene.judge("storage.residue.empty").verdict is Verdict.UNKNOWN


def test_a_ledger_that_could_not_be_read_is_unknown(scene, now):
    scene.listed("footage.recordings", recording(now)).unknown("deletion.verified")
    assert scene.judge("storage.residue.empty").why is Why.FAULT


def test_an_incomplete_list_without_old_footage_is_unknown(scene):
    scene.listed("footage.recordings", complete=False, missing="more than 100 events")
    outcome = scene.judge("storage.residue.empty")
    assert (Verdict.UNKNOWN, ("more than 100 events",)) == (outcome.verdict, outcome.left)


def test_unread_and_absent(scene):
    assert scene.judge("storage.residue.empty").why is Why.NO_DRIVER_FACT
    assert scene.absent("footage.recordings").judge("storage.residue.empty").verdict is Verdict.NOT_APPLICABLE
    scene.identity = type(scene.identity)(fabricates=True)
    assert scene.listed("footage.recordings").judge("storage.residue.empty").why is Why.FABRICATED


def test_edge_case_4_a_wrong_clock_makes_no_old_footage_new(scene, now, hour):
    scene.listed("footage.recordings", recording(now - hour))
    scene.listed("deletion.verified", VerifiedDeletion("footage", now - 2 * hour, now - 2 * hour))
    assert Verdict.PASS is scene.judge("storage.residue.empty").verdict
    outcome = scene.known("clock.skew_seconds", 7200).judge("storage.residue.empty")
    assert (Verdict.UNKNOWN, Why.CLOCK, ("r1",)) == (outcome.verdict, outcome.why, outcome.left)
    scene.listed("footage.recordings", recording(now - 5 * hour))
    assert ("r1",) == scene.judge("storage.residue.empty").offenders
