"""An agent that ends or hangs: its workers stop, nothing is asked twice, and what they held is theirs until it ends."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from pathlib import Path

import pytest
from agent_side import TTL, AgentSide, intent, result
from msgspec import Raw

from vmsguard._version import __version__
from vmsguard.agent.execution.executor import Lease as Held
from vmsguard.agent.execution.leases import FencedLease, StateLeases
from vmsguard.agent.execution.tasks import Outcome, TaskRef
from vmsguard.agent.execution.under_lease import under_lease
from vmsguard.agent.workers.agent_line import AgentLine, connect_to_agent
from vmsguard.agent.workers.frames import Answer, Hello, Welcome, decode_up, encode, framed, length_of
from vmsguard.agent.workers.line import Line
from vmsguard.errors import AgentGone, LeaseLost, UsageError
from vmsguard.model.work import WORKER


def test_a_line_that_broke_stays_broken(idle_agent: AgentSide) -> None:
    with idle_agent.running():
        line = idle_agent.line()
        lease = idle_agent.leased(line)
    with line.state.fenced(lease):
        for ask in (lambda: intent(line), line.state.duties, lambda: line.evidence.size, lambda: line.state.work("x")):
            with pytest.raises(AgentGone):
                ask()
    with idle_agent.running():
        with pytest.raises(AgentGone):
            line.state.duties()
        assert line.gone
    line.close()


async def test_an_idle_worker_hears_that_the_agent_hung_up(idle_agent: AgentSide) -> None:
    with idle_agent.running():
        line = idle_agent.line()
        waiting = asyncio.ensure_future(line.until_gone())
        await asyncio.sleep(0.05)
        assert line.evidence.size  # an answer is nothing that ends it
        assert not waiting.done()
        assert not line.gone
    await asyncio.wait_for(waiting, 60)
    assert line.gone
    await line.until_gone()
    line.close()


def test_an_agent_that_goes_between_intent_and_result_leaves_the_intent_open(idle_agent: AgentSide) -> None:
    with idle_agent.running():
        line = idle_agent.line()
        with line.state.fenced(idle_agent.leased(line)):
            seq = intent(line)
    with pytest.raises(AgentGone):
        result(line, seq)
    line.close()
    with idle_agent.running():
        assert [seq] == [one.seq for one in idle_agent.log.unresolved]


class TestTaskGivenUp:
    @pytest.mark.parametrize("answered", [False, True])
    def test_its_target_is_free_at_once_unless_something_may_be_on_its_way(
        self, agent: AgentSide, answered: bool
    ) -> None:
        agent.work("t-1")
        with agent.line() as line:

            async def change(ref: TaskRef, lease: Held) -> Outcome:
                assert isinstance(lease, FencedLease)
                with lease.fenced():
                    seq = intent(line)
                    if answered:
                        result(line, seq)
                    begun.set()
                    await asyncio.Event().wait()
                raise AssertionError

            async def story() -> None:
                task = asyncio.ensure_future(under_lease(leases, change, TaskRef("s", "t-1"), asyncio.sleep))
                await begun.wait()
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

            begun = asyncio.Event()
            leases = StateLeases(
                line.state,
                agent.clock,
                owner=line.owner,
                term=TTL.total_seconds(),
                seed="test",
                in_hand=lambda: line.evidence.in_hand,
            )
            asyncio.run(story())

            with agent.line("other") as other:
                assert answered is (other.state.lease("t-1", other.owner, agent.clock.now(), TTL) is not None)


class TestRestartedAgent:
    def test_it_ends_the_leases_of_its_own_process_and_not_those_of_workers(self, idle_agent: AgentSide) -> None:
        with idle_agent.running(), idle_agent.line() as line:
            idle_agent.leased(line, "t-1")
            idle_agent.work("t-2")
            idle_agent.state.lease("t-2", "host:1", idle_agent.clock.now(), TTL)
        assert 1 == idle_agent.state.end_leases(but=WORKER)
        assert {"t-1": line.owner, "t-2": ""} == {one.target: one.owner for one in idle_agent.state.all_work()}

    def test_a_worker_that_comes_back_gives_back_what_it_held(self, idle_agent: AgentSide) -> None:
        with idle_agent.running(), idle_agent.line() as line:
            idle_agent.leased(line)
            before = idle_agent.state.work("t-1")
        with idle_agent.running(), idle_agent.line(left=line.held) as again:
            after = idle_agent.state.work("t-1")
            assert () == again.held
        assert before is not None
        assert after is not None
        assert ("", None, 0, before.next_due, None) == (
            after.owner,
            after.lease_until,
            after.attempt,
            after.next_due,
            after.last_done,
        )

    def test_what_another_took_meanwhile_is_left_to_it(self, idle_agent: AgentSide) -> None:
        with idle_agent.running(), idle_agent.line() as line:
            idle_agent.leased(line)
        idle_agent.pass_by(TTL)
        with idle_agent.running(), idle_agent.line("other") as other:
            taken = idle_agent.leased(other)
            with idle_agent.line(left=line.held):
                pass
            assert (other.owner, taken.token) == (
                idle_agent.state.work("t-1").owner,  # type: ignore[union-attr]
                idle_agent.state.work("t-1").token,  # type: ignore[union-attr]
            )

    def test_a_lease_stays_when_its_workers_line_ends(self, agent: AgentSide) -> None:
        with agent.line() as line:
            lease = agent.leased(line)
        with agent.line("other") as other:
            assert other.state.lease("t-1", other.owner, agent.clock.now(), TTL) is None
            agent.pass_by(TTL)
            assert other.state.lease("t-1", other.owner, agent.clock.now(), TTL) is not None
            with other.state.fenced(lease), pytest.raises(LeaseLost):
                intent(other)


class Agent:
    """One end of a line that says what the test has it say."""

    def __init__(self, folder: Path, *answers: bytes) -> None:
        self.path = folder / "agent.sock"
        self.asked: list[object] = []
        self._answers = answers
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(self.path))
        self._socket.listen()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        connection, _ = self._socket.accept()
        with connection:
            for answer in self._answers:
                head = connection.recv(4, socket.MSG_WAITALL)
                self.asked.append(decode_up(connection.recv(length_of(head), socket.MSG_WAITALL)))
                connection.sendall(answer)
            while connection.recv(4096):
                self.asked.append("more")

    def __enter__(self) -> Agent:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(10)
        self._socket.close()


WELCOME = framed(encode(Welcome("worker:w:1:1", "origin", b"salt", b"key")), 1 << 20)


@pytest.mark.parametrize("answer", [framed(b"\xc1", 10), b"\xff\xff\xff\xff", WELCOME])
def test_an_answer_that_cannot_be_read_ends_the_line(tmp_path: Path, answer: bytes) -> None:
    with Agent(tmp_path, WELCOME, answer) as other, connect_to_agent(other.path, "w") as line:
        with pytest.raises(AgentGone):
            line.evidence.size  # noqa: B018 - asking is what is tested
        with pytest.raises(AgentGone):
            line.evidence.size  # noqa: B018
    assert 2 == len(other.asked)


def test_an_agent_that_is_silent_is_gone_and_what_it_says_later_answers_nothing(tmp_path: Path) -> None:
    begun = time.monotonic()
    with Agent(tmp_path, WELCOME, b"") as other:
        line = Line(other.path, Hello("w", __version__), seconds=2)
        with pytest.raises(AgentGone, match="silent"):
            AgentLine(line).evidence.append("observe")
        with pytest.raises(AgentGone):
            AgentLine(line).evidence.append("observe")
        line.close()
    assert 2 <= time.monotonic() - begun < 60
    assert 2 == len(other.asked)


def test_a_record_whose_answer_is_lost_is_sent_once(tmp_path: Path) -> None:
    half = framed(encode(Answer(Raw(encode(7)))), 100)[:-1]
    with Agent(tmp_path, WELCOME, half) as other, connect_to_agent(other.path, "w") as line:
        closing = threading.Timer(0.2, lambda: line.state._line._broken("cut"))
        closing.start()
        with pytest.raises(AgentGone):
            line.evidence.append("observe")
        closing.join()
    assert 2 == len(other.asked)


def test_what_is_no_agent_is_not_asked_for_more(tmp_path: Path) -> None:
    with (
        Agent(tmp_path, framed(encode(Answer(Raw(encode(7)))), 100)) as other,
        pytest.raises(UsageError, match="no vmsguard agent serves there"),
    ):
        connect_to_agent(other.path, "w")
    assert [Hello("w", __version__)] == other.asked
