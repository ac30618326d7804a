"""The plugin that speaks to the cameras of ``kept_cameras``; each request says which process and session sends it.

``VMSGUARD_PLUGINS=kept_camera_plugin`` loads it where this folder is on the path.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from vmsguard.model.changes import Change, Permit, Receipt
from vmsguard.model.fact_values import RecordingJob, Store, StoredRecording
from vmsguard.model.facts import Fact, FactKey, Items, Known
from vmsguard.model.inventory import Target
from vmsguard.model.manifest import (
    Channel,
    DriverEntry,
    FactSupport,
    Identity,
    Manifest,
    Observation,
    RequestBound,
    Scope,
    VerbSupport,
)
from vmsguard.model.vocabulary import Basis, Effect, Layer, Support
from vmsguard.plugin import hookimpl
from vmsguard.plugin.driver import Context, Driver

_FACTS = ("stores", "footage.recordings", "recording.jobs", "clock.skew_seconds")
_SESSIONS = itertools.count(1)


class KeptCameraDriver(Driver):
    name: ClassVar[str] = "kept-camera"
    catalogue: ClassVar[int] = 1

    def __init__(self, target: Target, ctx: Context) -> None:
        super().__init__(target, ctx)
        self._headers = {"X-Process": str(os.getpid()), "X-Session": f"{os.getpid()}-{next(_SESSIONS)}"}

    @classmethod
    def manifest(cls, who: Identity | None) -> Manifest:
        return MANIFEST

    async def open(self) -> Identity:
        await self._read("open")
        return Identity(manufacturer="Acme", model="C1", serial=self.target.id, firmware="1.0")

    async def channels(self) -> AsyncIterator[Channel]:
        yield Channel(id="1")

    async def observe(self, want: Mapping[Scope, frozenset[str]]) -> AsyncIterator[Observation]:
        told, now = await self._read("observe"), self.ctx.clock.now()
        found = (
            StoredRecording(str(name), "card", _time(start), _time(end)) for name, start, end in told["recordings"]
        )
        values: dict[str, Any] = {
            "stores": Known(Items((Store("card", "footage"),))),
            "clock.skew_seconds": Known(int(told["now"] - now.timestamp())),
            "footage.recordings": Known(Items(tuple(found))),
            "recording.jobs": Known(Items((RecordingJob("job", told["recording"]),))),
        }
        for scope, names in want.items():
            for name in names:
                layers = (Layer.RUNTIME, Layer.STORED) if name == "recording.jobs" else (Layer.RUNTIME,)
                for layer in layers:
                    key = FactKey(self.target.id, scope.channel, name, layer)
                    yield Observation((Fact(key, values[name], Basis.READ_BACK, now, "kept-camera"),))

    async def change(self, change: Change, permit: Permit) -> Receipt:
        body: dict[str, float] = {}
        if change.verb == "footage.purge":
            body["cutoff"] = datetime.fromisoformat(change.arguments["cutoff"]).timestamp()
        path = "purge" if change.verb == "footage.purge" else "stop"
        await self.ctx.http.request(
            "POST",
            f"{self.target.url}/{path}",
            effect=Effect.WRITE,
            operation=change.verb,
            permit=permit,
            headers={**self._headers, "X-Run": permit.run, "X-Intent": str(permit.intent_seq)},
            body=json.dumps(body).encode(),
        )
        return Receipt(change.id, self.ctx.clock.now(), "accepted")

    async def close(self) -> None:
        """There is no session on the other side."""

    async def _read(self, operation: str) -> dict[str, Any]:
        reply = await self.ctx.http.request(
            "GET", self.target.url, effect=Effect.READ, operation=operation, headers=self._headers
        )
        told: dict[str, Any] = json.loads(reply.body)
        return told


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


MANIFEST = Manifest(
    driver="kept-camera",
    product="kept",
    version="1",
    facts=tuple(
        FactSupport(
            name, Support.SUPPORTED, (Layer.RUNTIME, Layer.STORED) if name == "recording.jobs" else (Layer.RUNTIME,)
        )
        for name in _FACTS
    ),
    verbs=(
        VerbSupport(verb="recording.stop", support=Support.SUPPORTED, settle_seconds=0.0),
        VerbSupport(verb="footage.purge", support=Support.SUPPORTED, settle_seconds=0.0),
    ),
    bound=RequestBound(4, 2.0),
)


@hookimpl
def vmsguard_register_drivers() -> Iterable[DriverEntry]:
    path = "kept_camera_plugin:KeptCameraDriver"
    return [DriverEntry(name="kept-camera", path=path, api=1, catalogue=1, manifest=MANIFEST)]
