"""What the quick check accepts, the exact check accepts too; and what the log writes, the quick check accepts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmsguard.evidence.canonical import canonical_json, check_canonical
from vmsguard.evidence.events import EVENTS
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.segments import iter_lines, segment_path
from vmsguard.evidence.subtrees import nodes_between, root_of
from vmsguard.evidence.tree import Frontier, leaf_hash, root_hash
from vmsguard.evidence.verifying.shapes import encode, shape_of, shapes

VERIFY = {
    "boot_id": "b",
    "camera": "cam-1",
    "cause": [1, 2],
    "event": "verify",
    "facts": [{"name": "recording.jobs", "target": "t-1"}],
    "facts_left_off": 0,
    "final": True,
    "id": "01a201c8-ff14-7993-bec2-2099b2d7f347",
    "mono_ns": 7,
    "prev": "00" * 32,
    "qualifier": None,
    "remediation": "none",
    "salt": "00" * 16,
    "schema": "vmsguard.evidence/1",
    "seq": 0,
    "ts": "2026-11-22T03:00:00.000000Z",
    "verdict": "pass",
}


def quick(line: bytes) -> bool:
    """Whether the quick check lets the line of a verdict pass."""
    try:
        return encode(shape_of("verify").decode(line)) == line
    except (ValueError, msgspec.MsgspecError):
        return False


def test_each_event_has_a_shape() -> None:
    assert {event.encode() for event in EVENTS} == shapes().keys()


def test_optional_members_that_hold_their_default_are_members_all_the_same() -> None:
    assert quick(canonical_json(VERIFY))


def test_every_record_the_log_writes_passes_quickly(
    opened: Callable[..., EvidenceLog], write_run: Callable[..., None], folder: Path
) -> None:
    with opened() as log:
        write_run(log)
        seq = log.append("apply.intent", change="c", verb="v", target="t", arguments={"job": "J"}, single_person=False)
        log.append("apply.result", change="c", outcome="accepted", cause=[seq])
        log.append("heartbeat", interval=60)
    for raw in iter_lines(segment_path(folder, 0)):
        line = raw[:-1]
        shape = shape_of(orjson.loads(line)["event"])
        assert line == encode(shape.decode(line))


REPLACEMENTS = st.sampled_from(
    [
        (b'"seq":0', b'"seq":0.0'),
        (b'"seq":0', b'"seq":-0'),
        (b'"seq":0', b'"seq":00'),
        (b'"seq":0', b'"seq":9007199254740992'),
        (b'"seq":0', b'"seq":0,"seq":0'),
        (b'"mono_ns":7', b'"mono_ns":7e0'),
        (b'"final":true', b'"final":1'),
        (b'"camera":"cam-1"', b'"camera":"\\u0063am-1"'),
        (b'"camera":"cam-1"', b'"camera":"\\ud800"'),
        (b'"camera":"cam-1"', b'"camera":"\xff"'),
        (b'"camera":"cam-1"', b'"camera":"\\/"'),
        (b'"camera":"cam-1",', b""),
        (b'"camera"', b'"camerb"'),
        (b'"verdict":"pass"', b'"verdict":"good"'),
        (b'"qualifier":null', b'"qualifier":"excused"'),
        (b'"facts":[{', b'"facts":[{"x":1,'),
        (b'"name":"recording.jobs"', b'"name":"\xc3\xa4 \xe2\x80\xa8 \\n \\u0001"'),
        (b'"salt":"0', b'"salt" :"0'),
        (b"}", b"}}"),
    ]
)


@settings(max_examples=500)
@given(change=REPLACEMENTS, place=st.integers(0, 600), byte=st.integers(0, 255), how=st.sampled_from("sird"))
def test_whatever_passes_quickly_is_canonical(change: tuple[bytes, bytes], place: int, byte: int, how: str) -> None:
    line = canonical_json(VERIFY)
    at = place % len(line)
    changed = {
        "s": line[:at] + bytes([byte]) + line[at + 1 :],
        "i": line[:at] + bytes([byte]) + line[at:],
        "d": line[:at] + line[at + 1 :],
        "r": line.replace(*change, 1),
    }[how]
    if quick(changed):
        assert "" == check_canonical(changed)[1]


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_a_field_that_no_event_declares_has_no_place(event: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        shape_of(event).decode(canonical_json({**VERIFY, "event": event, "nickname": "front door"}))


def test_only_an_event_without_mappings_is_plain() -> None:
    """The names in a mapping are the writer's own: only the exact check compares them with what names may be."""
    assert {"apply.intent", "erase.done", "erase.requested", "log.opened", "run.ended"} == {
        shape.event for shape in shapes().values() if not shape.plain
    }
    assert "" != check_canonical('{"arguments":{"ä":"x"}}'.encode())[1]


@given(count=st.integers(0, 90), first=st.integers(0, 5), cuts=st.sets(st.integers(0, 100), max_size=4), data=st.data())
def test_subtrees_of_any_stretch_make_up_the_whole_tree(
    count: int, first: int, cuts: set[int], data: st.DataObject
) -> None:
    leaves = [leaf_hash(b"%d" % number) for number in range(count + 20)]
    border = data.draw(st.integers(0, len(leaves)))
    frontier, roots = Frontier(), {}
    for start, part in ((0, leaves[:border]), (border, leaves[border:])):
        for node in nodes_between(start, part, cuts):
            frontier.append_subtree(node.root, node.leaves)
            roots[frontier.size] = frontier.root()
    assert frontier.root() == root_hash(leaves) == root_of(leaves)
    for cut in cuts & set(range(1, len(leaves) + 1)):
        assert roots[cut] == root_hash(leaves[:cut])
