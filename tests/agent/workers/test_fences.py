"""A worker writes, records and announces only under a lease that is its own at that moment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from agent_side import TTL, AgentSide, intent, result

from vmsguard.agent.workers.agent_line import AgentLine
from vmsguard.errors import EvidenceError, LeaseLost, NotForWorkers, StateError
from vmsguard.model.work import WORKER, Lease

SECOND = timedelta(seconds=1)


def overtake(agent: AgentSide, lease: Lease) -> Lease:
    """Another worker, once the lease has run out."""
    agent.pass_by(TTL)
    taken = agent.state.lease(lease.target, "worker:other:1:9", agent.clock.now(), TTL)
    assert taken is not None
    return taken


class TestStateWrites:
    def test_a_write_under_the_lease_is_the_agents(self, agent: AgentSide, line: AgentLine) -> None:
        lease = agent.leased(line)
        with line.state.fenced(lease):
            line.state.wake_work(["t-1"], agent.clock.now())
        assert agent.clock.now() == agent.state.work("t-1").again  # type: ignore[union-attr]

    def test_once_the_lease_is_anothers_nothing_is_written(self, agent: AgentSide, line: AgentLine) -> None:
        lease = agent.leased(line)
        overtake(agent, lease)
        with line.state.fenced(lease), pytest.raises(LeaseLost) as lost:
            line.state.wake_work(["t-1"], agent.clock.now())
        assert "t-1" == lost.value.target
        assert agent.state.work("t-1").again is None  # type: ignore[union-attr]

    def test_without_a_lease_nothing_is_written(self, agent: AgentSide, line: AgentLine) -> None:
        agent.work("t-1")
        with pytest.raises(StateError, match="no lease was told"):
            line.state.wake_work(["t-1"], agent.clock.now())

    def test_reading_needs_no_lease(self, agent: AgentSide, line: AgentLine) -> None:
        agent.work("t-1")
        assert agent.state.work("t-1") == line.state.work("t-1")

    def test_a_lease_of_another_line_is_not_told_over_this_one(self, agent: AgentSide, line: AgentLine) -> None:
        with agent.line("w2") as other, other.state.fenced(agent.leased(other)), pytest.raises(StateError):
            line.state.wake_work(["t-1"], agent.clock.now())


class TestRecords:
    def test_what_is_recorded_under_the_lease_is_in_the_log(self, agent: AgentSide, line: AgentLine) -> None:
        with line.state.fenced(agent.leased(line)):
            seq = intent(line)
            result(line, seq)
        assert [("c-1", "recording.stop")] == [(one["change"], one["verb"]) for one in agent.events("apply.intent")]
        assert [[seq]] == [one["cause"] for one in agent.events("apply.result")]
        assert seq + 2 == agent.log.size == line.evidence.size

    def test_an_intent_of_who_was_overtaken_is_not_acknowledged(self, agent: AgentSide, line: AgentLine) -> None:
        lease = agent.leased(line)
        overtake(agent, lease)
        with line.state.fenced(lease), pytest.raises(LeaseLost):
            intent(line)
        assert [] == agent.events("apply.intent")

    def test_an_intent_is_refused_once_time_is_up_though_nobody_has_taken_over(
        self, agent: AgentSide, line: AgentLine
    ) -> None:
        lease = agent.leased(line)
        agent.pass_by(TTL)
        with line.state.fenced(lease), pytest.raises(LeaseLost):
            intent(line)

    def test_a_result_may_come_late_while_nobody_has_taken_over(self, agent: AgentSide, line: AgentLine) -> None:
        lease = agent.leased(line)
        with line.state.fenced(lease):
            seq = intent(line)
            agent.pass_by(TTL)
            result(line, seq)
        assert ["accepted"] == [one["outcome"] for one in agent.events("apply.result")]

    def test_a_result_of_who_was_overtaken_is_refused(self, agent: AgentSide, line: AgentLine) -> None:
        lease = agent.leased(line)
        with line.state.fenced(lease):
            seq = intent(line)
            overtake(agent, lease)
            with pytest.raises(LeaseLost):
                result(line, seq)
        assert [] == agent.events("apply.result")

    def test_an_intent_at_another_target_than_the_leases_is_refused(self, agent: AgentSide, line: AgentLine) -> None:
        with line.state.fenced(agent.leased(line)), pytest.raises(LeaseLost):
            intent(line, target="t-2")

    def test_nothing_is_recorded_without_a_lease(self, agent: AgentSide, line: AgentLine) -> None:
        with pytest.raises(EvidenceError, match="no lease was told"):
            intent(line)

    @pytest.mark.parametrize("event", ["log.closed", "heartbeat", "key.rotated", "writes.resumed", "purge.approved"])
    def test_what_the_agent_and_people_record_no_worker_does(
        self, agent: AgentSide, line: AgentLine, event: str
    ) -> None:
        with line.state.fenced(agent.leased(line)), pytest.raises(NotForWorkers):
            line.evidence.append(event)

    def test_a_field_that_no_record_may_hold_is_refused_as_it_is_in_the_agent(
        self, agent: AgentSide, line: AgentLine
    ) -> None:
        with line.state.fenced(agent.leased(line)), pytest.raises(EvidenceError) as refused:
            line.evidence.append("observe", password="x")
        with pytest.raises(EvidenceError) as here:
            agent.log.append("observe", password="x")
        assert (str(here.value), here.value.hint) == (str(refused.value), refused.value.hint)

    def test_a_head_is_that_of_the_agents_log(self, agent: AgentSide, line: AgentLine) -> None:
        head = line.evidence.checkpoint()
        assert (agent.log.origin, agent.log.size, agent.log.root_hex) == (head.origin, head.size, head.root_hex)

    def test_digests_are_those_of_the_agent(self, agent: AgentSide, line: AgentLine) -> None:
        here, there = agent.log.keyed_hash(), line.evidence.keyed_hash()
        here.update(b"reply")
        there.update(b"reply")
        assert here.hexdigest() == there.hexdigest()
        assert agent.state.digest("a text") == line.state.digest("a text")

    def test_a_log_that_is_broken_takes_nothing_from_a_worker_either(self, agent: AgentSide, line: AgentLine) -> None:
        lease = agent.leased(line)
        agent.log._broken = "the disk is gone"
        with line.state.fenced(lease), pytest.raises(EvidenceError, match="the disk is gone"):
            intent(line)
        assert "the disk is gone" == line.evidence.broken
        agent.log._broken = ""


class TestLeases:
    def test_its_owner_says_that_it_is_a_workers(self, agent: AgentSide, line: AgentLine) -> None:
        assert agent.leased(line).owner == line.owner
        agent.work("t-2")
        other = line.state.lease("t-2", "somebody", agent.clock.now(), TTL)
        assert other is not None
        assert f"{WORKER}somebody" == other.owner

    def test_it_goes_by_the_agents_clock(self, agent: AgentSide, line: AgentLine) -> None:
        agent.work("t-1")
        ahead = agent.clock.now() + 10 * SECOND
        lease = line.state.lease("t-1", line.owner, ahead, TTL)
        assert lease is not None
        assert agent.clock.now() + TTL == lease.until
        assert line.state.renew(lease, ahead, 2 * TTL)
        assert agent.clock.now() + 2 * TTL == agent.state.work("t-1").lease_until  # type: ignore[union-attr]

    @pytest.mark.parametrize("apart", [timedelta(seconds=16), timedelta(seconds=-16)])
    def test_a_worker_whose_clock_is_wrong_is_given_none(
        self, agent: AgentSide, line: AgentLine, apart: timedelta
    ) -> None:
        agent.work("t-1")
        with pytest.raises(StateError, match="16 s apart"):
            line.state.lease("t-1", line.owner, agent.clock.now() + apart, TTL)

    def test_a_renewal_that_waited_for_a_busy_agent_is_none_of_a_wrong_clock(
        self, agent: AgentSide, line: AgentLine
    ) -> None:
        lease, asked = agent.leased(line), agent.clock.now()
        agent.pass_by(20 * SECOND)
        assert line.state.renew(lease, asked, TTL)
        assert agent.clock.now() + TTL == agent.state.work("t-1").lease_until  # type: ignore[union-attr]

    def test_what_another_worker_holds_is_not_given(self, agent: AgentSide, line: AgentLine) -> None:
        agent.leased(line)
        with agent.line("w2") as other:
            assert other.state.lease("t-1", other.owner, agent.clock.now(), TTL) is None

    def test_finished_work_is_nobodys(self, agent: AgentSide, line: AgentLine) -> None:
        lease = agent.leased(line)
        assert line.state.finish(lease, agent.clock.now() + timedelta(hours=1))
        assert "" == agent.state.work("t-1").owner  # type: ignore[union-attr]
        assert not line.state.finish(lease, agent.clock.now())
        assert {} == line.state.held
