"""Asks for a snapshot and hangs up after the headers: no picture is ever read."""

from __future__ import annotations

import msgspec

from vmsguard.errors import AuthRejected, DeviceFault, DriverError, Unreachable
from vmsguard.model.changes import Permit
from vmsguard.model.clock import Clock
from vmsguard.model.inventory import Target
from vmsguard.model.vocabulary import Effect, Why
from vmsguard.net.client import GuardedClient, HttpAuth
from vmsguard.net.login import Login
from vmsguard.net.names import Names
from vmsguard.net.pool import ConnectionPool
from vmsguard.witness.place import Place
from vmsguard.witness.sighting import Sighting, proves_nothing
from vmsguard.witness.tcp import look_tcp

__all__ = ["look_http"]

_NO = frozenset({"http-404", "http-410", "http-501"})


async def look_http(
    place: Place, path: str, target: Target, *, clock: Clock, login: Login | None, names: Names | None = None
) -> Sighting:
    """A picture's headers are yes, "not here" is a definitive no, a login page or a 401 proves nothing."""
    unhurried = msgspec.structs.replace(target.limits, requests_per_second=1e6)
    async with ConnectionPool(connections=1, names=names) as pool:
        try:
            client = GuardedClient(
                msgspec.structs.replace(target, limits=unhurried),
                clock=clock,
                login=login,
                pool=pool,
                permit_is_live=_never,
            )
            reply = await client.request(
                "GET",
                "/" + path.lstrip("/"),
                effect=Effect.READ,
                operation="witness",
                auth=HttpAuth.NONE if login is None else HttpAuth.DIGEST,
                headers_only=True,
            )
        except AuthRejected:
            return proves_nothing("http 401", Why.AUTH)
        except DeviceFault as fault:
            status = fault.code.replace("-", " ")
            if fault.code in _NO:
                return Sighting(False, detail=status)
            return proves_nothing(status, Why.AUTH if fault.code == "http-403" else Why.FAULT)
        except Unreachable:
            refused = await look_tcp(place)
            return refused if refused.answered is False else proves_nothing("no answer", Why.UNREACHABLE)
        except DriverError as error:
            return proves_nothing(type(error).__name__, Why.PROTOCOL)
    kind = reply.headers.get("Content-Type", "").lower()
    if kind.startswith(("image/", "multipart/x-mixed-replace")):
        return Sighting(True, detail=f"http {reply.status}")
    return proves_nothing(f"http {reply.status} without a picture", Why.PROTOCOL)


def _never(permit: Permit) -> bool:
    return False
