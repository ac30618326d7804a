"""Options of targets: those that a driver states are the ones an inventory may use, and those its README explains."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vmsguard.errors import Problems
from vmsguard.fleet.assemble_fleet import fleet_of
from vmsguard.fleet.load_config import load_config
from vmsguard.plugin.loader import load_plugins
from vmsguard.run.fleet import Fleet

PLUGINS = Path(__file__).parents[2] / "plugins"
REGISTRY = load_plugins(None)


def load(folder: Path, driver: str, options: str) -> Fleet:
    (folder / "vmsguard.yaml").write_text(
        "apiVersion: vmsguard/v1\nkind: Config\ninventory: [inventory.yaml]\n"
        "evidence: {dir: evidence, origin: example.org/site, key: secret://file/key.pem}\n"
    )
    (folder / "inventory.yaml").write_text(
        "apiVersion: vmsguard/v1\nkind: Inventory\ntargets:\n"
        f"  - {{id: t-1, site: s, role: device, driver: {driver}, url: 'http://192.0.2.1/', options: {options}}}\n"
        "cameras: []\n"
    )
    return fleet_of(load_config(folder / "vmsguard.yaml"), REGISTRY)


@pytest.mark.parametrize(
    ("driver", "options", "problem", "hint"),
    [
        ("onvif", "{event_subscriptions: 'on'}", "no option 'event_subscriptions'", "'event_subscription'"),
        ("onvif", "{event_subscription: 'yes'}", "option event_subscription is 'yes'", "write on or off"),
        ("onvif", "{auth: basic}", "option auth is 'basic'", "write none or wsse or digest or both"),
        ("motion", "{config_write: 'true'}", "option config_write is 'true'", "write allowed"),
        ("zoneminder", "{storage-path: /x}", "no option 'storage-path'", "'storage_path'"),
    ],
)
def test_a_mistyped_option_is_told_with_its_line_and_what_was_meant(
    tmp_path: Path, driver: str, options: str, problem: str, hint: str
) -> None:
    with pytest.raises(Problems) as raised:
        load(tmp_path, driver, options)

    (one,) = raised.value.problems
    assert problem in str(one)
    assert "inventory.yaml:4" in str(one)
    assert hint in one.hint


@pytest.mark.parametrize("driver", sorted(REGISTRY.drivers))
def test_the_options_of_a_driver_are_those_of_its_readme(driver: str) -> None:
    told = (PLUGINS / f"vmsguard-{driver}" / "README.md").read_text()
    table = told[told.index("| option | meaning |") :].partition("\n\n")[0]

    assert set(REGISTRY.drivers[driver].entry.options or ()) == set(re.findall(r"^\| `([a-z_]+)", table, re.MULTILINE))


@pytest.mark.parametrize("driver", sorted(REGISTRY.drivers))
def test_every_value_of_every_option_loads(tmp_path: Path, driver: str) -> None:
    for name, values in (REGISTRY.drivers[driver].entry.options or {}).items():
        for value in values or ("any text",):
            fleet = load(tmp_path, driver, f"{{{name}: '{value}'}}")
            assert {name: value} == dict(fleet.inventory.targets["t-1"].options)
