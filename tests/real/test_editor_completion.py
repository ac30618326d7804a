"""What an editor says of policy files, asked of the language server that editors run: mistakes, completion, hover."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from yaml_language_server import LanguageServer, running_language_server

from vmsguard.cli.init import FILES, write_installation
from vmsguard.policy.builtin import builtin_folder
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.params import param_fields

POLICIES = builtin_folder()
SHIPPED = sorted(POLICIES.rglob("*.yaml"))
FOLDER = POLICIES / "kr-pipc-thermal-2020"
PACK = (FOLDER / "pack.yaml").read_text(encoding="utf-8")
BARE = "      - storage.edge.off"
"""A line of the pack that requires a control without parameters."""

CONTROLS = Catalogue.core().controls


@pytest.fixture(scope="module")
def editor() -> Iterator[LanguageServer]:
    with running_language_server(POLICIES) as server:
        yield server


def instead(written: str) -> tuple[str, int, int]:
    """The pack with something else in place of a requirement, and the place where the typing stopped."""
    before, _, after = PACK.partition(BARE)
    begun = before + written
    return begun + after, begun.count("\n") + 1, len(begun.rpartition("\n")[2]) + 1


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize("file", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nothing_that_ships_is_underlined(file: Path, editor: LanguageServer) -> None:
    assert [] == editor.open(file.read_text(encoding="utf-8"), file.parent).problems


def test_nothing_that_init_writes_is_underlined(tmp_path: Path, editor: LanguageServer) -> None:
    write_installation(tmp_path, "vmsguard.example.org/here")

    for name in FILES:
        assert [] == editor.open((tmp_path / name).read_text(encoding="utf-8"), tmp_path).problems, name


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("severity: critical", "severity: criticl"),
        ("storage.edge.off", "storage.egde.off"),
        ("max_gap: PT24H", "max_gab: PT24H"),
        ("scope: all", "scope: al"),
        ("exception_types:", "exception_type:"),
        ("country: KR", "county: KR"),
        ("max_duration: P180D", "max_duration: 180"),
    ],
)
def test_a_typo_is_underlined_in_its_line(right: str, wrong: str, editor: LanguageServer) -> None:
    text = PACK.replace(right, wrong, 1)
    assert text != PACK

    problems = editor.open(text, FOLDER).problems

    assert {line_of(text, wrong)} == {line for line, _ in problems}, problems


@pytest.mark.parametrize("written", ["      - ", "      - sto"])
def test_under_require_every_control_is_offered_with_its_sentence(written: str, editor: LanguageServer) -> None:
    text, line, column = instead(written)
    offered = editor.open(text, FOLDER).complete(line, column)

    assert {name: control.says["en"] for name, control in CONTROLS.items()} == {
        name: offered.get(name, "not offered") for name in CONTROLS
    }


@pytest.mark.parametrize("control", ["deletion.periodic", "retention.max", "documents.consent"])
def test_under_a_control_its_parameters_are_offered(control: str, editor: LanguageServer) -> None:
    text, line, column = instead(f"      - {control}:\n          ")
    offered = editor.open(text, FOLDER).complete(line, column)

    assert {*param_fields(CONTROLS[control].Params), "min_basis"} <= set(offered)
    assert set(CONTROLS) & set(offered) == set()


def test_the_words_a_parameter_takes_are_offered(editor: LanguageServer) -> None:
    text, line, column = instead("      - deletion.periodic:\n          scope: ")

    assert {"all", "destinations"} <= set(editor.open(text, FOLDER).complete(line, column))


def test_hover_says_what_a_control_means(editor: LanguageServer) -> None:
    shown = editor.open(PACK, FOLDER)

    for name in ("storage.edge.off", "deletion.periodic"):
        line = line_of(PACK, f"- {name}")
        column = PACK.splitlines()[line - 1].index(name) + 3
        assert CONTROLS[name].says["en"] in shown.hover(line, column)


def test_at_the_top_of_a_file_its_own_keys_are_offered(editor: LanguageServer) -> None:
    head = PACK.partition("metadata:")[0]
    offered = editor.open(head, FOLDER).complete(head.count("\n") + 1, 1)

    assert {"metadata", "sources", "select", "profiles", "rules", "exception_types"} <= set(offered)
    assert set() == {"cases", "targets", "cameras"} & set(offered)
