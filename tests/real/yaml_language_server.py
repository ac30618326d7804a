"""A small client of yaml-language-server, the one that editors ask: JSON-RPC over its standard input and output."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from shutil import which
from threading import Thread
from typing import IO, Any

import pytest
from real_program import CHECKOUT, missing_programs, unavailable

__all__ = ["LanguageServer", "OpenFile", "running_language_server"]

SERVER = CHECKOUT / ".cache/yaml-language-server/node_modules/yaml-language-server/bin/yaml-language-server"
DEADLINE = 60.0
"""Seconds for one answer; the first one waits until the schema is read."""


class LanguageServer:
    """Opens files as an editor does, and asks what an editor asks."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._out: IO[bytes] = process.stdin
        self._messages: Queue[dict[str, Any]] = Queue()
        self._number = 0
        self._opened = 0
        Thread(target=self._read, args=(process.stdout,), daemon=True).start()

    def start(self, folder: Path) -> None:
        self._ask(
            "initialize",
            {
                "processId": None,
                "rootUri": folder.as_uri(),
                "capabilities": {
                    "textDocument": {
                        "completion": {"completionItem": {"snippetSupport": True}},
                        "hover": {"contentFormat": ["markdown"]},
                        "publishDiagnostics": {},
                    },
                    "workspace": {"configuration": True, "didChangeConfiguration": {"dynamicRegistration": False}},
                },
            },
        )
        self._tell("initialized", {})

    def open(self, text: str, folder: Path) -> OpenFile:
        """A file with this text, as if it lay in the folder; its name is new, so that no answer is an old one."""
        self._opened += 1
        uri = (folder / f"open-{self._opened}.yaml").as_uri()
        item = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": item})
        found = self._until(lambda message: _diagnostics(message, uri))
        problems = [(one["range"]["start"]["line"] + 1, one["message"]) for one in found["params"]["diagnostics"]]
        return OpenFile(self, uri, problems)

    def complete(self, uri: str, line: int, column: int) -> dict[str, str]:
        found = self._ask("textDocument/completion", _place(uri, line, column))
        items = found["items"] if isinstance(found, dict) else found or []
        return {item["label"]: _words(item.get("documentation")) for item in items}

    def hover(self, uri: str, line: int, column: int) -> str:
        found = self._ask("textDocument/hover", _place(uri, line, column))
        return "" if found is None else _words(found["contents"])

    def _ask(self, method: str, params: Mapping[str, Any]) -> Any:
        self._number += 1
        number = self._number
        self._send({"id": number, "method": method, "params": params})
        answer = self._until(lambda message: message.get("id") == number and "method" not in message)
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def _tell(self, method: str, params: Mapping[str, Any]) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._out.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._out.flush()

    def _until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        while True:
            try:
                message = self._messages.get(timeout=DEADLINE)
            except Empty:
                pytest.fail(f"the language server said nothing for {DEADLINE:g} s")
            if "method" in message and "id" in message:
                self._answer(message)
            elif wanted(message):
                return message

    def _answer(self, request: Mapping[str, Any]) -> None:
        """The server asks for settings: what an editor has by default, and no schemas from the network."""
        result: Any = None
        if request["method"] == "workspace/configuration":
            result = [_settings(item.get("section", "")) for item in request["params"]["items"]]
        self._send({"id": request["id"], "result": result})

    def _read(self, stream: IO[bytes]) -> None:
        while header := stream.readline():
            length = int(header.partition(b":")[2]) if header.lower().startswith(b"content-length") else 0
            while stream.readline().strip():
                pass
            self._messages.put(json.loads(stream.read(length)))


@dataclass(frozen=True)
class OpenFile:
    """A file that is open in the editor; places are 1-based, as in our own messages."""

    server: LanguageServer
    uri: str
    problems: list[tuple[int, str]]
    """What the editor underlines: lines and messages."""

    def complete(self, line: int, column: int) -> dict[str, str]:
        """What may be written at a place: words with what is said of them."""
        return self.server.complete(self.uri, line, column)

    def hover(self, line: int, column: int) -> str:
        """What is shown over a word."""
        return self.server.hover(self.uri, line, column)


def _place(uri: str, line: int, column: int) -> dict[str, Any]:
    return {"textDocument": {"uri": uri}, "position": {"line": line - 1, "character": column - 1}}


def _settings(section: str) -> Any:
    yaml = {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}, "schemas": {}}
    return yaml if section == "yaml" else {}


def _diagnostics(message: Mapping[str, Any], uri: str) -> bool:
    return message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri


def _words(documentation: Any) -> str:
    if isinstance(documentation, dict):
        return str(documentation.get("value", ""))
    return str(documentation or "")


@contextmanager
def running_language_server(folder: Path) -> Iterator[LanguageServer]:
    """The server for the files of a folder; skips, or fails where it is required, if it is not installed."""
    reason = missing_programs("node")
    if not reason and not SERVER.exists():
        reason = "not installed: yaml-language-server (run tests/real/install.sh)"
    if reason:
        unavailable(reason)
    command = [str(which("node")), str(SERVER), "--stdio"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            server = LanguageServer(process)
            server.start(folder)
            yield server
        finally:
            process.kill()
