"""``vmsguard inventory``: what a file would add, what it adds, and that nothing is written over or made up."""

from __future__ import annotations

import io
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console

from vmsguard.cli.init import write_installation
from vmsguard.cli.inventory_list import show_inventory
from vmsguard.cli.main import main
from vmsguard.fleet.load_inventory import load_inventory
from vmsguard.model.inventory import EndpointRef, LoginRefs
from vmsguard.model.vocabulary import Role

Run = Callable[..., tuple[int, str, str]]

CANDIDATES = """\
apiVersion: vmsguard/v1
kind: Candidates
asked_at: '2026-11-22T10:00:00+00:00'
candidates:
- {id: cam-1, driver: onvif, address: 192.0.2.7, url: 'http://192.0.2.7/onvif/device_service', names: [Kim]}
- {id: cam-2, driver: onvif, address: 192.0.2.8, url: 'http://192.0.2.8:8000/x', site: north, groups: [fever-gates],
   attributes: {space: public, masks_required: true}}
- {id: cam-3, driver: onvif, address: 192.0.2.9, url: '', warnings: ['it names another host']}
- {id: cam-4, driver: onvif, address: 192.0.2.10, url: 'http://192.0.2.10/onvif/device_service'}
"""
ENROLLED = """
---
apiVersion: vmsguard/v1
kind: Inventory
targets: [{id: t-old, site: s, role: device, driver: onvif, url: "https://192.0.2.10/"}]
cameras: [{id: cam-old, site: s, endpoints: [{target: t-old, channels: all}]}]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with one camera, and candidates beside it."""
    write_installation(tmp_path, "vmsguard.example.org/d")
    with (tmp_path / "inventory.yaml").open("a", encoding="utf-8") as file:
        file.write(ENROLLED)
    (tmp_path / "found.yaml").write_text(CANDIDATES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main(["inventory", *arguments])
        told = capsys.readouterr()
        return int(stopped.value.code or 0), told.out, told.err

    return command


LOGINS = ("--login", "secret://env/CAM_READ", "--change-login", "secret://env/CAM_ADMIN")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_import_shows_what_it_would_add_and_writes_nothing(run: Run, folder: Path) -> None:
    before = contents(folder)

    code, out, _ = run("import", "found.yaml", "--site", "seoul", *LOGINS)

    assert (0, before) == (code, contents(folder))
    assert "+   - id: t-cam-1\n+     site: seoul\n+     role: device\n" in out
    assert "left out: http://192.0.2.10/onvif/device_service (found.yaml:9): enrolled already as t-old" in out
    assert "left out: 192.0.2.9 (found.yaml:8): it names no address of its own\n  next: write its address" in out
    assert "2 cameras would be added; nothing was written. To write: --output FILE" in out


@pytest.mark.parametrize("into", ["inventory.yaml", "new.yaml"])
def test_what_is_added_loads_with_what_is_there(run: Run, folder: Path, into: str) -> None:
    before = (folder / "inventory.yaml").read_bytes()
    os.chmod(folder / "inventory.yaml", 0o604)

    code, out, _ = run("import", "found.yaml", "--site", "seoul", *LOGINS, "-o", into)

    loaded = load_inventory({folder / "inventory.yaml", folder / into})
    assert 0 == code
    assert {"t-old", "t-cam-1", "t-cam-2"} == set(loaded.targets)
    one, two = loaded.targets["t-cam-1"], loaded.targets["t-cam-2"]
    assert ("seoul", Role.DEVICE, "onvif") == (one.site, one.role, one.driver)
    assert LoginRefs("secret://env/CAM_READ", "secret://env/CAM_ADMIN") == one.login
    assert ("north", "http://192.0.2.8:8000/x") == (two.site, two.url)
    assert (EndpointRef("t-cam-1", ("all",)),) == loaded.cameras["cam-1"].endpoints
    assert {} == loaded.cameras["cam-1"].attributes
    group = {"modality": "thermal", "visible_face_capture": True, "purpose": "fever-screening"}
    assert group | {"space": "public", "masks_required": True} == {
        name: attribute.value for name, attribute in loaded.cameras["cam-2"].attributes.items()
    }
    assert (folder / "inventory.yaml").read_bytes().startswith(before)
    assert 0o604 == stat.S_IMODE((folder / "inventory.yaml").stat().st_mode)
    if into == "new.yaml":
        assert (folder / into).read_text().startswith("# yaml-language-server: $schema=vmsguard.schema.json\n# 2 cam")
        assert "next: name new.yaml under inventory:" in out
    else:
        assert "under inventory:" not in out
    assert [] == [name for name in contents(folder) if "/." in name]
    assert "Kim" not in (folder / into).read_text()


def test_importing_twice_adds_nothing_the_second_time(run: Run, folder: Path) -> None:
    run("import", "found.yaml", "--site", "seoul", "-o", "inventory.yaml")
    before = contents(folder)

    code, out, _ = run("import", "found.yaml", "--site", "seoul", "-o", "inventory.yaml")

    assert (0, before, True) == (code, contents(folder), out.endswith("nothing to add\n"))


def test_a_camera_that_moved_is_told_and_not_added_again(run: Run, folder: Path) -> None:
    run("import", "found.yaml", "--site", "seoul", "-o", "inventory.yaml")
    (folder / "found.yaml").write_text(CANDIDATES.replace("192.0.2.7", "192.0.2.77"), encoding="utf-8")

    _, out, _ = run("import", "found.yaml", "--site", "seoul")

    assert "cam-1 is enrolled already, at another address\n  next: if it moved, change its url" in out


def test_json_says_what_is_new_and_what_was_left_out(run: Run) -> None:
    _, out, _ = run("import", "found.yaml", "--site", "seoul", "--format", "json")

    told: dict[str, Any] = json.loads(out)
    assert ["cam-1", "cam-2"] == [one["id"] for one in told["new"]]
    assert ["found.yaml:8", "found.yaml:9"] == [one["place"] for one in told["left_out"]]
    assert "" == told["written"]


def test_the_json_of_discover_is_imported_as_well(run: Run, folder: Path) -> None:
    (folder / "found.json").write_text(json.dumps(yaml.safe_load(CANDIDATES)), encoding="utf-8")

    _, out, _ = run("import", "found.json", "--site", "seoul", "--format", "json")

    assert ["cam-1", "cam-2"] == [one["id"] for one in json.loads(out)["new"]]


CSV = """\
address,id,site,groups,attributes
192.0.2.20,cam-a,seoul,fever-gates,space=public; masks_required=true
https://192.0.2.21:8443/onvif/x,,seoul,,
2001:db8::5,cam-c,seoul,,
192.0.2.10:8080,cam-d,seoul,,acme/floor=3
"""


def test_a_table_is_imported(run: Run, folder: Path) -> None:
    (folder / "list.csv").write_text(CSV, encoding="utf-8-sig")

    _, out, _ = run("import", "list.csv", "--format", "json")

    told = json.loads(out)["new"]
    assert [
        ("cam-a", "http://192.0.2.20/onvif/device_service"),
        ("cam-09a5d8bc8e", "https://192.0.2.21:8443/onvif/x"),
        ("cam-c", "http://[2001:db8::5]/onvif/device_service"),
        ("cam-d", "http://192.0.2.10:8080/onvif/device_service"),
    ] == [(one["id"], one["url"]) for one in told]
    assert {"space": "public", "masks_required": True} == told[0]["attributes"]
    assert {"acme/floor": "3"} == told[3]["attributes"]
    assert ["at the host of t-old: another device, or another port of the same"] == told[3]["notes"]


def test_everything_that_a_table_says_loads_again(run: Run, folder: Path) -> None:
    (folder / "list.csv").write_text(CSV, encoding="utf-8")
    run("import", "list.csv", "-o", "inventory.yaml")

    loaded = load_inventory([folder / "inventory.yaml"])

    assert "3" == loaded.cameras["cam-d"].attributes["acme/floor"].value
    assert "http://[2001:db8::5]/onvif/device_service" == loaded.targets["t-cam-c"].url


MISTAKES = {
    "no site": ("address\n192.0.2.1\n", "x.csv:2: no site is stated"),
    "unknown column": ("address,sit\n192.0.2.1,s\n", "x.csv:1:1: unknown column 'sit'"),
    "no address column": ("id,site\na,s\n", "x.csv:1:1: the first line names the columns"),
    "empty": ("", "x.csv:1:1: the first line names the columns"),
    "no address": ("address,site\n,s\n", "x.csv:2:1: a row without an address"),
    "address with a login": ("address,site\nhttp://u:p@192.0.2.1/,s\n", "x.csv:2: not an http or https address"),
    "address with a path": ("address,site\n192.0.2.1/x,s\n", "x.csv:2: address: not a host"),
    "unknown group": ("address,site,groups\n192.0.2.1,s,fever-gate\n", "x.csv:2: unknown group 'fever-gate'"),
    "unknown attribute": ("address,site,attributes\n192.0.2.1,s,spaces=public\n", "unknown attribute 'spaces'"),
    "unknown value": ("address,site,attributes\n192.0.2.1,s,space=open\n", "space: unknown value 'open'"),
    "no attribute": ("address,site,attributes\n192.0.2.1,s,public\n", "'public' is no attribute"),
    "id twice": ("address,id,site\n192.0.2.1,a,s\n192.0.2.2,a,s\n", "x.csv:3: the id a is taken on line 2"),
    "address twice": ("address,id,site\n192.0.2.1,a,s\n192.0.2.1,b,s\n", "x.csv:3: its address stands on line 2"),
    "bad id": ("address,id,site\n192.0.2.1,Cam A,s\n", "'Cam A' is not an id"),
    "control character": ("address,site\n192.0.2.1\x1b[2J,s\n", "x.csv:2:1: address: characters that cannot be seen"),
    "too many cells": ("address,site\n192.0.2.1,s,x\n", "x.csv:2:1: 3 cells under 2 columns"),
    "open quote": ('address,site\n"192.0.2.1,s\n', "x.csv:2: not CSV"),
    "semicolons": ("address;site\n192.0.2.1;s\n", "x.csv:1: its columns are parted by semicolons"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_in_a_table_is_told_where_it_stands(run: Run, folder: Path, case: str) -> None:
    text, told = MISTAKES[case]
    (folder / "x.csv").write_text(text, encoding="utf-8")
    before = contents(folder)

    code, out, err = run("import", "x.csv", "-o", "inventory.yaml")

    assert (2, "", before) == (code, out, contents(folder))
    assert told in err
    assert "\x1b" not in err
    assert "next:" in err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("kind: Inventory\napiVersion: vmsguard/v1\ncandidates: []\n", "unknown value 'Inventory'"),
        ("apiVersion: vmsguard/v1\nkind: Candidates\n", "needs the key 'candidates'"),
        ("[]", "expected a map, found a list"),
        ("a: [", "not YAML"),
        ("", "expected one document, found 0"),
        (
            'apiVersion: vmsguard/v1\nkind: Candidates\ncandidates: [{address: "a\\e[2J"}]\n',
            "characters that cannot be seen",
        ),
        ("apiVersion: vmsguard/v1\nkind: Candidates\ncandidates: [{address: 192.0.2.1, sites: s}]\n", "unknown key"),
        (
            "apiVersion: vmsguard/v1\nkind: Candidates\ncandidates: [{address: 192.0.2.1, url: 5}]\n",
            "url: expected text",
        ),
    ],
)
def test_a_mistake_in_candidates_is_told(run: Run, folder: Path, text: str, told: str) -> None:
    (folder / "x.yaml").write_text(text, encoding="utf-8")

    code, _, err = run("import", "x.yaml", "--site", "s")

    assert 2 == code
    assert told in err
    assert "\x1b" not in err


def test_a_secret_in_place_of_its_reference_is_not_repeated(run: Run) -> None:
    code, out, err = run("import", "found.yaml", "--site", "s", "--login", "admin:only-for-tests-77")

    assert (2, True, False) == (code, "--login: a secret is given by reference" in err, "77" in out + err)


def test_a_file_that_is_no_inventory_is_not_added_to(run: Run, folder: Path) -> None:
    (folder / "notes.txt").write_text("my notes: [\n", encoding="utf-8")
    before = contents(folder)

    code, _, err = run("import", "found.yaml", "--site", "s", "-o", "notes.txt")

    assert (2, before, True) == (code, contents(folder), "notes.txt:" in err)


def test_a_folder_that_cannot_be_written_is_told(run: Run, folder: Path) -> None:
    code, _, err = run("import", "found.yaml", "--site", "s", "-o", "no/such/folder.yaml")

    assert (2, True) == (code, "folder.yaml cannot be written: No such file or directory" in err)


def test_without_a_configuration_there_is_nothing_to_add_to(run: Run, folder: Path) -> None:
    (folder / "vmsguard.yaml").unlink()

    code, _, err = run("list")

    assert (2, True) == (code, "there is no configuration here" in err)


def test_diff_tells_new_enrolled_and_missing(run: Run, folder: Path) -> None:
    _, out, _ = run("diff", "found.yaml")
    (folder / "one.csv").write_text("address\n192.0.2.10:81\n192.0.2.99\n")
    _, other, _ = run("diff", "one.csv", "--format", "json")

    assert [
        "+ http://192.0.2.7/onvif/device_service: not enrolled",
        "+ http://192.0.2.8:8000/x: not enrolled",
        "+ 192.0.2.9: not enrolled",
        "= http://192.0.2.10/onvif/device_service: enrolled (t-old)",
        "3 not enrolled, 0 perhaps, 1 enrolled, 0 targets not in found.yaml",
    ] == out.splitlines()
    told = json.loads(other)
    assert [("192.0.2.10:81", ["t-old"])] == [(one["address"], one["targets"]) for one in told["unknown"]]
    assert (["192.0.2.99"], []) == ([one["address"] for one in told["new"]], told["missing"])


def test_diff_names_targets_that_the_file_lacks(run: Run, folder: Path) -> None:
    (folder / "one.csv").write_text("address\n192.0.2.99\n")

    _, out, _ = run("diff", "one.csv")

    assert "- t-old: enrolled, not in one.csv\n" in out


def test_list_tells_targets_and_cameras(run: Run) -> None:
    _, out, _ = run("list")
    _, as_json, _ = run("list", "--format", "json")

    assert "cam-old" in out
    assert "1 target, 1 camera" in out
    assert [["t-old"], ["cam-old"]] == [
        [one["id"] for one in json.loads(as_json)[what]] for what in ("targets", "cameras")
    ]


@pytest.mark.parametrize("width", [40, 80, 140])
def test_the_list_is_whole_at_every_width(folder: Path, width: int) -> None:
    console = Console(file=io.StringIO(), width=width, highlight=False)

    show_inventory(console, load_inventory([folder / "inventory.yaml"]))

    assert isinstance(console.file, io.StringIO)
    told = console.file.getvalue()
    assert max(len(line.rstrip()) for line in told.splitlines()) <= width
    for text in ("cam-old", "t-old: all", "none: judged and never written to"):
        assert text in " ".join(told.split())


@pytest.mark.parametrize(
    ("most", "into", "hint"),
    [
        (500, "new.yaml", "import them in parts, each into a file of its own"),
        (4000, "inventory.yaml", "name a file that is not there yet with --output"),
    ],
)
def test_no_file_is_written_that_is_larger_than_what_can_be_read(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, most: int, into: str, hint: str
) -> None:
    enough = (folder / "inventory.yaml").stat().st_size
    assert 500 < enough < 4000
    with (folder / "inventory.yaml").open("a", encoding="utf-8") as file:
        file.write("#" * (3900 - enough) + "\n")
    before = contents(folder)
    monkeypatch.setattr("vmsguard.policy.syntax.strict_yaml.MAX_BYTES", most)

    code, _, err = run("import", "found.yaml", "--site", "seoul", *LOGINS, "--output", into)

    assert (2, before) == (code, contents(folder))
    assert f"an inventory file has at most {most}" in err
    assert hint in err
