"""The ladder, with the cases of the reference prototype by name, and what must not open a rung."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from vmsguard.model.fact_values import ExternalDestination, RecordingJob
from vmsguard.model.inventory import Endpoint
from vmsguard.model.manifest import Identity
from vmsguard.model.vocabulary import Layer, Mode, Qualifier, Role, Verdict

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN


@pytest.fixture
def thermal(world, words):
    return world.assign(words.thermal())


@pytest.fixture
def unstoppable(thermal, words):
    """Records, cannot be stopped (proven), was purged an hour ago and every store is listed."""
    return thermal.recording().footage(words.now).refused().stores("footage").deleted(words.now - words.hour)


@pytest.fixture
def excepted(thermal, words):
    """Records under a valid exception with all its safeguards."""
    thermal.recording().footage().grant().paper("consent", details={"consent_kind": "individual-prior"})
    thermal.known("storage.encrypted", True)
    return thermal.listed("recording.retention")


class TestElevenCases:
    def test_1_all_off_passes_directly(self, thermal):
        thermal.recording(False).footage()
        assert (PASS, Qualifier.DIRECT) == (thermal.rule().verdict, thermal.rule().qualifier)

    def test_2_on_although_it_can_be_switched_off_fails_even_if_purged_daily(self, unstoppable):
        unstoppable.proofs.clear()
        result = unstoppable.rule()
        assert result.verdict is FAIL
        assert any(line.startswith("fallback-not-proven") for line in result.left)

    def test_3_cannot_be_switched_off_and_a_fresh_purge_passes_by_fallback(self, unstoppable):
        assert (PASS, Qualifier.FALLBACK) == (unstoppable.rule().verdict, unstoppable.rule().qualifier)

    def test_4_whether_it_can_be_switched_off_is_unknown(self, unstoppable):
        """The gate stays shut: nobody knows the firmware, so the stored proof speaks of nothing."""
        unstoppable.identities["t-1"] = Identity()
        assert unstoppable.verdict() is FAIL

    def test_5_the_purge_was_missed(self, unstoppable, words):
        assert unstoppable.deleted(words.now - 25 * words.hour).footage().verdict() is FAIL

    def test_6_a_valid_exception_with_its_safeguards(self, excepted):
        result = excepted.rule()
        assert (PASS, Qualifier.EXCEPTION, "ex-1") == (result.verdict, result.qualifier, result.exception)

    def test_7_an_exception_without_the_consent_document_fails(self, excepted):
        excepted.documents.clear()
        assert excepted.verdict() is FAIL

    def test_8_an_expired_exception_fails_and_says_so(self, excepted):
        excepted.grants[0] = replace(excepted.grants[0], expires=excepted.now)
        result = excepted.rule()
        assert result.verdict is FAIL
        assert any(line.startswith("exception-expired") for line in result.left)

    def test_9_nothing_applicable_is_not_applicable(self, thermal):
        thermal.absent("recording.jobs").absent("footage.recordings")
        assert thermal.verdict() is Verdict.NOT_APPLICABLE

    def test_10_nothing_known_is_unknown(self, thermal):
        assert thermal.verdict() is UNKNOWN

    def test_11_a_self_approved_exception_fails(self, excepted):
        excepted.grants[0] = replace(excepted.grants[0], approver=excepted.grants[0].author)
        assert excepted.verdict() is FAIL


class TestReplacement:
    def test_only_what_is_proven_impossible_is_replaced(self, world, words):
        """The rest of the rule still holds: what can be switched off must be off."""
        both = words.rule(words.require("storage.edge.off"), words.require("storage.external.off"))
        world.assign(words.pack(replace(both, otherwise=(words.deletion,))))
        world.recording().refused().stores("footage").deleted(words.now - words.hour)
        assert world.listed("storage.external").verdict("r") is PASS
        world.listed("storage.external", ExternalDestination("s3", "s3", True))
        assert world.verdict("r") is FAIL

    def test_one_job_that_refuses_is_no_excuse_for_the_next(self, unstoppable):
        assert unstoppable.verdict() is PASS
        unstoppable.listed("recording.jobs", RecordingJob("j1", True), RecordingJob("j2", True))
        assert unstoppable.verdict() is FAIL

    def test_a_list_that_was_not_seen_whole_opens_no_rung_and_fails_nothing_for_certain(self, unstoppable):
        unstoppable.unknown("recording.jobs", layer=Layer.RUNTIME)
        assert unstoppable.verdict() is UNKNOWN
        unstoppable.listed("recording.jobs", RecordingJob("j1", True), complete=False)
        assert unstoppable.verdict() is UNKNOWN

    def test_an_exception_lifts_only_the_controls_it_names(self, excepted, words):
        excepted.footage(words.now - words.hour)
        assert excepted.verdict() is FAIL

    def test_edge_case_23_every_channel_counts(self, unstoppable, words):
        """A two-sensor camera is judged channel by channel, and a proof covers its own."""
        places = (Endpoint("t-1", "ch1", Role.DEVICE), Endpoint("t-1", "ch2", Role.DEVICE))
        unstoppable.camera("cam-1", *places)
        unstoppable.recording(channel="ch2").footage(channel="ch2").deleted(words.now - words.hour, channel="ch2")
        assert unstoppable.verdict() is FAIL
        assert unstoppable.recording(False, channel="ch2").verdict() is PASS

    def test_the_fallback_is_asked_only_where_the_first_rung_is_impossible(self, unstoppable, words):
        """A second target that is off and empty owes no daily deletion."""
        places = (Endpoint("t-1", "ch1", Role.DEVICE), Endpoint("t-2", "ch1", Role.DEVICE))
        unstoppable.camera("cam-1", *places).recording(False, target="t-2").footage(target="t-2")
        assert unstoppable.verdict() is PASS

    def test_an_open_rung_that_is_unknown_keeps_the_rule_unknown(self, unstoppable):
        assert unstoppable.stores("footage", complete=False).verdict() is UNKNOWN

    def test_an_exception_fills_in_the_parameter_that_waits_for_it(self, excepted, words):
        excepted.footage(words.now - timedelta(days=8))
        excepted.deleted(words.now - timedelta(days=9))
        assert excepted.verdict() is FAIL
        assert excepted.footage(words.now - timedelta(days=6)).verdict() is PASS


class TestImpossible:
    @pytest.mark.parametrize(
        "flaw",
        [
            {"firmware": "1.2.2"},
            {"firmware": ""},
            {"verb": "stream.stop"},
            {"item": "job=another"},
            {"target": "t-2"},
            {"channel": "ch2"},
            {"kind": "hearsay"},
        ],
    )
    def test_edge_case_20_a_proof_of_something_else_opens_nothing(self, unstoppable, flaw):
        """Proven again after each firmware change."""
        unstoppable.proofs[0] = replace(unstoppable.proofs[0], **flaw)
        assert unstoppable.verdict() is FAIL

    def test_a_proof_ends(self, unstoppable):
        unstoppable.proofs[0] = replace(unstoppable.proofs[0], expires=unstoppable.now)
        assert unstoppable.verdict() is FAIL

    def test_a_target_that_answers_anything_proves_nothing_by_refusing(self, unstoppable):
        unstoppable.identities["t-1"] = replace(unstoppable.identities["t-1"], fabricates=True)
        assert unstoppable.verdict() is FAIL

    @pytest.mark.parametrize("named", ["storage.edge.off", "recording.stop"])
    def test_the_maker_says_so_of_this_model_and_firmware(self, unstoppable, named):
        unstoppable.proofs.clear()
        details = {"model": "gate 9", "firmware": {"from": "1.0", "to": "1.9"}, "impossible": [named]}
        unstoppable.paper("vendor-statement", details=details)
        assert unstoppable.verdict() is PASS

    def test_a_vendor_statement_ends_after_180_days(self, unstoppable):
        unstoppable.proofs.clear()
        details = {"model": "Gate 9", "firmware": "1.2.3", "impossible": ["storage.edge.off"]}
        unstoppable.paper("vendor-statement", dated=date(2026, 5, 26), details=details)
        assert unstoppable.verdict() is FAIL

    def test_a_manifest_without_the_verb_is_no_proof(self, unstoppable):
        unstoppable.proofs.clear()
        unstoppable.verbs = ()
        assert unstoppable.verdict() is FAIL

    def test_recorders_never_qualify(self, world, words):
        world.camera("cam-1", Endpoint("t-1", "ch1", Role.RECORDER))
        vms = words.rule(words.require("storage.vms.off"), otherwise=(words.deletion,))
        world.assign(words.pack(vms)).recording().refused().stores("footage").deleted(words.now - words.hour)
        assert world.verdict("r") is FAIL
        details = {"model": "Gate 9", "firmware": "1.2.3", "impossible": ["storage.vms.off"]}
        assert world.paper("vendor-statement", details=details).verdict("r") is FAIL


class TestLawAgainstLaw:
    def test_edge_case_28_an_exception_for_one_pack_leaves_the_other_untouched(self, excepted, words):
        """Each rule is judged alone; pack B says off, so it is off."""
        excepted.assign(
            words.pack(
                words.saving_off(),
                name="other",
                exception_types={"storage-inevitable": words.thermal().exception_types["storage-inevitable"]},
            )
        )
        verdicts = {one.pack: one.verdict for one in excepted.evaluate().results if one.level == "rule"}
        assert {"thermal": PASS, "other": FAIL} == verdicts
        assert [Mode.ENFORCE] == [
            change.mode for change in excepted.plan().changes if change.change.verb == "recording.stop"
        ]
