"""A site's own packs and controls, from the first file to the verdict, as the page about the language tells it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from vmsguard.policy.syntax.strict_yaml import plain_tree, read_yaml

PAGE = (Path(__file__).parents[2] / "docs" / "policy-language.md").read_text(encoding="utf-8")

PACK = """\
apiVersion: vmsguard/v1
kind: Pack
metadata:
  id: acme-doors
  version: "1.0.0"
  title: Cameras at the doors of Acme
  timezone: Asia/Seoul
  reviewed: {on: "2026-01-10", next: "2199-01-10"}
sources:
  house: {title: House rule 7, force: assumption, from: "2026-01-01"}
  act: {title: An act that is still to come, force: law, from: "2198-05-14"}
  former: {title: An ordinance that ended, force: ordinance, from: "2020-01-01", until: "2026-01-01"}
select: {purpose: fever-screening}
rules:
  - id: no-recording
    title: Nothing is recorded in the camera
    severity: high
    cites: [{source: house, clause: "1"}]
    require: [storage.edge.off]
  - id: no-faces
    title: Nobody is recognised
    severity: high
    cites: [{source: act, clause: "9"}]
    require: [storage.edge.off]
  - id: no-streams
    title: Nothing is sent
    severity: low
    cites: [{source: former, clause: "2"}]
    require: [transmission.stream.off]
"""

TESTS = """\
apiVersion: vmsguard/v1
kind: PolicyTests
pack: acme-doors
now: "2026-06-01T12:00:00+09:00"
scenes:
  still: {attributes: {purpose: fever-screening}, device: {recording.jobs: [{id: j, active: false}]}}
  records: {like: still, device: {recording.jobs: [{id: j, active: true}]}}
  dark: {like: still, device: {recording.jobs: unknown}}
cases:
  - name: it does not record
    like: still
    expect: {no-recording: pass, no-faces: {verdict: not_applicable, reason: upcoming}}
  - {name: it records, like: records, expect: {no-recording: fail}}
  - {name: nobody knows, like: dark, expect: {no-recording: unknown}}
  - name: once the act is in force
    like: records
    now: "2198-05-14T00:00:00+09:00"
    expect: {no-faces: fail}
  - name: the evening before
    like: records
    now: "2198-05-13T23:59:59+09:00"
    expect: {no-faces: {verdict: not_applicable, reason: upcoming}}
  - {name: then it does not record, like: still, now: "2198-06-01T00:00:00+09:00", expect: {no-faces: pass}}
  - {name: then nobody knows, like: dark, now: "2198-06-01T00:00:00+09:00", expect: {no-faces: unknown}}
  - name: the ordinance has ended
    like: records
    expect: {no-streams: {verdict: not_applicable, reason: lapsed}}
  - name: while the ordinance was in force it streamed
    like: still
    now: "2025-06-01T00:00:00+09:00"
    device: {stream.services: [{id: rtsp, kind: media, enabled: true}]}
    expect: {no-streams: fail}
  - name: while the ordinance was in force it did not
    like: still
    now: "2025-06-01T00:00:00+09:00"
    device: {stream.services: []}
    expect: {no-streams: pass}
  - name: while it was in force nobody knew
    like: still
    now: "2025-06-01T00:00:00+09:00"
    expect: {no-streams: unknown}
"""


@pytest.fixture
def own(site: Any, fever: Mapping[str, Any]) -> Any:
    """A site with one fever camera, and a pack of its own in a folder of its own."""
    site.simulate([fever])
    config = site.folder / "vmsguard.yaml"
    config.write_text(config.read_text().replace("packs: []", "packs: [my-packs/]"), encoding="utf-8")
    site.write("my-packs/acme-doors/pack.yaml", PACK)
    site.write("my-packs/acme-doors/tests.yaml", TESTS)
    site.assign("acme-doors", "enforce")
    return site


class TestPacks:
    def test_a_pack_of_ones_own_is_validated_tested_and_explained(self, own: Any) -> None:
        validated = own.run("policy", "validate")
        assert (0, "") == (validated.code, validated.err)
        tested = own.run("policy", "test", "acme-doors", "--format", "json")
        assert 0 == tested.code, tested.out
        assert 0 == own.run("policy", "test", "my-packs/acme-doors").code
        assert "acme-doors" in {pack["id"] for pack in own.run("policy", "list", "--format", "json").json["packs"]}
        assert 0 == own.run("policy", "show", "acme-doors").code
        assert "Cameras at the doors of Acme" in own.run("policy", "explain", "acme-doors").out

    def test_it_is_judged_and_enforced_like_any_other(self, own: Any) -> None:
        told = own.run("check", "--format", "json")
        assert 3 == told.code
        result = told.result("cam-1", rule="no-recording")
        assert ("fail", "assumption", "house 1") == (result["verdict"], result["force"], result["clause"])
        own.run("apply", "--yes", "--confirm-purge", "9")
        assert "pass" == own.run("check", "--format", "json").result("cam-1", rule="no-recording")["verdict"]

    def test_edge_case_7_what_is_to_come_is_shown_and_counts_for_nothing(self, own: Any) -> None:
        told = own.run("plan", "--format", "json")
        coming = [{"pack": "acme-doors", "rule": "no-faces", "from": "2198-05-14", "today": {"fail": 1}}]
        assert coming == [{key: one[key] for key in ("pack", "rule", "from", "today")} for one in told.json["upcoming"]]
        assert ["cam-1"] == told.json["upcoming"][0]["would_fail"]
        result = told.result("cam-1", rule="no-faces")
        assert ("not_applicable", "upcoming") == (result["verdict"], result["reason"].partition(":")[0])
        causes = {cause["rule"] for one in told.json["plan"]["changes"] for cause in one["causes"]}
        assert {"no-recording"} == causes
        assert (1, 2) == (told.json["summary"]["fail"], told.json["summary"]["not_applicable"])
        shown = own.run("check").out
        assert "upcoming acme-doors/no-faces from 2198-05-14; today it would be: 1 fail" in shown
        records = {one["rule"]: one for one in own.events() if one["event"] == "rule.applied"}
        assert ("upcoming", "2198-05-14") == (records["no-faces"]["standing"], records["no-faces"]["starts"])
        assert ("lapsed", None) == (records["no-streams"]["standing"], records["no-recording"].get("standing"))
        own.run("report", "--format", "html", "-o", "r.html")
        page = (own.folder / "r.html").read_text(encoding="utf-8")
        assert re.search(r"Not in force yet: it binds from (<[^>]*>)*2198-05-14", page)
        assert "No longer in force: the texts it rests on have ended." in page
        verified = {
            one["rule"]: one["reason_code"] for one in own.events() if one["event"] == "verify" and "rule" in one
        }
        assert ("upcoming", "lapsed") == (verified["no-faces"], verified["no-streams"])

    def test_edge_case_37_a_pack_past_its_review_is_applied_and_says_so_everywhere(self, own: Any) -> None:
        own.write("my-packs/acme-doors/pack.yaml", PACK.replace("2199-01-10", "2026-02-10"))
        notice = "acme-doors 1.0.0 was to be read again by 2026-02-10; it is applied all the same"
        for command in (("check",), ("plan",), ("policy", "list"), ("policy", "show", "acme-doors")):
            assert f"review overdue {notice}" in " ".join(own.run(*command).out.split()), command
        checked = own.run("check", "--format", "json")
        (policy,) = checked.json["policies"]
        assert (True, "2026-02-10") == (policy["review_overdue"], policy["reviewed_next"])
        assert "fail" == checked.result("cam-1", rule="no-recording")["verdict"]
        validated = own.run("policy", "validate", "my-packs")
        assert 0 == validated.code
        assert re.search(r"acme-doors/pack\.yaml:8(:\d+)?: warning: acme-doors was to be read again", validated.err)
        assert f"review overdue {notice}" in " ".join(own.run("apply", "--yes", "--confirm-purge", "9").out.split())
        report = own.run("report", "--format", "html", "-o", "r.html")
        assert report.code in (0, 3), report.err
        assert "that day has passed" in (own.folder / "r.html").read_text(encoding="utf-8")

    def test_a_pack_may_count_its_days_where_the_site_is_and_doctor_says_where_nobody_knows(self, own: Any) -> None:
        own.write("my-packs/acme-doors/pack.yaml", PACK.replace("timezone: Asia/Seoul", "timezone: site"))
        told = own.run("doctor")
        assert (0, True) == (told.code, "site-1: acme-doors counts its days in UTC there" in told.out)
        inventory = own.folder / "inventory.yaml"
        text = inventory.read_text(encoding="utf-8")
        inventory.write_text(text + "sites: {site-1: {timezone: Asia/Seoul}}\n", encoding="utf-8")
        assert "time zone" not in own.run("doctor").out

    def test_the_version_an_assignment_insists_on(self, own: Any) -> None:
        text = (own.folder / "assignments.yaml").read_text()
        own.write("assignments.yaml", text.replace("mode: enforce", 'mode: enforce\n  version: "2.0.0"'))
        told = own.run("check")
        assert 2 == told.code
        assert re.search(r"assignments\.yaml:\d+:\d+: acme-doors is here in version 1\.0\.0, not 2\.0\.0", told.err)

    def test_one_id_in_two_folders_names_both_files(self, own: Any) -> None:
        config = own.folder / "vmsguard.yaml"
        config.write_text(config.read_text().replace("[my-packs/]", "[my-packs/, more/]"), encoding="utf-8")
        own.write("more/acme-doors/pack.yaml", PACK)
        told = own.run("check")
        assert 2 == told.code
        assert "more/acme-doors/pack.yaml:1" in told.err
        assert "my-packs/acme-doors/pack.yaml" in told.err


CONTROLS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0]
WITH_OWN = PACK.replace("require: [storage.edge.off]", "require: [{acme/recording.jobs.few: {most: 0}}]", 1)


@pytest.fixture
def acme(own: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The same with the plugin of the page installed beside, and the pack requiring its control."""
    folder = tmp_path / "site-packages"
    info = folder / "acme_controls-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "acme_controls.py").write_text(CONTROLS, encoding="utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-controls\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[vmsguard]\nacme = acme_controls\n", encoding="utf-8")
    (info / "RECORD").write_text("acme_controls.py,,\nacme_controls-1.0.dist-info/METADATA,,\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    own.write("my-packs/acme-doors/pack.yaml", WITH_OWN)
    own.plugin = folder / "acme_controls.py"
    yield own
    sys.modules.pop("acme_controls", None)


class TestControls:
    def test_a_control_of_ones_own_judges_through_the_command_line(self, acme: Any) -> None:
        validated = acme.run("policy", "validate")
        assert (0, "") == (validated.code, validated.err)
        told = acme.run("check", "--format", "json")
        result = told.result("cam-1", "acme/recording.jobs.few")
        assert ("fail", "acme/too-many-jobs: 1 jobs are there") == (result["verdict"], result["reason"])
        assert 0 == acme.run("evidence", "verify", "--trust", "trust.policy").code

    def test_the_schema_of_the_site_knows_it(self, acme: Any) -> None:
        schema = json.loads(acme.run("policy", "schema").out)
        assert "acme/recording.jobs.few" in json.dumps(schema)
        validator = Draft202012Validator(schema)
        pack = acme.folder / "my-packs" / "acme-doors" / "pack.yaml"
        assert [] == list(validator.iter_errors(plain_tree(read_yaml(pack)[0])))
        pack.write_text(WITH_OWN.replace("{most: 0}", "{mots: 0}"), encoding="utf-8")
        assert list(validator.iter_errors(plain_tree(read_yaml(pack)[0])))

    def test_it_is_shown_and_explained_in_its_own_words(self, acme: Any) -> None:
        assert "acme/recording.jobs.few" in acme.run("policy", "show", "acme-doors").out
        assert "The camera keeps few recording jobs" in acme.run("policy", "explain", "acme-doors/no-recording").out
        assert "녹화 작업 수를 적게 유지한다" in acme.run("policy", "explain", "acme-doors", "--lang", "ko").out

    def test_a_mistake_in_its_name_or_parameters_is_found_with_a_guess(self, acme: Any) -> None:
        acme.write("my-packs/acme-doors/pack.yaml", WITH_OWN.replace("jobs.few: {most", "jobs.fwe: {most"))
        told = acme.run("policy", "validate")
        assert (2, True) == (told.code, "acme/recording.jobs.few" in told.err)
        acme.write("my-packs/acme-doors/pack.yaml", WITH_OWN.replace("{most: 0}", "{most: many}"))
        told = acme.run("policy", "validate")
        assert (2, True) == (told.code, "most: expected a whole number" in told.err)

    def test_without_the_plugin_the_pack_does_not_load(self, acme: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("VMSGUARD_PLUGINS", "vmsguard_onvif.plugin")
        told = acme.run("check")
        assert 2 == told.code
        assert "acme-doors/pack.yaml:19" in told.err

    def test_a_plugin_that_was_edited_holds_back_what_its_controls_ask(self, acme: Any) -> None:
        told = acme.run("policy", "lock", "--by", "role:it-admin", "--format", "json")
        assert "acme-controls" in {entry["name"] for entry in told.json["entries"]}
        acme.plugin.write_text(CONTROLS + "\n# edited\n", encoding="utf-8")
        told = acme.run("policy", "lock", "--check", "--format", "json")
        assert 3 == told.code
        (entry,) = (one for one in told.json["entries"] if one["name"] == "acme-controls")
        assert ("edited-in-place", True) == (entry["state"], entry["held_back"])
        findings = acme.run("check", "--format", "json").json["findings"]
        assert ["acme-controls"] == [one["subject"] for one in findings if one["code"] == "not-accepted"]
