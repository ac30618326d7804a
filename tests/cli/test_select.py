"""``select``: which cameras a pack is about by the inventory alone, and why not the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

NHRCK = "kr-nhrck-frt-moratorium-2023"
PIPC = "kr-pipc-thermal-2020"
FEVER = {"country": "KR", "modality": "thermal", "visible_face_capture": True, "purpose": "fever-screening"}


@pytest.fixture
def fleet(site: Any) -> Any:
    """Cameras at addresses where nothing is: whoever asked a device would notice."""
    cameras = {
        "fever": FEVER,
        "gate": {**FEVER, "modality": "visible"},
        "untagged": {"country": "KR"},
        **{f"abroad-{number}": {**FEVER, "country": "FR"} for number in range(10)},
    }
    targets = [
        {"id": f"t-{name}", "site": "site-1", "role": "device", "driver": "onvif", "url": "http://127.0.0.1:9/"}
        for name in cameras
    ]
    listed = [
        {
            "id": name,
            "site": "site-1",
            "attributes": attributes,
            "endpoints": [{"target": f"t-{name}", "channels": "all"}],
        }
        for name, attributes in cameras.items()
    ]
    site.write(
        "inventory.yaml", {"apiVersion": "vmsguard/v1", "kind": "Inventory", "targets": targets, "cameras": listed}
    )
    return site


EXPECTED = """\
kr-pipc-thermal-2020: Face-capturing thermal cameras used for fever screening.
By what the inventory states; no device was asked.

  Selected: 1
    - fever
  Nobody knows, so judged and not changed: 1
    - untagged
      modality is not stated by anybody; asked for is thermal or bispectral
      purpose is not stated by anybody; asked for is fever-screening
      visible_face_capture is not stated by anybody; asked for is true
      linked_to_identity is not stated by anybody; asked for is true
  Not selected: 11
    - abroad-0, abroad-1, abroad-2, abroad-3, abroad-4, abroad-5, abroad-6,
      abroad-7 and 2 more
      country is FR; asked for is KR
    - gate
      modality is visible; asked for is thermal or bispectral
"""


def test_who_is_selected_and_why_not_the_others(fleet: Any) -> None:
    answer = fleet.run("select", PIPC)
    assert (0, EXPECTED) == (answer.code, answer.out), answer.err


def test_json_has_every_camera_under_each_reading(fleet: Any) -> None:
    told = fleet.run("select", NHRCK, "--format", "json").json
    assert ["literal", "wide"] == [reading["profile"] for reading in told["readings"]]
    truths = {one["camera"]: one["truth"] for one in told["readings"][0]["cameras"]}
    assert (13, "unknown", "false") == (len(truths), truths["untagged"], truths["abroad-9"])
    (because,) = [one["because"] for one in told["readings"][0]["cameras"] if one["camera"] == "abroad-9"]
    assert [("country", ["FR"], ["KR"])] == [(one["attribute"], one["stated"], one["asked"]) for one in because]


def test_one_reading_one_camera_in_korean(fleet: Any) -> None:
    out = fleet.run("select", NHRCK, "--profile", "wide", "--camera", "abroad-1", "--lang", "ko").out
    assert "국가(country) = FR: 조건은 KR" in out
    assert "literal" not in out


def test_a_rule_of_the_pack_may_select_more_narrowly(fleet: Any, tmp_path: Path) -> None:
    assert 0 == fleet.run("select", f"{PIPC}/saving-off").code


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("kr-pipc-thermal-2021",), "did you mean 'kr-pipc-thermal-2020'?"),
        ((f"{PIPC}/saving-of",), "did you mean 'saving-off'?"),
        ((NHRCK, "--profile", "litral"), "did you mean 'literal'?"),
        ((PIPC, "--camera", "fevr"), "did you mean 'fever'?"),
    ],
)
def test_a_name_nobody_has_is_a_usage_error_with_the_nearest(fleet: Any, arguments: tuple[str, ...], hint: str) -> None:
    answer = fleet.run("select", *arguments)
    assert 2 == answer.code
    assert hint in answer.err


def test_without_a_configuration_there_is_no_inventory(site: Any) -> None:
    (site.folder / "vmsguard.yaml").unlink()
    answer = site.run("select", PIPC)
    assert (2, "") == (answer.code, answer.out)
    assert "vmsguard init" in answer.err
