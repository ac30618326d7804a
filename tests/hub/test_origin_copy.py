"""A copy holds the same bytes as the log, takes only what its key signed, and survives being told wrong."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import msgspec
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # this folder is no package

from copied_site import SEGMENT, CopyOf, Site, files_of, signed_by

from vmsguard.agent.uplink.log_tail import LogTail
from vmsguard.agent.uplink.messages import Batch
from vmsguard.errors import EvidenceError
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.erasing.erase import erase_record
from vmsguard.evidence.erasing.prune import prune
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.tree import EMPTY_ROOT


def test_the_copy_has_the_same_bytes_in_the_same_files(site: Site, hub: CopyOf) -> None:
    for count in (100, 700, 3):
        site.write(count)
        hub.take(*site.batches())
    site.log.close()
    hub.take(*site.batches())
    hub.copy.close()

    assert files_of(site.folder) == files_of(hub.evidence)
    assert [] == hub.problems()


def test_a_confirmation_is_the_root_of_the_site_s_own_tree(site: Site, hub: CopyOf) -> None:
    site.write(400)

    for batch in site.batches():
        told = hub.take(batch)
        assert (batch.first + batch.count, LogTail(site.folder).root_at(told.size)) == (
            told.size,
            bytes.fromhex(told.root),
        )


def test_what_comes_twice_is_there_once(site: Site, hub: CopyOf) -> None:
    site.write(300)
    batches = site.batches()

    told = hub.take(*batches, *batches, batches[1])

    assert (site.log.size, "", False) == (told.size, told.trouble, told.again)
    assert (
        files_of(site.folder)["log/00000000000000000256.jsonl"]
        == files_of(hub.evidence)["log/00000000000000000256.jsonl"]
    )


def test_a_batch_that_reaches_into_what_is_there_brings_the_rest(site: Site, hub: CopyOf) -> None:
    site.write(10)
    hub.take(*site.batches())
    site.write(10)
    whole = LogTail(site.folder).next_batch()
    assert whole is not None

    assert (0, 21) == (whole.first, hub.take(whole).size)


def test_records_that_are_missing_are_asked_for_and_nobody_is_accused(site: Site, hub: CopyOf) -> None:
    site.write(300)
    first, second, *_ = site.batches()

    told = hub.take(second)
    assert (0, EMPTY_ROOT.hex(), True, "") == (told.size, told.root, told.again, told.trouble)
    assert second.first + second.count == hub.take(first, second).size
    assert [] == hub.refused


@pytest.mark.parametrize(
    ("change", "trouble"),
    [
        (lambda b: {"lines": b.lines.replace(b'"interval":60', b'"interval":61', 1)}, "forged"),
        (lambda b: {"lines": b.lines[: b.lines.index(b"\n") + 1]}, "forged"),
        (lambda b: {"lines": b.lines[:-1]}, "malformed"),
        (lambda b: {"lines": b.lines + b"\n"}, "malformed"),
        (lambda b: {"lines": b.lines + b.lines[:40] + b"\n"}, "forged"),
        (lambda b: {"first": -1}, "malformed"),
        (lambda b: {"head": b.head[:-9]}, "malformed"),
        (lambda b: {"head": b""}, "malformed"),
        (lambda b: {"origin": "hub.example.org/another"}, "malformed"),
        (lambda b: {"proof": ()}, "forged"),
        (lambda b: {"proof": b.proof[::-1]}, "forged"),
        (lambda b: {"proof": (*b.proof, b"\0" * 32)}, "forged"),
    ],
)
def test_what_was_changed_on_the_way_is_refused_and_kept(change, trouble: str, site: Site, hub: CopyOf) -> None:
    site.write(700)
    first, *rest = site.batches()

    told = hub.take(msgspec.structs.replace(first, **change(first)))

    assert (0, trouble) == (told.size, told.trouble)
    assert [trouble] == hub.refused
    assert site.log.size == hub.take(first, *rest).size
    assert [] == hub.problems()


def test_what_is_known_and_comes_changed_is_refused_as_well(site: Site, hub: CopyOf) -> None:
    site.write(20)
    (batch,) = site.batches()
    hub.take(batch)

    told = hub.take(msgspec.structs.replace(batch, lines=batch.lines.replace(b":60", b":61", 1)))

    assert (site.log.size, "forged", True) == (told.size, told.trouble, told.again)


def test_another_key_s_head_is_refused_though_it_bears_the_same_name(site: Site, hub: CopyOf, tmp_path: Path) -> None:
    other = Site(tmp_path / "other", site.clock, SigningKey.generate(site.origin))
    other.write(5)

    told = hub.take(*other.batches())

    assert (0, "unknown-key", False) == (told.size, told.trouble, told.again)
    other.log.close()


def test_a_signature_that_claims_the_key_and_is_wrong_is_forged(site: Site, hub: CopyOf) -> None:
    site.write(5)
    (batch,) = site.batches()
    site.write(5)
    (later,) = site.batches()
    mixed = batch.head[: batch.head.index(b"\n\n")] + later.head[later.head.index(b"\n\n") :]

    assert "forged" == hub.take(msgspec.structs.replace(batch, head=mixed)).trouble


def restored(site: Site, backup: Path) -> Site:
    """The site after its folder was put back from a backup, and written on."""
    site.log.close()
    shutil.rmtree(site.folder)
    shutil.copytree(backup, site.folder)
    return Site(site.folder, site.clock, site.key)


@pytest.mark.parametrize("more", [3, 200])
def test_a_log_that_went_on_after_a_restore_is_a_fork_and_stays_told(
    more: int, site: Site, hub: CopyOf, tmp_path: Path
) -> None:
    site.write(20)
    shutil.copytree(site.folder, tmp_path / "backup")
    site.write(60)
    hub.take(*site.batches())
    before = files_of(hub.evidence)

    site.clock.advance(60)
    other = restored(site, tmp_path / "backup")
    other.write(more)
    told = hub.take(other.tail.shown_head(hub.copy.size))

    assert ("fork", ["fork"]) == (told.trouble, hub.refused)
    assert before == files_of(hub.evidence)
    hub.take(msgspec.structs.replace(other.tail.shown_head(1), head=b"x"))
    trouble = hub.reopen().standing.trouble
    assert trouble is not None
    assert "fork" == trouble.code
    other.log.close()


def test_what_a_forked_log_writes_next_is_not_taken(site: Site, hub: CopyOf, tmp_path: Path) -> None:
    site.write(20)
    shutil.copytree(site.folder, tmp_path / "backup")
    site.write(60)
    hub.take(*site.batches())
    size = hub.copy.size
    site.clock.advance(60)
    other = restored(site, tmp_path / "backup")
    other.write(200)

    troubles = {hub.take(batch).trouble for batch in other.batches()}

    assert ({"", "forged"}, size) == (troubles, hub.copy.size)
    other.log.close()


def test_a_head_that_only_says_that_the_log_goes_on_is_no_fork(site: Site, hub: CopyOf) -> None:
    site.write(20)
    hub.take(*site.batches())
    size = hub.copy.size
    site.write(5)

    told = hub.take(site.tail.shown_head(size))

    assert (True, "") == (told.again, told.trouble)
    assert "forged" == hub.take(msgspec.structs.replace(site.tail.shown_head(size), root=b"\1" * 32)).trouble


def test_an_erasure_is_carried_out_in_the_copy(site: Site, hub: CopyOf) -> None:
    site.log.append("finding", code="weak-login", subject="cam-1")
    site.write(300)
    hub.take(*site.batches())
    erase_record(site.log, site.folder, 1, "erasure-request", Disk())

    hub.take(*site.batches())
    hub.copy.close()

    assert files_of(site.folder) == files_of(hub.evidence)
    assert b"weak-login" not in b"".join(files_of(hub.evidence).values())
    assert () == hub.copy.standing.erasing


def test_a_record_that_was_erased_before_it_was_sent_arrives_as_what_is_left_of_it(site: Site, hub: CopyOf) -> None:
    site.log.append("finding", code="weak-login", subject="cam-1")
    site.write(5)
    erase_record(site.log, site.folder, 1, "erasure-request", Disk())

    hub.take(*site.batches())

    assert files_of(site.folder) == files_of(hub.evidence)


def pruned(site: Site) -> None:
    site.write(3)
    site.clock.advance(3600)
    site.write(3)
    prune(site.log, site.folder, site.clock.now(), "retention-ended", "", Disk())


def test_a_pruning_is_followed(site: Site, hub: CopyOf) -> None:
    site.write(2 * SEGMENT)
    site.write(3)
    hub.take(*site.batches())
    pruned(site)

    hub.take(*site.batches())
    hub.copy.close()

    assert files_of(site.folder) == files_of(hub.evidence)
    assert site.log.size == hub.reopen().size


def test_a_hub_that_keeps_what_was_pruned_keeps_it(site: Site, hub: CopyOf) -> None:
    hub.reopen(prunings=False)
    site.write(2 * SEGMENT)
    hub.take(*site.batches())
    pruned(site)

    hub.take(*site.batches())
    hub.copy.close()

    gone = {"log/00000000000000000000.jsonl.gz", "log/00000000000000000256.jsonl.gz"}
    assert gone == files_of(hub.evidence).keys() - files_of(site.folder).keys()
    assert "not-erased" in hub.problems()


def test_an_order_to_erase_what_is_yet_to_come_is_nobody_s(site: Site, hub: CopyOf) -> None:
    site.write(5)
    site.log.append("erase.done", kind="tombstone", first=2, last=400)
    site.log.checkpoint()

    hub.take(*site.batches())

    assert files_of(site.folder) == files_of(hub.evidence)


@pytest.mark.parametrize(
    "line",
    [
        b'no JSON: "event":"erase.done"',
        b'[{"event":"erase.done"}]',
        b'{"event":"erase.done","seq":1}',
        b'{"event":"erase.done","seq":1,"kind":"pruned","first":"0","last":0}',
        b'{"event":"erase.done","seq":1,"kind":"tombstone","first":0.5,"last":0.5}',
        b'{"event":"erase.done","seq":9,"kind":"tombstone","first":0,"last":1}',
        b'no JSON: "event":"checkpoint.anchored"',
        b'[{"event":"checkpoint.anchored"}]',
    ],
)
def test_what_a_key_signed_that_is_no_record_orders_nothing_and_is_kept(line: bytes, hub: CopyOf) -> None:
    batch = signed_by(hub.key, b'{"seq":0}', line, anchors=(("1.note", b"nothing"),))

    assert (2, "") == ((told := hub.take(batch)).size, told.trouble)
    assert 2 == hub.reopen().size
    assert {"log/00000000000000000000.jsonl": batch.lines, "checkpoint": batch.head} == files_of(hub.evidence)


@pytest.mark.parametrize("torn", [b'{"event":"heart', b"{}\n"])
def test_what_a_crash_left_beyond_the_standing_is_cut_off_and_comes_again(torn: bytes, site: Site, hub: CopyOf) -> None:
    site.write(300)
    batches = site.batches()
    hub.take(*batches[:-1])
    size = hub.copy.size
    hub.copy.close()
    with (hub.evidence / "log" / f"{size - size % SEGMENT:020d}.jsonl").open("ab") as file:
        file.write(torn)

    hub.copy = hub.opened()
    assert size == hub.copy.size
    assert site.log.size == hub.take(batches[-1]).size
    assert [] == hub.problems()


def test_a_copy_that_lost_confirmed_records_is_not_continued(site: Site, hub: CopyOf) -> None:
    site.write(20)
    hub.take(*site.batches())
    hub.copy.close()
    path = hub.evidence / "log" / f"{0:020d}.jsonl"
    path.write_bytes(path.read_bytes()[:-40])

    with pytest.raises(EvidenceError, match="does not hold the 21 records that were confirmed"):
        hub.opened()


def test_a_folder_that_was_copied_by_hand_is_taken_up_to_its_head(site: Site, hub: CopyOf) -> None:
    site.write(2 * SEGMENT)
    pruned(site)
    hub.copy.close()
    shutil.rmtree(hub.evidence)
    hub.standing_file.unlink()
    site.log.settle()
    shutil.copytree(site.folder, hub.evidence)

    hub.copy = hub.opened()
    size = hub.copy.size
    site.write(5)
    site.tail.seek(size)

    assert site.log.size == hub.take(*site.batches()).size


def test_a_folder_of_another_key_is_not_taken(site: Site, hub: CopyOf) -> None:
    site.write(3)
    hub.copy.close()
    shutil.rmtree(hub.evidence)
    hub.standing_file.unlink()
    shutil.copytree(site.folder, hub.evidence)
    hub.key = SigningKey.generate(site.origin)

    with pytest.raises(EvidenceError, match="not signed by a key that is trusted"):
        hub.opened()


def test_a_full_disk_takes_nothing_and_what_comes_again_is_taken(site: Site, hub: CopyOf) -> None:
    site.write(20)
    batches: list[Batch] = site.batches()

    class Full(Disk):
        full = True

        def write(self, descriptor: int, data: bytes) -> int:
            if self.full and len(data) > 1000:
                super().write(descriptor, data[:700])
                raise OSError(28, "No space left on device")
            return super().write(descriptor, data)

    disk = Full()
    hub.reopen(disk=disk)
    with pytest.raises(OSError, match="No space"):
        hub.take(*batches)
    disk.full = False

    assert site.log.size == hub.take(*batches).size
    assert files_of(site.folder) == files_of(hub.evidence)
