from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from vmsguard.cli.init import write_installation
from vmsguard.cli.policy import policy
from vmsguard.errors import UsageError

PACKS = [
    "au-app-frt",
    "baseline-retention",
    "baseline-security",
    "cn-frt-2025",
    "eu-ai-act-art5-rbi",
    "eu-gdpr-video",
    "in-dpdp",
    "kr-nhrck-frt-moratorium-2023",
    "kr-pipa-fixed-video",
    "kr-pipc-thermal-2020",
    "us-ca-sf-19b",
    "us-il-bipa",
    "us-ndaa-889-inventory",
    "us-or-portland-34-10",
    "us-tx-cubi",
]
MORATORIUM, THERMAL = "kr-nhrck-frt-moratorium-2023", "kr-pipc-thermal-2020"
BROKEN = Path(__file__).parents[1] / "policy" / "data" / "broken"


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(policy, arguments)
    assert code == result.exit_code, (result.output, result.exception)
    return result


def told(*arguments: str, code: int = 0) -> Any:
    return json.loads(run(*arguments, "--format", "json", code=code).stdout)


def test_list_names_every_pack_with_its_force() -> None:
    rows = told("list")["packs"]

    assert PACKS == [row["id"] for row in rows]
    assert ["assumption", "law", "recommendation"] == rows[PACKS.index(MORATORIUM)]["forces"]
    assert all(pack in run("list").output for pack in PACKS)


def test_show_tells_the_content_and_the_digest_it_is_known_by() -> None:
    shown = told("show", THERMAL)

    assert THERMAL == shown["pack"]["metadata"]["id"]
    assert shown["digest"] in run("show", THERMAL).output


def test_an_unknown_pack_is_a_usage_error_with_the_nearest() -> None:
    result = CliRunner().invoke(policy, ["show", "kr-pipc-thermal-2021"])

    assert isinstance(result.exception, UsageError)
    assert "did you mean 'kr-pipc-thermal-2020'?" == result.exception.hint


def test_validate_checks_what_ships_unless_told_otherwise() -> None:
    found = told("validate")

    assert (True, {"Pack": len(PACKS), "PolicyTests": len(PACKS)}) == (found["valid"], found["checked"])
    assert f"checked {len(PACKS)} Pack, {len(PACKS)} PolicyTests: all is well" in run("validate").output


def test_validate_reports_every_mistake_with_place_and_hint_and_exits_2() -> None:
    file = BROKEN / "several-at-once" / "pack.yaml"
    result = run("validate", str(file), code=2)

    assert 4 == result.stderr.count("  next: ")
    assert f"{file}:17:15: severity: unknown value 'severe'" in result.stderr
    assert "checked 1 Pack: 4 mistakes" in result.stderr
    problems = told("validate", str(file), code=2)["problems"]
    assert [10, 17, 21, 25] == [problem["line"] for problem in problems]
    assert {"file", "line", "column", "message", "hint"} == set(problems[0])


def test_validate_reads_inventories_among_the_policy_files(tmp_path: Path) -> None:
    path = tmp_path / "inventory.yaml"
    path.write_text("apiVersion: vmsguard/v1\nkind: Inventory\ncamera: []\n", encoding="utf-8")

    assert ["unknown key 'camera' in kind Inventory"] == [
        problem["message"] for problem in told("validate", str(path), code=2)["problems"]
    ]


def test_the_configurations_own_packs_are_known(tmp_path: Path) -> None:
    pack = (Path(__file__).parents[2] / "policies" / THERMAL / "pack.yaml").read_text(encoding="utf-8")
    folder = tmp_path / "my-packs" / "mine"
    folder.mkdir(parents=True)
    (folder / "pack.yaml").write_text(pack.replace(f"id: {THERMAL}", "id: mine"), encoding="utf-8")
    (tmp_path / "vmsguard.yaml").write_text(
        "apiVersion: vmsguard/v1\nkind: Config\npacks: [my-packs]\n"
        "evidence: {dir: evidence, origin: example.org/here, key: secret://file/keys/evidence.pem}\n"
        "---\napiVersion: vmsguard/v1\nkind: Inventory\n",
        encoding="utf-8",
    )

    assert sorted([*PACKS, "mine"]) == [row["id"] for row in told("list")["packs"]]
    assert {"Config": 1, "Inventory": 1, "Pack": len(PACKS) + 1, "PolicyTests": len(PACKS)} == told("validate")[
        "checked"
    ]


def test_explain_shows_the_readings_side_by_side() -> None:
    output = run("explain", MORATORIUM).output
    header = next(line for line in output.splitlines() if "literal" in line)

    assert "Readings, side by side" in output
    assert "not judged" in output
    assert header.index("literal") < output.index("wide")
    assert {"literal", "wide"} == set(told("explain", MORATORIUM)["profiles"])


def test_explain_takes_one_rule_and_a_language() -> None:
    output = run("explain", f"{THERMAL}/saving-off", "--lang", "ko").output

    assert "기기 자체에 영상을 저장하지 않는다." in output
    assert "sending-off" not in output


def test_schema_goes_to_the_terminal_or_to_a_file(tmp_path: Path) -> None:
    path = tmp_path / "vmsguard.schema.json"
    run("schema", "-o", str(path))

    assert json.loads(run("schema").output) == json.loads(path.read_text(encoding="utf-8"))


def test_a_schema_that_cannot_be_written_is_a_usage_error(tmp_path: Path) -> None:
    result = CliRunner().invoke(policy, ["schema", "-o", str(tmp_path / "none" / "schema.json")])

    assert isinstance(result.exception, UsageError)
    assert result.exception.hint


def test_an_installation_is_checked_with_its_inventory_and_its_lock(tmp_path: Path) -> None:
    write_installation(tmp_path, "vmsguard.example.org/here")
    assert "all is well" in run("validate").output

    (tmp_path / "vmsguard.lock").write_text("apiVersion: vmsguard/v1\nkind: Lock\npakcs: {}\n", encoding="utf-8")
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text(inventory.read_text(encoding="utf-8").replace("targets: []", "targtes: []"), encoding="utf-8")

    problems = told("validate", code=2)["problems"]
    assert {("inventory.yaml", "did you mean 'targets'?"), ("vmsguard.lock", "did you mean 'packs'?")} == {
        (Path(each["file"]).name, each["hint"]) for each in problems
    }
