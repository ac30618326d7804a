"""The socket between commands and the agent: who may ask, what comes back, and what happens when one end breaks."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import structlog

from vmsguard.agent.control.client import AgentFailure, agent_answers, ask_agent
from vmsguard.agent.control.frames import LONGEST_REQUEST
from vmsguard.agent.control.server import ControlServer
from vmsguard.errors import ConfigError, StateError, UsageError


async def echo(arguments, peer, tell):
    tell("observe", 1, 2)
    tell("observe", 2, 2)
    return {"told": dict(arguments), "uid": peer.uid, "process": peer.process}


async def broken_state(arguments, peer, tell):
    raise StateError("the disk is full", hint="make room")


async def broken(arguments, peer, tell):
    return {}["password=hunter2"]


async def forever(arguments, peer, tell):
    await asyncio.Event().wait()


HANDLERS = {"echo": echo, "broken-state": broken_state, "broken": broken, "forever": forever}


def server_at(path: Path) -> ControlServer:
    return ControlServer(path, HANDLERS, exit_code_of=lambda error: 6, log=structlog.get_logger())


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[Path]:
    server = server_at(tmp_path / "agent.sock")
    await server.start()
    yield tmp_path / "agent.sock"
    await server.stop()


async def ask(path: Path, what: str, tell=None, seconds: float = 10, **arguments):
    return await asyncio.to_thread(ask_agent, path, what, arguments, tell=tell, seconds=seconds)


async def test_an_answer_knows_who_asked(path) -> None:
    heard = []
    told = await ask(path, "echo", tell=lambda *each: heard.append(each), limit=["cam-1"])
    assert {"told": {"limit": ["cam-1"]}, "uid": os.getuid(), "process": os.getpid()} == told
    assert [("observe", 1, 2), ("observe", 2, 2)] == heard


async def test_user_and_group_may_ask_and_nobody_else(path) -> None:
    assert 0o660 == stat.S_IMODE(path.stat().st_mode)


async def test_what_went_wrong_comes_back_with_its_hint_and_exit_code(path) -> None:
    with pytest.raises(AgentFailure) as raised:
        await ask(path, "broken-state")
    assert ("the disk is full", "make room", 6) == (raised.value.message, raised.value.hint, raised.value.exit_code)


async def test_a_request_that_breaks_tells_nothing_of_the_inside(path) -> None:
    with pytest.raises(AgentFailure) as raised:
        await ask(path, "broken")
    assert "the agent broke over it: KeyError" == raised.value.message


async def test_what_the_agent_does_not_know_is_said(path) -> None:
    with pytest.raises(AgentFailure) as raised:
        await ask(path, "blind-them-all")
    assert "this agent does not know 'blind-them-all'" == raised.value.message


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"GET / HTTP/1.1\r\n",
        b'{"type":"request","ask":"echo","version":2}\n',
        b'{"type":"request","ask":"echo","as":"root"}\n',
        b'{"type":"answer","value":1}\n',
        b"\xff\xfe\n",
        b"[" * 100_000 + b"\n",
        b'{"type":"request","ask":"' + b"x" * (1 << 21) + b'"}\n',
        b'{"type":"request","ask":"' + b"x" * LONGEST_REQUEST + b'"}\n',
    ],
)
async def test_anything_else_than_a_request_is_refused_and_others_go_on(path, line) -> None:
    reader, writer = await asyncio.open_unix_connection(path)
    try:
        writer.write(line)
        answer = await reader.readline()
    except ConnectionError:
        answer = b'"type":"failure"'
    finally:
        writer.close()
    assert b'"type":"failure"' in answer
    assert os.getuid() == (await ask(path, "echo"))["uid"]


async def test_who_hangs_up_harms_nobody(path) -> None:
    for _ in range(40):
        _, writer = await asyncio.open_unix_connection(path)
        writer.close()
    assert os.getuid() == (await ask(path, "echo"))["uid"]


async def test_an_agent_that_is_silent_is_not_waited_for_for_ever(path) -> None:
    with pytest.raises(AgentFailure) as raised:
        await ask(path, "forever", seconds=0.2)
    assert "the agent does not answer" == raised.value.message


async def test_the_socket_of_an_agent_that_is_gone_is_taken_over(tmp_path) -> None:
    path = tmp_path / "agent.sock"
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(path))
    assert not agent_answers(path)
    server = server_at(path)
    await server.start()
    assert await asyncio.to_thread(agent_answers, path)
    await server.stop()
    assert not path.exists()


async def test_two_agents_never_share_a_socket(path) -> None:
    with pytest.raises(ConfigError) as raised:
        await server_at(path).start()
    assert f"{path}: another agent answers there" == raised.value.message


async def test_a_file_that_is_there_is_not_removed(tmp_path) -> None:
    precious = tmp_path / "agent.sock"
    precious.write_text("not a socket")
    with pytest.raises(ConfigError):
        await server_at(precious).start()
    assert "not a socket" == precious.read_text()


def test_without_an_agent_the_command_says_how_to_start_one(tmp_path) -> None:
    with pytest.raises(UsageError) as raised:
        ask_agent(tmp_path / "agent.sock", "echo", {})
    assert "start it with vmsguard agent run" == raised.value.hint
