"""The same documents as the core sees them: snapshots of facts, and the ten rules as a pack."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from ten_rules import PREDICATES, RETENTION_SECONDS

from vmsguard.controls.catalogue import CORE_CONTROLS
from vmsguard.model import fact_values as v
from vmsguard.model.facts import Fact, FactKey, Items, Known
from vmsguard.model.inventory import Attribute, Camera, Endpoint, EndpointRef
from vmsguard.model.manifest import Identity
from vmsguard.model.pack import AttributeTest, Citation, Pack, Requirement, Rule, Source
from vmsguard.model.snapshot import CameraSnapshot, TargetSeen
from vmsguard.model.span import Span
from vmsguard.model.vocabulary import WHOLE, Basis, Force, Layer, Role, Severity, Why

CHANNEL = "1"
LAYERED = (
    ("jobs", "recording.jobs", v.RecordingJob, CHANNEL),
    ("external", "storage.external", v.ExternalDestination, WHOLE),
    ("streams", "stream.services", v.StreamService, CHANNEL),
    ("push", "push.destinations", v.PushDestination, WHOLE),
    ("cloud", "cloud.links", v.CloudLink, WHOLE),
    ("analytics", "analytics.functions", v.AnalyticsFunction, CHANNEL),
)


def snapshot(document: dict[str, Any], now: datetime) -> CameraSnapshot:
    target = f"t-{document['id']}"
    answered = "jobs" in document
    facts = {fact.key: fact for fact in _facts(document, target, now)} if answered else {}
    seen = (
        TargetSeen(target=target, identity=Identity(manufacturer=document["manufacturer"]))
        if answered
        else TargetSeen(target=target, why=Why.UNREACHABLE, detail="connect timed out")
    )
    return CameraSnapshot(
        camera=Camera(
            id=document["id"],
            site=document["site"],
            attributes={name: Attribute(value) for name, value in document["attributes"].items()},
            endpoints=(EndpointRef(target, (CHANNEL,)),),
        ),
        endpoints=(Endpoint(target, CHANNEL, Role.DEVICE),),
        facts=facts,
        targets={target: seen},
    )


def _facts(document: dict[str, Any], target: str, now: datetime) -> list[Fact]:
    def fact(channel: str, name: str, value: object, layer: Layer = Layer.RUNTIME) -> Fact:
        return Fact(FactKey(target, channel, name, layer), Known(value), Basis.READ_BACK, now, "read")

    facts = [
        fact(channel, name, Items(tuple(kind(**item) for item in document[section][layer.value])), layer)
        for section, name, kind, channel in LAYERED
        for layer in (Layer.RUNTIME, Layer.STORED)
    ]
    recordings = tuple(
        v.StoredRecording(
            id=item["id"],
            store=item["store"],
            start=now - timedelta(seconds=item["age_seconds"]),
            end=None,
            empty=item["empty"],
        )
        for item in document["recordings"]
    )
    facts += [
        fact(CHANNEL, "footage.recordings", Items(recordings)),
        fact(CHANNEL, "deletion.verified", Items(())),
        fact(
            CHANNEL, "recording.retention", Items(tuple(v.RetentionSetting(**item) for item in document["retention"]))
        ),
        fact(WHOLE, "face_library.sizes", Items(tuple(v.FaceLibrary(**item) for item in document["libraries"]))),
        fact(WHOLE, "access.accounts", Items(tuple(v.Account(**item) for item in document["access"]["accounts"]))),
        fact(WHOLE, "access.anonymous", document["access"]["anonymous"]),
        fact(WHOLE, "stream.open_to_all", document["access"]["open_to_all"]),
    ]
    return facts


def pack() -> Pack:
    return Pack(
        id="bench-ten-rules",
        version="1.0.0",
        title="Ten rules",
        timezone="Asia/Seoul",
        reviewed_on=date(2026, 11, 22),
        reviewed_next=date(2027, 11, 22),
        sources={"s": Source(id="s", title="A source", force=Force.LAW, since=date(2020, 1, 1))},
        select=AttributeTest("country", ("KR",)),
        rules=tuple(_rule(control) for control in PREDICATES),
    )


def _rule(control: str) -> Rule:
    params = CORE_CONTROLS[control].Params
    told = {"max": Span(exact=timedelta(seconds=RETENTION_SECONDS))} if control == "retention.max" else {}
    return Rule(
        id=control.replace(".", "-"),
        title=control,
        severity=Severity.HIGH,
        cites=(Citation("s", "1"),),
        require=(Requirement(control=control, params=params(**told)),),
    )
