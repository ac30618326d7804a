"""``vmsguard policy test`` as an author meets it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lxml import etree

from vmsguard.cli.main import cli
from vmsguard.policy.builtin import builtin_folder

PACK = "kr-pipc-thermal-2020"


def call(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["policy", "test", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(builtin_folder() / PACK, tmp_path / PACK))


def test_all_shipped_packs_are_as_meant() -> None:
    done = call("--mutate")
    assert 0 == done.exit_code, done.output
    assert all(line.endswith("0 survive") for line in done.output.splitlines())


def test_a_weakened_pack_is_noticed_and_its_case_named(folder: Path) -> None:
    file = folder / "pack.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("max_gap: PT24H", "max_gap: PT48H"), encoding="utf-8")
    done = call(folder, "--junit", folder / "junit.xml")
    assert 3 == done.exit_code
    assert "it cannot stop, and the last purge is thirty hours old" in done.output
    assert "saving-off: expected fail, is pass" in done.output
    suites = etree.parse(folder / "junit.xml").getroot()
    assert str(len(suites.findall(".//testcase[failure]"))) == suites.find("testsuite").get("failures") == "2"


def test_a_pack_without_tests_is_not_as_meant(folder: Path) -> None:
    (folder / "tests.yaml").unlink()
    done = call(folder)
    assert (3, True) == (done.exit_code, "no tests; write tests.yaml" in done.output)


def test_a_survivor_is_named_with_its_place(folder: Path) -> None:
    file = folder / "tests.yaml"
    text = file.read_text(encoding="utf-8")
    case = text[
        text.index("  - name: a camera in another country") : text.index("  - name: a camera without a thermal")
    ]
    file.write_text(text.replace(case, ""), encoding="utf-8")
    done = call(folder, "--mutate", "--format", "json")
    told = json.loads(done.output)
    assert 3 == done.exit_code
    assert [{"line": 1, "change": "select: country dropped"}] == told["packs"][0]["survivors"]


def test_mistakes_in_the_file_are_usage_errors(folder: Path) -> None:
    file = folder / "tests.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("expect: {saving-off", "expct: {saving-off"), encoding="utf-8"
    )
    done = CliRunner().invoke(cli, ["policy", "validate", str(file)])
    assert 2 == done.exit_code
    assert "unknown key 'expct' in a case" in done.output
