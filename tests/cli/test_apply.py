"""Apply over the command line, against simulated cameras."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PIPC = "kr-pipc-thermal-2020"
NHRCK = "kr-nhrck-frt-moratorium-2023"


def test_a_thermal_camera_is_switched_off_and_proven(site: Any, fever: Mapping[str, Any]) -> None:
    simulator = site.simulate([fever])
    site.assign(PIPC, "enforce")
    site.run("check")
    applied = site.run("apply", "--yes", "--confirm-purge", "5", "--format", "json")
    edge = applied.result("cam-1", "storage.edge.off")
    stream = applied.result("cam-1", "transmission.stream.off")
    residue = applied.result("cam-1", "storage.residue.empty")
    assert ("pass", "direct", "read-back", "verified") == told(edge)
    assert ("pass", "direct", "observed", "verified") == told(stream)
    assert ("pass", "direct", "read-back", "verified") == told(residue)
    truth = simulator.camera("cam-1").truth
    assert (False, False) == (truth.records, truth.streams)


def test_a_second_apply_sends_no_write(site: Any, fever: Mapping[str, Any]) -> None:
    simulator = site.simulate([fever])
    site.assign(PIPC, "enforce")
    site.run("apply", "--yes", "--confirm-purge", "5")
    before = simulator.writes
    again = site.run("apply", "--yes", "--confirm-purge", "5", "--format", "json")
    assert before == simulator.writes
    assert 0 == again.json["run"]["changes_sent"]


def test_plan_and_check_send_no_write(site: Any, fever: Mapping[str, Any], plaza: Mapping[str, Any]) -> None:
    simulator = site.simulate([fever, plaza])
    site.assign(PIPC, "enforce")
    digest = site.inside(simulator.digest)
    site.run("check")
    planned = site.run("plan", "--format", "json")
    assert planned.json["plan"]["changes"]
    assert (0, digest) == (simulator.writes, site.inside(simulator.digest))


def test_a_liar_fails_with_no_effect(site: Any, fever: Mapping[str, Any]) -> None:
    site.simulate([{**fever, "persona": "acknowledges-everything"}])
    site.assign(PIPC, "enforce")
    applied = site.run("apply", "--yes", "--confirm-purge", "5", "--format", "json")
    assert 5 == applied.code
    assert ("fail", None, "read-back", "no_effect") == told(applied.result("cam-1", "storage.edge.off"))


def test_a_protected_camera_is_judged_and_refused(site: Any, fever: Mapping[str, Any]) -> None:
    simulator = site.simulate([{**fever, "tags": ["protected"]}])
    site.assign(PIPC, "enforce")
    applied = site.run("apply", "--yes", "--confirm-purge", "5", "--format", "json")
    assert 3 == applied.code
    assert ("fail", "planned") == (
        applied.result("cam-1", "storage.edge.off")["verdict"],
        applied.result("cam-1", "storage.edge.off")["remediation"],
    )
    assert {"protected"} == {blocker for change in applied.json["plan"]["changes"] for blocker in change["blockers"]}
    assert 0 == simulator.writes


def test_an_untagged_camera_is_judged_and_untouched(site: Any, fever: Mapping[str, Any]) -> None:
    simulator = site.simulate([{**fever, "attributes": {"country": "KR"}}])
    site.assign(PIPC, "enforce")
    applied = site.run("apply", "--yes", "--confirm-purge", "5", "--format", "json")
    assert "fail" == applied.result("cam-1", "storage.edge.off")["verdict"]
    assert 0 == simulator.writes
    assert ["needs-attributes"] == [
        finding["code"] for finding in applied.json["findings"] if finding["subject"] == "cam-1"
    ]


def test_a_first_purge_waits_for_a_confirmed_count(site: Any, fever: Mapping[str, Any]) -> None:
    simulator = site.simulate([fever])
    site.assign(PIPC, "enforce")
    applied = site.run("apply", "--yes", "--format", "json")
    assert 5 == applied.code
    assert "--confirm-purge 1" in applied.json["skipped"][0]["next_step"]
    assert ("fail", "planned") == (
        applied.result("cam-1", "storage.residue.empty")["verdict"],
        applied.result("cam-1", "storage.residue.empty")["remediation"],
    )
    assert simulator.camera("cam-1").truth.footage > 0
    confirmed = site.run("apply", "--yes", "--confirm-purge", "1", "--format", "json")
    assert "pass" == confirmed.result("cam-1", "storage.residue.empty")["verdict"]
    intent = [event for event in site.events() if event["event"] == "apply.intent" and event["verb"] == "footage.purge"]
    assert [(True, 1)] == [(event["single_person"], event["confirmed_count"]) for event in intent]


def test_a_face_recognition_rule_is_removed_and_others_stay(site: Any, plaza: Mapping[str, Any]) -> None:
    simulator = site.simulate([{**plaza, "rules": ["tt:FaceRecognition", "tt:LineDetector"]}])
    site.assign(NHRCK, "enforce", profile="literal")
    applied = site.run("apply", "--yes", "--format", "json")
    assert ("pass", "direct", "read-back", "verified") == told(applied.result("cam-p", "analytics.face.identify.off"))
    assert ["LineDetector-2"] == list(simulator.camera("cam-p").truth.rules)


def test_a_fixed_rule_is_refused_and_stays_a_violation(site: Any, plaza: Mapping[str, Any]) -> None:
    site.simulate([{**plaza, "persona": "fixed-rules"}])
    site.assign(NHRCK, "enforce", profile="literal")
    applied = site.run("apply", "--yes", "--format", "json")
    assert ("fail", None, "read-back", "refused") == told(applied.result("cam-p", "analytics.face.identify.off"))


def test_a_change_that_waits_for_a_restart_is_contradicted_by_the_open_port(
    site: Any, fever: Mapping[str, Any]
) -> None:
    site.simulate([{**fever, "persona": "effective-after-restart"}])
    site.assign(PIPC, "enforce")
    applied = site.run("apply", "--yes", "--confirm-purge", "5", "--format", "json")
    stream = applied.result("cam-1", "transmission.stream.off")
    assert ("fail", "no_effect") == (stream["verdict"], stream["remediation"])
    assert stream["reason"].startswith("witnesses-contradict")


def test_a_saved_plan_is_applied_and_a_stale_one_is_not(site: Any, fever: Mapping[str, Any]) -> None:
    simulator = site.simulate([fever])
    site.assign(PIPC, "enforce")
    site.run("plan", "-o", "plan.json")
    site.run("apply", "--yes", "--confirm-purge", "5")
    writes = simulator.writes
    late = site.run("apply", "plan.json", "--yes", "--confirm-purge", "5", "--format", "json")
    assert writes == simulator.writes
    assert {"no longer needed, or no longer allowed"} == {entry["reason"] for entry in late.json["skipped"]}
    assert 4 == late.code


def test_a_change_login_without_a_secret_stops_the_run_before_anything_is_sent(
    site: Any, fever: Mapping[str, Any]
) -> None:
    simulator = site.simulate([fever, {**fever, "id": "cam-2"}])
    site.assign(PIPC, "enforce")
    inventory = simulator.inventory()
    broken = next(target for target in inventory["targets"] if target["id"] == "t-cam-2")
    broken["login"] = {"read": "secret://env/VMSGUARD_SIM_LOGIN", "change": "secret://env/NOT_SET"}
    site.write("inventory.yaml", inventory)
    applied = site.run("apply", "--yes", "--confirm-purge", "5")
    assert (2, 0) == (applied.code, simulator.writes)
    assert "target t-cam-2" in applied.err
    assert [] == [event for event in site.events() if event["event"] == "run.planned"]


def test_every_look_is_on_record_those_after_the_changes_too(site: Any, fever: Mapping[str, Any]) -> None:
    site.simulate([fever])
    site.assign(PIPC, "enforce")
    site.run("apply", "--yes", "--confirm-purge", "5")
    events = [event["event"] for event in site.events()]
    assert "observe" in events[: events.index("apply.intent")]
    assert "observe" in events[events.index("apply.result") :]


def test_what_was_switched_on_again_is_found_by_the_next_check(site: Any, fever: Mapping[str, Any]) -> None:
    simulator = site.simulate([fever])
    site.assign(PIPC, "enforce")
    site.run("apply", "--yes", "--confirm-purge", "5")
    state = simulator.camera("cam-1").state
    site.inside(lambda: setattr(state.configuration.jobs[0], "mode", "Active"))
    checked = site.run("check", "--format", "json")
    edge = checked.result("cam-1", "storage.edge.off")
    assert (3, "fail") == (checked.code, edge["verdict"])
    assert edge["exposure_from"] is not None


def told(result: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(result[name] for name in ("verdict", "qualifier", "basis", "remediation"))


def test_a_target_with_a_login_that_only_reads_is_not_written_to(site: Any, fever: Mapping[str, Any]) -> None:
    simulator = site.simulate([fever])
    inventory = site.inside(simulator.inventory)
    inventory["targets"][0]["login"] = {"read": "secret://env/VMSGUARD_SIM_LOGIN"}
    site.write("inventory.yaml", inventory)
    site.assign(PIPC, "enforce")
    applied = site.run("apply", "--yes", "--confirm-purge", "5", "--format", "json")
    assert (5, 0) == (applied.code, simulator.writes)
    assert "failed" == applied.result("cam-1", "storage.edge.off")["remediation"]
