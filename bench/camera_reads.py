"""Runs the camera readers against one replay server, each in a process of its own."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lxml import etree
from measure import told_by


@contextmanager
def replay_server(cameras: int) -> Iterator[dict[str, Any]]:
    """The ports of a running server, and the path of the device service."""
    command = [sys.executable, str(Path(__file__).with_name("replay_server.py")), str(cameras)]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        yield json.loads(server.stdout.readline())
    finally:
        server.communicate(timeout=30)


def calls_asked(port: int) -> list[dict[str, Any]]:
    """What the first camera was asked, in order: service, operation and parameters of each request."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/requests") as reply:
        requests = json.loads(reply.read())
    return [_call(request["path"], base64.b64decode(request["body"])) for request in requests]


def _call(path: str, envelope: bytes) -> dict[str, Any]:
    body = etree.fromstring(envelope).find("{*}Body")
    assert body is not None
    return {
        "service": path.rsplit("/", 1)[-1],
        "operation": etree.QName(body[0]).localname,
        "parameters": _parameters(body[0]),
    }


def _parameters(element: etree._Element) -> dict[str, Any]:
    return {etree.QName(child).localname: _parameters(child) if len(child) else child.text for child in element}


def record_a_read(given: dict[str, Any]) -> list[dict[str, Any]]:
    """Read the first camera once, so that its requests and answers are known; gives its calls."""
    told_by("camera_reader.py", "ours", json.dumps({**given, "ports": given["ports"][:1] * 2}))
    # The reader warms up on the same camera: the plan stands there twice.
    asked = calls_asked(given["ports"][0])
    return asked[: len(asked) // 2]
