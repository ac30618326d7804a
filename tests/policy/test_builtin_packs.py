"""The packs that ship: they load, they fit the schema, and their papers say what they do."""

from __future__ import annotations

import csv
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from vmsguard.model.pack import AllOf, AnyOf, ExceptionGate, ImpossibleGate, Pack
from vmsguard.model.vocabulary import Basis, Force
from vmsguard.policy.builtin import builtin_folder, pack_files
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.load_pack import load_packs, read_pack_file
from vmsguard.policy.schema.document import policy_schema
from vmsguard.policy.syntax.durations import show_span
from vmsguard.policy.syntax.strict_yaml import plain_tree, read_yaml

IDS = (
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
)


@pytest.fixture(scope="module")
def packs(catalogue: Catalogue) -> dict[str, Pack]:
    return dict(load_packs([builtin_folder()], catalogue))


def mapping(pack: str) -> list[dict[str, str]]:
    with (builtin_folder() / pack / "mapping.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def required(pack: Pack) -> set[tuple[str, str]]:
    return {
        (rule.id, requirement.control)
        for rule in pack.rules
        for requirements in (rule.require, *(rung.require for rung in rule.otherwise))
        for requirement in requirements
    }


def test_these_packs_ship(packs: dict[str, Pack]) -> None:
    assert IDS == tuple(packs)


@pytest.mark.parametrize("file", pack_files([builtin_folder()]), ids=lambda file: file.parent.name)
def test_each_lies_in_its_folder_and_loads_without_a_warning(file: Path, catalogue: Catalogue) -> None:
    reading = read_pack_file(file, catalogue)

    assert file.parent.name == reading.pack.id
    assert () == reading.warnings


@pytest.mark.parametrize("file", pack_files([builtin_folder()]), ids=lambda file: file.parent.name)
def test_each_fits_the_schema(file: Path, catalogue: Catalogue) -> None:
    validator = Draft202012Validator(policy_schema(catalogue))

    assert [] == [error.message for error in validator.iter_errors(plain_tree(read_yaml(file)[0]))]


@pytest.mark.parametrize("pack", IDS)
def test_the_mapping_names_every_requirement_and_no_other(pack: str, packs: dict[str, Pack]) -> None:
    rows = mapping(pack)

    assert ["clause", "rule", "control", "force", "confirmed", "note"] == list(rows[0])
    assert required(packs[pack]) == {(row["rule"], row["control"]) for row in rows if row["control"]}
    assert all(row["note"] and row["clause"] for row in rows)
    assert {row["force"] for row in rows} <= {force.value for force in Force}


@pytest.mark.parametrize("pack", IDS)
def test_a_clause_that_no_control_serves_says_so(pack: str) -> None:
    served = {row["clause"] for row in mapping(pack) if row["control"]}
    words = ("No control", "no rule", "scope", "profiles", "No source", "To the Speaker")

    for row in mapping(pack):
        if not row["control"] and row["clause"] not in served:
            assert any(word.lower() in row["note"].lower() for word in words), row


def test_the_thermal_rule_is_mapped_part_by_part() -> None:
    assert {f"K{number}" for number in range(1, 9)} <= {row["clause"] for row in mapping("kr-pipc-thermal-2020")}


def test_the_recommendation_is_mapped_part_by_part() -> None:
    assert {"R1", "R2", "R3"} <= {row["clause"] for row in mapping("kr-nhrck-frt-moratorium-2023")}


@pytest.mark.parametrize("pack", IDS)
def test_no_rule_mixes_law_with_what_is_no_law(pack: str, packs: dict[str, Pack]) -> None:
    """The force of a result is the strongest one cited: a mixture would call a recommendation a breach of law."""
    readings = [profile.cites for profile in packs[pack].profiles.values()] or [{}]
    for rule, cites in product(packs[pack].rules, readings):
        cited = (*rule.cites, *cites.get(rule.id, ()))
        forces = {packs[pack].sources[each.source].force for each in cited} - {Force.ASSUMPTION}
        assert Force.LAW not in forces or {Force.LAW} == forces, rule.id


@pytest.mark.parametrize("pack", IDS)
def test_every_number_of_ours_is_marked_as_an_assumption(pack: str, packs: dict[str, Pack]) -> None:
    """Each rule that an exception may lift says how long at most, and that nobody but us gave the number."""
    found = packs[pack]
    for rule in found.rules:
        for gate in (rung.gate for rung in rule.otherwise):
            if isinstance(gate, ExceptionGate):
                longest = show_span(found.exception_types[gate.exception_type].max_duration)
                cited = [cited for cited in rule.cites if longest in cited.clause]
                assert [Force.ASSUMPTION] == [found.sources[each.source].force for each in cited], rule.id


@pytest.mark.parametrize("pack", [pack for pack in IDS if pack.startswith("kr-")])
def test_a_pack_of_korea_can_be_read_aloud_in_korean(pack: str, packs: dict[str, Pack]) -> None:
    found = packs[pack]
    named = (found, *found.sources.values(), *found.profiles.values(), *found.rules)

    assert [] == [one.title for one in named if not any("가" <= letter <= "힣" for letter in one.native_title)]


def test_saving_that_cannot_be_switched_off_is_deleted_daily(packs: dict[str, Pack]) -> None:
    rule = next(rule for rule in packs["kr-pipc-thermal-2020"].rules if rule.id == "saving-off")
    daily, consented = rule.otherwise

    assert ImpossibleGate(("capability", "refused", "vendor-statement")) == daily.gate
    params: Any = daily.require[0].params
    assert ("all", timedelta(hours=24)) == (params.scope, params.max_gap)
    assert ExceptionGate("storage-inevitable") == consented.gate
    assert {"max"} == set(consented.require[-1].pending)


def test_the_two_readings_differ_in_and_and_or(packs: dict[str, Pack]) -> None:
    profiles = packs["kr-nhrck-frt-moratorium-2023"].profiles
    literal, wide = profiles["literal"].select, profiles["wide"].select

    assert isinstance(literal, AllOf)
    assert isinstance(wide, AnyOf)
    assert set(literal.of) == set(wide.of)


def test_what_is_made_ready_is_asked_for_apart_from_what_is_used(packs: dict[str, Pack]) -> None:
    asked = {
        rule.id: {requirement.control for requirement in rule.require}
        for rule in packs["kr-nhrck-frt-moratorium-2023"].rules[:2]
    }
    used = {"analytics.face.identify.off", "transmission.to_recognition.off", "metadata.recognition_ingest.off"}
    ready = {"analytics.face.identify.not_installed", "analytics.face.library.empty"}

    assert {"no-remote-identification": used, "no-introduction": ready} == asked


def test_an_empty_gallery_is_believed_from_a_read_back_on(packs: dict[str, Pack]) -> None:
    rule = next(rule for rule in packs["kr-nhrck-frt-moratorium-2023"].rules if rule.id == "no-introduction")
    library = next(each for each in rule.require if each.control == "analytics.face.library.empty")

    assert Basis.READ_BACK == library.min_basis


@pytest.mark.parametrize(
    ("pack", "phrases"),
    [
        ("kr-pipc-thermal-2020", ("2020 text read second-hand", "What no pack can prove", "assumption")),
        ("kr-nhrck-frt-moratorium-2023", ("second-hand", "What no pack can prove", "assumption", "literal", "wide")),
        ("us-or-portland-34-10", ("second-hand", "What no pack can prove", "assumption")),
        ("us-ndaa-889-inventory", ("second-hand", "What no pack can prove", "audit")),
        ("au-app-frt", ("second-hand", "What no pack can prove", "assumption")),
        ("in-dpdp", ("second-hand", "What no pack can prove", "assumption", "upcoming")),
        ("cn-frt-2025", ("second-hand", "What no pack can prove", "assumption")),
        ("kr-pipa-fixed-video", ("first-hand", "second-hand", "What no pack can prove", "assumption")),
        ("baseline-security", ("What no pack can prove", "assumption", "audit")),
        (
            "eu-ai-act-art5-rbi",
            ("second-hand", "first-hand", "What no pack can prove", "assumption", "law enforcement alone"),
        ),
        (
            "eu-gdpr-video",
            ("second-hand", "first-hand", "What no pack can prove", "assumption", "`de`", "`fr`", "`lu`"),
        ),
        ("us-tx-cubi", ("first-hand", "What no pack can prove", "assumption", "audit")),
        ("us-il-bipa", ("first-hand", "What no pack can prove", "assumption", "audit")),
        (
            "baseline-retention",
            ("second-hand", "What no pack can prove", "assumption", "eu-72h", "fr-public-1mo", "kr-30d"),
        ),
        ("us-ca-sf-19b", ("second-hand", "What no pack can prove", "not read at all")),
    ],
)
def test_the_readme_says_what_was_read_and_what_cannot_be_proven(pack: str, phrases: tuple[str, ...]) -> None:
    text = (builtin_folder() / pack / "README.md").read_text(encoding="utf-8")

    assert [] == [phrase for phrase in phrases if phrase not in text]
