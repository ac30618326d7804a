"""A camera as a policy test describes it, and the snapshot that an evaluation sees of it.

What a scene does not say is not known: that is what makes a test of a rule that meets silence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from msgspec import structs

from vmsguard.model.changes import CORE_VERBS
from vmsguard.model.fact_catalogue import FactSpec
from vmsguard.model.facts import CAMERA_TARGET, Fact, FactKey, Reading
from vmsguard.model.inventory import Attribute, Camera, Endpoint
from vmsguard.model.ledger import ImpossibilityProof
from vmsguard.model.manifest import Identity, Manifest, VerbSupport
from vmsguard.model.pack import Document, ExceptionGrant, Hold
from vmsguard.model.paper_days import in_zone
from vmsguard.model.snapshot import CameraSnapshot, TargetSeen
from vmsguard.model.vocabulary import WHOLE, Basis, Layer, Role, Support, Why

__all__ = ["CAMERA", "Scene", "on_top", "snapshot_of"]

CAMERA = "camera"
"""The id of every camera under test."""

_SITE, _CHANNEL, _FIRMWARE = "site", "1", "1.0"

_MANIFEST = Manifest(
    driver="policy-test",
    product="policy-test",
    version="1",
    facts=(),
    verbs=tuple(VerbSupport(verb=verb, support=Support.SUPPORTED) for verb in CORE_VERBS),
)
_IDENTITY = Identity(manufacturer="Example", model="Model", firmware=_FIRMWARE, as_administrator=True)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What is known; targets are named after their role, and one without facts answered nothing."""

    attributes: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[tuple[str, str], Mapping[Layer, Reading]] = field(default_factory=dict)
    """By target (empty: the camera itself) and fact."""
    targets: Mapping[str, bool] = field(default_factory=dict)
    """Role to whether it answered."""
    basis: Basis | None = None
    """How devices' facts are known; None: by read-back."""
    papers: tuple[Document, ...] = ()
    grants: tuple[ExceptionGrant, ...] = ()
    holds: tuple[Hold, ...] = ()
    """All in force; numbered in the order they are given."""
    refused: tuple[tuple[str, str], ...] = ()
    """Verbs that the device refused for certain, each with its item."""
    first_use: datetime | None = None


def on_top(below: Scene, above: Scene) -> Scene:
    """One scene laid over another: what both say, the upper one says; papers and refusals add up."""
    return replace(
        above,
        attributes={**below.attributes, **above.attributes},
        facts={**below.facts, **above.facts},
        targets={**below.targets, **above.targets},
        basis=below.basis if above.basis is None else above.basis,
        papers=(*below.papers, *above.papers),
        grants=(*below.grants, *above.grants),
        holds=(*below.holds, *above.holds),
        refused=(*below.refused, *above.refused),
        first_use=above.first_use or below.first_use,
    )


def snapshot_of(scene: Scene, specs: Mapping[str, FactSpec], now: datetime, zone: str = "") -> CameraSnapshot:
    """What an evaluation at ``now`` would be given of the scene; papers count their days in ``zone``."""
    answered = [target for target, answers in scene.targets.items() if answers]
    return CameraSnapshot(
        camera=Camera(
            id=CAMERA,
            site=_SITE,
            attributes={name: Attribute(value) for name, value in scene.attributes.items()},
            managed_by=str(scene.attributes.get("managed_by", "")),
        ),
        endpoints=tuple(Endpoint(target, _CHANNEL, Role(target)) for target in scene.targets),
        facts={fact.key: fact for fact in _facts(scene, specs, now)},
        targets={
            target: TargetSeen(target=target, identity=_IDENTITY, manifest=_MANIFEST)
            if target in answered
            else TargetSeen(target=target, why=Why.UNREACHABLE, detail="the test says that it does not answer")
            for target in scene.targets
        },
        documents=in_zone(_in_order(scene.papers, now.date()), zone),
        holds=tuple(structs.replace(hold, id=f"hold-{number}") for number, hold in enumerate(scene.holds, start=1)),
        proofs=tuple(_proof(verb, item, now) for verb, item in scene.refused),
        first_seen_use=scene.first_use,
    )


def _facts(scene: Scene, specs: Mapping[str, FactSpec], now: datetime) -> Iterable[Fact]:
    basis = Basis.READ_BACK if scene.basis is None else scene.basis
    for (target, name), layers in scene.facts.items():
        if scene.targets.get(target, True):
            channel = WHOLE if specs[name].whole or target == CAMERA_TARGET else _CHANNEL
            for layer, reading in layers.items():
                yield Fact(FactKey(target, channel, name, layer), reading, basis, now)


def _in_order(papers: Iterable[Document], today: date) -> Iterable[Document]:
    """Papers name the scene's camera. One that says no id is numbered, one without a day is of the day before."""
    for number, paper in enumerate(papers, start=1):
        yield Document(
            id=paper.id or f"paper-{number}",
            kind=paper.kind,
            sha256=paper.sha256,
            dated=today - timedelta(days=1) if paper.dated == date.min else paper.dated,
            expires=paper.expires,
            details=paper.details,
            issuer=paper.issuer,
            cameras=(CAMERA,),
        )


def _proof(verb: str, item: str, now: datetime) -> ImpossibilityProof:
    return ImpossibilityProof(
        target=Role.DEVICE.value,
        channel=_CHANNEL,
        verb=verb,
        firmware=_FIRMWARE,
        item=item,
        kind="refused",
        detail="the test says that the device refused it",
        proven_at=now - timedelta(days=1),
        expires=now + timedelta(days=179),
        run="policy-test",
    )
