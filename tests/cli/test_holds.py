"""Holds and freezes over the command line, against simulated cameras: what stays, what goes, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from vmsguard.simulator.device_state import Footage, Recording, Track

PIPC = "kr-pipc-thermal-2020"
HOUR = timedelta(hours=1)


def told(at: datetime) -> str:
    return at.replace(microsecond=0).isoformat()


def place_hold(site: Any, since: datetime, until: datetime, **changes: Any) -> None:
    now = datetime.now(UTC)
    site.write(
        "holds/h.yaml",
        {
            "apiVersion": "vmsguard/v1",
            "kind": "Hold",
            "metadata": {"id": "hold-1"},
            "case_reference": "case-17",
            "cameras": ["cam-1"],
            "window": {"from": told(since), "until": told(until)},
            "author": "role:site-manager",
            "approver": "role:privacy-officer",
            "starts": told(now - HOUR),
            "review_on": (now + timedelta(days=30)).date().isoformat(),
            **changes,
        },
    )


def second_recording(site: Any, simulator: Any, begins: datetime, ends: datetime) -> None:
    """One more recording on the camera's own source, that nothing writes to any more."""

    def add() -> None:
        state = simulator.camera("cam-1").state
        first = state.configuration.recordings[0]
        track = Track("VIDEO001", "Video")
        old = Recording("Recording-old", first.source_id, first.source_name, first.address, tracks=[track])
        state.configuration.recordings.append(old)
        state.footage["Recording-old/VIDEO001"] = Footage(begins, ends)

    site.inside(add)


def purges(answer: Any) -> list[dict[str, Any]]:
    return [planned for planned in answer.json["plan"]["changes"] if planned["change"]["verb"] == "footage.purge"]


def test_edge_case_29_a_store_that_deletes_whole_recordings_keeps_them_until_they_are_exported(
    site: Any, fever: Mapping[str, Any]
) -> None:
    simulator = site.simulate([fever])
    site.assign(PIPC, "enforce")
    now = datetime.now(UTC)
    place_hold(site, now - 20 * HOUR, now - 18 * HOUR)
    applied = site.run("apply", "--yes", "--confirm-purge", "5", "--format", "json")
    (purge,) = purges(applied)
    assert "propose" == purge["mode"]
    assert ["export first"] == [why.rpartition(": ")[2] for why in purge["blockers"]]
    residue = applied.result("cam-1", "storage.residue.empty")
    assert ("fail", "held") == (residue["verdict"], residue["remediation"])
    assert residue["reason"].startswith("held: 1 recording kept by hold-1")
    assert 3 == applied.code
    truth = simulator.camera("cam-1").truth
    assert not truth.records, "a hold never keeps recording on"
    assert truth.footage > 0
    assert [] == [event for event in site.events() if event["event"] == "purge"]

    site.write(
        "documents/export.yaml",
        {
            "apiVersion": "vmsguard/v1",
            "kind": "Document",
            "metadata": {"id": "export-1"},
            "document": {
                "kind": "hold-export",
                "sha256": "0f" * 32,
                "dated": now.date().isoformat(),
            },
            "covers": {"cameras": ["cam-1"]},
            "details": {"hold": "hold-1", "encrypted": True},
        },
    )
    exported = site.run("apply", "--yes", "--confirm-purge", "5", "--format", "json")
    assert ("pass", "verified") == (
        exported.result("cam-1", "storage.residue.empty")["verdict"],
        exported.result("cam-1", "storage.residue.empty")["remediation"],
    )


def test_edge_case_29_what_lies_outside_the_window_is_deleted_and_the_rest_is_told_as_held(
    site: Any, fever: Mapping[str, Any]
) -> None:
    simulator = site.simulate([fever])
    site.assign(PIPC, "enforce")
    now = datetime.now(UTC)
    second_recording(site, simulator, now - 110 * HOUR, now - 100 * HOUR)
    place_hold(site, now - 105 * HOUR, now - 104 * HOUR)
    planned = site.run("plan", "--format", "json")
    (purge,) = purges(planned)
    assert ("enforce", 1) == (purge["mode"], purge["items"])
    assert purge["change"]["arguments"]["held"].startswith((now - 105 * HOUR).strftime("%Y-%m-%dT%H:%M"))

    applied = site.run("apply", "--yes", "--confirm-purge", "5", "--format", "json")
    footage = simulator.camera("cam-1").state.footage
    assert footage["Recording-old/VIDEO001"].start is not None
    assert all(data.start is None for key, data in footage.items() if not key.startswith("Recording-old/"))
    residue = applied.result("cam-1", "storage.residue.empty")
    assert ("fail", "held", "held: 1 recording kept by hold-1") == (
        residue["verdict"],
        residue["remediation"],
        residue["reason"],
    )
    assert 3 == applied.code
    done = [event for event in site.events() if event["event"] == "purge"]
    assert [(2, 1)] == [(event["before"], event["after"]) for event in done]

    writes = simulator.writes
    again = site.run("apply", "--yes", "--confirm-purge", "5", "--format", "json")
    assert writes == simulator.writes
    assert (3, "held") == (again.code, again.result("cam-1", "storage.residue.empty")["remediation"])


def test_a_hold_is_on_record_when_it_is_placed_and_when_it_is_lifted(site: Any, fever: Mapping[str, Any]) -> None:
    site.simulate([fever])
    site.assign(PIPC, "audit")
    now = datetime.now(UTC)
    place_hold(site, now - 20 * HOUR, now - 18 * HOUR)
    site.run("check")
    site.run("check")
    (site.folder / "holds" / "h.yaml").unlink()
    site.run("check")
    found = [(event["event"], event["hold"], event["camera"]) for event in site.events() if "hold." in event["event"]]
    assert [("hold.placed", "hold-1", "cam-1"), ("hold.lifted", "hold-1", "cam-1")] == found


def test_a_review_that_is_due_is_a_finding_and_the_hold_stays(site: Any, fever: Mapping[str, Any]) -> None:
    site.simulate([fever])
    site.assign(PIPC, "audit")
    now = datetime.now(UTC)
    started = now - timedelta(days=60)
    place_hold(
        site,
        now - 20 * HOUR,
        now - 18 * HOUR,
        starts=told(started),
        review_on=(now - timedelta(days=1)).date().isoformat(),
    )
    answer = site.run("check", "--format", "json")
    assert ["hold-1"] == [one["subject"] for one in answer.json["findings"] if one["code"] == "hold-review-due"]
    assert "held" == answer.result("cam-1", "storage.residue.empty")["reason"].partition(":")[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"approver": "role:site-manager"}, "approved by its own author"),
        ({"review_on": None}, "nobody is to review it"),
        ({"cameras": ["cam-l"]}, "there is no camera 'cam-l'"),
    ],
)
def test_a_hold_that_is_wrong_stops_before_anything_is_asked(
    site: Any, fever: Mapping[str, Any], change: dict[str, Any], message: str
) -> None:
    simulator = site.simulate([fever])
    site.assign(PIPC, "enforce")
    now = datetime.now(UTC)
    place_hold(site, now - 20 * HOUR, now - 18 * HOUR, **change)
    answer = site.run("apply", "--yes", "--confirm-purge", "5")
    assert (2, 0) == (answer.code, simulator.writes)
    assert message in " ".join(answer.err.split())


def freeze(site: Any, **changes: Any) -> None:
    now = datetime.now(UTC)
    site.write(
        "freezes/f.yaml",
        {
            "apiVersion": "vmsguard/v1",
            "kind": "Freeze",
            "metadata": {"id": "year-end"},
            "sites": ["site-1"],
            "starts": told(now - HOUR),
            "ends": told(now + HOUR),
            **changes,
        },
    )


def test_a_freeze_makes_proposals_of_changes_and_says_so(site: Any, fever: Mapping[str, Any]) -> None:
    simulator = site.simulate([fever])
    site.assign(PIPC, "enforce")
    freeze(site)
    applied = site.run("apply", "--yes", "--confirm-purge", "5", "--format", "json")
    assert {"propose"} == {planned["mode"] for planned in applied.json["plan"]["changes"]}
    blockers = {why for planned in applied.json["plan"]["changes"] for why in planned["blockers"]}
    assert all(why.startswith("freeze: year-end until ") for why in blockers)
    assert ["year-end"] == [one["subject"] for one in applied.json["findings"] if one["code"] == "freeze-in-force"]
    assert (3, 0) == (applied.code, simulator.writes)


def test_a_freeze_lets_the_controls_go_that_it_excepts(site: Any, fever: Mapping[str, Any]) -> None:
    simulator = site.simulate([fever])
    site.assign(PIPC, "enforce")
    freeze(site, except_controls=["storage.edge.off"])
    planned = site.run("plan", "--format", "json").json["plan"]["changes"]
    assert {"recording.stop"} == {one["change"]["verb"] for one in planned if one["mode"] == "enforce"}
    assert 0 == simulator.writes


def test_under_a_freeze_to_audit_nothing_is_planned(site: Any, fever: Mapping[str, Any]) -> None:
    site.simulate([fever])
    site.assign(PIPC, "enforce")
    freeze(site, max_mode="audit")
    answer = site.run("plan", "--format", "json")
    assert [] == answer.json["plan"]["changes"]
    assert "fail" == answer.result("cam-1", "storage.edge.off")["verdict"]


def test_a_freeze_that_is_over_holds_nothing_back(site: Any, fever: Mapping[str, Any]) -> None:
    site.simulate([fever])
    site.assign(PIPC, "enforce")
    now = datetime.now(UTC)
    freeze(site, starts=told(now - 2 * HOUR), ends=told(now - HOUR))
    answer = site.run("plan", "--format", "json")
    assert {"enforce"} == {planned["mode"] for planned in answer.json["plan"]["changes"]}
    assert [] == [one for one in answer.json["findings"] if one["code"] == "freeze-in-force"]
