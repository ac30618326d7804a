"""What ``vmsguard agent status`` says of the hub to a person."""

from __future__ import annotations

import pytest

from vmsguard.cli.agent_status import _say_hub


@pytest.mark.parametrize(
    ("trouble", "policies", "in_force", "told"),
    [
        ("", 0, True, ""),
        ("", 4, True, "policies of the hub: number 4 are in force\n"),
        ("", 4, False, "policies of the hub: number 4 were taken over and are not in force yet\n"),
        ("no NATS server", 0, False, "evidence for the hub waits here: no NATS server\n"),
    ],
)
def test_where_evidence_waits_and_which_policies_came(
    trouble: str, policies: int, in_force: bool, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _say_hub({"trouble": trouble, "policies": policies, "policies_in_force": in_force})

    assert told == capsys.readouterr().out
