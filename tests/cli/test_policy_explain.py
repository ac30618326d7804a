"""``policy explain`` on the demo's cameras: whole texts, and never another verdict than ``check``."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

DATA = Path(__file__).parent / "data" / "explain"
PACK = "house-thermal"

NOW = re.compile(r"\(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\)")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
PORT = re.compile(r":\d{4,5}\b")
VARIES = re.compile(r"(clock\.skew_seconds[^:]*|footage\.files[^:]*): -?\d+")


@pytest.fixture
def demo(site: Any, tmp_path: Path) -> Any:
    """The demo's seven cameras and recorder, under a pack that stays as it is."""
    templates = files("vmsguard.cli") / "templates" / "demo"
    text = (templates / "fleet.yaml").read_text(encoding="utf-8")
    storage = tmp_path / "recorded"
    storage.mkdir()
    for name, value in {"HTTP_PORT": "0", "RTSP_PORT": "0", "STORAGE_PATH": str(storage)}.items():
        text = text.replace(name, value)
    fleet = yaml.safe_load(text)
    site.simulate(fleet["groups"], fleet["recorders"])
    site.write("my-packs/house-thermal/pack.yaml", (DATA / "pack" / "pack.yaml").read_text(encoding="utf-8"))
    config = site.folder / "vmsguard.yaml"
    config.write_text(config.read_text(encoding="utf-8").replace("packs: []", "packs: [my-packs]"), encoding="utf-8")
    statement = (templates / "documents" / "vendor-statement.yaml").read_text(encoding="utf-8")
    site.write("documents/stores.yaml", statement.replace("DATED", datetime.now(UTC).date().isoformat()))
    assign(site, "enforce", PACK)
    return site


def assign(site: Any, mode: str, *packs: str) -> None:
    site.write(
        "assignments.yaml",
        {
            "apiVersion": "vmsguard/v1",
            "kind": "Assignment",
            "metadata": {"id": "demo"},
            "sites": ["demo"],
            "packs": [{"pack": pack, "mode": mode, **({"profile": "sense"} if pack == PACK else {})} for pack in packs],
        },
    )


def told(site: Any, *arguments: str, code: int = 0) -> dict[str, Any]:
    answer = site.run("policy", "explain", *arguments, "--format", "json")
    assert code == answer.code, answer.err
    found: dict[str, Any] = answer.json
    return found


def sentences(explained: Mapping[str, Any]) -> str:
    """The sentences as they stand below each other, without what differs from run to run."""
    text = "".join(f"{'  ' * line['level']}{line['text']}\n" for line in explained["sentences"])
    return VARIES.sub(r"\1: N", PORT.sub(":PORT", DAY.sub("DAY", NOW.sub("(NOW)", text))))


def golden(name: str, actual: str) -> None:
    """The text of a file beside this one; ``VMSGUARD_GOLDEN=write`` writes it anew, to be read before it is kept."""
    path = DATA / f"{name}.txt"
    if os.environ.get("VMSGUARD_GOLDEN") == "write":
        path.write_text(actual, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == actual


def test_whole_texts_before_anything_was_changed(demo: Any) -> None:
    for camera, code in {"fever-honest": 0, "gate-1to1": 0, "untagged": 0, "fever-offline": 4}.items():
        golden(camera, sentences(told(demo, camera, code=code)))


def test_whole_text_of_a_fallback_in_both_languages(demo: Any) -> None:
    applied = demo.run("apply", "--yes", "--confirm-purge", "100")
    assert applied.code in (3, 4, 5), applied.err
    for lang in ("en", "ko"):
        golden(f"fever-fixed-{lang}", sentences(told(demo, "fever-fixed", "--rule", "saving-off", "--lang", lang)))
    # In half a year the same proof counts no more, and that is what is said of it.
    with sqlite3.connect(demo.folder / "state.db") as database:
        assert 1 == database.execute("UPDATE impossibility_proofs SET expires = substr(proven_at, 1)").rowcount
    later = sentences(told(demo, "fever-fixed", "--rule", "saving-off"))
    assert "saving-off [critical]: FAIL" in later
    assert "The proof ended on " in later


def results(explained: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Every verdict in an explanation, as ``check`` would list it."""
    for camera in explained["cameras"]:
        yield (camera["camera"], "", "", "", "", camera["verdict"], camera["qualifier"])
        for pack in camera["packs"]:
            for rule in pack["rules"]:
                place = (camera["camera"], pack["pack"], rule["rule"])
                yield (*place, "", "", rule["verdict"], rule["qualifier"])
                if rule["reason"]["code"] == "upcoming":
                    continue  # what it would ask for is explained, and is no result
                for one in (*rule["controls"], *(one for rung in rule["rungs"] for one in rung["asks"])):
                    yield (*place, one["control"], one["place"], one["verdict"], "")


def checked(answer: Any) -> set[tuple[str, ...]]:
    names = ("camera", "pack", "rule", "control", "endpoint", "verdict")
    return {
        (*(one[name] for name in names), "" if one["control"] else one["qualifier"] or "")
        for one in answer.json["results"]
    }


@pytest.mark.slow
def test_no_other_verdict_than_check_before_and_after_apply(demo: Any) -> None:
    """Over all cameras of the demo, rule by rule and control by control, under two packs."""
    assign(demo, "enforce", PACK, "kr-pipc-thermal-2020")
    seen = set()
    for step in ("before", "after"):
        if step == "after":
            applied = demo.run("apply", "--yes", "--confirm-purge", "100")
            assert applied.code in (3, 4, 5), applied.err
        expected = checked(demo.run("check", "--format", "json"))
        explained = [told(demo, f"pack:{pack}", "--camera", "all") for pack in (PACK, "kr-pipc-thermal-2020")]
        assert expected == {one for each in explained for one in results(each)}, step
        seen |= {one[-2:] for one in expected}
    assert {("fail", ""), ("unknown", ""), ("pass", "direct"), ("pass", "fallback"), ("not_applicable", "")} <= seen


def test_nothing_is_recorded_and_nothing_is_remembered(demo: Any) -> None:
    demo.run("check")
    state = demo.folder / "state.db"

    def kept() -> dict[str, list[Any]]:
        with sqlite3.connect(state) as database:
            names = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
            return {name: sorted(map(repr, database.execute(f"select * from {name}"))) for name in names}

    before = (kept(), len(demo.events()))
    told(demo, "plaza")
    assert before == (kept(), len(demo.events()))


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (("fever-honets",), "there is no pack, rule or camera 'fever-honets'", "did you mean 'fever-honest'?"),
        ((PACK, "--rule", "saving-off"), "--rule narrows a camera", f"write {PACK}/RULE instead"),
        (("plaza", "--camera", "untagged"), "--camera goes with a pack or rule", "write one camera, or PACK --camera"),
        ((PACK, "--camera", "plazza"), "--camera: there is no camera 'plazza'", "did you mean 'plaza'?"),
        ((PACK, "--profile", "sense"), "--profile goes with a camera", "all its readings are shown side by side"),
        (("plaza", "--profile", "sens"), "--profile: no pack has a profile 'sens'", "did you mean 'sense'?"),
        (
            ("plaza", "--rule", "saving-of"),
            "there is no pack, rule or camera 'saving-of'",
            "did you mean 'saving-off'?",
        ),
    ],
)
def test_a_slip_is_a_usage_error_with_the_nearest(demo: Any, arguments: Any, message: str, hint: str) -> None:
    answer = demo.run("policy", "explain", *arguments)
    assert (2, "") == (answer.code, answer.out)
    assert message in answer.err
    assert hint in answer.err


def test_a_camera_named_like_a_rule_is_not_guessed(site: Any, fever: Mapping[str, Any]) -> None:
    site.simulate([{**fever, "id": "sending-off"}])
    site.assign("kr-pipc-thermal-2020", "audit")
    answer = site.run("policy", "explain", "sending-off")
    assert 2 == answer.code
    assert "write kr-pipc-thermal-2020/sending-off or camera:sending-off" in answer.err
    assert 0 == site.run("policy", "explain", "camera:sending-off", "--rule", "subject-requests").code
    assert "sending-off [critical]" in site.run("policy", "explain", "rule:sending-off").out


def test_a_pack_can_be_read_while_the_inventory_is_broken(site: Any) -> None:
    site.write("inventory.yaml", "apiVersion: vmsguard/v1\nkind: Inventory\ncamera: []\n")
    assert 0 == site.run("policy", "explain", "kr-pipc-thermal-2020").code
    assert 2 == site.run("policy", "explain", "kr-pipc-thermal-2021").code


def test_a_rule_and_why_it_holds_or_not_are_told_together(site: Any, fever: Mapping[str, Any]) -> None:
    site.simulate([fever])
    site.assign("kr-pipc-thermal-2020", "audit")
    out = site.run("policy", "explain", "saving-off", "--camera", "cam-1").out
    first, _, second = out.partition("Looked at 1 target just now")
    assert "Otherwise it fails." in first
    assert "cam-1 at site-1: FAIL" in second
    assert "in mode audit nothing is planned" in second.replace("\n", " ").replace("  ", " ")
    found = told(site, "saving-off", "--camera", "all")
    assert ("kr-pipc-thermal-2020", False, ["cam-1"]) == (
        found["pack"]["id"],
        found["changed"],
        [camera["camera"] for camera in found["cameras"]],
    )


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_in_a_pipe_it_is_as_wide_as_is_good_to_read_and_without_colour(
    site: Any, fever: Mapping[str, Any], lang: str
) -> None:
    from rich.cells import cell_len

    site.simulate([fever])
    site.assign("kr-pipc-thermal-2020", "propose")
    out = site.run("policy", "explain", "cam-1", "--lang", lang).out
    assert "\x1b" not in out
    assert max(cell_len(line) for line in out.splitlines()) <= 80


def test_a_run_that_is_going_on_is_waited_for_by_the_person(site: Any, fever: Mapping[str, Any]) -> None:
    from vmsguard.state.lock import exclusive_run

    site.simulate([fever])
    site.assign("kr-pipc-thermal-2020", "audit")
    with exclusive_run(site.folder / ".vmsguard.lock"):
        answer = site.run("policy", "explain", "cam-1")
    assert 2 == answer.code
    assert "another run holds" in answer.err
