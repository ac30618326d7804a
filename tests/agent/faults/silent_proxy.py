"""Stands between an agent and its database, and stops forwarding when it is told to: no reset, no end, nothing."""

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path

__all__ = ["SilentProxy"]

_NAME = ".s.PGSQL.5432"


class SilentProxy:
    """Listens in a folder as the server does in its own."""

    def __init__(self, folder: Path, server: Path) -> None:
        self.folder = folder
        self._server = server / _NAME
        self._speaks = threading.Event()
        self._speaks.set()
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / _NAME))
        self._listening.listen()
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def be_silent(self) -> None:
        self._speaks.clear()

    def speak(self) -> None:
        self._speaks.set()

    def close(self) -> None:
        self.speak()
        for one in (self._listening, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            self._speaks.wait()
            server = socket.socket(socket.AF_UNIX)
            self._open += [client, server]
            try:
                server.connect(str(self._server))
            except OSError:  # nobody is there: the same to who asks
                client.close()
                continue
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._forward, args=(source, sink), daemon=True).start()

    def _forward(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                self._speaks.wait()
                sink.sendall(data)
        except OSError:  # a server that was killed resets: its client is to see an end, not to wait for an answer
            with contextlib.suppress(OSError):
                source.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
