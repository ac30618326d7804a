from __future__ import annotations

from datetime import datetime

from vmsguard.model.trust import ACCEPTED, FIRST_USE, TargetTrust
from vmsguard.state.store import State


def test_of_a_target_nobody_spoke_to_nothing_is_known(state: State) -> None:
    assert (None, {}) == (state.trust("a"), state.trusts())


def test_the_newest_knowledge_of_each_target_is_kept(state: State, noon: datetime) -> None:
    learned = TargetTrust(target="a", how=FIRST_USE, key="11" * 32, since=noon, seen_key="11" * 32, seen_at=noon)
    accepted = TargetTrust(target="a", how=ACCEPTED, key="22" * 32, since=noon, by="it", rtsp_open=False, recorded=True)
    other = TargetTrust(target="b", login_mode="digest")
    state.put_trusts([learned, other])
    state.put_trusts([accepted])
    assert (accepted, {"a": accepted, "b": other}) == (state.trust("a"), state.trusts())
