"""Policies come from the hub only with the right signature, a higher number, and without mistakes."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import structlog
import structlog.testing

from vmsguard.agent.notifications.alert import Alert
from vmsguard.agent.uplink.policy_bundle import BundleRefused, make_bundle, open_bundle
from vmsguard.agent.uplink.take_policies import PolicyTaker
from vmsguard.errors import ConfigError, UsageError
from vmsguard.evidence.keys import SigningKey

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY = SigningKey.generate("example.org/policies")


class OwnClock:
    def __init__(self) -> None:
        self.wall = NOON

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return 0.0


class Taking:
    """A site's side, with what it records and tells."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.place = folder / "from-hub"
        self.clock = OwnClock()
        self.recorded: list[tuple[str, int, str]] = []
        self.alerts: list[Alert] = []
        self.mistaken = False
        self.taker = self.begun()

    def begun(self) -> PolicyTaker:
        return PolicyTaker(
            self.place,
            KEY.verifier,
            check=self._check,
            record=self._record,
            tell=self.alerts.extend,
            clock=self.clock,
            log=structlog.get_logger(),
        )

    def bundle(self, number: int, text: str = "a: 1\n", days: int = 90, key: SigningKey = KEY) -> bytes:
        source = self.folder / f"source-{number}"
        (source / "pack").mkdir(parents=True, exist_ok=True)
        (source / "pack" / "pack.yaml").write_text(text)
        return make_bundle(source, number, NOON + timedelta(days=days), key)

    @property
    def in_force(self) -> str:
        return (self.place / "pack" / "pack.yaml").read_text()

    def _check(self, folder: Path) -> None:
        assert (folder / "pack" / "pack.yaml").exists()
        if self.mistaken:
            raise ConfigError("a mistake", file=folder / "pack" / "pack.yaml")

    def _record(self, event: str, /, **fields) -> int:
        self.recorded.append((event, fields["number"], fields.get("reason_code", "")))
        return 0


@pytest.fixture
def site(tmp_path: Path) -> Taking:
    return Taking(tmp_path)


def test_a_bundle_becomes_the_folder_in_one_step(site: Taking) -> None:
    site.place.mkdir()

    site.taker(site.bundle(1))
    before = os.readlink(site.place)
    site.taker(site.bundle(2, "a: 2\n"))

    assert "a: 2\n" == site.in_force
    assert ("from-hub.versions/000000000001", "from-hub.versions/000000000002") == (before, os.readlink(site.place))
    assert [("policies.taken", 1, ""), ("policies.taken", 2, "")] == site.recorded


def test_what_is_shown_again_is_not_taken_again(site: Taking) -> None:
    data = site.bundle(3)

    for _ in range(3):
        site.taker(data)
    site.begun()(data)

    assert [("policies.taken", 3, "")] == site.recorded


@pytest.mark.parametrize("number", [1, 4, 5])
def test_a_lower_number_or_the_same_with_other_content_is_a_step_back(number: int, site: Taking) -> None:
    site.taker(site.bundle(5, "a: 5\n"))

    for _ in range(2):
        site.taker(site.bundle(number, "a: old\n"))

    assert ("a: 5\n", [("policies.taken", 5, ""), ("policies.refused", number, "not-newer")]) == (
        site.in_force,
        site.recorded,
    )
    assert ["policies-refused"] == [alert.code for alert in site.alerts]


def test_a_step_back_is_refused_though_the_folder_was_removed(site: Taking) -> None:
    site.taker(site.bundle(5))
    site.place.unlink()

    site.begun()(site.bundle(4))

    assert not site.place.exists()


def test_a_crash_before_the_folder_was_changed_is_made_up_for(site: Taking) -> None:
    site.taker(site.bundle(1))
    second = site.bundle(2, "a: 2\n")
    site.taker(second)
    site.place.unlink()
    site.place.symlink_to("from-hub.versions/000000000001")

    site.begun()(second)

    assert "a: 2\n" == site.in_force


def test_another_key_is_refused(site: Taking) -> None:
    site.taker(site.bundle(1, key=SigningKey.generate(KEY.name)))

    assert (False, [("policies.refused", 0, "signature")]) == (site.place.exists(), site.recorded)


def test_what_is_refused_is_told_once_however_often_it_comes_by_turns(site: Taking) -> None:
    site.taker(site.bundle(5))
    forged, old = site.bundle(6, key=SigningKey.generate(KEY.name)), site.bundle(4)

    for data in (b"nonsense", forged, old) * 3:
        site.taker(data)

    refused = [("policies.refused", 0, "malformed"), ("policies.refused", 0, "signature")]
    assert [("policies.taken", 5, ""), *refused, ("policies.refused", 4, "not-newer")] == site.recorded
    assert 3 == len(site.alerts)


def test_a_bundle_with_mistakes_leaves_what_was_in_force_and_its_number_is_free(site: Taking) -> None:
    site.taker(site.bundle(1))
    site.mistaken = True
    site.taker(site.bundle(2, "a: 2\n"))
    assert ("a: 1\n", ("policies.refused", 2, "mistakes")) == (site.in_force, site.recorded[-1])

    site.mistaken = False
    site.taker(site.bundle(2, "a: 2\n"))

    assert "a: 2\n" == site.in_force


def test_a_bundle_that_is_past_its_time_is_not_taken(site: Taking) -> None:
    site.taker(site.bundle(1, days=-1))

    assert [("policies.refused", 1, "out-of-time")] == site.recorded


def test_policies_whose_time_is_over_stay_in_force_and_are_told_once(site: Taking) -> None:
    site.taker(site.bundle(1, days=10))
    site.taker.look()
    assert [] == site.alerts
    site.clock.wall += timedelta(days=11)

    site.taker.look()
    site.taker.look()

    assert ("a: 1\n", ["policies-stale"]) == (site.in_force, [alert.code for alert in site.alerts])


def test_a_folder_that_a_person_filled_is_left_alone(site: Taking) -> None:
    (site.place / "mine").mkdir(parents=True)

    site.taker(site.bundle(1))

    assert (True, ("policies.refused", 1, "not-written")) == ((site.place / "mine").is_dir(), site.recorded[-1])


@pytest.mark.parametrize("cut", [0, 1, 10, 100, -1])
def test_what_was_cut_or_changed_on_the_way_is_refused(cut: int, site: Taking) -> None:
    data = site.bundle(1)
    changed = bytearray(data)
    changed[cut] ^= 1

    for one in (data[:cut], bytes(changed)):
        with pytest.raises(BundleRefused):
            open_bundle(one, KEY.verifier)


@pytest.mark.parametrize(
    "name", ["../pack.yaml", "/etc/pack.yaml", "a//b.yaml", ".hidden.yaml", "a/.git/b.yaml", "x.py"]
)
def test_a_signed_bundle_still_writes_nothing_outside_its_folder(name: str, site: Taking) -> None:
    import zlib
    from hashlib import sha256

    from vmsguard.agent.uplink.policy_bundle import BundleNote, note_of

    content = zlib.compress(msgspec.msgpack.encode({name: b"a: 1\n"}))
    note = note_of(BundleNote(1, sha256(content).hexdigest(), NOON + timedelta(days=1)), KEY)

    with pytest.raises(BundleRefused) as caught:
        open_bundle(msgspec.msgpack.encode([note, content]), KEY.verifier)
    assert "malformed" == caught.value.code


def test_content_under_another_bundle_s_note_is_refused(site: Taking) -> None:
    note, _ = msgspec.msgpack.decode(site.bundle(2))
    _, older = msgspec.msgpack.decode(site.bundle(1, "a: weaker\n"))

    site.taker(msgspec.msgpack.encode([note, older]))

    assert (False, [("policies.refused", 0, "signature")]) == (site.place.exists(), site.recorded)


def test_a_few_bytes_do_not_become_gigabytes(site: Taking) -> None:
    import zlib
    from hashlib import sha256

    from vmsguard.agent.uplink.policy_bundle import BundleNote, note_of

    content = zlib.compress(bytes(64 << 20), 9)
    note = note_of(BundleNote(1, sha256(content).hexdigest(), NOON + timedelta(days=1)), KEY)

    with pytest.raises(BundleRefused, match="more than policies ever need"):
        open_bundle(msgspec.msgpack.encode([note, content]), KEY.verifier)


def test_a_head_of_a_log_is_no_bundle_though_its_key_is_the_same(site: Taking) -> None:
    from vmsguard.evidence.checkpoint import Checkpoint

    head = KEY.signed_bytes(Checkpoint(KEY.name, 7, bytes(32)))

    with pytest.raises(BundleRefused) as caught:
        open_bundle(msgspec.msgpack.encode([head, b""]), KEY.verifier)
    assert "malformed" == caught.value.code


def test_what_is_no_policy_is_not_signed(site: Taking, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    with pytest.raises(UsageError, match="holds no policies"):
        make_bundle(folder, 1, NOON, KEY)
    (folder / "key.pem").write_text("x")
    with pytest.raises(UsageError, match="is no file of policies"):
        make_bundle(folder, 1, NOON, KEY)


def test_a_check_that_breaks_refuses_the_bundle_and_the_next_one_is_looked_at(site: Taking) -> None:
    def broken(folder: Path) -> None:
        raise KeyError("a bug in a plugin")

    taker, site.taker._check = site.taker, broken
    taker(site.bundle(1))
    assert (False, [("policies.refused", 1, "mistakes")]) == (site.place.exists(), site.recorded)
    assert not (site.folder / "from-hub.versions" / "000000000001").exists()

    taker._check = site._check
    taker(site.bundle(2, "a: 2\n"))

    assert "a: 2\n" == site.in_force


def test_what_was_taken_over_is_told_in_the_agent_s_journal(site: Taking) -> None:
    with structlog.testing.capture_logs() as said:
        site.begun()(site.bundle(3))

    told = [(one["log_level"], one["event"], one["number"], one["files"]) for one in said]
    assert [("warning", "policies taken over from the hub", 3, 1)] == told


def test_the_number_in_place_is_that_of_the_folder(site: Taking) -> None:
    assert 0 == site.taker.in_place
    site.taker(site.bundle(7))
    assert 7 == site.taker.in_place
    site.place.unlink()
    site.place.mkdir()
    assert 0 == site.taker.in_place
