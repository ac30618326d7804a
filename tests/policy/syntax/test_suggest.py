from __future__ import annotations

import pytest

from vmsguard.policy.syntax.suggest import did_you_mean


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("storage.edge.of", ["storage.edge.off", "storage.vms.off"], "did you mean 'storage.edge.off'?"),
        ("SEVERITY", ["severity", "title"], "did you mean 'severity'?"),
        ("kr-pipc", ["kr-pipc-thermal-2020", "kr-nhrck-frt-moratorium-2023"], "did you mean 'kr-pipc-thermal-2020'?"),
        ("zzz", ["b", "a"], "known: a, b"),
        ("x", [], "none is known here"),
        ("zzz", ["", "a"], "known: a"),
    ],
)
def test_the_nearest_word_or_what_there_is(word: str, known: list[str], hint: str) -> None:
    assert hint == did_you_mean(word, known)


def test_a_long_list_is_cut_and_says_so() -> None:
    assert did_you_mean("zzz", [f"n{number:02}" for number in range(20)]).endswith("n07 and 12 more")
