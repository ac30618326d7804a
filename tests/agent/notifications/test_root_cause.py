from __future__ import annotations

from datetime import timedelta

import pytest

from vmsguard.agent.notifications.root_cause import Group, Situation, grouped, root_cause

TARGETS = {f"t-cam-{number}": "hq" for number in range(10)} | {"t-far": "branch"}


@pytest.mark.parametrize(
    ("situation", "expected"),
    [
        (Situation(targets=TARGETS), "system:t-cam-1"),
        (Situation(targets=TARGETS, unreachable=frozenset({"t-cam-1"})), "system:t-cam-1"),
        (Situation(targets=TARGETS, unreachable=frozenset(f"t-cam-{each}" for each in range(7))), "system:t-cam-1"),
        (Situation(targets=TARGETS, unreachable=frozenset(f"t-cam-{each}" for each in range(8))), "link:hq"),
        (Situation(targets=TARGETS, systems={"t-cam-1": "nvr"}), "system:nvr"),
        (Situation(targets=TARGETS, refused={"t-cam-1": "5f2a"}), "login:5f2a"),
        (
            Situation(targets=TARGETS, refused={"t-cam-1": "5f2a"}, unreachable=frozenset(TARGETS)),
            "login:5f2a",
        ),
    ],
)
def test_what_is_to_be_repaired(alert, situation, expected) -> None:
    assert expected == root_cause(situation)(alert())


def test_a_site_of_two_is_no_dead_link(alert) -> None:
    two = {"t-cam-1": "hq", "t-cam-2": "hq"}
    assert "system:t-cam-1" == root_cause(Situation(targets=two, unreachable=frozenset(two)))(alert())


def test_what_concerns_no_target_concerns_its_site(alert) -> None:
    assert "site:hq" == root_cause(Situation())(alert("inventory-shrank", "hq", target=""))


def test_one_dead_link_is_one_group_per_kind(alert) -> None:
    situation = Situation(targets=TARGETS, unreachable=frozenset(TARGETS))
    late = [alert(subject=f"cam-{each}", at=alert().at + timedelta(minutes=each)) for each in range(5)]
    silent = [alert("unreachable", f"cam-{each}") for each in range(5)]
    names = tuple(f"cam-{each}" for each in range(5))
    first = alert().at
    assert (
        Group(code="duty-late", cause="link:hq", site="hq", subjects=names, first=first, last=late[-1].at),
        Group(code="unreachable", cause="link:hq", site="hq", subjects=names, first=first, last=first),
    ) == grouped([*silent, *late, late[0]], root_cause(situation))
