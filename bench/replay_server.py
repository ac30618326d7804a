"""A camera that costs its client nothing but the reading: answers of a simulated camera, repeated byte for byte.

Listens on many ports, each of which is one camera with a connection of its own. The first time an operation
is asked for, the simulated camera behind it answers; after that its bytes are sent again, with the address
that the client used. ``GET /requests`` gives the requests of the first camera as they came, for the floor.
Prints ``{"ports": [...]}`` when it is ready and serves until its standard input closes.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp
import uvloop

from vmsguard.simulator import Simulator

HOST = "127.0.0.1"
CAMERA = "cam-1"
FLEET = {
    "accounts": [{"user": "admin", "password": "simulated"}],
    "groups": [
        {
            "id": CAMERA,
            "rtsp": True,
            "auth": "wsse",
            "created_window": 3600,
            "rules": ["CellMotionDetector", "FaceRecognition", "LineDetector"],
            "modules": ["CellMotionEngine", "FaceDetection"],
            "storages": ["nfs://192.0.2.7/footage"],
            "uplinks": [],
            "brokers": [],
        }
    ],
}


@dataclass
class Replay:
    """What was asked and what was answered, keyed by path and SOAP body (the header holds a fresh nonce)."""

    upstream: str
    session: aiohttp.ClientSession
    first_port: int = 0
    answers: dict[tuple[str, bytes], tuple[int, bytes, str]] = field(default_factory=dict)
    requests: list[dict[str, str]] = field(default_factory=list)

    async def answer(self, port: int, path: str, headers: dict[str, str], body: bytes) -> bytes:
        if path == "/requests":
            return _response(200, json.dumps(self.requests).encode(), "application/json")
        kind = headers.get("content-type", "application/soap+xml")
        if port == self.first_port:
            self.requests.append({"path": path, "type": kind, "body": base64.b64encode(body).decode()})
        key = (path, body[body.find(b"Body") :])
        if key not in self.answers:
            self.answers[key] = await self._ask(path, kind, body)
        status, told, content_type = self.answers[key]
        here = f"{HOST}:{port}".encode()
        return _response(status, told.replace(self.upstream.encode(), here), content_type)

    async def _ask(self, path: str, kind: str, body: bytes) -> tuple[int, bytes, str]:
        # Clients that know no path but the well-known one reach the only camera there is.
        if not path.startswith(f"/{CAMERA}/"):
            path = f"/{CAMERA}{path}"
        url = f"http://{self.upstream}{path}"
        async with self.session.post(url, data=body, headers={"Content-Type": kind}) as reply:
            return reply.status, await reply.read(), reply.headers.get("Content-Type", "application/soap+xml")


def _response(status: int, body: bytes, content_type: str) -> bytes:
    head = f"HTTP/1.1 {status} Replayed\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def _serve(replay: Replay, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    port = writer.get_extra_info("sockname")[1]
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            writer.write(await replay.answer(port, head[0].split(" ")[1], headers, body))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main(count: int) -> None:
    async with Simulator(FLEET) as simulator, aiohttp.ClientSession() as session:
        replay = Replay(urlsplit(simulator.url(CAMERA)).netloc, session)
        servers = [
            await asyncio.start_server(lambda reader, writer: _serve(replay, reader, writer), HOST, 0)
            for _ in range(count)
        ]
        ports = [server.sockets[0].getsockname()[1] for server in servers]
        replay.first_port = ports[0]
        path = urlsplit(simulator.url(CAMERA)).path
        print(json.dumps({"ports": ports, "path": path}), flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        for server in servers:
            server.close()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
