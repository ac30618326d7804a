"""Damage of every sort, on purpose and at random: it is noticed, and never a traceback."""

from __future__ import annotations

import random
import shutil
import typing
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vmsguard.evidence.disk import Disk
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.problems import CATEGORIES
from vmsguard.evidence.segments import iter_lines
from vmsguard.evidence.tiles import write_tiles
from vmsguard.evidence.tree import leaf_hash
from vmsguard.evidence.trust import Trust
from vmsguard.evidence.verifying.shapes import shapes
from vmsguard.evidence.verifying.verify import verify_directory

Opener = Callable[..., EvidenceLog]

FLIPS = 2_000


@pytest.fixture
def whole(opened: Opener, write_run: Callable[..., None], folder: Path, abandon: Any) -> Path:
    """A log of two segments with tiles, an anchor, a torn piece and a lock: a file of each sort."""
    log = opened(segment_records=256)
    write_run(log, pairs=260)
    abandon(log)
    newest = folder / "log" / f"{256:020d}.jsonl"
    newest.write_bytes(newest.read_bytes() + b"torn")
    with opened(segment_records=256) as log:
        write_run(log, "run-2", pairs=2)
    leaves = [leaf_hash(line[:-1]) for line in iter_lines(folder / "log" / f"{0:020d}.jsonl")]
    write_tiles(folder, 0, leaves, Disk())
    (folder / "anchors").mkdir()
    shutil.copy(folder / "checkpoint", folder / "anchors" / f"{log.size}.note")
    return folder


@pytest.fixture
def few(opened: Opener, write_run: Callable[..., None], folder: Path) -> Path:
    """Some sixty records in three segments."""
    with opened(segment_records=24) as log:
        write_run(log, pairs=55)
    return folder


def test_each_of_2000_flipped_bits_before_the_head_is_found(few: Path, trust: Trust, clock: Any) -> None:
    assert 0 == verify_directory(few, trust=trust, now=clock.now()).exit_code
    drawn = random.Random(2026)
    paths = sorted((few / "log").iterdir())
    missed = []
    for number in range(FLIPS):
        path = drawn.choices(paths, [path.stat().st_size for path in paths])[0]
        data = bytearray(path.read_bytes())
        place, bit = drawn.randrange(len(data)), drawn.randrange(8)
        data[place] ^= 1 << bit
        kept = path.read_bytes()
        path.write_bytes(data)
        if verify_directory(few, trust=trust, now=clock.now()).exit_code != 1:
            missed.append((number, path.name, place, bit))
        path.write_bytes(kept)
    assert [] == missed


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_no_file_of_any_content_is_a_traceback(whole: Path, trust: Trust, clock: Any, data: st.DataObject) -> None:
    files = sorted(path for path in whole.rglob("*") if path.is_file() and path.name not in (".lock", ".reserve"))
    path = data.draw(st.sampled_from(files))
    kept = path.read_bytes()
    content = data.draw(
        st.binary(max_size=300)
        | st.binary(max_size=64).map(lambda tail: kept + tail)
        | st.integers(0, len(kept)).map(lambda end: kept[:end])
        | st.sampled_from([b"[" * 2_000, b'{"a":' * 900 + b"1" + b"}" * 900 + b"\n", b"\n" * 70_000, bytes(40_000)])
    )
    path.write_bytes(content)
    try:
        report = verify_directory(whole, trust=trust, now=clock.now())
    finally:
        path.write_bytes(kept)
    assert {problem.kind for problem in report.problems} <= CATEGORIES.keys()
    if path.parent.name == "log" and content != kept and not content.startswith(kept):
        assert 1 == report.exit_code


TEXTS = st.sampled_from(["", "a", "cam-1", "run-1", "../../x", "a\0b", "9999-12-31T23:59:59Z", "0001-01-01", "\u2028"])
TIMES = st.sampled_from(
    ["2026-11-22T03:00:00.000000Z", "0001-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z", ""]
)


def values(type_: Any) -> st.SearchStrategy[Any]:
    """Values that msgspec takes for the type, the extreme ones among them."""
    origin, arguments = typing.get_origin(type_), typing.get_args(type_)
    if origin is Annotated:
        bounds = arguments[1]
        return st.sampled_from([bounds.ge, bounds.le]) | st.integers(bounds.ge, min(bounds.le, 4))
    if origin is typing.Literal:
        return st.sampled_from(arguments)
    if origin in (typing.Union, UnionType):
        return st.one_of([values(one) for one in arguments if one is not msgspec.UnsetType])
    if origin in (tuple, list):
        return st.lists(values(arguments[0]), max_size=2)
    if origin is dict:
        return st.dictionaries(st.sampled_from(["pass", "x"]), values(arguments[1]), max_size=2)
    if type_ is type(None):
        return st.none()
    if type_ is bool:
        return st.booleans()
    if type_ is str:
        return TEXTS
    return st.sampled_from([one.value for one in type_]) if issubclass(type_, Enum) else members(type_)


def members(type_: type[msgspec.Struct]) -> st.SearchStrategy[dict[str, Any]]:
    fields = {field.name: field for field in msgspec.structs.fields(type_)}
    drawn = {name: values(field.type) for name, field in fields.items() if name not in ("prev", "seq")}
    needed = {name: drawn[name] for name in drawn if fields[name].required}
    optional = {name: drawn[name] for name in drawn if not fields[name].required}
    return st.fixed_dictionaries(needed, optional=optional)


RECORDS = st.one_of([members(shape.type) for shape in shapes().values()])
"""Records of every event that are well formed, whatever sense they make."""


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(records=st.lists(st.tuples(RECORDS, TIMES), min_size=1, max_size=6))
def test_no_signed_record_of_any_content_is_a_traceback(
    forged: Callable[..., None], folder: Path, trust: Trust, clock: Any, records: list[tuple[dict[str, Any], str]]
) -> None:
    """Whoever holds the key can sign anything in any field of any event."""
    shutil.rmtree(folder, ignore_errors=True)
    forged([{**record, "ts": ts} for record, ts in records])
    report = verify_directory(folder, trust=trust, now=clock.now())
    kinds = {problem.kind for problem in report.problems}
    assert kinds <= CATEGORIES.keys()
    assert "damaged" not in kinds


@pytest.mark.parametrize("what", ["log/00000000000000000000.jsonl", "checkpoint", "anchors", "tile/0/000", "log"])
def test_a_file_that_cannot_be_read_is_a_problem_and_no_traceback(
    whole: Path, trust: Trust, clock: Any, what: str
) -> None:
    path = whole / what
    if path.is_dir():
        shutil.rmtree(path)
        path.write_bytes(b"not a directory")
    else:
        path.unlink()
        path.mkdir()
    report = verify_directory(whole, trust=trust, now=clock.now())
    assert report.exit_code in ((0,) if what in ("anchors", "tile/0/000") else (1, 2, 3))
