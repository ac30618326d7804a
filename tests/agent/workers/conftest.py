"""Agents and lines to them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # this folder is no package

from agent_side import START, AgentSide
from sites import DEVICES, Sites

from vmsguard.agent.workers.agent_line import AgentLine


@pytest.fixture
def idle_agent(tmp_path: Path) -> Iterator[AgentSide]:
    """An agent that does not run yet."""
    DEVICES.clear()
    sites = Sites(tmp_path, START, state=f"sqlite:///{tmp_path / 'state.db'}")
    with sites.state() as state:
        yield AgentSide(tmp_path, sites, state)
    sites.close()
    DEVICES.clear()


@pytest.fixture
def agent(idle_agent: AgentSide) -> Iterator[AgentSide]:
    with idle_agent.running():
        yield idle_agent


@pytest.fixture
def line(agent: AgentSide) -> Iterator[AgentLine]:
    with agent.line() as connected:
        yield connected
