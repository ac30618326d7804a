"""Looks whether a port takes connections."""

from __future__ import annotations

import asyncio

from vmsguard.model.vocabulary import Why
from vmsguard.witness.place import Place
from vmsguard.witness.sighting import Sighting, proves_nothing

__all__ = ["look_tcp"]


async def look_tcp(place: Place) -> Sighting:
    """Connected is yes, refused is a definitive no, silence proves nothing."""
    try:
        async with asyncio.timeout(place.deadline):
            _, writer = await asyncio.open_connection(place.address or place.host, place.port)
    except ConnectionRefusedError:
        return Sighting(False, detail="connection refused")
    except TimeoutError:
        return proves_nothing("no answer", Why.UNREACHABLE)
    except OSError:
        return proves_nothing("the host cannot be reached", Why.UNREACHABLE)
    writer.transport.abort()
    return Sighting(True, detail="connected")
