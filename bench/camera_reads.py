"""Runs the camera readers against one replay server, each in a process of its own."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from measure import told_by

_OPERATION = re.compile(rb"Body[^>]*>\s*<(?:\w+:)?(\w+)")


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


def operations_asked(port: int) -> list[str]:
    """The operations the first camera was asked for, in order."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/requests") as reply:
        requests = json.loads(reply.read())
    found = (_OPERATION.search(base64.b64decode(request["body"])) for request in requests)
    return [match.group(1).decode() for match in found if match]


def record_a_read(given: dict[str, Any]) -> list[str]:
    """Read the first camera once, so that its requests and answers are known; gives its operations."""
    told_by("camera_reader.py", "ours", json.dumps({**given, "ports": given["ports"][:1] * 2}))
    # The reader warms up on the same camera: the plan stands there twice.
    asked = operations_asked(given["ports"][0])
    return asked[: len(asked) // 2]
