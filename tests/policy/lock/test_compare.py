from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from vmsguard.model.lock import Acceptance, Lock, LockState
from vmsguard.model.pack import Pack
from vmsguard.policy.builtin import builtin_folder
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.load_pack import load_pack
from vmsguard.policy.lock.compare import HeldBack, InstalledPlugin, accept, compare, held_back
from vmsguard.policy.lock.duties import duties_of, scope_of

PACK = "kr-pipc-thermal-2020"
FIRST = Acceptance("role:privacy-officer", datetime(2026, 11, 1, tzinfo=UTC))
SECOND = Acceptance("role:it-admin", datetime(2026, 11, 22, tzinfo=UTC))
ONVIF = InstalledPlugin("vmsguard-onvif", "0.1.0", "11" * 32)
TEXT = (builtin_folder() / PACK / "pack.yaml").read_text(encoding="utf-8")


@pytest.fixture
def written(tmp_path: Path):
    """The thermal pack with something in its text replaced."""

    def make(*changes: tuple[str, str]) -> Pack:
        text = TEXT
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        folder = tmp_path / PACK
        folder.mkdir(exist_ok=True)
        (folder / "pack.yaml").write_text(text, encoding="utf-8")
        return load_pack(folder, Catalogue.core())

    return make


def locked(*packs: Pack, plugins: tuple[InstalledPlugin, ...] = (ONVIF,)) -> Lock:
    return accept(Lock(), {pack.id: pack for pack in packs}, plugins, FIRST)


def states(lock: Lock, *packs: Pack, plugins: tuple[InstalledPlugin, ...] = (ONVIF,)) -> list[LockState]:
    return [one.state for one in compare(lock, {pack.id: pack for pack in packs}, plugins)]


def test_what_was_just_accepted_differs_in_nothing(written) -> None:
    assert [LockState.ACCEPTED] * 2 == states(locked(written()), written())


def test_comments_and_the_order_of_keys_change_nothing(written) -> None:
    lock = locked(written())
    assert LockState.ACCEPTED is states(lock, written(("kind: Pack", "kind: Pack  # of thermal cameras")))[0]


def test_another_version_another_content_and_a_pack_nobody_locked(written) -> None:
    pack = written()
    lock = locked(pack)
    upgraded = written(('version: "1.0.0"', 'version: "1.1.0"'))
    edited = written(("severity: critical", "severity: low"))
    other = replace(pack, id="other")
    found = compare(lock, {PACK: upgraded}, [ONVIF])[0]
    assert f"not-accepted: {PACK} 1.1.0 differs from the locked 1.0.0" == found.blocker
    found = compare(lock, {PACK: edited}, [ONVIF])[0]
    assert (LockState.EDITED, True) == (found.state, "was edited in place" in found.blocker)
    assert "1.0.0" == found.locked_version == found.version
    assert [LockState.ACCEPTED, LockState.NOT_LOCKED, LockState.ACCEPTED] == states(lock, pack, other)
    assert LockState.GONE is states(lock)[0]


def test_a_plugin_is_pinned_by_its_files_too(written) -> None:
    lock = locked(written())
    edited, upgraded = replace(ONVIF, sha256="22" * 32), InstalledPlugin("vmsguard-onvif", "0.2.0", "33" * 32)
    assert LockState.EDITED is states(lock, written(), plugins=(edited,))[1]
    assert LockState.DIFFERS is states(lock, written(), plugins=(upgraded,))[1]
    assert LockState.GONE is states(lock, written(), plugins=())[1]
    named = compare(lock, {PACK: written()}, [upgraded])[1].blocker
    assert "not-accepted: the plugin vmsguard-onvif 0.2.0 differs from the locked 0.1.0" == named


def test_accepting_one_keeps_who_accepted_the_others_and_when(written) -> None:
    pack = written()
    lock = locked(pack)
    upgraded = written(('version: "1.0.0"', 'version: "1.1.0"'))
    plugin = replace(ONVIF, sha256="22" * 32)
    one = accept(lock, {PACK: upgraded}, [plugin], SECOND, only={PACK})
    assert (SECOND, "1.1.0") == (one.packs[PACK].accepted, one.packs[PACK].version)
    assert [LockState.ACCEPTED, LockState.EDITED] == states(one, upgraded, plugins=(plugin,))
    both = accept(one, {PACK: upgraded}, [plugin], FIRST)
    assert (SECOND, FIRST) == (both.packs[PACK].accepted, both.plugins["vmsguard-onvif"].accepted)


def test_what_is_gone_leaves_only_when_it_is_named_or_all_is_accepted(written) -> None:
    lock = locked(written())
    assert PACK in accept(lock, {}, [ONVIF], SECOND, only={"something-else"}).packs
    assert {} == accept(lock, {}, [ONVIF], SECOND, only={PACK}).packs
    assert {} == accept(lock, {}, [ONVIF], SECOND).packs


def test_nothing_is_held_back_where_everything_was_accepted(written) -> None:
    lock = locked(written())
    packs = {PACK: written()}
    assert HeldBack() == held_back(lock, packs, compare(lock, packs, [ONVIF]))


def held(lock: Lock, pack: Pack) -> HeldBack:
    return held_back(lock, {pack.id: pack}, compare(lock, {pack.id: pack}, [ONVIF]))


DUTIES = frozenset(
    {
        ("saving-off", "deletion.periodic"),
        ("saving-off", "exception.expiry"),
        ("sending-off", "deletion.periodic"),
    }
)


def test_duties_go_on_where_an_upgrade_states_them_alike(written) -> None:
    lock = locked(written())
    found = held(lock, written(("severity: critical", "severity: high")))
    assert (DUTIES, (), frozenset({PACK})) == (found.kept[PACK], found.stopped[PACK], found.same_scope)


def test_a_duty_whose_parameters_changed_waits_and_is_named(written) -> None:
    lock = locked(written())
    found = held(lock, written(("scope: all, max_gap: PT24H", "scope: all, max_gap: PT12H")))
    assert DUTIES - {("saving-off", "deletion.periodic")} == found.kept[PACK]
    assert [("saving-off", "deletion.periodic")] == [(one.rule, one.control) for one in found.stopped[PACK]]


def test_a_duty_behind_another_gate_is_another_duty(written) -> None:
    gate = "if_impossible: {proof: {any: [capability, refused, vendor-statement]}}"
    found = held(locked(written()), written((gate, "if_impossible: {proof: {any: [capability, refused]}}")))
    assert {("saving-off", "exception.expiry")} == found.kept[PACK]


def test_what_follows_the_end_of_an_exception_is_a_duty_too(written) -> None:
    found = held(locked(written()), written(("on_expiry: revert-and-purge", "on_expiry: revert")))
    assert DUTIES - {("saving-off", "exception.expiry")} == found.kept[PACK]


def test_another_selection_is_another_scope(written) -> None:
    lock = locked(written())
    found = held(lock, written(("  country: KR\n", "")))
    assert (DUTIES, frozenset()) == (found.kept[PACK], found.same_scope)


def test_the_same_pack_reads_the_same_in_every_process(written) -> None:
    """Sets have another order in each process; what is compared must not."""
    import subprocess
    import sys

    script = (
        "from pathlib import Path\n"
        "from vmsguard.policy.builtin import builtin_folder\n"
        "from vmsguard.policy.catalogue import Catalogue\n"
        "from vmsguard.policy.load_pack import load_pack\n"
        "from vmsguard.policy.lock.duties import duties_of, scope_of\n"
        f"pack = load_pack(builtin_folder() / {PACK!r}, Catalogue.core())\n"
        "print(duties_of(pack), scope_of(pack))\n"
    )
    here = f"{duties_of(written())} {scope_of(written())}\n"
    for seed in ("1", "2"):
        told = subprocess.run(
            [sys.executable, "-c", script], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        )
        assert here == told.stdout
