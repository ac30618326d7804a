"""What a pack cannot mean is a mistake; what only looks like it is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from vmsguard.errors import Problems
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.load_pack import load_pack

KEEP = """\
  - id: keep
    title: Kept
    severity: high
    cites: [{{source: rule-1, clause: K9}}]
    {keep}
    require: [{{retention.min: {{min: {least}}}}}]
  - id: drop
    title: Dropped
    severity: high
    cites: [{{source: rule-1, clause: K8}}]
    {drop}
    require: [{{retention.max: {{max: {most}}}}}]
"""


@pytest.fixture
def messages(sample: str, write: Callable[[str, str], Path], catalogue: Catalogue) -> Callable[[str], list[str]]:
    """What is wrong with the sample once its rules are these."""

    def of(rules: str, before: str = "") -> list[str]:
        head, rest = sample.split("rules:\n")
        types = rest[rest.index("exception_types:") :] if "if_excepted" in rules else ""
        try:
            load_pack(write("pack.yaml", f"{head}{before}rules:\n{rules}{types}"), catalogue)
        except Problems as refused:
            return [one.message for one in refused.problems]
        return []

    return of


@pytest.mark.parametrize(
    ("least", "most", "clash"),
    [
        ("P1Y", "P1M", True),
        ("P31D", "P30D", True),
        ("P1M", "P28D", False),
        ("P1M", "P27D", True),
        ("P30D", "P1M", False),
        ("P30D", "P30D", False),
        ("P1M", "P1M", False),
    ],
)
def test_only_limits_that_no_footage_can_keep_exclude_each_other(
    least: str, most: str, clash: bool, messages: Callable[[str], list[str]]
) -> None:
    """A month of 28 days and one of 31 are both a month."""
    found = messages(KEEP.format(least=least, most=most, keep="min_basis: attested", drop="min_basis: attested"))

    assert clash == (len(found) == 1)
    assert all(message.startswith("footage must be kept for ") for message in found)


@pytest.mark.parametrize(
    ("keep", "drop", "clash"),
    [
        ("select: {space: public}", "select: {space: private}", False),
        ("select: {space: public}", "select: {space: public}", True),
        ("select: {space: public}", "when: {analytics.face.verify: true}", True),
        ("when: {analytics.face.verify: true}", "when: {analytics.face.detect: true}", False),
        ("when: {analytics.face.verify: true}", "when: {analytics.face.verify: true}", True),
    ],
)
def test_only_rules_that_surely_meet_on_a_camera_exclude_each_other(
    keep: str, drop: str, clash: bool, messages: Callable[[str], list[str]]
) -> None:
    assert clash == (messages(KEEP.format(least="P1Y", most="P1M", keep=keep, drop=drop)) != [])


def test_limits_are_compared_in_each_profile(messages: Callable[[str], list[str]]) -> None:
    profiles = """\
profiles:
  one: {select: {space: public}, values: {most: P1Y}}
  two: {select: {space: private}, values: {most: P1M}}
"""
    rules = KEEP.format(
        least="P2M", most="{from_profile: most}", keep="min_basis: attested", drop="select: {records: true}"
    )

    assert ["footage must be kept for 2 months and for 1 month at most"] == messages(rules, profiles)
    assert [] == messages(rules, profiles.replace("P1M", "P3M"))


RUNG = """\
  - id: saving-off
    title: Saving is switched off
    severity: critical
    cites: [{source: rule-1, clause: K3}]
    require: [storage.edge.off, {deletion.periodic: {max_gap: PT24H}}]
    otherwise:
      - %s
        require: [%s]
"""
IMPOSSIBLE, EXCEPTED = "if_impossible: {proof: {any: [refused]}}", "if_excepted: inevitable"


@pytest.mark.parametrize(
    ("gate", "asks", "expected"),
    [
        (IMPOSSIBLE, "storage.edge.off", ["storage.edge.off stands in for itself: the rule requires the same"]),
        (IMPOSSIBLE, "{storage.edge.off: {min_basis: observed}}", []),
        (IMPOSSIBLE, "{deletion.periodic: {max_gap: PT48H}}", []),
        (
            EXCEPTED,
            "storage.edge.off, {retention.max: {max: {from_exception: retention}}}",
            ["storage.edge.off is lifted by inevitable and required under it all the same"],
        ),
        (EXCEPTED, "{deletion.periodic: {max_gap: PT24H}}", []),
    ],
)
def test_a_rung_asks_for_something_else_than_it_replaces(
    gate: str, asks: str, expected: list[str], messages: Callable[[str], list[str]]
) -> None:
    assert expected == messages(RUNG % (gate, asks))
