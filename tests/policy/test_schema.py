from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from vmsguard.cli.file_schema import file_schema
from vmsguard.errors import Problems
from vmsguard.policy.builtin import builtin_folder
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.schema.document import policy_schema, schema_text
from vmsguard.policy.syntax.strict_yaml import parse_yaml, plain_tree, read_yaml

LIMIT = 150_000
LANGUAGE = Path(__file__).parents[2] / "docs" / "policy-language.md"

ONLY_THE_LOADER = {
    "agent-executor-without-server",
    "agent-health-by-name",
    "agent-hub-keys-are-one",
    "agent-sweep-without-pause",
    "assignment-id-twice",
    "assignment-pack-twice",
    "authorisation-asked-for-after-the-end",
    "config-twice",
    "country-no-unquoted",
    "country-not-a-code",
    "document-covers-nothing",
    "document-expires-before-its-date",
    "document-id-twice",
    "document-in-no-timezone",
    "exception-for-unknown-pack",
    "exception-for-unknown-rule",
    "exception-lifts-what-its-rung-requires",
    "exception-of-unknown-type",
    "exception-starts-as-it-expires",
    "exception-type-does-not-ask-retention",
    "exception-type-lifts-nothing-required",
    "exception-type-objective-without-objectives",
    "exception-type-of-another-rule",
    "exception-type-rejection-without-request",
    "expires-before-start",
    "freeze-ends-before-it-starts",
    "freeze-excepts-unknown-control",
    "from-exception-outside-exception",
    "from-profile-months-where-exact",
    "from-profile-name-unknown",
    "from-profile-no-values",
    "from-profile-number",
    "from-profile-value-missing",
    "from-profile-value-unused",
    "from-profile-without-profiles",
    "from-profile-zero",
    "hold-ends-before-it-starts",
    "hold-nobody-reviews",
    "hold-review-not-after-the-last",
    "hold-reviewed-too-late",
    "hold-self-approved",
    "hold-window-empty",
    "inventory-camera-elsewhere",
    "inventory-camera-twice",
    "inventory-country-no",
    "inventory-site-in-no-timezone",
    "inventory-target-twice",
    "inventory-unknown-group",
    "inventory-unknown-target",
    "missing-profile",
    "no-such-day",
    "notifications-mail-unencrypted",
    "notifications-route-twice",
    "other-version",
    "profile-cites-unknown-rule",
    "profile-cites-unknown-source",
    "profile-cites-what-the-rule-cites",
    "profile-of-none",
    "retention-kept-longer-than-allowed",
    "retention-of-two-rules-that-exclude-each-other",
    "reviewed-backwards",
    "rule-id-twice",
    "rung-requires-what-it-replaces",
    "source-ends-before-it-starts",
    "span-longer-than-a-century",
    "tests-case-twice",
    "tests-of-another-pack",
    "tests-profile-of-none",
    "tests-scene-like-itself",
    "tests-unknown-exception-type",
    "tests-unknown-rule",
    "tests-unknown-scene",
    "time-unquoted-as-text",
    "unknown-exception-type",
    "unknown-pack",
    "unknown-profile",
    "unknown-source",
    "unknown-timezone",
}
"""Broken files whose mistake lies between two places, in the calendar, or in missing quotes."""

BROKEN = Path(__file__).parent / "data" / "broken"


@pytest.fixture(scope="module")
def schema(catalogue: Catalogue) -> dict[str, Any]:
    return policy_schema(catalogue)


@pytest.fixture(scope="module")
def every_kind(catalogue: Catalogue) -> Draft202012Validator:
    """The schema as it is written to a file."""
    return Draft202012Validator(json.loads(file_schema(catalogue)))


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if schema.get("type") == "object" and "properties" in schema:
            yield schema
        for child in schema.values():
            yield from objects(child)
    elif isinstance(schema, list):
        for child in schema:
            yield from objects(child)


def test_it_is_a_schema(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)


def test_editors_can_load_it(schema: dict[str, Any], catalogue: Catalogue) -> None:
    text = schema_text(catalogue)

    assert len(text.encode()) < LIMIT
    assert schema == json.loads(text)


def test_nothing_in_it_is_open(schema: dict[str, Any]) -> None:
    root, *inner = objects(schema)

    assert "allOf" in root
    assert inner
    assert [] == [each for each in inner if each.get("additionalProperties") is not False]


def test_it_refers_to_nothing_that_is_not_there(schema: dict[str, Any]) -> None:
    text = json.dumps(schema)

    assert set(re.findall(r'"\$ref": "#/\$defs/([^"]+)"', text)) <= set(schema["$defs"])


def test_every_control_is_offered_with_its_parameters(schema: dict[str, Any], catalogue: Catalogue) -> None:
    *bare, called = schema["$defs"]["requirement"]["anyOf"]

    offered = {each["const"]: each["description"] for each in bare}
    assert set(catalogue.controls) == set(called["properties"])
    assert {name: catalogue.controls[name].says["en"] for name in offered} == offered
    assert set(catalogue.controls) - set(offered) == {
        name for name, call in called["properties"].items() if "required" in call
    }
    periodic = called["properties"]["deletion.periodic"]
    assert {"scope", "max_gap", "min_basis"} == set(periodic["properties"])
    assert ["max_gap"] == periodic["required"]


def trees() -> Iterator[tuple[str, list[Any]]]:
    """The broken files that are YAML: what an editor can validate at all."""
    for folder in sorted(BROKEN.iterdir()):
        files = [path for path in folder.iterdir() if path.name != "expected.txt"]
        file = next((path for path in files if path.name == "tests.yaml"), files[0])
        try:
            documents = parse_yaml(file.read_bytes(), file=str(file))
        except Problems:
            continue
        if documents:
            yield folder.name, [plain_tree(document) for document in documents]


@pytest.mark.parametrize(("case", "documents"), list(trees()))
def test_what_the_schema_can_see_it_refuses(case: str, documents: list[Any], every_kind: Draft202012Validator) -> None:
    refused = not all(every_kind.is_valid(document) for document in documents)

    assert (case not in ONLY_THE_LOADER) == refused


def test_most_mistakes_are_seen_in_the_editor() -> None:
    cases = {case for case, _ in trees()}

    assert set() == ONLY_THE_LOADER - cases
    assert len(cases - ONLY_THE_LOADER) >= 120


def test_every_file_that_ships_fits(every_kind: Draft202012Validator) -> None:
    files = sorted(builtin_folder().rglob("*.yaml"))
    found = {
        str(file): [error.message for error in every_kind.iter_errors(plain_tree(document))]
        for file in files
        for document in read_yaml(file)
    }

    assert {str(file): [] for file in files} == found


def test_every_key_at_the_top_of_a_file_is_explained(schema: dict[str, Any]) -> None:
    text = LANGUAGE.read_text(encoding="utf-8")
    kinds = [schema["$defs"][kind] for kind in ("Pack", "Assignment", "Exception", "Document", "rule")]
    keys = {key for kind in kinds for key in kind["properties"]}

    assert [] == sorted(key for key in keys if f"`{key}`" not in text)
