"""Reads cameras one after the other and prints what that cost this process, as one JSON line.

``ours``: a driver session and its whole read plan per camera. ``floor``: the same request bytes with bare
aiohttp, replies read and thrown away. Both: one connection per camera, uvloop, a tenth of the cameras first
to warm up.
"""

from __future__ import annotations

import base64
import json
import sys
import time
from collections.abc import Awaitable, Callable

import aiohttp
import uvloop
from vmsguard_onvif.driver import OnvifDriver

from vmsguard.model.inventory import Limits, Target
from vmsguard.model.vocabulary import Role
from vmsguard.net.login import Login
from vmsguard.net.pool import ConnectionPool
from vmsguard.testing.sessions import open_session

LOGIN = Login("secret://env/BENCH", "admin", "simulated")


async def read_ours(pool: ConnectionPool, port: int, path: str) -> int:
    target = Target(
        id=f"t-{port}",
        site="bench",
        role=Role.DEVICE,
        driver="onvif",
        url=f"http://127.0.0.1:{port}{path}",
        options={"auth": "wsse"},
        limits=Limits(requests_per_second=1e9),
    )
    async with open_session(OnvifDriver, target, login=LOGIN, pool=pool) as session:
        facts = await session.read()
        if not facts:
            raise AssertionError("the read plan told nothing")
        return sum(session.client.requests.values())


async def read_floor(session: aiohttp.ClientSession, port: int, requests: list[tuple[str, bytes, str]]) -> int:
    for path, body, kind in requests:
        headers = {"Content-Type": kind}
        async with session.post(f"http://127.0.0.1:{port}{path}", data=body, headers=headers) as reply:
            await reply.read()
    return len(requests)


async def timed(ports: list[int], read: Callable[[int], Awaitable[int]]) -> dict[str, float]:
    warm = max(1, len(ports) // 10)
    for port in ports[:warm]:
        await read(port)
    before, requests = time.process_time(), 0
    for port in ports[warm:]:
        requests += await read(port)
    cameras = len(ports) - warm
    return {"seconds": (time.process_time() - before) / cameras, "requests": requests / cameras}


async def main(how: str, ports: list[int], path: str, count: int) -> dict[str, float]:
    if how == "ours":
        async with ConnectionPool() as pool:
            return await timed(ports, lambda port: read_ours(pool, port, path))
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=4)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        async with session.get(f"http://127.0.0.1:{ports[0]}/requests") as reply:
            asked = (await reply.json())[:count]  # one camera's read plan
        requests = [(request["path"], base64.b64decode(request["body"]), request["type"]) for request in asked]
        return await timed(ports, lambda port: read_floor(session, port, requests))


if __name__ == "__main__":
    given = json.loads(sys.argv[2])
    print(json.dumps(uvloop.run(main(sys.argv[1], given["ports"], given["path"], given.get("requests", 0)))))
