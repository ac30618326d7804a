"""Edge cases as they show over the command line, on simulated cameras; the numbers are those of the engine's list."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

PIPC = "kr-pipc-thermal-2020"
NHRCK = "kr-nhrck-frt-moratorium-2023"
APPLY = ("apply", "--yes", "--confirm-purge", "50", "--format", "json")


def rule(answer: Any, name: str, camera: str = "cam-1") -> tuple[str, str | None]:
    found = answer.result(camera, rule=name)
    return found["verdict"], found["qualifier"]


def exception(site: Any, starts: datetime, expires: datetime, approver: str = "role:privacy-officer") -> None:
    """An exception to storing nothing, with the papers it needs."""
    site.write(
        "exceptions/storing.yaml",
        {
            "apiVersion": "vmsguard/v1",
            "kind": "Exception",
            "metadata": {"id": "storing"},
            "lifts": {"pack": PIPC, "rule": "saving-off", "type": "storage-inevitable"},
            "cameras": ["cam-1"],
            "author": "role:station",
            "approver": approver,
            "starts": starts.isoformat(),
            "expires": expires.isoformat(),
            "legal_basis": {"kind": "consent", "citation": "Act 15(1)1"},
            "reason": "a dispute",
            "retention": "P7D",
            "consent_record": "register-7",
        },
    )
    site.write(
        "documents/register-7.yaml",
        {
            "apiVersion": "vmsguard/v1",
            "kind": "Document",
            "metadata": {"id": "register-7"},
            "document": {"kind": "consent", "sha256": "0f" * 32, "dated": "2020-01-01"},
        },
    )


def left(answer: Any, name: str = "saving-off", camera: str = "cam-1") -> set[str]:
    return {told.partition(":")[0] for told in answer.result(camera, rule=name)["left"]}


class TestTheLadder:
    def test_on_although_it_can_be_switched_off_fails_and_only_a_refusal_opens_the_fallback(
        self, site: Any, fever: Mapping[str, Any]
    ) -> None:
        site.simulate([{**fever, "persona": "cannot-stop-recording"}])
        site.assign(PIPC, "enforce")
        before = site.run("check", "--format", "json")
        assert ("fail", None) == rule(before, "saving-off")
        assert "fallback-not-proven" in left(before)
        applied = site.run(*APPLY)
        edge = applied.result("cam-1", "storage.edge.off")
        assert ("fail", "unsupported") == (edge["verdict"], edge["remediation"])
        assert "fallback-not-proven" not in left(applied)

    @pytest.mark.slow
    def test_a_refusal_for_want_of_rights_never_opens_a_rung(
        self, site: Any, fever: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        accounts = [
            {"user": "admin", "password": "simulated"},
            {"user": "guard", "password": "simulated", "level": "User"},
        ]
        simulator = site.simulate([{**fever, "users": accounts}])
        monkeypatch.setenv("VMSGUARD_SIM_GUARD", "guard:simulated")
        inventory = site.inside(simulator.inventory)
        inventory["targets"][0]["login"]["change"] = "secret://env/VMSGUARD_SIM_GUARD"
        site.write("inventory.yaml", inventory)
        site.assign(PIPC, "enforce")
        for command in (APPLY, ("check", "--format", "json")):
            told = site.run(*command)
            assert ("fail", None) == rule(told, "saving-off")
            assert "fallback-not-proven" in left(told)
        assert simulator.camera("cam-1").truth.records

    def test_what_its_author_approved_is_refused(self, site: Any, fever: Mapping[str, Any]) -> None:
        site.simulate([fever])
        site.assign(PIPC, "audit")
        now = datetime.now(UTC)
        exception(site, now - timedelta(days=1), now + timedelta(days=1), approver="role:station")
        answer = site.run("check", "--format", "json")
        assert ("fail", None) == rule(answer, "saving-off")
        assert "exception-self-approved" in left(answer)

    @pytest.mark.parametrize(("ends", "code"), [(timedelta(hours=1), ""), (-timedelta(seconds=1), "exception-expired")])
    def test_an_exception_closes_at_its_second(
        self, site: Any, fever: Mapping[str, Any], ends: timedelta, code: str
    ) -> None:
        site.simulate([fever])
        site.assign(PIPC, "audit")
        now = datetime.now(UTC)
        exception(site, now - timedelta(days=1), now + ends)
        assert code in {"", *left(site.run("check", "--format", "json"))}
        granted = [event["event"] for event in site.events() if event["event"].startswith("exception.")]
        assert ["exception.refused" if code else "exception.granted"] == granted


def offline(site: Any, simulator: Any, camera: str) -> None:
    """It answers nobody for an hour."""
    site.inside(lambda: setattr(simulator.camera(camera).state, "reboot_seconds", 3600.0))
    site.inside(lambda: simulator.reboot(camera))


class TestReachability:
    def test_edge_case_9_a_camera_that_is_offline_when_its_purge_is_due_never_passes(
        self, site: Any, fever: Mapping[str, Any]
    ) -> None:
        simulator = site.simulate([{**fever, "persona": "cannot-stop-recording"}])
        site.assign(PIPC, "enforce")
        site.run(*APPLY)
        offline(site, simulator, "cam-1")
        with sqlite3.connect(site.folder / "state.db") as state:
            state.execute("UPDATE duties SET next_due = next_due - ?", (2 * 86_400 * 1_000_000,))
        answer = site.run("check", "--format", "json")
        assert 4 == answer.code
        assert {"unknown"} == {one["verdict"] for one in answer.json["results"] if one["endpoint"]}
        missed = [event for event in site.events() if event["event"] == "duty.missed"]
        assert {"saving-off"} <= {event["rule"] for event in missed}, "its clock went on"

    def test_edge_case_10_what_never_answers_again_owes_its_deletion_until_it_is_retired(
        self, site: Any, fever: Mapping[str, Any]
    ) -> None:
        simulator = site.simulate([{**fever, "persona": "cannot-stop-recording"}, {**fever, "id": "cam-2"}])
        site.assign(PIPC, "enforce")
        site.run(*APPLY)
        offline(site, simulator, "cam-1")
        site.run("check")
        assert [] == [event for event in site.events() if event["event"] == "duty.ended" and event["camera"] == "cam-1"]
        inventory = site.inside(simulator.inventory)
        for kind in ("cameras", "targets"):
            inventory[kind] = [one for one in inventory[kind] if not one["id"].endswith("cam-1")]
        site.write("inventory.yaml", inventory)
        paper = {
            "apiVersion": "vmsguard/v1",
            "kind": "Document",
            "metadata": {"id": "scrapped"},
            "document": {"kind": "disposal", "sha256": "0" * 64, "dated": "2026-11-01"},
            "covers": {"cameras": ["cam-1"]},
        }
        site.write("disposal.yaml", paper)
        ended = []
        for retired in (False, True):
            if retired:
                assert (
                    0 == site.run("inventory", "retire", "cam-1", "--record", "disposal.yaml", "--by", "role:it").code
                )
            site.run("check")
            ended.append(
                {
                    event["reason_code"]
                    for event in site.events()
                    if event["event"] == "duty.ended" and event["camera"] == "cam-1"
                }
            )
        assert [set(), {"camera-retired"}] == ended


class TestWhatComesBack:
    def test_edge_case_15_after_a_firmware_update_what_was_impossible_is_tried_again(
        self, site: Any, fever: Mapping[str, Any]
    ) -> None:
        simulator = site.simulate([{**fever, "persona": "cannot-stop-recording"}])
        site.assign(PIPC, "enforce")
        site.run(*APPLY)
        assert "fallback-not-proven" not in left(site.run("check", "--format", "json"))
        state = simulator.camera("cam-1").state
        site.inside(lambda: setattr(state.product, "firmware", "9.9.9"))
        again = site.run("check", "--format", "json")
        assert ("fail", None) == rule(again, "saving-off")
        assert "fallback-not-proven" in left(again)

    def test_edge_case_15_the_exposure_runs_from_the_first_sight_of_it_to_the_repair(
        self, site: Any, fever: Mapping[str, Any]
    ) -> None:
        simulator = site.simulate([fever])
        site.assign(PIPC, "enforce")
        site.run(*APPLY)
        state = simulator.camera("cam-1").state
        site.inside(lambda: setattr(state.configuration.jobs[0], "mode", "Active"))
        found = site.run("check", "--format", "json").result("cam-1", "storage.edge.off")
        mended = site.run(*APPLY).result("cam-1", "storage.edge.off")
        assert (None, "pass") == (found["exposure_to"], mended["verdict"])
        # From the first sight of the breach, which is judged once its facts are read; the last good look is in the log.
        assert found["observed_at"] <= found["exposure_from"]
        assert found["exposure_from"] == mended["exposure_from"] < mended["exposure_to"]

    def test_edge_case_16_what_changes_back_after_seconds_is_no_effect(
        self, site: Any, fever: Mapping[str, Any]
    ) -> None:
        site.simulate([{**fever, "persona": "reverts", "revert_seconds": 0.2}])
        site.assign(PIPC, "enforce")
        applied = site.run(*APPLY)
        edge = applied.result("cam-1", "storage.edge.off")
        assert (5, "fail", "no_effect") == (applied.code, edge["verdict"], edge["remediation"])

    def test_edge_case_17_what_was_done_stays_done_where_the_next_step_fails(
        self, site: Any, fever: Mapping[str, Any]
    ) -> None:
        simulator = site.simulate([{**fever, "persona": "static-recordings"}])
        site.assign(PIPC, "enforce")
        applied = site.run(*APPLY)
        done = [applied.result("cam-1", name) for name in ("transmission.stream.off", "storage.edge.off")]
        assert [("pass", "verified")] * 2 == [(one["verdict"], one["remediation"]) for one in done]
        residue = applied.result("cam-1", "storage.residue.empty")
        assert ("fail", "unsupported") == (residue["verdict"], residue["remediation"])
        assert ("fail", None) == rule(applied, "saving-off")
        truth = simulator.camera("cam-1").truth
        assert (False, False) == (truth.records, truth.streams)


def test_edge_case_35_closing_the_media_port_leaves_the_way_by_which_it_is_managed(
    site: Any, fever: Mapping[str, Any]
) -> None:
    simulator = site.simulate([fever])
    site.assign(PIPC, "enforce")
    site.run(*APPLY)
    protocols = simulator.camera("cam-1").state.configuration.protocols
    assert {"RTSP": False, "HTTP": True} == {
        entry.name: entry.enabled for entry in protocols if entry.name in ("RTSP", "HTTP")
    }
    again = site.run("check", "--format", "json")
    assert [] == again.json["unreachable"]
    assert "pass" == again.result("cam-1", "transmission.stream.off")["verdict"]


def test_edge_case_36_a_recommendation_is_reported_by_its_force(site: Any, plaza: Mapping[str, Any]) -> None:
    site.simulate([plaza])
    site.assign(NHRCK, "audit", "literal")
    found = site.run("check", "--format", "json").result("cam-p", rule="no-remote-identification")
    assert ("fail", "recommendation") == (found["verdict"], found["force"])
