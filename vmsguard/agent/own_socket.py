"""Sockets of the agent's own on this machine: made for those who may, and every peer known by its uid."""

from __future__ import annotations

import os
import socket
import stat
import struct
from pathlib import Path

from msgspec import Struct

from vmsguard.errors import ConfigError

__all__ = ["Peer", "listen_at", "peer_of"]

_CREDENTIALS = struct.Struct("3i")


class Peer(Struct, frozen=True):
    """Who is at the other end, as the kernel says (SO_PEERCRED)."""

    process: int
    uid: int
    gid: int


def peer_of(connection: socket.socket) -> Peer:
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return Peer(*_CREDENTIALS.unpack(told))


def listen_at(path: Path, mode: int, setting: str) -> socket.socket:
    """A listening socket that does not block, with this mode from its first moment.

    Raises ``ConfigError`` when another agent answers there or the place is not ours; ``setting`` is what names it.
    """
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
