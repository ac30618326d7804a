from __future__ import annotations

from vmsguard.model.ledger import PackContent, ScopeEntry
from vmsguard.state.store import State


def entry(camera: str, pack: str, **more: str) -> ScopeEntry:
    return ScopeEntry(camera=camera, pack=pack, **{"sha256": "aa", "mode": "audit", "attributes": "1"} | more)


def test_what_concerned_a_camera_is_kept_until_it_left(state: State) -> None:
    state.remember_scope([entry("cam-1", "p"), entry("cam-2", "p"), entry("cam-1", "")], [], [])
    state.remember_scope([entry("cam-1", "p", mode="enforce")], [entry("cam-2", "p")], [])
    assert (entry("cam-1", ""), entry("cam-1", "p", mode="enforce")) == state.scopes()


def test_the_entries_of_some_cameras_and_who_has_any_are_told_without_the_rest(state: State) -> None:
    state.remember_scope([entry("cam-1", "p"), entry("cam-2", "p"), entry("cam-1", "")], [], [])
    assert (entry("cam-2", "p"),) == state.scopes({"cam-2", "cam-9"})
    assert () == state.scopes(set())
    assert {"cam-1", "cam-2"} == state.cameras_in_scope()
    assert {"cam-1"} == state.cameras_in_scope("")


def test_of_a_pack_the_newest_content_is_kept(state: State) -> None:
    for sha256 in ("aa", "bb"):
        state.remember_scope([], [], [PackContent(pack="p", sha256=sha256, asks="{}")])
    assert {"p": PackContent(pack="p", sha256="bb", asks="{}")} == state.pack_contents()
