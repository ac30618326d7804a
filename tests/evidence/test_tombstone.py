from __future__ import annotations

import pytest

from vmsguard.evidence.canonical import check_canonical
from vmsguard.evidence.tombstone import Tombstone, leaf_of_line, read_tombstone
from vmsguard.evidence.tree import leaf_hash

STONE = Tombstone(7, leaf_hash(b"record"))


def test_a_tombstone_is_canonical_and_reads_back() -> None:
    assert {"leaf": STONE.leaf.hex(), "seq": 7, "tombstone": True} == check_canonical(STONE.line())[0]
    assert ("", STONE) == (check_canonical(STONE.line())[1], read_tombstone(STONE.line()))


def test_a_line_stands_for_its_hash_and_a_tombstone_for_the_one_it_names() -> None:
    assert leaf_hash(b"record") == leaf_of_line(b"record") == leaf_of_line(STONE.line())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"true", b"false"),
        (b'"seq":7', b'"seq":07'),
        (b'"seq":7', b'"seq":-7'),
        (b'"seq":7', b'"seq": 7'),
        (b"{", b'{"a":1,'),
        (b"}", b"}\n"),
        (STONE.leaf.hex().encode(), STONE.leaf.hex().upper().encode()),
        (STONE.leaf.hex().encode(), b"ab"),
    ],
)
def test_anything_but_the_exact_form_is_no_tombstone(old: bytes, new: bytes) -> None:
    line = STONE.line().replace(old, new)
    assert (True, None, leaf_hash(line)) == (line != STONE.line(), read_tombstone(line), leaf_of_line(line))
