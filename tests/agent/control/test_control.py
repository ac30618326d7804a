"""The socket between commands and the agent: who may ask, what comes back, and what happens when one end breaks."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import structlog

from vmsguard.agent.control.client import AgentFailure, agent_answers, ask_agent
from vmsguard.agent.control.frames import LONGEST_REQUEST, Request, Streamed, encode
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


def listening(path: Path, kind: socket.SocketKind) -> socket.socket:
    made = socket.socket(socket.AF_UNIX, kind)
    made.bind(str(path))
    return made


@pytest.mark.parametrize(
    "there", ["nothing", "file", "folder", "left over", "of another kind", "too long", "no folder"]
)
def test_where_no_agent_listens_nobody_answers(there: str, tmp_path: Path) -> None:
    path = tmp_path / "sock"
    if there == "file":
        path.write_text("not a socket")
    elif there == "folder":
        path.mkdir()
    elif there == "left over":
        listening(path, socket.SOCK_STREAM).close()
    elif there == "of another kind":
        kept = listening(path, socket.SOCK_DGRAM)
    elif there == "too long":
        path = tmp_path / ("s" * 200)
    elif there == "no folder":
        (tmp_path / "f").write_text("")
        path = tmp_path / "f" / "sock"
    assert not agent_answers(path)
    with pytest.raises(UsageError, match="no agent answers"):
        ask_agent(path, "status", {})
    if there == "of another kind":
        kept.close()


async def test_a_long_answer_comes_in_parts_before_its_end(tmp_path: Path) -> None:
    async def long(arguments, peer, tell):
        return Streamed(([n] * 1000 for n in range(3000)), "end")

    server = ControlServer(
        tmp_path / "long.sock", {"long": long}, exit_code_of=lambda error: 6, log=structlog.get_logger()
    )
    await server.start()
    parts: list[msgspec.Raw] = []
    told = await asyncio.to_thread(ask_agent, tmp_path / "long.sock", "long", {}, part=parts.append)
    await server.stop()
    assert "end" == told
    assert [[n] * 1000 for n in range(3000)] == [msgspec.json.decode(part) for part in parts]


async def test_who_hangs_up_ends_what_was_asked_and_only_after_what_is_in_hand(tmp_path: Path) -> None:
    begun, in_hand, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def careful(arguments, peer, tell):
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await in_hand.wait()
            ended.set()

    server = ControlServer(
        tmp_path / "care.sock", {"careful": careful}, exit_code_of=lambda error: 6, log=structlog.get_logger()
    )
    await server.start()
    _, writer = await asyncio.open_unix_connection(tmp_path / "care.sock")
    writer.write(encode(Request("careful")))
    await begun.wait()
    writer.close()
    await asyncio.sleep(0.05)
    assert not ended.is_set()
    in_hand.set()
    async with asyncio.timeout(60):
        await ended.wait()
    await server.stop()


async def test_an_agent_that_works_long_says_that_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vmsguard.agent.control.server._BEAT_SECONDS", 0.05)

    async def long(arguments, peer, tell):
        await asyncio.sleep(1.0)
        return "done"

    server = ControlServer(
        tmp_path / "beat.sock", {"long": long}, exit_code_of=lambda error: 6, log=structlog.get_logger()
    )
    await server.start()
    heard: list[object] = []
    told = await asyncio.to_thread(
        ask_agent, tmp_path / "beat.sock", "long", {}, tell=lambda *each: heard.append(each), seconds=0.5
    )
    await server.stop()
    assert ("done", []) == (told, heard)


async def line_of(path: Path, ask: str) -> socket.socket:
    """A connection that has asked and reads nothing yet."""
    made = socket.socket(socket.AF_UNIX)
    made.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(made, str(path))
    await loop.sock_sendall(made, encode(Request(ask)))
    return made


async def test_word_of_progress_does_not_pile_up_at_a_reader_who_has_stopped(tmp_path: Path) -> None:
    told = asyncio.Event()

    async def talkative(arguments, peer, tell):
        for done in range(200_000):
            tell("observe", done, 200_000)
            if done % 1000 == 0:
                await asyncio.sleep(0)
        told.set()
        return "done"

    server = ControlServer(
        tmp_path / "talk.sock", {"talk": talkative}, exit_code_of=lambda error: 6, log=structlog.get_logger()
    )
    await server.start()
    line = await line_of(tmp_path / "talk.sock", "talk")
    async with asyncio.timeout(120):
        await told.wait()  # the run is not held up: it ends while nobody reads
        heard = b""
        while piece := await asyncio.get_running_loop().sock_recv(line, 1 << 16):
            heard += piece
    line.close()
    await server.stop()
    assert b'{"type":"answer","value":"done"}' == heard.splitlines()[-1]
    assert len(heard) < 4 << 20, "all of it would be more than ten million bytes"


async def test_who_reads_nothing_of_an_answer_makes_room_for_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vmsguard.agent.control.server._SECONDS_UNREAD", 0.2)
    monkeypatch.setattr("vmsguard.agent.control.server._AT_ONCE", 1)
    begun = asyncio.Event()

    async def long(arguments, peer, tell):
        begun.set()
        return Streamed(("x" * 1_000_000 for _ in range(100)), "end")

    server = ControlServer(
        tmp_path / "long.sock",
        {"long": long, "echo": echo},
        exit_code_of=lambda error: 6,
        log=structlog.get_logger(),
    )
    await server.start()
    line = await line_of(tmp_path / "long.sock", "long")
    async with asyncio.timeout(60):
        await begun.wait()
    assert os.getuid() == (await ask(tmp_path / "long.sock", "echo", seconds=60))["uid"]
    line.close()
    await server.stop()
