"""The reference pages say what the code says: every command, option, control, fact and verb."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import click
import pytest
from click.testing import CliRunner

from vmsguard.controls.catalogue import CORE_CONTROLS
from vmsguard.model.changes import CORE_VERBS
from vmsguard.model.fact_catalogue import CORE_FACTS

DOCS = Path(__file__).parents[2] / "docs"


def _build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_build", DOCS / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


build = _build()
PAGES: dict[str, Callable[[], str]] = build.PAGES
COMMANDS: dict[str, click.Command] = dict(build.commands())


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_code_gives(name: str) -> None:
    assert PAGES[name]() == (DOCS / name).read_text(encoding="utf-8"), "run make docs"


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_documented_with_its_options(name: str) -> None:
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    _, _, rest = page.partition(f" vmsguard {name}\n")
    section = rest.partition("\n## ")[0].partition("\n### ")[0]
    options = [option for option in COMMANDS[name].params if isinstance(option, click.Option)]

    assert section
    assert [] == [option.opts[0] for option in options if f"`{option.opts[0]}`" not in section]


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_and_option_says_what_it_does(name: str) -> None:
    options = [option for option in COMMANDS[name].params if isinstance(option, click.Option)]

    assert COMMANDS[name].help
    assert [] == [option.opts[0] for option in options if not option.help]


@pytest.mark.parametrize("name", [name for name, command in COMMANDS.items() if not isinstance(command, click.Group)])
def test_each_command_has_a_test_that_calls_it(name: str, root: Path, files: tuple[Path, ...]) -> None:
    group, word = name.split()[0], name.split()[-1]
    tests = [path for path in files if path.name.startswith("test_") and path.parts[:2] != ("tests", "meta")]
    texts = [(root / path).read_text(encoding="utf-8") for path in tests]
    asked = (f'"{group}"', f"vmsguard.cli.{group}")

    named = [text for text in texts if any(one in text for one in asked)]

    assert any(word == group or f'"{word}"' in text for text in named)


def test_each_control_fact_and_verb_is_documented() -> None:
    controls = (DOCS / "controls.md").read_text(encoding="utf-8")
    facts = (DOCS / "facts.md").read_text(encoding="utf-8")

    assert [] == [name for name in CORE_CONTROLS if f"## {name}\n" not in controls]
    assert [] == [name for name in (*CORE_FACTS, *CORE_VERBS) if f"| `{name}` |" not in facts]


def test_every_control_says_its_sentence_in_both_languages() -> None:
    assert [] == [name for name, control in CORE_CONTROLS.items() if {"en", "ko"} - set(control.says)]


def test_the_schema_for_editors_stays_small() -> None:
    printed = CliRunner().invoke(COMMANDS["policy schema"]).output

    assert "$defs" in printed
    assert len(printed.encode()) < 150_000
