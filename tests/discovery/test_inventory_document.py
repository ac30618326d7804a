"""Whatever is imported loads again as it was stated, and a file is written whole or stays as it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.errors import Problems, UsageError
from vmsguard.fleet.candidates_file import ImportEntry
from vmsguard.fleet.enrolled_addresses import EnrolledAddresses, Enrolment
from vmsguard.fleet.inventory_document import inventory_document
from vmsguard.fleet.load_inventory import load_inventory
from vmsguard.fleet.plan_import import ImportDefaults, NewCamera, plan_import
from vmsguard.fleet.write_whole import add_to, write_new
from vmsguard.model.inventory import Inventory, LoginRefs, Target
from vmsguard.model.vocabulary import Role

IDS = st.from_regex(r"[a-z0-9][a-z0-9.-]{0,12}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20).filter(str.strip)
ATTRIBUTES = st.fixed_dictionaries(
    {},
    optional={
        "space": st.sampled_from(["public", "staff-only", "private"]),
        "masks_required": st.booleans(),
        "purpose": TEXTS,
        "my-site/floor": st.one_of(st.integers(-(10**9), 10**9), st.booleans(), TEXTS),
    },
)


@given(st.lists(st.tuples(IDS, IDS, ATTRIBUTES), min_size=1, max_size=4, unique_by=lambda told: told[0]))
def test_a_document_says_what_was_stated_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, stated: list[tuple[str, str, dict[str, bool | int | str]]]
) -> None:
    login = LoginRefs("secret://env/R", "secret://file/keys/a b")
    cameras = [
        NewCamera(
            id=name,
            target=f"t-{name}",
            site=site,
            driver="onvif",
            url="http://192.0.2.1/",
            login=login,
            attributes=told,
        )
        for name, site, told in stated
    ]
    path = tmp_path_factory.mktemp("document") / "inventory.yaml"
    path.write_text(inventory_document(cameras, ["added"]), encoding="utf-8")

    loaded = load_inventory([path])

    assert [(name, site, told) for name, site, told in stated] == [
        (one.id, one.site, {name: attribute.value for name, attribute in one.attributes.items()})
        for one in loaded.cameras.values()
    ]
    assert [("http://192.0.2.1/", login)] * len(stated) == [(one.url, one.login) for one in loaded.targets.values()]


ADDRESSES = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)


@given(ADDRESSES, ADDRESSES)
def test_whatever_stands_as_an_address_is_a_target_that_loads_or_a_mistake(
    tmp_path_factory: pytest.TempPathFactory, address: str, url: str
) -> None:
    defaults = ImportDefaults(site="s", driver="onvif", urls={"onvif": "http://{host}/onvif/device_service"})
    entries = [ImportEntry(place="f:1", line=1, address=address), ImportEntry(place="f:2", line=2, url=f"http://{url}")]
    path = tmp_path_factory.mktemp("document") / "inventory.yaml"
    for entry in entries:
        try:
            plan = plan_import([entry], defaults, Inventory({}, {}), groups=(), file=Path("f"))
        except Problems:
            continue
        path.write_text(inventory_document(plan.new, []), encoding="utf-8")
        assert [one.url for one in plan.new] == [one.url for one in load_inventory([path]).targets.values()]


def inventory(*urls: str) -> Inventory:
    targets = (
        Target(id=f"t-{number}", site="s", role=Role.DEVICE, driver="onvif", url=url) for number, url in enumerate(urls)
    )
    return Inventory({one.id: one for one in targets}, {})


@pytest.mark.parametrize(
    ("urls", "asked", "expected"),
    [
        (("http://192.0.2.1/x",), ("192.0.2.1", 80), Enrolment("yes", ("t-0",))),
        (("https://192.0.2.1/",), ("192.0.2.1", 80), Enrolment("yes", ("t-0",))),
        (("http://[2001:DB8:0::1]:8080/",), ("2001:db8::1", 8080), Enrolment("yes", ("t-0",))),
        (("http://192.0.2.1:8080/",), ("192.0.2.1", 80), Enrolment("unknown", ("t-0",))),
        (("http://192.0.2.1/",), ("192.0.2.1", 0), Enrolment("unknown", ("t-0",))),
        (("http://192.0.2.1/",), ("192.0.2.2", 80), Enrolment("no")),
        (("http://192.0.2.1/",), ("gate.example", 80), Enrolment("unknown")),
        (("http://gate.example/",), ("192.0.2.2", 80), Enrolment("unknown")),
        (("http://gate.example/",), ("GATE.example", 80), Enrolment("yes", ("t-0",))),
    ],
)
def test_an_address_is_enrolled_only_where_that_is_known(
    urls: tuple[str, ...], asked: tuple[str, int], expected: Enrolment
) -> None:
    assert expected == EnrolledAddresses(inventory(*urls)).of(*asked)


def test_without_an_inventory_nothing_is_known() -> None:
    assert Enrolment("unknown") == EnrolledAddresses(None).of("192.0.2.1", 80)


def test_a_new_file_never_replaces_one(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("mine")

    with pytest.raises(UsageError, match=r"a\.yaml exists and is not overwritten"):
        write_new(path, "yours")

    assert (["a.yaml"], "mine") == ([one.name for one in tmp_path.iterdir()], path.read_text())


def test_what_cannot_be_put_in_its_place_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("mine")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="No space left on device"):
        add_to(path, "more")

    assert (["a.yaml"], "mine") == ([one.name for one in tmp_path.iterdir()], path.read_text())


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_text("a: 1")
    (tmp_path / "link.yaml").symlink_to("real.yaml")

    add_to(tmp_path / "link.yaml", "---\nb: 2\n")

    assert (True, "a: 1\n---\nb: 2\n") == ((tmp_path / "link.yaml").is_symlink(), (tmp_path / "real.yaml").read_text())
