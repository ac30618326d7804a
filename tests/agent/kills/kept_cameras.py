"""A process of cameras with cards, and the history of everything that anybody ever asked of them.

``python kept_cameras.py HISTORY COUNT PORT SEED`` serves ``/c/<number>`` on loopback. It shares no code with what it
is asked by. What is really so stands in the history alone: one JSON line for each request, after it was carried out.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from io import TextIOBase
from pathlib import Path

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.Response]]

SEGMENT = 20.0
"""Seconds that one recording holds at most."""


@dataclass
class Camera:
    """Records while it is told to; a liar acknowledges what it is told and deletes nothing."""

    name: str
    liar: bool
    recording: bool = True
    since: float = field(default_factory=time.time)
    recordings: dict[int, tuple[float, float]] = field(default_factory=dict)
    made: int = 0

    def footage(self, now: float) -> dict[int, tuple[float, float]]:
        """What lies on the card; what is being written is cut off here."""
        while self.recording and self.since < now:
            end = min(self.since + SEGMENT, now)
            self.made += 1
            self.recordings[self.made] = (self.since, end)
            self.since = end
        self.since = now
        return self.recordings

    def purge(self, cutoff: float, now: float) -> int:
        """Delete what began before; how much of that is left."""
        old = [name for name, (start, _) in self.footage(now).items() if start < cutoff]
        if self.liar:
            return len(old)
        for name in old:
            del self.recordings[name]
        return 0

    def switch(self, on: bool, now: float) -> None:
        self.footage(now)
        self.recording = on


class Cameras:
    """All of them, and the history that they write together."""

    def __init__(self, count: int, history: TextIOBase, seed: int) -> None:
        self._cameras = {number: Camera(f"t-{number}", liar=number % 50 == 49) for number in range(count)}
        self._history = history
        self._random = random.Random(seed)

    def application(self) -> web.Application:
        application = web.Application(client_max_size=1 << 16)
        application.add_routes(
            [
                web.get(r"/c/{number:\d+}", self.read),
                web.post(r"/c/{number:\d+}/stop", self.stop),
                web.post(r"/c/{number:\d+}/purge", self.purge),
                web.post(r"/c/{number:\d+}/by-hand", self.by_hand),
            ]
        )
        return application

    async def read(self, request: web.Request) -> web.Response:
        camera, now = self._of(request), time.time()
        answer = {
            "name": camera.name,
            "now": now,
            "recordings": [[name, *times] for name, times in camera.footage(now).items()],
            "recording": camera.recording,
        }
        self._keep(request, camera, now, "read")
        return web.json_response(answer)

    async def stop(self, request: web.Request) -> web.Response:
        began = time.time()
        await self._take_a_while()
        camera, now = self._of(request), time.time()
        camera.switch(False, now)
        self._keep(request, camera, began, "stop")
        return web.json_response({})

    async def purge(self, request: web.Request) -> web.Response:
        began = time.time()
        cutoff = float((await request.json())["cutoff"])
        await self._take_a_while()
        camera, now = self._of(request), time.time()
        left = camera.purge(cutoff, now)
        self._keep(request, camera, began, "purge", cutoff=cutoff, left=left)
        return web.json_response({})

    async def by_hand(self, request: web.Request) -> web.Response:
        camera, now = self._of(request), time.time()
        camera.switch(True, now)
        self._keep(request, camera, now, "by-hand")
        return web.json_response({})

    async def _take_a_while(self) -> None:
        # Long enough that a kill falls into it now and then.
        await asyncio.sleep(self._random.uniform(0.0, 0.1))

    def _of(self, request: web.Request) -> Camera:
        return self._cameras[int(request.match_info["number"])]

    def _keep(self, request: web.Request, camera: Camera, began: float, what: str, **more: float) -> None:
        line = {
            "began": began,
            "ended": time.time(),
            "target": camera.name,
            "what": what,
            "process": int(request.headers.get("X-Process", "0")),
            "session": request.headers.get("X-Session", ""),
            "run": request.headers.get("X-Run", ""),
            "intent": int(request.headers.get("X-Intent", "-1")),
            **more,
        }
        self._history.write(json.dumps(line) + "\n")
        self._history.flush()


def main() -> None:
    history, count, port, seed = Path(sys.argv[1]), *map(int, sys.argv[2:5])
    with history.open("a") as kept:
        web.run_app(Cameras(count, kept, seed).application(), host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    main()
