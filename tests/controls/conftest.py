"""A camera with facts, as a control sees it: built in one line per fact."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from vmsguard.controls.catalogue import CORE_CONTROLS
from vmsguard.controls.view import View
from vmsguard.model.changes import Change
from vmsguard.model.fact_catalogue import CORE_FACTS
from vmsguard.model.facts import CAMERA_TARGET, Absent, Fact, FactKey, Items, Known, Reading, Unknown
from vmsguard.model.inventory import Attribute, Camera, Endpoint
from vmsguard.model.ledger import ImpossibilityProof
from vmsguard.model.manifest import Identity, Manifest
from vmsguard.model.pack import Document, ExceptionGrant, Hold
from vmsguard.model.results import Outcome
from vmsguard.model.snapshot import CameraSnapshot, ExceptionStanding, TargetSeen
from vmsguard.model.vocabulary import WHOLE, Basis, Layer, Role, Why

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HASH = "0f" * 32
MANIFEST = Manifest(driver="test", product="test", version="1", facts=())


class Scene:
    """Facts are set by name on every layer their specification declares, unless told otherwise."""

    def __init__(self) -> None:
        self.now = NOW
        self.endpoints: list[Endpoint] = [Endpoint("t-1", "ch1", Role.DEVICE)]
        self.facts: dict[FactKey, Fact] = {}
        self.attributes: dict[str, Any] = {}
        self.documents: list[Document] = []
        self.identity = Identity(model="Gate 9", firmware="1.2.3", as_administrator=True)
        self.first_seen_use: datetime | None = None
        self.holds: list[Hold] = []
        self.exceptions: list[ExceptionStanding] = []
        self.not_before: datetime | None = None
        self.manifest = MANIFEST
        self.proofs: list[ImpossibilityProof] = []

    def known(self, name: str, value: Any, **where: Any) -> Scene:
        return self.put(name, Known(value), **where)

    def listed(self, name: str, *values: Any, complete: bool = True, missing: str = "", **where: Any) -> Scene:
        return self.put(name, Known(Items(tuple(values), complete, missing)), **where)

    def absent(self, name: str, proof: str = "the service said so", **where: Any) -> Scene:
        return self.put(name, Absent(proof), **where)

    def unknown(self, name: str, why: Why = Why.FAULT, **where: Any) -> Scene:
        return self.put(name, Unknown(why, "told by the test"), **where)

    def put(
        self,
        name: str,
        reading: Reading,
        *,
        layer: Layer | None = None,
        basis: Basis = Basis.READ_BACK,
        target: str = "t-1",
        channel: str = "ch1",
    ) -> Scene:
        spec = CORE_FACTS[name]
        place = WHOLE if spec.whole or target == CAMERA_TARGET else channel
        for one in spec.layers if layer is None else (layer,):
            key = FactKey(target, place, name, one)
            self.facts[key] = Fact(key, reading, basis, self.now)
        return self

    def paper(self, kind: str, **more: Any) -> Scene:
        told = {"id": f"d-{len(self.documents)}", "kind": kind, "sha256": HASH, "dated": date(2026, 11, 1)} | more
        self.documents.append(Document(**told))
        return self

    @property
    def snapshot(self) -> CameraSnapshot:
        return CameraSnapshot(
            camera=Camera(
                id="cam-1",
                site="hq",
                attributes={name: Attribute(value) for name, value in self.attributes.items()},
            ),
            endpoints=tuple(self.endpoints),
            facts=self.facts,
            targets={
                endpoint.target: TargetSeen(target=endpoint.target, identity=self.identity, manifest=self.manifest)
                for endpoint in self.endpoints
            },
            documents=tuple(self.documents),
            first_seen_use=self.first_seen_use,
            holds=tuple(self.holds),
            exceptions=tuple(self.exceptions),
            not_before=self.not_before,
            proofs=tuple(self.proofs),
        )

    def view(self, endpoint: Endpoint | None = None, exception: ExceptionGrant | None = None) -> View:
        return View(self.snapshot, endpoint, self.now, CORE_FACTS, exception)

    def judge(
        self, control: str, *, at: int | None = 0, exception: ExceptionGrant | None = None, **params: Any
    ) -> Outcome:
        """The outcome at the n-th endpoint, or on the camera for ``at=None``."""
        one = CORE_CONTROLS[control]
        endpoint = None if at is None or one.roles == frozenset({Role.CAMERA}) else self.endpoints[at]
        return one.judge(one.Params(**params), self.view(endpoint, exception))

    def judge_camera(self, control: str, **params: Any) -> Outcome | None:
        one = CORE_CONTROLS[control]
        return one.judge_camera(one.Params(**params), self.view())

    def changes(self, control: str, *, at: int = 0, **params: Any) -> list[Change]:
        one = CORE_CONTROLS[control]
        return list(one.enforce(one.Params(**params), self.view(self.endpoints[at]), self.manifest))


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def hour() -> timedelta:
    return timedelta(hours=1)
