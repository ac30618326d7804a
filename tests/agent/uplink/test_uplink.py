"""What is on its way, and what the hub's answers come to: decided by the log's own tree."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # this folder is no package

from written_log import ORIGIN, WrittenLog

from vmsguard.agent.uplink.log_tail import LogTail
from vmsguard.agent.uplink.messages import Batch, Confirmation
from vmsguard.agent.uplink.uplink import DIFFERS, Uplink

FEW = 40_000


class Leaf:
    """A leaf node's stream in memory."""

    def __init__(self, written: WrittenLog, **more: int) -> None:
        self.written = written
        self.uplink = Uplink(LogTail(written.folder, batch_bytes=FEW), written.clock.monotonic, **more)
        self.uplink.begin(0)
        self.sent: list[Batch] = []
        self.names: list[str] = []

    def send(self) -> list[int]:
        """Everything that may go now; the first records of the batches."""
        before = len(self.sent)
        while (following := self.uplink.next()) is not None:
            batch, name = following
            self.sent.append(batch)
            self.names.append(name)
            self.uplink.published(batch, len(self.sent))
        return [batch.first for batch in self.sent[before:]]

    def says(self, size: int, **more) -> Confirmation:
        root = LogTail(self.written.folder).root_at(size)
        assert root is not None
        return Confirmation(ORIGIN, size, root.hex(), **more)


@pytest.fixture
def leaf(written: WrittenLog) -> Leaf:
    return Leaf(written)


def test_what_the_hub_has_is_confirmed_and_filed(leaf: Leaf) -> None:
    leaf.written.write(300)
    leaf.send()
    end = leaf.sent[1].first + leaf.sent[1].count

    told = leaf.uplink.told(leaf.says(end))

    assert (end, 2, "", None) == (told.confirmed, told.filed, told.trouble, told.show)
    assert leaf.written.log.signed_size - end == leaf.uplink.waiting
    leaf.uplink.told(leaf.says(leaf.written.log.signed_size))
    assert 0 == leaf.uplink.waiting


def test_a_size_between_two_batches_is_compared_as_well(leaf: Leaf) -> None:
    leaf.written.write(300)
    leaf.send()

    assert 7 == leaf.uplink.told(leaf.says(7)).confirmed


@pytest.mark.parametrize("size", [7, 10_000])
def test_a_root_that_is_not_our_own_confirms_nothing_and_is_shown_once(size: int, leaf: Leaf) -> None:
    leaf.written.write(300)
    leaf.send()
    said = Confirmation(ORIGIN, size, "00" * 32)

    told, again = leaf.uplink.told(said), leaf.uplink.told(said)

    assert (None, DIFFERS, None) == (told.confirmed, told.trouble, again.show)
    assert told.show is not None
    assert b"" == told.show.lines
    leaf.written.write(1)
    assert leaf.uplink.told(said).show is not None


def test_what_the_hub_misses_goes_again_from_there_under_another_name(leaf: Leaf) -> None:
    leaf.written.write(300)
    firsts = leaf.send()

    for _ in range(3):
        leaf.uplink.told(leaf.says(firsts[2], again=True))

    assert firsts[2:] == leaf.send()
    assert len(leaf.names) == len(set(leaf.names))


def test_many_that_ask_for_the_same_get_it_once(leaf: Leaf) -> None:
    leaf.written.write(300)
    leaf.send()
    leaf.uplink.told(leaf.says(0, again=True))
    leaf.send()

    leaf.uplink.told(leaf.says(0, again=True))
    assert [] == leaf.send()
    leaf.written.clock.advance(6)
    leaf.uplink.told(leaf.says(0, again=True))
    assert 0 == leaf.send()[0]


def test_beyond_the_window_the_log_is_the_buffer(written: WrittenLog) -> None:
    leaf = Leaf(written, window_bytes=20_000)
    written.write(600)

    first = leaf.send()
    assert 20_000 <= sum(len(batch.lines) for batch in leaf.sent) < 20_000 + FEW
    leaf.uplink.told(leaf.says(leaf.sent[-1].first))

    assert (len(first), True) == (3, bool(leaf.send()))


def test_what_nobody_speaks_of_goes_again_ever_more_rarely(leaf: Leaf) -> None:
    leaf.written.write(3)
    leaf.send()
    sent = []
    for _ in range(24 * 6):
        leaf.written.clock.advance(600)
        sent.append(len(leaf.send()))

    assert 7 == sum(sent)


def test_a_batch_that_could_not_be_handed_over_is_read_anew(leaf: Leaf) -> None:
    leaf.written.write(300)
    first = leaf.uplink.next()
    second = leaf.uplink.next()
    assert first is not None
    assert second is not None

    leaf.uplink.not_published(second[0])

    assert second == leaf.uplink.next()


def test_after_a_crash_it_goes_on_behind_what_lies_in_the_stream(leaf: Leaf) -> None:
    leaf.written.write(300)
    leaf.send()
    place = 4
    end = leaf.sent[place - 1].first + leaf.sent[place - 1].count
    after = Leaf(leaf.written)

    assert end == after.uplink.begin(7, end, place)
    assert end == after.send()[0]
    assert (end, place) == ((told := after.uplink.told(leaf.says(end))).confirmed, told.filed)


def test_a_log_that_is_shorter_than_what_was_sent_waits_for_the_hub_s_word(leaf: Leaf) -> None:
    leaf.written.write(10)

    assert leaf.written.log.signed_size == leaf.uplink.begin(5_000, 6_000, 9)
    assert [] == leaf.send()
    assert DIFFERS == leaf.uplink.told(Confirmation(ORIGIN, 6_000, "11" * 32)).trouble


def test_an_answer_that_is_shown_again_takes_nothing_back(leaf: Leaf) -> None:
    leaf.written.write(300)
    leaf.send()
    end = leaf.written.log.signed_size
    leaf.uplink.told(leaf.says(end - 5))
    waiting = leaf.uplink.waiting

    told = leaf.uplink.told(leaf.says(7))

    assert (7, waiting) == (told.confirmed, leaf.uplink.waiting)
