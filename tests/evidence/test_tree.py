from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.errors import EvidenceError
from vmsguard.evidence.tree import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_hash,
    verify_consistency,
    verify_inclusion,
)

CT_LEAVES = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")] + [
    bytes.fromhex("606162636465666768696a6b6c6d6e6f")
]
"""The leaves of the reference tree that Certificate Transparency implementations share."""

CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

SIZES = st.integers(1, 40)


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(bytes([number])) for number in range(count)]


def naive_root(hashes: list[bytes]) -> bytes:
    """The definition of RFC 6962 2.1, word for word."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return sha256(b"\x01" + naive_root(hashes[:split]) + naive_root(hashes[split:])).digest()


def test_the_empty_tree_has_the_published_root() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert Frontier().root() == EMPTY_ROOT


@pytest.mark.parametrize("size", range(1, 9))
def test_the_reference_tree_has_the_published_roots(size: int) -> None:
    assert root_hash(map(leaf_hash, CT_LEAVES[:size])).hex() == CT_ROOTS[size - 1]


@given(st.integers(0, 70))
def test_the_frontier_gives_the_root_of_the_definition(size: int) -> None:
    assert root_hash(leaves(size)) == naive_root(leaves(size))


@given(SIZES, st.data())
def test_an_inclusion_proof_holds_for_its_leaf_and_no_other_place(size: int, data: st.DataObject) -> None:
    tree = leaves(size)
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(-1, size))
    proof, root = inclusion_proof(tree, index), root_hash(tree)
    assert verify_inclusion(tree[index], index, size, proof, root)
    if other != index:
        assert not verify_inclusion(tree[index], other, size, proof, root)
    assert not verify_inclusion(tree[index], index, size, [*proof, EMPTY_ROOT], root)
    assert not verify_inclusion(leaf_hash(b"other"), index, size, proof, root)
    if proof:
        assert not verify_inclusion(tree[index], index, size, proof[:-1], root)


@given(SIZES, st.data())
def test_a_consistency_proof_holds_for_its_sizes_and_roots_only(size: int, data: st.DataObject) -> None:
    tree = leaves(size)
    old = data.draw(st.integers(1, size))
    proof, old_root, root = consistency_proof(tree, old), root_hash(tree[:old]), root_hash(tree)
    assert verify_consistency(old, size, old_root, root, proof)
    assert not verify_consistency(old, size, EMPTY_ROOT, root, proof)
    assert not verify_consistency(old, size, old_root, EMPTY_ROOT, proof)
    assert not verify_consistency(old, size, old_root, root, [*proof, EMPTY_ROOT])
    assert not verify_consistency(size + 1, size, root, old_root, proof)


@given(SIZES, st.data())
def test_every_changed_hash_of_a_proof_is_noticed(size: int, data: st.DataObject) -> None:
    tree = leaves(size)
    old = data.draw(st.integers(1, size))
    proof = consistency_proof(tree, old)
    for place in range(len(proof)):
        changed = [*proof[:place], node_hash(proof[place], proof[place]), *proof[place + 1 :]]
        assert not verify_consistency(old, size, root_hash(tree[:old]), root_hash(tree), changed)


def test_nothing_is_consistent_with_an_empty_tree() -> None:
    assert not verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    assert not verify_consistency(0, 1, EMPTY_ROOT, leaves(1)[0], [])


@given(st.integers(0, 6), st.integers(0, 7))
def test_full_subtrees_can_be_appended_at_once(subtrees: int, single: int) -> None:
    tree = leaves(subtrees * 8 + single)
    frontier = Frontier()
    for number in range(subtrees):
        frontier.append_subtree(root_hash(tree[number * 8 : number * 8 + 8]), 8)
    for leaf in tree[subtrees * 8 :]:
        frontier.append(leaf)
    assert (frontier.size, frontier.root()) == (len(tree), root_hash(tree))


def test_a_subtree_that_does_not_fit_is_refused() -> None:
    frontier = Frontier()
    frontier.append(leaf_hash(b""))
    with pytest.raises(EvidenceError, match="does not fit"):
        frontier.append_subtree(EMPTY_ROOT, 8)


def test_a_frontier_needs_as_many_peaks_as_its_size_has_bits() -> None:
    with pytest.raises(EvidenceError, match="2 peaks"):
        Frontier(3, [EMPTY_ROOT])


@given(st.lists(st.integers(1, 200), max_size=8))
def test_a_frontier_gives_the_same_root_whenever_it_is_asked(chunks: list[int]) -> None:
    frontier, leaves = Frontier(), []
    for chunk in chunks:
        added = [leaf_hash(b"%d" % (len(leaves) + number)) for number in range(chunk)]
        leaves += added
        for leaf in added:
            frontier.append(leaf)
        fresh = Frontier(frontier.size, frontier.peaks)
        assert fresh.root() == frontier.root() == frontier.copy().root()
        assert frontier.root() == _by_definition(leaves)


def _by_definition(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return node_hash(_by_definition(leaves[:split]), _by_definition(leaves[split:]))
