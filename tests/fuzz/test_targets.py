"""The kept corpora, and mutations of them, go through what reads bytes from devices without an exception of ours."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))  # this folder is no package

from fuzz_targets import PARSERS, TARGETS

CORPUS = Path(__file__).with_name("corpus")
SEEDS = {name: sorted((CORPUS / name).iterdir()) for name in TARGETS}
WORDS = [line.strip('"').encode() for line in (CORPUS.parent / "onvif.dict").read_text().splitlines()[1:]]


@pytest.mark.parametrize(("target", "seed"), [(name, seed) for name, seeds in SEEDS.items() for seed in seeds])
def test_what_is_kept_holds(target: str, seed: Path) -> None:
    TARGETS[target](seed.read_bytes())


@st.composite
def mutations(draw: st.DrawFn, target: str) -> bytes:
    """A seed with a few stretches taken out, doubled, moved, or replaced by words of the format or by anything."""
    data = draw(st.sampled_from(SEEDS[target])).read_bytes()
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, len(data)))
        end = draw(st.integers(begin, min(len(data), begin + 200)))
        piece = data[begin:end]
        instead = draw(st.sampled_from([b"", piece * 2, piece[::-1]]) | st.sampled_from(WORDS) | st.binary(max_size=20))
        data = data[:begin] + instead + data[end:]
    return data


@pytest.mark.parametrize("target", TARGETS)
@given(data=st.data())
def test_what_is_near_holds(target: str, data: st.DataObject) -> None:
    TARGETS[target](data.draw(mutations(target)))


def test_every_corpus_has_a_target_and_every_kind_of_reply_its_parser() -> None:
    assert sorted(TARGETS) == sorted(path.name for path in CORPUS.iterdir())
    assert len(PARSERS) >= 30
