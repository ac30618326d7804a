from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.errors import PolicyError, Problems
from vmsguard.model.lock import Acceptance, Lock, LockedDuty, LockedPack, LockedPlugin
from vmsguard.policy.lock.file import LOCK_NAME, load_lock, lock_text, write_lock

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
BY = Acceptance("role:it-admin", AT)
DUTY = LockedDuty("saving-off", "deletion.periodic", '{"gate":null,"params":{"max_gap":"P1D"}}')
THERMAL = LockedPack(
    id="thermal", version="1.0.0", sha256="ab" * 32, scope="cd" * 32, duties=(DUTY,), accepted=BY, line=15
)
ONVIF = LockedPlugin(distribution="vmsguard-onvif", version="0.1.0", sha256="ef" * 32, accepted=BY, line=23)
LOCK = Lock(packs={"thermal": THERMAL}, plugins={"vmsguard-onvif": ONVIF})

texts = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20)
digests = st.text("0123456789abcdef", min_size=64, max_size=64)
instants = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=9))]),
).map(lambda at: at.replace(microsecond=0))
acceptances = st.builds(Acceptance, st.from_regex(r"role:[a-z][a-z-]{0,20}", fullmatch=True), instants)
ids = st.from_regex(r"[a-z0-9][a-z0-9.-]{0,10}", fullmatch=True)
duties = st.lists(st.builds(LockedDuty, ids, texts, texts), max_size=3).map(lambda found: tuple(sorted(found)))


def without_lines(lock: Lock) -> tuple[object, ...]:
    packs = {name: (one.version, one.sha256, one.scope, one.duties, one.accepted) for name, one in lock.packs.items()}
    plugins = {name: (one.version, one.sha256, one.accepted) for name, one in lock.plugins.items()}
    return packs, plugins


def test_no_file_is_no_lock(tmp_path: Path) -> None:
    assert load_lock(tmp_path / LOCK_NAME) is None


def test_what_is_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / LOCK_NAME
    write_lock(file, LOCK)
    found = load_lock(file)
    assert found is not None
    assert without_lines(LOCK) == without_lines(found)
    assert str(file) == found.origin
    assert [LOCK_NAME] == [each.name for each in tmp_path.iterdir()]


@given(
    packs=st.dictionaries(ids, st.tuples(texts, digests, digests, duties, acceptances), max_size=3),
    plugins=st.dictionaries(texts, st.tuples(st.text("0123.ab", max_size=8), digests, acceptances), max_size=3),
)
def test_any_lock_survives_its_file(tmp_path_factory, packs, plugins) -> None:
    names = ("version", "sha256", "scope", "duties", "accepted")
    lock = Lock(
        packs={name: LockedPack(id=name, **dict(zip(names, told, strict=True))) for name, told in packs.items()},
        plugins={
            name: LockedPlugin(distribution=name, version=version, sha256=sha256, accepted=accepted)
            for name, (version, sha256, accepted) in plugins.items()
        },
    )
    file = tmp_path_factory.mktemp("lock") / LOCK_NAME
    write_lock(file, lock)
    found = load_lock(file)
    assert found is not None
    assert without_lines(lock) == without_lines(found)
    assert lock_text(found) == lock_text(lock)


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        (('sha256: "ab', 'sha256: "AB'), ":14:13", "sha256: not a SHA-256 digest"),
        (("    scope:", "    scopes:"), ":15:5", "unknown key 'scopes' in the pack 'thermal'"),
        (("kind: Lock", "kind: Lok"), ":10:7", "unknown kind 'Lok'"),
        (("T12:00:00Z", "T12:00:00"), ":18:41", "at: '2026-11-22T12:00:00' does not say in which time zone"),
        (("  thermal:", "  Thermal:"), ":12:3", "a pack: 'Thermal' is not an id"),
        (("role:it-admin", " "), ":18:20", "by: empty text"),
        (("role:it-admin", "Kim Minji"), ":18:20", "by: 'Kim Minji' is not a role"),
        (("packs:", "packs:\n  thermal: {}"), ":13:3", "duplicate key 'thermal'"),
    ],
)
def test_a_mistake_has_its_place_and_what_to_do(tmp_path: Path, change, place: str, message: str) -> None:
    file = tmp_path / LOCK_NAME
    file.write_text(lock_text(LOCK).replace(*change, 1), encoding="utf-8")
    with pytest.raises(Problems) as caught:
        load_lock(file)
    told = [problem for problem in caught.value.problems if message in problem.message]
    assert told, [str(problem) for problem in caught.value.problems]
    assert told[0].place.endswith(place), told[0].place
    assert told[0].hint


def test_a_crash_while_writing_leaves_the_old_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / LOCK_NAME
    write_lock(file, LOCK)
    before = file.read_bytes()
    for step in ("write", "fsync", "replace"):
        with monkeypatch.context() as broken:

            def fail(*_: object) -> None:
                raise OSError(28, "No space left on device")

            broken.setattr(os, step, fail)
            with pytest.raises(PolicyError, match="No space left"):
                write_lock(file, Lock())
        assert before == file.read_bytes(), step
        assert [LOCK_NAME] == [each.name for each in tmp_path.iterdir()], step
