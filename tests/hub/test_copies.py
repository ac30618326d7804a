"""What is wrong with one log stops none of the others; and the status never says well of the silent."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
import structlog
from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent))  # this folder is no package

from copied_site import OwnClock, Site, signed_by

from vmsguard.agent.uplink.messages import Batch, Confirmation, encode_batch
from vmsguard.cli.main import cli
from vmsguard.errors import EvidenceInUse
from vmsguard.evidence.keys import SigningKey
from vmsguard.hub.copies import CannotTake, Copies
from vmsguard.hub.hub_file import HubFile, load_hub_file
from vmsguard.hub.hub_status import Hearing, standings
from vmsguard.hub.origin_copy import OriginCopy


class Two:
    """A hub of two sites, and their logs."""

    def __init__(self, folder: Path, clock: OwnClock) -> None:
        self.folder, self.clock = folder, clock
        self.sites = {name: self._site(name) for name in ("seoul", "busan")}
        names = "".join(f"  - {{origin: {site.origin}, domain: {name}}}\n" for name, site in self.sites.items())
        self.file = folder / "hub.yaml"
        self.file.write_text(
            "apiVersion: vmsguard/v1\nkind: Hub\nname: example.org/hub\nkey: hub.pem\n"
            "directory: kept\ntrust: trust.txt\n"
            f'nats: {{servers: ["nats://127.0.0.1:4222"]}}\nsites:\n{names}'
        )
        logs = "".join(f"log {site.key.vkey}\n" for site in self.sites.values())
        (folder / "trust.txt").write_text(f"{logs}quorum none\n")

    def _site(self, name: str) -> Site:
        origin = f"hub.example.org/{name}"
        return Site(self.folder / name, self.clock, SigningKey.generate(origin), origin)

    @property
    def hub(self) -> HubFile:
        return load_hub_file(self.file)

    def opened(self) -> Copies:
        return Copies(self.hub, self.clock, structlog.get_logger())

    def hearings(self) -> dict[str, Hearing]:
        return {one.origin.rpartition("/")[2]: one.hearing for one in standings(self.hub, self.clock.now())}

    def status(self) -> int:
        return CliRunner().invoke(cli, ["hub", "status", str(self.file)]).exit_code


@pytest.fixture
def two(tmp_path: Path, clock: OwnClock):
    made = Two(tmp_path, clock)
    yield made
    for site in made.sites.values():
        site.log.close()


def sent(copies: Copies, site: Site, count: int = 3) -> int:
    site.write(count)
    sizes = [told.size for batch in site.batches() if (told := copies.take(encode_batch(batch)))]
    return sizes[-1]


def test_a_site_that_never_spoke_is_unknown_and_the_other_is_heard(two: Two) -> None:
    with two.opened() as copies:
        sent(copies, two.sites["seoul"])

    assert {"seoul": Hearing.HEARD, "busan": Hearing.UNKNOWN} == two.hearings()


def test_silence_makes_a_site_unknown_whatever_it_said_last(two: Two) -> None:
    with two.opened() as copies:
        for site in two.sites.values():
            sent(copies, site)
        two.clock.advance(15 * 60 - 1)
        sent(copies, two.sites["seoul"])
        two.clock.advance(2)

    assert {"seoul": Hearing.HEARD, "busan": Hearing.UNKNOWN} == two.hearings()


def test_old_records_that_come_late_are_no_sign_of_life(two: Two) -> None:
    site = two.sites["seoul"]
    site.write(3)
    two.clock.advance(3600)
    with two.opened() as copies:
        for batch in site.batches():
            copies.take(encode_batch(batch))
    (seoul, _) = standings(two.hub, two.clock.now())

    assert (Hearing.UNKNOWN, 3600) == (seoul.hearing, seoul.age_seconds)


def test_a_forged_log_is_refused_and_told_and_the_other_goes_on(two: Two) -> None:
    with two.opened() as copies:
        seoul, busan = two.sites["seoul"], two.sites["busan"]
        sent(copies, busan)
        sent(copies, seoul)
        seoul.write(2)
        (batch,) = seoul.batches()
        forged = msgspec.structs.replace(batch, lines=batch.lines.replace(b":60", b":61"))
        told = copies.take(encode_batch(forged))
        assert told is not None
        assert "forged" == told.trouble
        assert busan.log.size + 4 == sent(copies, busan, 4)

    assert {"seoul": Hearing.REFUSED, "busan": Hearing.HEARD} == two.hearings()
    assert 3 == two.status()
    for path in two.hub.standing(seoul.origin).parent.glob("refused/*"):
        path.unlink()  # a person looked, and took it away
    assert Hearing.HEARD == two.hearings()["seoul"]


@pytest.mark.parametrize("data", [b"", b"nonsense", encode_batch(Batch("hub.example.org/another", 0, b"", b""))])
def test_a_message_of_no_log_is_done_with(data: bytes, two: Two) -> None:
    with two.opened() as copies:
        assert copies.take(data) is None


def test_a_damaged_copy_keeps_its_messages_waiting_and_the_other_goes_on(two: Two) -> None:
    with two.opened() as copies:
        for site in two.sites.values():
            sent(copies, site)
    path = two.hub.evidence("hub.example.org/seoul") / "log" / f"{0:020d}.jsonl"
    path.write_bytes(path.read_bytes()[:100])

    with two.opened() as copies:
        with pytest.raises(CannotTake, match="does not hold"):
            sent(copies, two.sites["seoul"])
        assert two.sites["busan"].log.size + 3 == sent(copies, two.sites["busan"])
        assert ["hub.example.org/seoul"] == list(copies.troubles)
    assert {"seoul": Hearing.DAMAGED, "busan": Hearing.HEARD} == two.hearings()


def test_a_copy_that_was_mended_is_taken_up_again_within_seconds_and_not_read_for_every_message(two: Two) -> None:
    seoul = two.sites["seoul"]
    with two.opened() as copies:
        sent(copies, seoul)
    path = two.hub.evidence(seoul.origin) / "log" / f"{0:020d}.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:100])

    with two.opened() as copies:
        seoul.write(3)
        (batch,) = seoul.batches()
        path.write_bytes(whole)
        with pytest.raises(CannotTake, match="does not hold"):
            copies.take(encode_batch(batch))
        two.clock.advance(5)
        told = copies.take(encode_batch(batch))
        assert (seoul.log.size, {}) == (told.size if told else 0, copies.troubles)


def test_a_bug_over_one_log_keeps_its_messages_waiting_and_the_other_goes_on(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(copy: OriginCopy, batch: Batch, raw: bytes) -> Confirmation:
        if batch.origin.endswith("seoul"):
            raise KeyError("first")
        return takes(copy, batch, raw)

    takes = OriginCopy.take
    with two.opened() as copies:
        monkeypatch.setattr(OriginCopy, "take", broken)
        with pytest.raises(CannotTake):
            sent(copies, two.sites["seoul"])
        sent(copies, two.sites["busan"])

        assert {"seoul": Hearing.DAMAGED, "busan": Hearing.HEARD} == two.hearings()


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+23:59", "soon"])
def test_a_time_that_is_none_makes_a_site_unknown(time: str, two: Two) -> None:
    with two.opened() as copies:
        copies.take(encode_batch(signed_by(two.sites["seoul"].key, b'{"ts":"%s"}' % time.encode())))

    assert {"seoul": Hearing.UNKNOWN, "busan": Hearing.UNKNOWN} == two.hearings()


def test_a_standing_that_cannot_be_read_is_told_as_damaged(two: Two) -> None:
    with two.opened() as copies:
        sent(copies, two.sites["seoul"])
    two.hub.standing("hub.example.org/seoul").write_text("{")

    assert {"seoul": Hearing.DAMAGED, "busan": Hearing.UNKNOWN} == two.hearings()


def test_a_second_hub_on_the_same_folder_is_refused(two: Two) -> None:
    with two.opened(), pytest.raises(EvidenceInUse, match="the hub's directory is being written"):
        two.opened()


def test_a_hub_begins_by_saying_what_it_has_and_asks_for_the_rest(two: Two) -> None:
    with two.opened() as copies:
        size = sent(copies, two.sites["seoul"])
    with two.opened() as copies:
        told = {one.origin.rpartition("/")[2]: (one.size, one.again) for one in copies.confirmations()}

    assert {"seoul": (size, True), "busan": (0, True)} == told


def test_the_status_command_tells_what_it_found(two: Two) -> None:
    with two.opened() as copies:
        size = sent(copies, two.sites["seoul"])

    found = CliRunner().invoke(cli, ["hub", "status", str(two.file), "--format", "json"])
    seoul, busan = json.loads(found.stdout)["sites"]

    assert (size, size, None) == (seoul["size"], two.sites["seoul"].log.size, busan["age_seconds"])
    assert 4 == found.exit_code == two.status()
    table = CliRunner().invoke(cli, ["hub", "status", str(two.file)]).stdout
    assert "hub.example.org/busan: nothing came yet" in table


def test_the_age_counts_by_the_hub_s_clock(two: Two) -> None:
    with two.opened() as copies:
        sent(copies, two.sites["seoul"])

    assert 90 == standings(two.hub, two.clock.now() + timedelta(seconds=90))[0].age_seconds


def test_sites_are_asked_to_send_anew_from_what_is_there_all_or_some(two: Two) -> None:
    with two.opened() as copies:
        size = sent(copies, two.sites["seoul"])

        told = {one.origin.rpartition("/")[2]: (one.size, one.again) for one in copies.confirmations()}
        some = [one.origin for one in copies.confirmations({"busan", "jeju"})]

    assert {"seoul": (size, True), "busan": (0, True)} == told
    assert ["hub.example.org/busan"] == some
