from __future__ import annotations

from pathlib import Path

import pytest

from vmsguard.controls.catalogue import CORE_CONTROLS
from vmsguard.errors import PluginError, Problems
from vmsguard.model.fact_catalogue import CORE_FACTS, FactSpec
from vmsguard.policy.attributes import ATTRIBUTES, read_attribute
from vmsguard.policy.builtin import builtin_folder
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.load_pack import load_pack
from vmsguard.policy.syntax.reading import Reader
from vmsguard.policy.syntax.strict_yaml import Node


def test_the_core_catalogue_is_the_cores_own(catalogue: Catalogue) -> None:
    assert (CORE_CONTROLS, CORE_FACTS) == (catalogue.controls, catalogue.facts)
    assert (builtin_folder(),) == catalogue.pack_folders
    assert builtin_folder().is_dir()


def test_what_plugins_bring_can_be_named(catalogue: Catalogue, sample: str, tmp_path: Path) -> None:
    fact = FactSpec(name="acme/shutter.closed", meaning="the shutter is closed")
    more = catalogue.extended(facts=[fact], pack_folders=[tmp_path])
    path = tmp_path / "pack.yaml"
    path.write_text(sample.replace("    require:\n", "    when: {acme/shutter.closed: false}\n    require:\n", 1))

    assert (builtin_folder(), tmp_path) == more.pack_folders
    assert {"acme/shutter.closed": False} == load_pack(path, more).rules[0].when
    with pytest.raises(Problems):
        load_pack(path, catalogue)


def test_a_plugin_cannot_take_a_core_name(catalogue: Catalogue) -> None:
    with pytest.raises(PluginError):
        catalogue.extended(controls=[CORE_CONTROLS["storage.edge.off"]])
    with pytest.raises(PluginError):
        catalogue.extended(facts=[CORE_FACTS["recording.jobs"]])


@pytest.mark.parametrize(
    ("name", "value", "problems"),
    [
        ("modality", "thermal", 0),
        ("modality", "termal", 1),
        ("records", True, 0),
        ("records", "yes", 1),
        ("country", "KR", 0),
        ("country", "kr", 1),
        ("modalty", "thermal", 1),
        ("my-site/floor", 3, 0),
        ("my-site/", "x", 1),
        ("vendor", "Acme", 0),
        ("vendor", 3, 1),
    ],
)
def test_attributes_are_closed_unless_prefixed(name: str, value: bool | int | str, problems: int) -> None:
    reader = Reader("f.yaml")
    read = read_attribute(reader, name, Node(value, 1, 1))

    assert problems == len(reader.problems)
    if not problems:
        assert value == read


def test_every_attribute_says_what_it_means() -> None:
    assert all(spec.meaning and not (spec.values and spec.boolean) for spec in ATTRIBUTES.values())
