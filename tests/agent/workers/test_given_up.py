"""What a worker announced and did not live to answer is told as interrupted: once, and by somebody who may know."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from agent_side import TTL, AgentSide, intent, result

from vmsguard.agent.workers.agent_line import AgentLine
from vmsguard.errors import LeaseLost
from vmsguard.run.record import record_unresolved

DYING = Path(__file__).parent / "dying_worker.py"
SECOND = timedelta(seconds=1)


def a_worker_dies(agent: AgentSide) -> None:
    """Killed between intent and result; the agent lives on."""
    agent.work("t-1")
    done = subprocess.run(
        [sys.executable, DYING, agent.path, "t-1", agent.clock.now().isoformat()], timeout=60, check=False
    )
    assert -9 == done.returncode
    assert 1 == len(agent.events("apply.intent"))
    agent.on_loop(lambda: None)


def told(agent: AgentSide) -> list[tuple[str, str, list[int]]]:
    return [(one["outcome"], one.get("code", ""), one["cause"]) for one in agent.events("apply.result")]


class TestWorkerThatWasKilled:
    def test_while_its_lease_runs_nobody_says_anything_and_nobody_works_there(self, agent: AgentSide) -> None:
        a_worker_dies(agent)
        agent.look_for_what_was_given_up()
        with agent.line() as line:
            assert line.state.lease("t-1", line.owner, agent.clock.now(), TTL) is None
        assert [] == told(agent)

    def test_the_next_task_of_its_target_tells_it_first(self, agent: AgentSide) -> None:
        a_worker_dies(agent)
        [seq] = [one["seq"] for one in agent.events("apply.intent")]
        agent.pass_by(TTL)
        with agent.line() as line, line.state.fenced(agent.leased(line)):
            assert 1 == record_unresolved(line.evidence, "run-2")
            assert 0 == record_unresolved(line.evidence, "run-2")
            second = intent(line)
            assert () == line.evidence.unresolved
            result(line, second)
        assert [("interrupted", "found-at-start", [seq]), ("accepted", "", [second])] == told(agent)

    def test_a_task_at_another_target_says_nothing_of_it(self, agent: AgentSide) -> None:
        a_worker_dies(agent)
        agent.pass_by(TTL)
        with agent.line() as line, line.state.fenced(agent.leased(line, "t-2")):
            assert 0 == record_unresolved(line.evidence, "run-2")

    def test_the_agent_tells_it_once_the_lease_has_run_out(self, agent: AgentSide) -> None:
        """Also of a target that nobody asks for any more."""
        a_worker_dies(agent)
        [seq] = [one["seq"] for one in agent.events("apply.intent")]
        agent.pass_by(TTL)
        agent.look_for_what_was_given_up()
        agent.look_for_what_was_given_up()
        assert [("interrupted", "worker-gone", [seq])] == told(agent)
        assert "" == agent.state.work("t-1").owner  # type: ignore[union-attr]

    def test_the_agent_tells_it_where_the_work_was_dropped(self, agent: AgentSide) -> None:
        a_worker_dies(agent)
        agent.state.drop_work(["t-1"])
        agent.look_for_what_was_given_up()
        assert ["worker-gone"] == [code for _, code, _ in told(agent)]


class TestWorkerThatWakesUpLate:
    def test_after_it_was_told_as_interrupted_its_result_is_refused(self, agent: AgentSide, line: AgentLine) -> None:
        with line.state.fenced(agent.leased(line)):
            seq = intent(line)
            agent.pass_by(TTL)
            agent.look_for_what_was_given_up()
            with pytest.raises(LeaseLost):
                result(line, seq)
        assert [("interrupted", "worker-gone", [seq])] == told(agent)

    def test_before_that_its_result_is_taken(self, agent: AgentSide, line: AgentLine) -> None:
        with line.state.fenced(agent.leased(line)):
            seq = intent(line)
            agent.pass_by(TTL)
            result(line, seq)
        agent.look_for_what_was_given_up()
        assert [("accepted", "", [seq])] == told(agent)

    def test_what_is_in_hand_is_not_told(self, agent: AgentSide, line: AgentLine) -> None:
        with line.state.fenced(agent.leased(line)):
            intent(line)
            agent.pass_by(TTL - SECOND)
            agent.look_for_what_was_given_up()
            assert () == line.evidence.unresolved
        assert [] == told(agent)


class TestAgentThatWasStartedAgain:
    def test_what_no_living_worker_holds_is_told_at_once(self, idle_agent: AgentSide) -> None:
        with idle_agent.running(), idle_agent.line() as line, line.state.fenced(idle_agent.leased(line)):
            seq = intent(line)
        idle_agent.pass_by(TTL)
        with idle_agent.running():
            assert [("interrupted", "found-at-start", [seq])] == told(idle_agent)

    def test_what_a_worker_may_still_have_in_hand_waits_for_its_lease(self, idle_agent: AgentSide) -> None:
        with idle_agent.running(), idle_agent.line() as line, line.state.fenced(idle_agent.leased(line)):
            seq = intent(line)
        with idle_agent.running():
            assert [] == told(idle_agent)
            idle_agent.pass_by(TTL)
            idle_agent.look_for_what_was_given_up()
            assert [("interrupted", "found-at-start", [seq])] == told(idle_agent)

    def test_a_worker_that_comes_back_gives_back_nothing_under_which_something_may_be_on_its_way(
        self, idle_agent: AgentSide
    ) -> None:
        with idle_agent.running(), idle_agent.line() as line:
            with line.state.fenced(idle_agent.leased(line)):
                seq = intent(line)
            with line.state.fenced(idle_agent.leased(line, "t-2")):
                result(line, intent(line, "t-2"), "t-2")
        assert ["t-2"] == [lease.target for lease in line.held]
        with idle_agent.running(), idle_agent.line(left=line.held) as again:
            assert {"t-1": line.owner, "t-2": ""} == {one.target: one.owner for one in idle_agent.state.all_work()}
            idle_agent.pass_by(TTL)
            with again.state.fenced(idle_agent.leased(again)):
                assert [seq] == [one.seq for one in again.evidence.unresolved]
                assert 1 == record_unresolved(again.evidence, "run-2")
        assert [("accepted", ""), ("interrupted", "found-at-start")] == [one[:2] for one in told(idle_agent)]
