from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from vmsguard.model.ledger import ScopeEntry
from vmsguard.policy.builtin import builtin_folder
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.load_pack import load_pack
from vmsguard.run.weakening import Weakening, content_of, pack_weakenings, scope_weakenings

PACK = "kr-pipc-thermal-2020"
TEXT = (builtin_folder() / PACK / "pack.yaml").read_text(encoding="utf-8")
OLD, NEW = "aa" * 32, "bb" * 32


def entry(camera: str = "cam-1", **more: str) -> ScopeEntry:
    return ScopeEntry(**{"camera": camera, "pack": "p", "sha256": OLD, "mode": "enforce", "attributes": "1"} | more)


def found(
    *before: ScopeEntry,
    now: tuple[ScopeEntry, ...] = (),
    digest: str = OLD,
    attributes: str = "1",
    assigned: bool = True,
) -> list[Weakening]:
    return list(
        scope_weakenings(
            before,
            {(one.camera, one.pack): one for one in now},
            {"p": digest},
            dict.fromkeys((one.camera for one in before), attributes),
            {(one.camera, one.pack) for one in before} if assigned else set(),
        )
    )


def test_nothing_where_every_camera_is_reached_as_before() -> None:
    assert [] == found(entry(), now=(entry(sha256=NEW, attributes="2"),), digest=NEW, attributes="2")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"assigned": False, "digest": NEW, "attributes": "2"}, "unassigned"),
        ({"digest": NEW, "attributes": "2"}, "selection-changed"),
        ({"attributes": "2"}, "attributes-changed"),
        ({}, "device-tells-otherwise"),
    ],
)
def test_edge_case_27_a_camera_that_left_a_pack_with_its_cause(changed: dict[str, object], code: str) -> None:
    (told,) = found(entry("cam-2"), entry("cam-1"), **changed)
    expected = (code, ("cam-1", "cam-2"), OLD, changed.get("digest", OLD))
    assert expected == (told.code, told.cameras, told.old_sha256, told.new_sha256)


def test_a_lower_mode_is_less_and_a_higher_one_is_not() -> None:
    (told,) = found(entry(), now=(entry(mode="propose"),))
    assert ("mode-lowered", ("cam-1",)) == (told.code, told.cameras)
    assert [] == found(entry(mode="audit"), now=(entry(mode="enforce"),))


def asked_less(tmp_path: Path, old: str, new: str) -> list[tuple[str, str, str]]:
    assert old in TEXT
    (tmp_path / PACK).mkdir()
    (tmp_path / PACK / "pack.yaml").write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    before = content_of(load_pack(builtin_folder() / PACK, Catalogue.core()))
    now = content_of(load_pack(tmp_path / PACK, Catalogue.core()))
    return [(one.code, one.rule, one.control) for one in pack_weakenings(before, now)]


def test_a_control_that_a_rule_no_longer_requires(tmp_path: Path) -> None:
    expected = [("control-dropped", "saving-off", "storage.external.off")]
    assert expected == asked_less(tmp_path, "      - storage.external.off\n", "")


def test_a_rule_that_is_gone_and_one_that_is_new(tmp_path: Path) -> None:
    found = asked_less(tmp_path, "id: fever-only", "id: fever-and-more")
    assert [("rule-dropped", "fever-only", "")] == found


def test_a_rule_that_is_taken_less_seriously(tmp_path: Path) -> None:
    assert [("severity-lowered", "saving-off", "")] == asked_less(tmp_path, "severity: critical", "severity: high")


def test_a_pack_that_asks_more_is_no_weakening(tmp_path: Path) -> None:
    assert [] == asked_less(
        tmp_path, "      - storage.edge.off\n", "      - storage.edge.off\n      - security.time.sync\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("scope: all, max_gap: PT24H", "scope: all, max_gap: P30D", ("way-out-added", "saving-off", "")),
        ("[legal_basis, approver, reason, ", "[approver, ", ("way-out-added", "saving-off", "")),
        ("max_duration: P180D", "max_duration: P365D", ("way-out-added", "saving-off", "")),
        (
            "transmission.stream.off: {except: [local-display]}",
            "transmission.stream.off",
            ("terms-changed", "sending-off", "transmission.stream.off"),
        ),
        (
            "      - hold.segregated: {legal_order: true}",
            "      - hold.segregated",
            ("terms-changed", "held-on-order", "hold.segregated"),
        ),
        (
            "    severity: high\n",
            "    severity: high\n    when: {analytics.face.identify: true}\n",
            ("condition-added", "subject-requests", ""),
        ),
    ],
)
def test_a_rule_that_is_put_otherwise_is_told_of(tmp_path: Path, old: str, new: str, expected: tuple[str, ...]) -> None:
    assert [expected] == asked_less(tmp_path, old, new)


def test_what_moves_in_the_file_or_gets_another_title_is_the_same(tmp_path: Path) -> None:
    assert [] == asked_less(tmp_path, "rules:\n", "rules:\n\n  # moved down\n\n")


def test_what_an_earlier_version_kept_is_compared_as_far_as_it_goes() -> None:
    now = content_of(load_pack(builtin_folder() / PACK, Catalogue.core()))
    asks = {
        rule: {"severity": told["severity"], "controls": told["controls"]}
        for rule, told in json.loads(now.asks).items()
    }
    assert [] == list(pack_weakenings(replace(now, sha256=OLD, asks=json.dumps(asks)), now))
