"""A fleet judged in many small batches says what one judged at once says, in the outcome and in the evidence."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from vmsguard.cli.installation import new_run_id, open_installation, run_with_equipment
from vmsguard.controls.clock import SecurityTimeSync
from vmsguard.controls.device_clock import CLOCK
from vmsguard.evidence.problems import Level
from vmsguard.evidence.record import ENVELOPE
from vmsguard.evidence.trust import load_trust
from vmsguard.evidence.verifying.verify import verify_directory
from vmsguard.model.clock import SystemClock
from vmsguard.run.check import run_check

FEVER = {"country": "KR", "modality": "thermal", "visible_face_capture": True, "purpose": "fever-screening"}
PLAZA = {"country": "KR", "modality": "visible", "space": "public", "operator": "public-institution"}
PACKS = ("kr-pipc-thermal-2020", "kr-nhrck-frt-moratorium-2023", "baseline-security")

_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)|-?\d+ s\b")
"""Instants, and by how much a device's clock is off, which each run measures anew."""
_OF_ONE_LOG = {*ENVELOPE, "replies", "reply_bytes"} - {"event"}
"""Members of a record in which two logs of the same fleet differ; digests of replies cover the devices' clocks."""


def _groups() -> list[dict[str, Any]]:
    fever = {"thermal": True, "storages": [], "attributes": FEVER}
    plaza = {"rules": ["tt:FaceRecognition", "tt:LineDetector"], "attributes": PLAZA}
    owned = {"recorder": "rec-a", "rtsp": True, "managed_by": "rec-a"}
    return [
        {"id": "a-owned-{n}", "name": "a-owned", "count": 3, "site": "site-a", **owned, **fever},
        {"id": "a-fixed", "site": "site-a", "persona": "cannot-stop-recording", **fever},
        {"id": "a-liar", "site": "site-a", "persona": "acknowledges-everything", **fever},
        {"id": "a-silent", "site": "site-a", "persona": "silent", **fever},
        {"id": "a-two", "site": "site-a", "channels": 2, "webrtc": ["wss://192.0.2.8/signal"], **plaza},
        {"id": "b-alone-{n}", "name": "b-alone", "count": 4, "site": "site-b", **plaza},
        {"id": "b-lure", "site": "site-b", "persona": "wrong-xaddr", "rtsp": True, **fever},
        {"id": "b-untagged", "site": "site-b", "attributes": {"country": "KR"}},
        {"id": "b-ill", "site": "site-b", "persona": "fabricates-empty-lists", **fever},
        {"id": "b-kept", "site": "site-b", "persona": "retention-only", "recorder": "rec-b", "rtsp": True, **fever},
    ]


@pytest.fixture
def folder(site: Any, tmp_path: Path) -> Path:
    """An installation of two sites: shared channels, recorders with channels nobody claims, holds, one hung camera."""
    recorders = [{"id": "rec-a", "site": "site-a"}, {"id": "rec-b", "site": "site-b"}]
    simulator = site.simulate(_groups(), recorders)
    inventory = simulator.inventory()
    # Two cameras on one channel, one camera nobody can look at, and a recorder's channel that nobody claims.
    shared = {"target": "t-b-alone-2", "channels": ["all"]}
    cameras = {camera["id"]: camera for camera in inventory["cameras"]}
    cameras["b-alone-1"]["endpoints"].append({**shared, "channels": "all"})
    cameras["b-kept"]["endpoints"] = cameras["b-kept"]["endpoints"][:1]
    inventory["cameras"].append({"id": "b-paper", "site": "site-b", "groups": ["b-alone"], "endpoints": []})
    site.write("inventory.yaml", inventory)
    _assign(site, PACKS, "enforce")
    now = datetime.now(UTC)
    site.write(
        "holds/h.yaml",
        {
            "apiVersion": "vmsguard/v1",
            "kind": "Hold",
            "metadata": {"id": "hold-1"},
            "case_reference": "case-17",
            "cameras": ["a-owned-1", "a-two", "b-kept"],
            "window": {"from": _told(now - timedelta(hours=9)), "until": _told(now - timedelta(hours=8))},
            "author": "role:site-manager",
            "approver": "role:privacy-officer",
            "starts": _told(now - timedelta(hours=1)),
            "review_on": (now + timedelta(days=30)).date().isoformat(),
        },
    )
    return Path(site.folder)


def _told(at: datetime) -> str:
    return at.replace(microsecond=0).isoformat()


def _assign(site: Any, packs: tuple[str, ...], mode: str) -> None:
    told = [{"pack": pack, "mode": mode, **({"profile": "literal"} if "frt" in pack else {})} for pack in packs]
    head = {"apiVersion": "vmsguard/v1", "kind": "Assignment", "metadata": {"id": "test"}}
    site.write("assignments.yaml", {**head, "sites": ["site-a", "site-b"], "packs": told})


def _run(folder: Path, at_once: int, command: str) -> dict[str, Any]:
    installation = open_installation(folder / "vmsguard.yaml")
    outcome = run_with_equipment(
        installation,
        lambda equipment: run_check(
            installation.fleet,
            equipment,
            new_run_id(SystemClock()),
            command=command,
            show_plan=command == "plan",
            at_once=at_once,
        ),
    )
    told = json.loads(json.dumps(outcome.as_json(), default=str))
    del told["evidence"]
    return dict(_without_times(told))


def _without_times(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get("name") == CLOCK:
            value = {**value, "shows": "SECONDS"}
        if value.get("control") == SecurityTimeSync.id:  # the log keeps "0 s" as it is, and a digest of "-1 s"
            value = {**value, "found": "SECONDS"}
        return {key: _without_times(one) for key, one in value.items() if key not in ("id", "made_at", "facts_digest")}
    if isinstance(value, list):
        return [_without_times(one) for one in value]
    return _TIME.sub("TIME", value) if isinstance(value, str) else value


def _differences(expected: Any, actual: Any, at: str = "") -> list[tuple[str, Any, Any]]:
    """Where two values differ; whole objects of a fleet's size tell nobody anything."""
    if type(expected) is not type(actual) or not isinstance(expected, dict | list):
        return [] if expected == actual else [(at, expected, actual)]
    if len(expected) != len(actual):
        return [(f"{at}: length", expected, actual)]
    pairs = expected.items() if isinstance(expected, dict) else enumerate(expected)
    return [each for key, one in pairs for each in _differences(one, _at(actual, key), f"{at}/{key}")]


def _at(value: Any, key: Any) -> Any:
    return value.get(key) if isinstance(value, dict) else value[key]


def _records(folder: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    for segment in sorted((folder / "evidence" / "log").glob("*.jsonl")):
        for line in segment.read_text().splitlines():
            record: Mapping[str, Any] = json.loads(line)
            if record["event"] == "log.opened":  # tells the root of what was there
                continue
            kept = {key: value for key, value in record.items() if key not in _OF_ONE_LOG}
            found[json.dumps(_without_times(kept), sort_keys=True)] += 1
    return found


def test_many_small_batches_say_what_one_says(site: Any, folder: Path, tmp_path: Path) -> None:
    small, whole = tmp_path / "small", tmp_path / "whole"
    for copy in (small, whole):
        shutil.copytree(folder, copy)
    # First with nothing remembered, then with what the first run left, then with less asked than before.
    for command, packs, mode in (("check", PACKS, "enforce"), ("plan", PACKS, "enforce"), ("plan", PACKS[:2], "audit")):
        _assign(site, packs, mode)
        for copy in (small, whole):
            shutil.copy(folder / "assignments.yaml", copy)
        in_small, at_once = _run(small, 1, command), _run(whole, 10_000, command)
        for member, expected in at_once.items():
            assert [] == _differences(expected, in_small[member]), member
        assert {"fail", "unknown"} <= {entry["verdict"] for entry in at_once["results"]}
    few, many = _records(small), _records(whole)
    assert ([], []) == (sorted((few - many).elements()), sorted((many - few).elements()))
    codes = {entry["code"] for entry in at_once["findings"]}
    assert {"asks-less", "unclaimed-channel", "needs-attributes"} <= codes, codes
    for copy in (small, whole):
        report = verify_directory(copy / "evidence", trust=load_trust(copy / "trust.policy"), now=SystemClock().now())
        assert (0, []) == (report.exit_code, [one for one in report.problems if one.level is not Level.NOTICE])
