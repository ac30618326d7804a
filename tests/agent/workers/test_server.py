"""Whatever comes over the socket: the agent goes on, and nobody else than its own workers is served."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import struct
import threading
import time
from pathlib import Path

import msgspec
import pytest
from agent_side import AgentSide
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vmsguard._version import __version__
from vmsguard.agent.notifications.alert import Alert
from vmsguard.agent.workers.agent_line import AgentLine, connect_to_agent
from vmsguard.agent.workers.failures import error_of, failure_of
from vmsguard.agent.workers.frames import LONGEST_HELLO, LONGEST_QUESTION, Hello, encode, framed
from vmsguard.errors import (
    AgentGone,
    ConfigError,
    EvidenceError,
    EvidenceInUse,
    LeaseLost,
    NotForWorkers,
    PolicyError,
    StateError,
    UsageError,
)

HELLO = framed(encode(Hello("w", __version__)), LONGEST_HELLO)


def answer_to(path: Path, *sent: bytes) -> bytes:
    """What the agent says until it hangs up."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as raw:
        raw.settimeout(10)
        raw.connect(str(path))
        told = b""
        try:
            for one in sent:
                raw.sendall(one)
            raw.shutdown(socket.SHUT_WR)
            while more := raw.recv(65536):
                told += more
        except ConnectionError:
            pass
        return told


def serves(agent: AgentSide) -> bool:
    with agent.line("after") as line:
        return line.evidence.size == agent.log.size


class TestWhoIsServed:
    def test_the_socket_is_its_owners_alone(self, agent: AgentSide) -> None:
        assert 0o600 == stat.S_IMODE(agent.path.stat().st_mode)

    def test_another_user_is_turned_away_though_it_can_connect(self, agent: AgentSide) -> None:
        agent.server._uid = os.geteuid() + 1
        with pytest.raises(AgentGone):
            agent.line()
        agent.server._uid = os.geteuid()
        assert serves(agent)

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a process of another user")
    def test_the_kernel_says_who_it_is(self, agent: AgentSide) -> None:
        agent.folder.chmod(0o777)
        agent.path.chmod(0o666)
        folder = os.open(agent.folder, os.O_PATH)  # what lies above it is not for others
        child = os.fork()
        if child == 0:
            os.setuid(65534)
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as raw:
                raw.settimeout(10)
                raw.connect(f"/proc/self/fd/{folder}/{agent.path.name}")
                os._exit(0 if raw.recv(1) == b"" else 1)
        os.close(folder)
        assert 0 == os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert 0 == agent.server.connected

    @pytest.mark.parametrize("hello", [Hello("w", "0.0"), Hello("w", __version__, 2)])
    def test_another_version_is_told_so(self, agent: AgentSide, hello: Hello) -> None:
        told = answer_to(agent.path, framed(encode(hello), LONGEST_HELLO))
        assert b"works with no other version" in told

    @pytest.mark.parametrize("name", ["", "x" * 65, "a\nb"])
    def test_a_worker_needs_a_name(self, agent: AgentSide, name: str) -> None:
        with pytest.raises(UsageError, match="needs a name"):
            agent.line(name)

    def test_workers_are_counted(self, agent: AgentSide) -> None:
        with agent.line("a"), agent.line("b") as second:
            assert 2 == agent.server.connected
            second.close()
            wait_until(lambda: agent.server.connected == 1)
        wait_until(lambda: agent.server.connected == 0)

    def test_where_nobody_listens_the_agent_is_gone(self, tmp_path: Path) -> None:
        with pytest.raises(AgentGone, match="no agent answers"):
            connect_to_agent(tmp_path / "none.sock", "w")

    def test_the_socket_of_an_agent_that_is_gone_is_replaced(self, idle_agent: AgentSide) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as left:
            left.bind(str(idle_agent.path))
        with idle_agent.running():
            assert serves(idle_agent)
        assert not idle_agent.path.exists()

    def test_beside_an_agent_that_answers_there_is_no_room(self, agent: AgentSide) -> None:
        with pytest.raises(ConfigError, match="another agent answers there"):
            agent.on_loop(agent.server.start)

    def test_no_file_is_taken_for_a_socket(self, idle_agent: AgentSide) -> None:
        idle_agent.path.write_text("mine")
        with pytest.raises(ConfigError, match="something else than a socket"), idle_agent.running():
            pass
        assert "mine" == idle_agent.path.read_text()


class TestWhatIsSent:
    @pytest.mark.parametrize(
        "sent",
        [
            (b"",),
            (b"\0",),
            (struct.pack(">I", LONGEST_HELLO + 1),),
            (framed(b"\xc1", 10),),
            (framed(encode({"what": 1}), 100),),
            (HELLO, b"\xff\xff\xff\xff"),
            (HELLO, struct.pack(">I", LONGEST_QUESTION + 1)),
            (HELLO, HELLO),
            (HELLO, framed(b"\xc1", 10)),
            (HELLO, struct.pack(">I", 100) + b"half"),
        ],
    )
    def test_what_cannot_be_read_ends_the_line_and_no_more(self, agent: AgentSide, sent: tuple[bytes, ...]) -> None:
        told = answer_to(agent.path, *sent)
        assert (b"welcome" in told) == (sent[0] == HELLO)
        assert serves(agent)

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(body=st.binary(max_size=64), greeted=st.booleans())
    def test_any_bytes(self, agent: AgentSide, body: bytes, greeted: bool) -> None:
        answer_to(agent.path, HELLO if greeted else b"", framed(body, 100))
        assert serves(agent)

    def test_a_call_with_other_arguments_is_an_error_and_the_line_goes_on(
        self, agent: AgentSide, line: AgentLine
    ) -> None:
        with pytest.raises(StateError, match="ValidationError"):
            line.state._line.ask("state.work", msgspec.Raw(encode((1, 2, 3))))
        assert line.state.work("t-1") is None

    @pytest.mark.parametrize("what", ["state.close", "state._database", "state.open", "evidence.close", "", "x.y"])
    def test_what_is_not_on_the_list_is_not_done(self, agent: AgentSide, line: AgentLine, what: str) -> None:
        with pytest.raises(NotForWorkers):
            line.state._line.ask(what, msgspec.Raw(encode(())))
        assert serves(agent)

    def test_a_question_that_is_too_long_is_not_sent(self, agent: AgentSide, line: AgentLine) -> None:
        with pytest.raises(StateError, match="more than the line"):
            line.state.scopes(["x" * (LONGEST_QUESTION + 1)])
        assert () == line.state.scopes(["x"])


class TestErrors:
    @pytest.mark.parametrize(
        "error",
        [
            LeaseLost("t-1"),
            NotForWorkers("close"),
            StateError("m", hint="h"),
            EvidenceError("m", hint="h"),
            EvidenceInUse("m", hint="h"),
            UsageError("m", hint="h"),
        ],
    )
    def test_errors_arrive_as_they_were_raised(self, error: Exception) -> None:
        back = error_of(failure_of(error))
        assert (type(error), str(error), vars(error)) == (type(back), str(back), vars(back))

    def test_of_an_error_outside_the_tree_only_its_class_is_told(self) -> None:
        told = failure_of(ValueError("a password"))
        assert ("StateError", "the agent broke over it: ValueError") == (told.kind, told.message)
        assert isinstance(error_of(failure_of(PolicyError("m"))), StateError)


class TestWhatElseGoesUp:
    def test_alerts(self, agent: AgentSide, line: AgentLine) -> None:
        alert = Alert(code="drift", site="s", subject="cam", at=agent.clock.now(), target="t-1")
        line.tell(iter([alert]))
        line.tell([])
        assert [alert] == agent.alerts

    def test_looks(self, agent: AgentSide, line: AgentLine) -> None:
        line.looks.note("t-1", answered=True)
        line.looks.note_waiting("t-1", 7)
        assert (False, [("t-1", 7)]) == (agent.looks.silent("t-1", 1), list(agent.looks.waiting()))
        assert (False, True, False) == (
            line.looks.silent("t-1", 1),
            line.looks.silent("t-2", 1),
            line.looks.silent("t-2", 0),
        )
        assert [("t-1", 7)] == list(line.looks.waiting())


def test_many_workers_ask_at_once_and_the_loop_goes_on(agent: AgentSide) -> None:
    turns, done = 0, threading.Event()

    def ask(number: int) -> None:
        with agent.line(f"w{number}") as line:
            for _ in range(100):
                assert line.evidence.size == agent.log.size

    async def turning() -> None:
        nonlocal turns
        while not done.is_set():
            turns += 1
            await asyncio.sleep(0)

    workers = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    turned = asyncio.run_coroutine_threadsafe(turning(), agent.loop)
    for one in workers:
        one.start()
    for one in workers:
        one.join(30)
    done.set()
    turned.result(10)
    assert turns > 100


def wait_until(so) -> None:  # type: ignore[no-untyped-def]
    ends = time.monotonic() + 60
    while not so():
        assert time.monotonic() < ends
        time.sleep(0.005)
