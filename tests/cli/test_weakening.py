"""Edge case 27 over the command line: what takes a camera out of scope is in the evidence, with who decided it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from vmsguard.policy.builtin import builtin_folder

OWN = "my-thermal"
TEXT = (builtin_folder() / "kr-pipc-thermal-2020" / "pack.yaml").read_text(encoding="utf-8")


@pytest.fixture
def guarded(site: Any, fever: Mapping[str, Any]) -> Any:
    """Two fever cameras under a pack of the site's own, judged once."""
    site.simulate([fever, {**fever, "id": "cam-2"}])
    config = site.folder / "vmsguard.yaml"
    config.write_text(config.read_text().replace("packs: []", "packs: [my-packs/]"), encoding="utf-8")
    write_pack(site)
    site.assign(OWN, "enforce")
    site.run("policy", "lock", "--by", "role:privacy-officer")
    site.run("check")
    return site


def write_pack(site: Any, *changes: tuple[str, str]) -> None:
    text = TEXT.replace("id: kr-pipc-thermal-2020", f"id: {OWN}")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    site.write(f"my-packs/{OWN}/pack.yaml", text)


def weakened(site: Any) -> list[tuple[str, list[str], str]]:
    found = [one for one in site.events() if one["event"] == "policy.weakened"]
    return [(one["code"], one.get("cameras", []), one.get("author", "")) for one in found]


def retag(site: Any, camera: str, **attributes: Any) -> None:
    inventory = site.folder / "inventory.yaml"
    told = yaml.safe_load(inventory.read_text())
    for one in told["cameras"]:
        if one["id"] == camera:
            one["attributes"] = {**one.get("attributes", {}), **attributes}
    site.write("inventory.yaml", told)


def test_the_first_run_and_an_equal_one_say_nothing(guarded: Any) -> None:
    guarded.run("check")
    assert [] == weakened(guarded)
    assert [] == [one for one in guarded.events() if one["event"] == "scope.changed"]


def test_edge_case_27_a_tag_that_takes_a_camera_out_of_scope_is_recorded_once(guarded: Any) -> None:
    retag(guarded, "cam-2", purpose="shop")
    told = guarded.run("check", "--format", "json").json["findings"]
    (shown,) = (one for one in told if one["code"] == "asks-less")
    assert (OWN, True) == (shown["subject"], shown["message"].endswith("concerns them no more: cam-2"))
    told = guarded.run("check", "--format", "json").json["findings"]
    assert [] == [one for one in told if one["code"] == "asks-less"]
    assert [("attributes-changed", ["cam-2"], "")] == weakened(guarded)


def test_edge_case_27_a_selector_is_recorded_with_who_accepted_it(guarded: Any) -> None:
    write_pack(guarded, ("country: KR", "country: FR"), ('version: "1.0.0"', 'version: "1.1.0"'))
    guarded.run("policy", "lock", "--accept", OWN, "--by", "role:it-admin")
    guarded.run("check")
    assert [("selection-changed", ["cam-1", "cam-2"], "role:it-admin")] == weakened(guarded)


def test_a_selector_nobody_accepted_has_no_author(guarded: Any) -> None:
    write_pack(guarded, ("country: KR", "country: FR"))
    guarded.run("check")
    assert [("selection-changed", ["cam-1", "cam-2"], "")] == weakened(guarded)


def test_another_assignment_and_a_lower_mode_are_recorded(guarded: Any) -> None:
    guarded.assign(OWN, "audit")
    guarded.run("check")
    guarded.assign("kr-pipc-thermal-2020", "enforce")
    guarded.run("check")
    both = ["cam-1", "cam-2"]
    assert [("mode-lowered", both, ""), ("unassigned", both, "")] == weakened(guarded)


def test_a_run_of_one_camera_forgets_none_of_the_others(guarded: Any) -> None:
    retag(guarded, "cam-2", purpose="shop")
    guarded.run("check", "--limit", "cam-1")
    assert [] == weakened(guarded)
    guarded.run("check")
    assert [("attributes-changed", ["cam-2"], "")] == weakened(guarded)


def test_a_camera_that_leaves_the_inventory_is_named(guarded: Any) -> None:
    inventory = guarded.folder / "inventory.yaml"
    told = yaml.safe_load(inventory.read_text())
    told["cameras"] = [one for one in told["cameras"] if one["id"] == "cam-1"]
    guarded.write("inventory.yaml", told)
    guarded.run("check")
    (changed,) = (one for one in guarded.events() if one["event"] == "scope.changed")
    assert (["cam-2"], 1, 1) == (changed["gone"], changed["removed"], changed["total"])
    assert [] == weakened(guarded)


def test_a_pack_that_asks_less_is_recorded_rule_by_rule(guarded: Any) -> None:
    write_pack(guarded, ("      - storage.external.off\n", ""))
    shown = " ".join(guarded.run("check").out.split())
    assert "a rule no longer requires: storage.external.off (saving-off): my-thermal" in shown
    (told,) = (one for one in guarded.events() if one["event"] == "policy.weakened")
    assert ("control-dropped", "saving-off", "storage.external.off") == (told["code"], told["rule"], told["control"])


def test_the_log_with_all_of_it_verifies(guarded: Any) -> None:
    retag(guarded, "cam-2", purpose="shop")
    guarded.run("check")
    assert 0 == guarded.run("evidence", "verify", "--trust", "trust.policy").code
