"""The lock over the command line: what was accepted is enforced, an upgrade waits, accepted deletions go on."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from typing import Any

import pytest

from vmsguard.policy.builtin import builtin_folder

OWN = "my-thermal"
TEXT = (builtin_folder() / "kr-pipc-thermal-2020" / "pack.yaml").read_text(encoding="utf-8")
ROLE = "role:privacy-officer"


@pytest.fixture
def guarded(site: Any, fever: Mapping[str, Any]) -> Any:
    """A site with one fever camera under a thermal pack of its own."""
    site.simulate([fever])
    config = site.folder / "vmsguard.yaml"
    config.write_text(config.read_text().replace("packs: []", "packs: [my-packs/]"), encoding="utf-8")
    write_pack(site)
    site.assign(OWN, "enforce")
    return site


def write_pack(site: Any, *changes: tuple[str, str]) -> None:
    text = TEXT.replace("id: kr-pipc-thermal-2020", f"id: {OWN}")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    site.write(f"my-packs/{OWN}/pack.yaml", text)


UPGRADE = ('version: "1.0.0"', 'version: "1.1.0"')


def state_of(answer: Any, name: str = OWN) -> str:
    (found,) = (entry for entry in answer.json["entries"] if entry["name"] == name)
    return str(found["state"])


def plan_of(site: Any) -> dict[str, tuple[str, list[str]]]:
    told = site.run("plan", "--format", "json").json
    return {one["change"]["verb"]: (one["mode"], one["blockers"]) for one in told["plan"]["changes"]}


class TestWriting:
    def test_the_first_lock_pins_the_assigned_packs_and_the_plugins(self, guarded: Any) -> None:
        told = guarded.run("policy", "lock", "--by", ROLE, "--format", "json")
        assert 0 == told.code, told.err
        assert {"agrees": True, "written": True, "present": True}.items() <= told.json.items()
        assert {OWN, "vmsguard-onvif"} <= {entry["name"] for entry in told.json["entries"]}
        assert "kr-pipc-thermal-2020" not in {entry["name"] for entry in told.json["entries"]}
        (pack,) = (entry for entry in told.json["entries"] if entry["name"] == OWN)
        assert ("accepted", "1.0.0", ROLE) == (pack["state"], pack["version"], pack["accepted"]["by"])
        assert pack["sha256"] == guarded.run("policy", "show", OWN, "--format", "json").json["digest"]

    def test_nobody_accepts_anything_without_saying_who(self, guarded: Any) -> None:
        told = guarded.run("policy", "lock")
        assert (2, False) == (told.code, (guarded.folder / "vmsguard.lock").exists())
        assert "--by" in told.err
        assert 2 == guarded.run("policy", "lock", "--by", "minji.kim@example.org").code

    def test_an_existing_lock_is_compared_and_not_changed(self, guarded: Any) -> None:
        guarded.run("policy", "lock", "--by", ROLE)
        lock = guarded.folder / "vmsguard.lock"
        before = lock.read_bytes()
        assert 0 == guarded.run("policy", "lock").code
        write_pack(guarded, UPGRADE)
        told = guarded.run("policy", "lock")
        assert (3, before) == (told.code, lock.read_bytes())
        assert f"not-accepted: {OWN} 1.1.0 differs from the locked 1.0.0" in told.out
        assert f"vmsguard policy lock --accept {OWN} --by ROLE" in told.out

    def test_check_writes_nothing_and_fails_without_a_lock(self, guarded: Any) -> None:
        assert 3 == guarded.run("policy", "lock", "--check").code
        assert not (guarded.folder / "vmsguard.lock").exists()
        guarded.run("policy", "lock", "--by", ROLE)
        assert 0 == guarded.run("policy", "lock", "--check").code
        assert 2 == guarded.run("policy", "lock", "--check", "--all", "--by", ROLE).code

    def test_one_upgrade_is_accepted_and_the_rest_stays_as_it_was(self, guarded: Any) -> None:
        guarded.run("policy", "lock", "--by", "role:first")
        write_pack(guarded, UPGRADE)
        told = guarded.run("policy", "lock", "--accept", OWN, "--by", "role:second", "--format", "json")
        assert (0, [OWN], True) == (told.code, told.json["accepted"], told.json["agrees"])
        by = {entry["name"]: entry["accepted"]["by"] for entry in told.json["entries"]}
        assert ("role:second", "role:first") == (by[OWN], by["vmsguard-onvif"])
        assert '"1.1.0"' in (guarded.folder / "vmsguard.lock").read_text()

    def test_a_name_nobody_knows_is_refused_with_a_guess(self, guarded: Any) -> None:
        guarded.run("policy", "lock", "--by", ROLE)
        told = guarded.run("policy", "lock", "--accept", "my-termal", "--by", ROLE)
        assert 2 == told.code
        assert OWN in told.err

    def test_the_same_version_with_another_content_is_named_so(self, guarded: Any) -> None:
        guarded.run("policy", "lock", "--by", ROLE)
        write_pack(guarded, ("severity: critical", "severity: low"))
        told = guarded.run("policy", "lock", "--format", "json")
        assert (3, "edited-in-place") == (told.code, state_of(told))
        assert "was edited in place" in guarded.run("policy", "lock").out

    def test_a_pack_no_longer_in_use_leaves_when_all_is_accepted(self, guarded: Any) -> None:
        guarded.run("policy", "lock", "--by", ROLE)
        guarded.assign("kr-pipc-thermal-2020", "enforce")
        told = guarded.run("policy", "lock", "--format", "json")
        assert (3, "gone", "not-locked") == (told.code, state_of(told), state_of(told, "kr-pipc-thermal-2020"))
        told = guarded.run("policy", "lock", "--all", "--by", ROLE, "--format", "json")
        assert OWN not in {entry["name"] for entry in told.json["entries"]}

    def test_a_lock_edited_by_hand_is_refused_at_its_place(self, guarded: Any) -> None:
        guarded.run("policy", "lock", "--by", ROLE)
        lock = guarded.folder / "vmsguard.lock"
        lock.write_text(lock.read_text().replace("    version:", "    versoin:", 1), encoding="utf-8")
        for command in (("policy", "lock"), ("check",), ("doctor",)):
            told = guarded.run(*command)
            assert 2 == told.code
            assert re.search(r"vmsguard\.lock:\d+:\d+: unknown key 'versoin'", told.err + told.out), told.err

    def test_a_configuration_is_needed(self, site: Any) -> None:
        (site.folder / "vmsguard.yaml").unlink()
        told = site.run("policy", "lock", "--by", ROLE)
        assert (2, True) == (told.code, "vmsguard init" in told.err)


class TestEffect:
    def test_without_a_lock_everything_works_and_doctor_says_so(self, guarded: Any) -> None:
        assert "enforce" == plan_of(guarded)["recording.stop"][0]
        told = guarded.run("doctor")
        assert 0 == told.code
        assert "nothing is locked" in told.out
        guarded.run("policy", "lock", "--by", ROLE)
        assert "nothing is locked" not in guarded.run("doctor").out

    def test_who_removes_the_lock_unlocks_nothing(self, guarded: Any) -> None:
        guarded.run("policy", "lock", "--by", ROLE)
        assert "enforce" == plan_of(guarded)["recording.stop"][0]
        (guarded.folder / "vmsguard.lock").unlink()
        mode, (blocker,) = plan_of(guarded)["recording.stop"]
        assert "propose" == mode
        assert blocker.startswith("not-accepted: a lock was accepted here and vmsguard.lock is gone")
        applied = guarded.run("apply", "--yes", "--confirm-purge", "9", "--format", "json")
        assert 0 == applied.json["run"]["changes_sent"]
        guarded.run("policy", "lock", "--by", ROLE)
        assert ("enforce", []) == plan_of(guarded)["recording.stop"]

    def test_an_upgrade_is_only_proposed_until_it_is_accepted(self, guarded: Any) -> None:
        guarded.run("policy", "lock", "--by", ROLE)
        assert ("enforce", []) == plan_of(guarded)["recording.stop"]
        write_pack(guarded, UPGRADE)
        blocker = f"not-accepted: {OWN} 1.1.0 differs from the locked 1.0.0"
        assert ("propose", [blocker]) == plan_of(guarded)["recording.stop"]
        applied = guarded.run("apply", "--yes", "--confirm-purge", "9", "--format", "json")
        assert 0 == applied.json["run"]["changes_sent"]
        guarded.run("policy", "lock", "--accept", OWN, "--by", ROLE)
        assert ("enforce", []) == plan_of(guarded)["recording.stop"]

    def test_a_plan_that_was_saved_before_the_upgrade_sends_nothing(self, guarded: Any) -> None:
        guarded.run("policy", "lock", "--by", ROLE)
        guarded.run("plan", "-o", "saved.json")
        write_pack(guarded, UPGRADE)
        applied = guarded.run("apply", "saved.json", "--yes", "--confirm-purge", "9", "--format", "json")
        assert 0 == applied.json["run"]["changes_sent"]

    def test_it_is_told_in_the_outcome_the_findings_and_the_doctor(self, guarded: Any) -> None:
        guarded.run("policy", "lock", "--by", ROLE)
        write_pack(guarded, UPGRADE)
        told = guarded.run("check", "--format", "json").json
        (policy,) = told["policies"]
        assert ("1.1.0", "differs") == (policy["version"], policy["lock"])
        assert [(OWN, "not-accepted")] == [
            (one["subject"], one["code"]) for one in told["findings"] if one["code"] == "not-accepted"
        ]
        assert f"finding not-accepted: {OWN} 1.1.0 differs from the locked 1.0.0" in guarded.run("check").out
        doctor = guarded.run("doctor")
        assert (2, True) == (doctor.code, f"{OWN} 1.1.0 differs from the locked 1.0.0" in doctor.out)

    def test_the_evidence_says_what_was_locked_and_by_whom(self, guarded: Any) -> None:
        guarded.run("policy", "lock", "--by", ROLE)
        guarded.run("check")
        write_pack(guarded, UPGRADE)
        guarded.run("check")
        first, second = (one for one in guarded.events() if one["event"] == "policy.applied")
        assert ("accepted", ROLE, "enforce", "") == tuple(
            first.get(key, "") for key in ("lock", "accepted_by", "mode", "locked_version")
        )
        assert ("differs", "propose", "1.0.0", first["sha256"]) == tuple(
            second[key] for key in ("lock", "mode", "locked_version", "locked_sha256")
        )

    def test_the_report_says_that_it_was_only_proposed(self, guarded: Any) -> None:
        guarded.run("policy", "lock", "--by", ROLE)
        write_pack(guarded, UPGRADE)
        guarded.run("check")
        guarded.run("report", "--format", "html", "-o", "r.html")
        page = re.sub(r"<[^>]*>", "", (guarded.folder / "r.html").read_text(encoding="utf-8"))
        assert "Version 1.0.0 was accepted, this one was not; what it asks was only proposed." in page

    def test_a_plugin_that_differs_stops_its_targets_at_a_proposal(self, guarded: Any) -> None:
        guarded.run("policy", "lock", "--by", ROLE)
        lock = guarded.folder / "vmsguard.lock"
        head, _, tail = lock.read_text().partition('"vmsguard-onvif":')
        tail = re.sub(r'version: "[^"]*"', 'version: "0.0.1"', tail, count=1)
        lock.write_text(head + '"vmsguard-onvif":' + re.sub(r"[0-9a-f]{64}", "0" * 64, tail, count=1), encoding="utf-8")
        told = guarded.run("policy", "lock", "--format", "json")
        assert (3, "differs") == (told.code, state_of(told, "vmsguard-onvif"))
        mode, (blocker,) = plan_of(guarded)["recording.stop"]
        assert "propose" == mode
        assert re.fullmatch(r"not-accepted: the plugin vmsguard-onvif \S+ differs from the locked 0\.0\.1", blocker)

    def test_a_broken_lock_stops_every_run_before_a_device_is_asked(self, guarded: Any) -> None:
        (guarded.folder / "vmsguard.lock").write_text("packs: {}\n", encoding="utf-8")
        told = guarded.run("check")
        assert (2, True) == (told.code, "vmsguard.lock:1:1" in told.err)


STATEMENT = """\
apiVersion: vmsguard/v1
kind: Document
metadata: {id: stores}
document:
  kind: vendor-statement
  sha256: 6a2f0c0f3e0f5b1f7d4d5a0a8f3f8f0d1b7e2c9a4c5d6e7f8091a2b3c4d5e6f7
  dated: "2026-11-22"
  issuer: maker
details:
  model: thermal camera (cannot-stop-recording)
  firmware: {from: "1.0", to: "1.9"}
  stores: [{id: onboard, kind: footage}]
"""
GAP = "deletion.periodic: {scope: all, max_gap: PT24H}"


@pytest.fixture
def purging(site: Any, fever: Mapping[str, Any]) -> Any:
    """A camera that cannot be switched off: its footage was deleted under the locked pack, 25 hours ago."""
    site.simulate([{**fever, "persona": "cannot-stop-recording"}])
    site.write("documents/stores.yaml", STATEMENT)
    config = site.folder / "vmsguard.yaml"
    config.write_text(config.read_text().replace("packs: []", "packs: [my-packs/]"), encoding="utf-8")
    write_pack(site)
    site.assign(OWN, "enforce")
    site.run("policy", "lock", "--by", ROLE)
    site.run("apply", "--yes", "--confirm-purge", "9")
    with sqlite3.connect(site.folder / "state.db") as state:
        hours = 25 * 3600 * 1_000_000
        changed = state.execute("UPDATE deletions SET cutoff = cutoff - ?, ended = ended - ?", (hours, hours))
        assert changed.rowcount
    return site


class TestDuties:
    def test_a_deletion_that_is_due_goes_on_while_the_upgrade_waits(self, purging: Any) -> None:
        write_pack(purging, UPGRADE, ("severity: critical", "severity: high"))
        assert ("enforce", []) == plan_of(purging)["footage.purge"]
        assert "goes on: saving-off deletion.periodic\n" in purging.run("policy", "lock").out
        purging.run("apply", "--yes", "--confirm-purge", "9")
        assert "footage.purge" not in plan_of(purging)

    def test_where_the_pack_selects_otherwise_it_goes_on_where_it_was_owed(self, purging: Any) -> None:
        write_pack(purging, UPGRADE, ("  country: KR\n", ""))
        assert ("enforce", []) == plan_of(purging)["footage.purge"]
        with sqlite3.connect(purging.folder / "state.db") as state:
            state.execute("DELETE FROM duties")
        mode, blockers = plan_of(purging)["footage.purge"]
        assert ("propose", [f"not-accepted: {OWN} 1.1.0 differs from the locked 1.0.0"]) == (mode, blockers)

    def test_a_deletion_with_other_parameters_waits_and_says_so_loudly(self, purging: Any) -> None:
        write_pack(purging, UPGRADE, (GAP, GAP.replace("PT24H", "PT12H")))
        told = purging.run("plan", "--format", "json").json
        (purge,) = (one for one in told["plan"]["changes"] if one["change"]["verb"] == "footage.purge")
        assert "propose" == purge["mode"]
        (stopped,) = (one for one in told["findings"] if one["code"] == "duty-stopped")
        assert (OWN, True) == (stopped["subject"], "saving-off (deletion.periodic)" in stopped["message"])
        assert "STOPPED: saving-off deletion.periodic" in purging.run("policy", "lock").out
        purging.run("policy", "lock", "--accept", OWN, "--by", ROLE)
        assert "enforce" == plan_of(purging)["footage.purge"][0]
