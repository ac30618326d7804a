"""What the page about the language shows is what the loader reads."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from vmsguard.policy.attributes import ATTRIBUTES
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.details import DETAILS
from vmsguard.policy.read_pack import GRANT_FIELDS
from vmsguard.policy.validate import validate

PAGE = (Path(__file__).parents[2] / "docs" / "policy-language.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_are_valid(example: str, catalogue: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "example.yaml"
    path.write_text(example, encoding="utf-8")

    found = validate([path], catalogue, today=date(2026, 11, 22))

    assert () == found.problems + found.warnings


def test_there_is_an_example_of_every_kind() -> None:
    assert {"Assignment", "Document", "Exception", "Freeze", "Hold", "Pack"} == set(
        re.findall(r"^kind: (\w+)", "\n".join(EXAMPLES), re.M)
    )


@pytest.mark.parametrize("name", sorted({*ATTRIBUTES, *GRANT_FIELDS, *DETAILS}))
def test_every_name_is_told(name: str) -> None:
    assert re.search(rf"\b{re.escape(name)}\b", PAGE)
