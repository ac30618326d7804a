"""What one word after ``policy explain`` means, and what is said where it could mean two things."""

from __future__ import annotations

from pathlib import Path

import pytest

from vmsguard.cli.explaining.names import Named, find_named
from vmsguard.errors import UsageError
from vmsguard.model.pack import Pack
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.load_pack import load_packs

FOLDER = Path(__file__).parent / "data" / "explain"


@pytest.fixture(scope="module")
def packs() -> dict[str, Pack]:
    house = load_packs([FOLDER], Catalogue.core())["house-thermal"]
    from msgspec.structs import replace

    return {"house-thermal": house, "other": replace(house, id="other", rules=house.rules[:1])}


@pytest.mark.parametrize(
    ("what", "named"),
    [
        ("house-thermal", Named(pack="house-thermal")),
        ("pack:other", Named(pack="other")),
        ("other/saving-off", Named(pack="other", rule="saving-off")),
        ("rule:other/saving-off", Named(pack="other", rule="saving-off")),
        ("gate-bounded", Named(pack="house-thermal", rule="gate-bounded")),
        ("cam-1", Named(camera="cam-1")),
        ("camera:saving-off", Named(camera="saving-off")),
        ("camera:other", Named(camera="other")),
    ],
)
def test_a_name_that_can_mean_one_thing(packs: dict[str, Pack], what: str, named: Named) -> None:
    assert named == find_named(what, packs, ("cam-1", "saving-off", "other"))


def test_a_camera_and_a_rule_of_one_name_are_both_named_with_how_to_write_each(packs: dict[str, Pack]) -> None:
    with pytest.raises(UsageError) as raised:
        find_named("gate-bounded", packs, ("gate-bounded",))
    assert (
        "'gate-bounded' is a rule of house-thermal (house-thermal/gate-bounded) and a camera of the inventory "
        "(camera:gate-bounded)"
    ) == raised.value.message
    assert "write house-thermal/gate-bounded or camera:gate-bounded" == raised.value.hint


def test_a_rule_of_two_packs_needs_its_pack(packs: dict[str, Pack]) -> None:
    with pytest.raises(UsageError) as raised:
        find_named("saving-off", packs, ())
    assert "write house-thermal/saving-off or other/saving-off" == raised.value.hint


@pytest.mark.parametrize("written", ["pack:other", "house-thermal/gate-bounded", "camera:cam-1"])
def test_how_a_name_is_written_is_read_again(packs: dict[str, Pack], written: str) -> None:
    assert written == find_named(written, packs, ("cam-1",)).written


@pytest.mark.parametrize(
    ("what", "message", "hint"),
    [
        ("cam-11", "there is no pack, rule or camera 'cam-11'", "did you mean 'cam-1'?"),
        ("camera:cam-2", "there is no camera 'cam-2'", "did you mean 'cam-1'?"),
        ("other/saving-of", "there is no pack, rule or camera 'other/saving-of'", "did you mean 'saving-off'?"),
        ("othr/saving-off", "there is no pack, rule or camera 'othr/saving-off'", "did you mean 'other'?"),
        ("site:hq", "'site:hq' names nothing", "before a colon stands pack, rule or camera"),
    ],
)
def test_a_name_nobody_has(packs: dict[str, Pack], what: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as raised:
        find_named(what, packs, ("cam-1",))
    assert (message, hint) == (raised.value.message, raised.value.hint)
