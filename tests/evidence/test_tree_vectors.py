"""Proofs over the published reference tree, valid ones and probes, as files any other implementation can read.

``data/inclusion.json`` and ``data/consistency.json`` hold what the naive functions below give, which follow RFC 6962
2.1.1 and 2.1.2 word for word and share nothing with the package. ``python test_tree_vectors.py`` writes them again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from vmsguard.errors import EvidenceError
from vmsguard.evidence.tree import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)

DATA = Path(__file__).parent / "data"

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
"""The leaves of the reference tree that Certificate Transparency implementations share."""

PUBLISHED_ROOT = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
"""Of all eight."""

PUBLISHED_PATHS = {
    (0, 8): ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"],
    (5, 8): ["bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"],
}
"""The first hash of two published inclusion proofs: the leaf's sibling."""

PROBED = (1, 3, 7, 8)
"""Sizes of which wrong vectors are made too. (Of an inclusion proof's size only the shape of the tree counts: what
binds the size itself is the signature of the head.)"""

STRANGE = sha256(b"strange").digest()


def head(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 2.1."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = split(len(leaves))
    return sha256(b"\x01" + head(leaves[:k]) + head(leaves[k:])).digest()


def split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), head(leaves[k:])]
    return [*path(m - k, leaves[k:]), head(leaves[:k])]


def subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962 2.1.2."""
    if m == len(leaves):
        return [] if whole else [head(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole), head(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), head(leaves[:k])]


def changed(proof: list[bytes]) -> Iterator[tuple[str, list[bytes]]]:
    """The ways in which a list of hashes can be wrong."""
    yield "a hash more at the end", [*proof, STRANGE]
    yield "a hash more at the start", [STRANGE, *proof]
    yield "a hash more, empty", [*proof, b""]
    if proof:
        yield "the first hash missing", proof[1:]
        yield "the last hash missing", proof[:-1]
        yield "no hash at all", []
        yield "the first hash another", [STRANGE, *proof[1:]]
        yield "the last hash another", [*proof[:-1], STRANGE]
        yield "the last hash cut short", [*proof[:-1], proof[-1][:-1]]
        yield "every hash twice", [each for each in proof for _ in range(2)]
    if len(proof) > 1:
        yield "two hashes swapped", [proof[1], proof[0], *proof[2:]]
        yield "all hashes reversed", proof[::-1]


def inclusion_vectors() -> Iterator[dict[str, Any]]:
    for size in range(1, 9):
        for index in range(size):
            tree, proof = LEAVES[:size], path(index, LEAVES[:size])
            good = {
                "leaf": sha256(b"\x00" + LEAVES[index]).digest(),
                "index": index,
                "size": size,
                "proof": proof,
                "root": head(tree),
            }
            yield vector("as it is", True, **good)
            for what, wrong in changed(proof) if size in PROBED else ():
                if wrong != proof:
                    yield vector(what, False, **{**good, "proof": wrong})
            for what, more in (
                ()
                if size not in PROBED
                else (
                    ("the index negative", {"index": -1}),
                    ("the index that of the size", {"index": size}),
                    ("another index", {"index": index ^ 1}),
                    ("another index, far away", {"index": index + (1 << 40)}),
                    ("no size", {"size": 0}),
                    ("twice the size", {"size": size * 2}),
                    ("another root", {"root": STRANGE}),
                    ("an empty root", {"root": b""}),
                    ("the root of the empty tree", {"root": sha256(b"").digest()}),
                    ("another leaf", {"leaf": STRANGE}),
                    ("the leaf's data not hashed as a leaf", {"leaf": sha256(LEAVES[index]).digest()}),
                )
            ):
                yield vector(what, False, **{**good, **more})


def consistency_vectors() -> Iterator[dict[str, Any]]:
    for size in range(1, 9):
        for old in range(1, size + 1):
            proof = subproof(old, LEAVES[:size], True)
            good = {
                "old_size": old,
                "size": size,
                "old_root": head(LEAVES[:old]),
                "root": head(LEAVES[:size]),
                "proof": proof,
            }
            yield vector("as it is", True, **good)
            for what, wrong in changed(proof) if size in PROBED else ():
                if wrong != proof:
                    yield vector(what, False, **{**good, "proof": wrong})
            for what, more in (
                ()
                if size not in PROBED
                else (
                    ("no old size", {"old_size": 0}),
                    ("a negative old size", {"old_size": -1}),
                    ("an old size beyond the new", {"old_size": size + 1}),
                    ("no size", {"size": 0}),
                    ("another old root", {"old_root": STRANGE}),
                    ("another root", {"root": STRANGE}),
                    ("both roots another", {"old_root": STRANGE, "root": STRANGE, "size": size + 1}),
                    ("an empty old root", {"old_root": b""}),
                )
            ):
                yield vector(what, False, **{**good, **more})
            if old != size:
                yield vector("roots swapped", False, **{**good, "old_root": good["root"], "root": good["old_root"]})
    empty = head([])
    nothing = {"old_size": 0, "size": 0, "old_root": empty, "root": empty, "proof": []}
    yield vector("nothing after nothing", False, **nothing)
    yield vector("something after nothing", False, **{**nothing, "size": 8, "root": head(LEAVES)})


def vector(what: str, holds: bool, **fields: Any) -> dict[str, Any]:
    return {"what": what, "holds": holds, **{name: plain(value) for name, value in fields.items()}}


def plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return [each.hex() for each in value] if isinstance(value, list) else value


def as_file(vectors: Iterator[dict[str, Any]]) -> str:
    lines = ",\n".join(json.dumps(each) for each in vectors)
    return f"[\n{lines}\n]\n"


FILES = {"inclusion.json": inclusion_vectors, "consistency.json": consistency_vectors}


def read(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((DATA / name).read_text())
    return found


def told(each: dict[str, Any]) -> str:
    sizes = "-".join(str(each[name]) for name in ("index", "old_size", "size") if name in each)
    return f"{sizes} {each['what']}"


@pytest.mark.parametrize("name", FILES)
def test_the_files_hold_what_the_definition_gives(name: str) -> None:
    assert as_file(FILES[name]()) == (DATA / name).read_text()


def test_the_definition_gives_what_is_published() -> None:
    assert PUBLISHED_ROOT == head(LEAVES).hex()
    for (index, size), first in PUBLISHED_PATHS.items():
        assert first == [each.hex() for each in path(index, LEAVES[:size])[:1]]


def test_inclusion_vectors_hold_and_their_probes_do_not() -> None:
    for each in read("inclusion.json"):
        proof = [bytes.fromhex(part) for part in each["proof"]]
        leaf, root = bytes.fromhex(each["leaf"]), bytes.fromhex(each["root"])
        assert each["holds"] is verify_inclusion(leaf, each["index"], each["size"], proof, root), told(each)


def test_consistency_vectors_hold_and_their_probes_do_not() -> None:
    for each in read("consistency.json"):
        proof = [bytes.fromhex(part) for part in each["proof"]]
        old_root, root = bytes.fromhex(each["old_root"]), bytes.fromhex(each["root"])
        assert each["holds"] is verify_consistency(each["old_size"], each["size"], old_root, root, proof), told(each)


def test_our_own_proofs_are_those_of_the_definition() -> None:
    hashes = [leaf_hash(leaf) for leaf in LEAVES]
    for each in read("inclusion.json"):
        if each["holds"]:
            assert each["proof"] == plain(inclusion_proof(hashes[: each["size"]], each["index"]))
    for each in read("consistency.json"):
        if each["holds"]:
            assert each["proof"] == plain(consistency_proof(hashes[: each["size"]], each["old_size"]))


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 1), (8, 8)])
def test_no_inclusion_proof_is_made_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(EvidenceError, match="no leaf"):
        inclusion_proof([leaf_hash(leaf) for leaf in LEAVES[:size]], index)


@pytest.mark.parametrize(("old", "size"), [(0, 0), (0, 1), (2, 1), (-1, 1)])
def test_no_consistency_proof_is_made_from_nothing_or_from_later(old: int, size: int) -> None:
    with pytest.raises(EvidenceError, match="no consistency proof"):
        consistency_proof([leaf_hash(leaf) for leaf in LEAVES[:size]], old)


if __name__ == "__main__":
    for file, vectors in FILES.items():
        (DATA / file).write_text(as_file(vectors()))
