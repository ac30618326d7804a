"""Sockets of the agent's own on this machine: made for those who may, and every peer known by its uid."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path

from msgspec import Struct

from vmsguard.errors import ConfigError

__all__ = ["OwnSocket", "Peer", "peer_of"]

_CREDENTIALS = struct.Struct("3i")


class Peer(Struct, frozen=True):
    """Who is at the other end, as the kernel says (SO_PEERCRED)."""

    process: int
    uid: int
    gid: int


def peer_of(connection: socket.socket) -> Peer:
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return Peer(*_CREDENTIALS.unpack(told))


class OwnSocket:
    """Serves every connection in a task of its own, from ``start`` to ``stop``."""

    def __init__(self, path: Path, mode: int, setting: str, serve: Callable[[socket.socket], Awaitable[None]]) -> None:
        """``setting`` is what names the path in the configuration."""
        self._path = path
        self._mode = mode
        self._setting = setting
        self._serve = serve
        self._listening: socket.socket | None = None
        self._serving: set[asyncio.Future[None]] = set()

    def start(self) -> None:
        """Listen; raises ``ConfigError`` when another agent answers there or the place is not ours alone."""
        self._listening = _listen_at(self._path, self._mode, self._setting)
        # Not asyncio's own server: until Python 3.12 it forgets connections that come while it closes.
        asyncio.get_running_loop().add_reader(self._listening, self._accept, self._listening)

    async def stop(self) -> None:
        """Answer nobody any more, hang up on who still waits, and leave no socket behind; twice does nothing."""
        if self._listening is None:
            return
        asyncio.get_running_loop().remove_reader(self._listening)
        self._listening.close()
        self._listening = None
        self._path.unlink(missing_ok=True)
        serving = tuple(self._serving)
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)

    def _accept(self, listening: socket.socket) -> None:
        try:
            connection, _ = listening.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        connection.setblocking(False)
        task = asyncio.ensure_future(self._serve(connection))
        self._serving.add(task)

        def ended(done: asyncio.Future[None]) -> None:
            self._serving.discard(done)
            connection.close()  # one that was cancelled before it began has not done so

        task.add_done_callback(ended)


def _listen_at(path: Path, mode: int, setting: str) -> socket.socket:
    """A listening socket that does not block, with this mode from its first moment."""
    _make_room(path, setting)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    before = os.umask(0o777 & ~mode)  # never wider than meant, not even for a moment
    try:
        listening.bind(str(path))
    except OSError as error:
        listening.close()
        hint = f"name a shorter path, or one in a folder the agent may write to, under {setting}"
        raise ConfigError(f"{path}: {error.strerror or error}", hint=hint) from error
    finally:
        os.umask(before)
    listening.listen(128)
    return listening


def _make_room(path: Path, setting: str) -> None:
    """Remove the socket of an agent that is gone; raises ``ConfigError`` where one still answers."""
    elsewhere = f"name another path under {setting}"
    try:
        there = path.lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}", hint=elsewhere) from error
    if not stat.S_ISSOCK(there.st_mode):
        raise ConfigError(f"{path}: something else than a socket is there", hint=elsewhere)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            path.unlink(missing_ok=True)
            return
        except OSError as error:
            raise ConfigError(f"{path}: {error.strerror or error}", hint="see who holds it") from error
    raise ConfigError(f"{path}: another agent answers there", hint="stop it first, or name another path")
