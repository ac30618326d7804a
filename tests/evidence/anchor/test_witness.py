"""A witness cosigns one history of each log: every status code, restarts, crashes and forks at once."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vmsguard.errors import EvidenceError
from vmsguard.evidence.anchor.add_checkpoint import MAX_BODY, AddCheckpoint, cosignatures, time_of
from vmsguard.evidence.anchor.witness import Answer, Witness
from vmsguard.evidence.anchor.witness_key import WitnessKey
from vmsguard.evidence.anchor.witness_state import WitnessState, origin_hash, read_cosigned
from vmsguard.evidence.checkpoint import Checkpoint, parse_checkpoint
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.note import Note
from vmsguard.evidence.tree import EMPTY_ROOT

Start = Callable[..., tuple[Witness, WitnessState]]
Site = Any
Clock = Any


def test_a_first_head_is_cosigned_with_the_time(
    open_witness: Start, site: Site, witness_key: WitnessKey, clock: Clock
) -> None:
    witness, _ = open_witness()

    answer = witness.add_checkpoint(site.request(0, 5))

    assert 200 == answer.status
    note = site.head(5).note
    (line,) = cosignatures(note, answer.body, [witness_key.verifier])
    assert int(clock.now().timestamp()) == time_of(line)


def test_it_follows_a_growing_log(open_witness: Start, site: Site) -> None:
    witness, state = open_witness()

    sizes = [0, 1, 2, 3, 7, 8, 8, 20, 64]
    answers = [witness.add_checkpoint(site.request(old, size)) for old, size in pairwise(sizes)]

    assert [200] * 8 == [answer.status for answer in answers]
    newest = state.newest(site.key.name)
    assert newest is not None
    assert 64 == newest.head.size


def test_an_unknown_log_is_404(open_witness: Start, make_site: Callable[[str], Site]) -> None:
    witness, _ = open_witness()

    assert 404 == witness.add_checkpoint(make_site("example.org/elsewhere").request(0, 5)).status


def test_a_head_that_no_known_key_signed_is_403(open_witness: Start, site: Site, make_site: Any) -> None:
    witness, _ = open_witness()
    impostor = make_site(site.key.name)

    assert 403 == witness.add_checkpoint(impostor.request(0, 5)).status


def test_a_wrong_signature_of_a_known_key_is_403_whatever_stands_beside_it(open_witness: Start, site: Site) -> None:
    witness, _ = open_witness()
    head, other = site.head(5), site.head(6)
    both = Note(head.note.text, (*head.note.signatures, *other.note.signatures))
    request = AddCheckpoint(0, (), Checkpoint(head.origin, head.size, head.root, both))

    assert 403 == witness.add_checkpoint(request.to_bytes()).status


def test_signatures_of_unknown_keys_are_ignored_and_not_kept(
    open_witness: Start, site: Site, witness_key: WitnessKey, make_site: Any
) -> None:
    witness, state = open_witness()
    head = site.head(5)
    foreign = make_site("example.org/elsewhere").head(5).note.signatures
    note = Note(head.note.text, (*foreign, *head.note.signatures))

    answer = witness.add_checkpoint(
        AddCheckpoint(0, (), Checkpoint(head.origin, head.size, head.root, note)).to_bytes()
    )

    assert 200 == answer.status
    kept = state.newest(site.key.name)
    assert kept is not None
    assert kept.head.note is not None
    assert [site.key.name, witness_key.verifier.name] == [line.name for line in kept.head.note.signatures]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: b"",
        lambda body: body[:-1],
        lambda body: body.replace(b"old 0", b"old 00"),
        lambda body: body.replace(b"old 0", b"old -1"),
        lambda body: body.replace(b"old 0", b"new 0"),
        lambda body: body.replace(b"old 0\n", b"old 0\r\n"),
        lambda body: body.replace(b"old 0\n", b"old 0\nAAAA\n"),
        lambda body: body.replace(b"old 0\n", b"old 0\n" + b"PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkax=\n"),
        lambda body: body.replace(b"old 0\n", b"old 0\n" + b"PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n" * 64),
        lambda body: body.replace(b"old 0\n", b"old 6\n"),
        lambda body: body.replace(b"old 0\n\n", b"old 0\n"),
        lambda body: body + b"x" * MAX_BODY,
        lambda body: b"\xff" + body,
    ],
    ids=range(13),
)
def test_a_malformed_request_is_400(open_witness: Start, site: Site, spoil: Callable[[bytes], bytes]) -> None:
    witness, state = open_witness()

    assert 400 == witness.add_checkpoint(spoil(site.request(0, 5))).status
    assert () == state.origins


@pytest.mark.parametrize("old", [0, 3, 9])
def test_another_old_size_is_409_with_the_known_one(open_witness: Start, site: Site, old: int) -> None:
    witness, _ = open_witness()
    witness.add_checkpoint(site.request(0, 5))

    answer = witness.add_checkpoint(site.request(old, 10))

    assert Answer(409, b"5\n", "text/x.tlog.size", site.key.name, 10) == answer


def test_before_anything_was_cosigned_the_known_size_is_0(open_witness: Start, site: Site) -> None:
    witness, _ = open_witness()

    assert b"0\n" == witness.add_checkpoint(site.request(3, 10)).body


def test_a_head_that_does_not_continue_the_cosigned_one_is_422(open_witness: Start, site: Site) -> None:
    witness, state = open_witness()
    witness.add_checkpoint(site.request(0, 5))

    assert 422 == witness.add_checkpoint(site.fork(4).request(5, 10)).status
    newest = state.newest(site.key.name)
    assert newest is not None
    assert site.head(5).root == newest.head.root


def test_another_root_of_the_same_size_is_422(open_witness: Start, site: Site) -> None:
    witness, _ = open_witness()
    witness.add_checkpoint(site.request(0, 5))

    assert 422 == witness.add_checkpoint(site.fork(4).request(5, 5)).status


def test_a_proof_from_size_0_is_422(open_witness: Start, site: Site) -> None:
    witness, _ = open_witness()

    assert 422 == witness.add_checkpoint(AddCheckpoint(0, (bytes(32),), site.head(5)).to_bytes()).status


def test_a_proof_for_the_same_size_is_422(open_witness: Start, site: Site) -> None:
    witness, _ = open_witness()
    witness.add_checkpoint(site.request(0, 5))

    assert 422 == witness.add_checkpoint(AddCheckpoint(5, (bytes(32),), site.head(5)).to_bytes()).status


def test_an_empty_tree_has_the_empty_root_or_is_422(open_witness: Start, site: Site) -> None:
    witness, _ = open_witness()
    wrong = site.key.sign(Checkpoint(site.key.name, 0, bytes(32)))
    right = site.key.sign(Checkpoint(site.key.name, 0, EMPTY_ROOT))

    assert 422 == witness.add_checkpoint(AddCheckpoint(0, (), wrong).to_bytes()).status
    assert 200 == witness.add_checkpoint(AddCheckpoint(0, (), right).to_bytes()).status
    assert 200 == witness.add_checkpoint(site.request(0, 5)).status


@given(data=st.data())
@settings(deadline=None)
def test_no_changed_byte_of_a_request_is_cosigned_as_something_else(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    key = SigningKey.generate("example.org/a")
    signer = WitnessKey.generate("example.org/w")
    witness = Witness(signer, [key.verifier], WitnessState(tmp_path_factory.mktemp("w"), signer.verifier, Disk()), _Now)
    head = key.sign(Checkpoint(key.name, 1, bytes(range(32))))
    body = bytearray(AddCheckpoint(0, (), head).to_bytes())
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] ^= 1 << data.draw(st.integers(0, 7))

    assert 200 != witness.add_checkpoint(bytes(body)).status


class _Now:
    @staticmethod
    def now() -> Any:
        from datetime import UTC, datetime

        return datetime(2026, 11, 22, tzinfo=UTC)

    @staticmethod
    def monotonic() -> float:
        return 0.0


@given(asked=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 24), st.integers(0, 24)), max_size=30))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_asked_its_cosignatures_tell_one_growing_history(
    tmp_path_factory: pytest.TempPathFactory, site: Site, witness_key: WitnessKey, asked: list[tuple[int, int, int]]
) -> None:
    """Histories that part at records 0, 5 and 11, asked about in any order, with honest proofs for each."""
    histories = [site, site.fork(0), site.fork(5), site.fork(11)]
    state = WitnessState(tmp_path_factory.mktemp("w"), witness_key.verifier, Disk())
    witness = Witness(witness_key, [site.key.verifier], state, _Now)
    cosigned: list[tuple[Site, int]] = []
    for which, old, size in asked:
        if old <= size and witness.add_checkpoint(histories[which].request(old, size)).status == 200:
            cosigned.append((histories[which], size))
    state.close()

    for (before, smaller), (after, larger) in pairwise(cosigned):
        assert smaller <= larger
        assert before.leaves[:smaller] == after.leaves[:smaller]


def test_extension_lines_are_cosigned_with_the_rest(
    open_witness: Start, site: Site, witness_key: WitnessKey, state_folder: Path
) -> None:
    witness, _ = open_witness()
    text = site.head(5).text + "an extension\n"
    note = Note(text, (site.key.signature(text),))
    request = AddCheckpoint(0, (), Checkpoint(site.key.name, 5, site.head(5).root, note))

    answer = witness.add_checkpoint(request.to_bytes())

    assert 1 == len(cosignatures(note, answer.body, [witness_key.verifier]))
    assert [text] == [one.head.note.text for one in read_cosigned(state_folder) if one.head.note]


def test_two_keys_of_a_log_count_while_it_changes_them(open_witness: Start, site: Site, make_site: Any) -> None:
    new = make_site(site.key.name)
    witness, _ = open_witness(None, new.key)

    assert [200, 200] == [
        witness.add_checkpoint(site.request(0, 5)).status,
        witness.add_checkpoint(new.request(5, 9)).status,
    ]


def test_it_shows_the_newest_cosigned_head(open_witness: Start, site: Site, witness_key: WitnessKey) -> None:
    witness, _ = open_witness()
    assert 404 == witness.checkpoint(origin_hash(site.key.name)).status
    witness.add_checkpoint(site.request(0, 5))

    shown = parse_checkpoint(witness.checkpoint(origin_hash(site.key.name)).body)

    assert (5, site.head(5).root) == (shown.size, shown.root)
    assert shown.note is not None
    keys = (site.key.verifier, witness_key.verifier)
    assert [True, True] == [
        key.verifies(shown.note.text, line) for key, line in zip(keys, shown.note.signatures, strict=True)
    ]


def test_it_remembers_after_a_restart(open_witness: Start, site: Site) -> None:
    witness, state = open_witness()
    witness.add_checkpoint(site.request(0, 5))
    state.close()

    again, _ = open_witness()

    assert 409 == again.add_checkpoint(site.fork(2).request(0, 5)).status
    assert 422 == again.add_checkpoint(site.fork(2).request(5, 9)).status
    assert 200 == again.add_checkpoint(site.request(5, 9)).status


class Killed(BaseException):
    """The process ends here; nothing behind it runs."""


class DyingDisk(Disk):
    """Ends the process before step ``steps`` of what must become durable."""

    def __init__(self, steps: int) -> None:
        self.steps = steps

    def replace(self, path: Path, data: bytes) -> None:
        temporary = path.with_name(path.name + ".new")
        self._step()
        temporary.write_bytes(data[: len(data) // 2])
        self._step()
        temporary.write_bytes(data)
        self._step()
        os.replace(temporary, path)
        self._step()

    def _step(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise Killed


@pytest.mark.parametrize("step", range(4))
def test_killed_at_any_step_it_never_cosigns_a_second_history(open_witness: Start, site: Site, step: int) -> None:
    witness, state = open_witness()
    assert 200 == witness.add_checkpoint(site.request(0, 5)).status
    state.close()
    witness, state = open_witness(DyingDisk(step))
    with pytest.raises(Killed):
        witness.add_checkpoint(site.request(5, 9))
    state.close()

    again, state = open_witness()
    newest = state.newest(site.key.name)

    assert newest is not None
    assert newest.head.size == (9 if step == 3 else 5)
    assert newest.head.root == site.head(newest.head.size).root
    assert 409 == again.add_checkpoint(site.fork(3).request(0, 5)).status
    assert 200 == again.add_checkpoint(site.request(newest.head.size, 12)).status


class FailingDisk(Disk):
    """Fails to write, or fails after the file is in place."""

    def __init__(self, late: bool) -> None:
        self.late = late
        self.fails = False

    def replace(self, path: Path, data: bytes) -> None:
        if self.late or not self.fails:
            super().replace(path, data)
        if self.fails:
            raise OSError(errno.EIO, os.strerror(errno.EIO))


@pytest.mark.parametrize("late", [False, True])
def test_a_head_that_was_not_kept_for_certain_is_not_cosigned(open_witness: Start, site: Site, late: bool) -> None:
    disk = FailingDisk(late)
    witness, state = open_witness(disk)
    witness.add_checkpoint(site.request(0, 5))
    disk.fails = True
    answer = witness.add_checkpoint(site.request(5, 9))
    disk.fails = False

    assert (500, False) == (answer.status, b"\xe2\x80\x94" in answer.body)
    assert 500 == witness.add_checkpoint(site.request(5, 9)).status, "the disk's truth is not known any more"
    state.close()
    again, state = open_witness()
    newest = state.newest(site.key.name)
    assert newest is not None
    assert (9 if late else 5) == newest.head.size
    assert 200 == again.add_checkpoint(site.request(newest.head.size, 12)).status


class SlowDisk(Disk):
    """Lets every thread come as far as the write before any is done with it."""

    def replace(self, path: Path, data: bytes) -> None:
        threading.Event().wait(0.02)
        super().replace(path, data)


def test_of_forks_at_once_exactly_one_wins(open_witness: Start, site: Site) -> None:
    witness, _ = open_witness(SlowDisk())
    witness.add_checkpoint(site.request(0, 5))
    histories = [site, *(site.fork(5 + turn) for turn in range(5))]
    start = threading.Barrier(len(histories))
    answers: list[Answer] = []

    def ask(history: Site) -> None:
        body = history.request(5, 20)
        start.wait()
        answers.append(witness.add_checkpoint(body))

    threads = [threading.Thread(target=ask, args=(history,)) for history in histories]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [200, *[409] * 5] == sorted(answer.status for answer in answers)


def test_logs_do_not_wait_for_each_other(open_witness: Start, site: Site, make_site: Any) -> None:
    other = make_site("example.org/b")
    inside, leave = threading.Event(), threading.Event()

    class Waiting(Disk):
        def replace(self, path: Path, data: bytes) -> None:
            if origin_hash(site.key.name) in path.name:
                inside.set()
                assert leave.wait(10)
            super().replace(path, data)

    witness, _ = open_witness(Waiting(), other.key)
    thread = threading.Thread(target=witness.add_checkpoint, args=(site.request(0, 5),))
    thread.start()
    assert inside.wait(10)

    status = witness.add_checkpoint(other.request(0, 5)).status
    leave.set()
    thread.join()

    assert 200 == status


def test_a_second_process_on_the_state_is_refused(open_witness: Start) -> None:
    _, state = open_witness()

    with pytest.raises(EvidenceError, match=f"used by process {os.getpid()}"):
        open_witness()
    state.close()
    open_witness()


def test_the_state_of_another_witness_is_refused(open_witness: Start, state_folder: Path) -> None:
    _, state = open_witness()
    state.close()

    with pytest.raises(EvidenceError, match="another witness"):
        WitnessState(state_folder, WitnessKey.generate("example.org/other").verifier, Disk())


def test_every_damage_of_the_state_stops_it(open_witness: Start, site: Site, state_folder: Path) -> None:
    witness, state = open_witness()
    witness.add_checkpoint(site.request(0, 5))
    state.close()
    path = state_folder / f"{origin_hash(site.key.name)}.note"
    whole = path.read_bytes()
    own = whole.rindex(b"\xe2\x80\x94")
    places = [*range(whole.index(b"\n\n") + 1), *range(own, len(whole))]  # all but the log's own signature

    for place in places:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(EvidenceError, match="damaged"):
            open_witness()
    path.write_bytes(b"")
    with pytest.raises(EvidenceError, match="damaged"):
        open_witness()


def test_a_state_without_the_witness_s_name_is_not_taken_for_a_new_one(
    open_witness: Start, site: Site, state_folder: Path
) -> None:
    witness, state = open_witness()
    witness.add_checkpoint(site.request(0, 5))
    state.close()
    (state_folder / "witness").unlink()

    with pytest.raises(EvidenceError, match="is missing"):
        open_witness()
