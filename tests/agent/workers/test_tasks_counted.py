"""Tasks that workers end are in the agent's metrics, under the words that are known there."""

from __future__ import annotations

import pytest
from agent_side import AgentSide

from vmsguard.agent.workers.agent_line import AgentLine
from vmsguard.errors import StateError


def test_a_task_that_ended_is_told(agent: AgentSide, line: AgentLine) -> None:
    line.task_ended("due", "done", 1.5)
    line.task_ended("watch", "failed", 0.25)
    assert [("due", "done", 1.5), ("watch", "failed", 0.25)] == agent.ended


@pytest.mark.parametrize("told", [("cam-17", "done"), ("due", "cam-17"), ("", "")])
def test_no_other_word_becomes_a_label(agent: AgentSide, line: AgentLine, told: tuple[str, str]) -> None:
    with pytest.raises(StateError):
        line.task_ended(*told, 1.0)
    assert [] == agent.ended
    assert not line.gone
