"""Cameras, facts, papers, proofs and exceptions drawn by chance, from the types that they are declared with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from msgspec import Struct, inspect

from vmsguard.model.changes import CORE_VERBS
from vmsguard.model.fact_catalogue import CORE_FACTS, FactSpec
from vmsguard.model.facts import CAMERA_TARGET, Absent, Fact, FactKey, Items, Known, Reading, Unknown
from vmsguard.model.inventory import Attribute, Camera, Endpoint
from vmsguard.model.ledger import ImpossibilityProof
from vmsguard.model.manifest import Identity, Manifest, VerbSupport
from vmsguard.model.pack import (
    AllOf,
    AnyOf,
    AttributeTest,
    Document,
    ExceptionGate,
    ExceptionGrant,
    Pack,
    Rule,
    Selector,
)
from vmsguard.model.snapshot import CameraSnapshot, TargetSeen
from vmsguard.model.span import Span
from vmsguard.model.vocabulary import WHOLE, Basis, Role, Support, Why

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PLACES = (Endpoint("cam", "1", Role.DEVICE), Endpoint("nvr", "1", Role.RECORDER))
FIRMWARE = "1.0"
WITNESSES = frozenset({"stream.answers", "stream.open_to_all", "snapshot.answers", "footage.grows", "footage.files"})
"""Where no second witness looked, the settings stand alone: taking one away is taking no fact away."""

WORDS = {
    ("AnalyticsFunction", "task"): (
        "face-detection face-identification face-verification face-attributes emotion biometric-categorisation "
        "body-temperature other unclassified"
    ),
    ("FaceLibrary", "purpose"): "identify verify-1to1",
    ("Store", "kind"): "footage footage snapshots trash temperature-log face-records metadata",
    ("StreamService", "kind"): "rtsp rtsps http snapshot multicast webrtc local-display",
    ("PushDestination", "kind"): "email ftp multicast-metadata",
    ("Account", "level"): "administrator operator user anonymous",
    ("DeletionMethod", "method"): "index-only file-system-delete overwrite crypto-erase unclassified",
    ("ExportJob", "contents"): "footage metadata face-crops face-set unclassified",
    ("AudioSource", "attached_to"): "profile recording",
    ("RecorderMatch", "recorder"): "nvr",
    ("VerifiedDeletion", "store"): "footage a b",
}
AGES = (timedelta(minutes=5), timedelta(hours=20), timedelta(hours=30), timedelta(days=40), timedelta(days=1500))
NUMBERS = (0, 1, 1, 3, 86400, 40 * 86400, 10**9)


def drawn(kind: inspect.Type, chance: Random, owner: str = "", name: str = "", number: int = 0) -> Any:
    """Some value of a type, with the words that its field takes."""
    if isinstance(kind, inspect.UnionType):
        return drawn(chance.choice(kind.types), chance, owner, name, number)
    if isinstance(kind, inspect.NoneType):
        return None
    if isinstance(kind, inspect.BoolType):
        return chance.random() < 0.4
    if isinstance(kind, inspect.IntType):
        return chance.choice(NUMBERS)
    if isinstance(kind, inspect.DateTimeType):
        return NOW - chance.choice(AGES)
    if isinstance(kind, inspect.VarTupleType):
        return tuple(drawn(kind.item_type, chance, owner, name, at) for at in range(chance.choice((0, 1, 1, 2))))
    if isinstance(kind, inspect.StrType):
        words = WORDS.get((owner, name))
        return chance.choice(words.split()) if words else "ab"[number % 2]
    raise AssertionError(f"nothing is known of {kind} in {owner}.{name}")


def item(kind: type[Struct], chance: Random, number: int) -> Any:
    fields = inspect.type_info(kind)
    assert isinstance(fields, inspect.StructType)
    return kind(**{one.name: drawn(one.type, chance, kind.__name__, one.name, number) for one in fields.fields})


def reading(spec: FactSpec, chance: Random) -> Reading:
    luck = chance.random()
    if luck < 0.08:
        return Unknown(Why.FAULT, "drawn")
    if luck < 0.2 and not spec.by_core:
        return Absent("said so")
    if spec.item is not None:
        some = tuple(item(spec.item, chance, number) for number in range(chance.choice((0, 1, 1, 2))))
        return Known(Items(some, chance.random() < 0.85))
    return Known(drawn(inspect.type_info(spec.value_type), chance))


def facts(chance: Random) -> dict[FactKey, Fact]:
    found: dict[FactKey, Fact] = {}
    for name in sorted(CORE_FACTS):
        spec = CORE_FACTS[name]
        places = [(CAMERA_TARGET, WHOLE)] if name == "site.recorders" or name.startswith("gate.") else []
        places = places or [(place.target, WHOLE if spec.whole else place.channel) for place in PLACES]
        for target, channel in places:
            steady = reading(spec, chance)
            for layer in spec.layers:
                if chance.random() < 0.92 and not (spec.name in WITNESSES and chance.random() < 0.6):
                    told = steady if chance.random() < 0.8 else reading(spec, chance)
                    key = FactKey(target, channel, name, layer)
                    basis = chance.choice((Basis.READ_BACK, Basis.READ_BACK, Basis.VENDOR_MANIFEST))
                    found[key] = Fact(key, told, basis, NOW)
    return found


PAPERS = (
    *((kind, {}) for kind in ("notice", "access-log", "purpose", "operating-policy", "subject-request-process")),
    ("consent", {"consent_kind": "individual-prior"}),
    ("consent", {"consent_kind": "separate-sensitive"}),
    ("consent", {"consent_kind": "written-release"}),
    ("legal-basis", {"legal_basis_kind": "act-of-parliament"}),
    (
        "impact-assessment",
        {"assessment_kind": "human-rights", "assessor": "an institute", "independent": True},
    ),
    ("impact-assessment", {"assessment_kind": "fria-art27", "assessor": "an institute", "independent": True}),
    ("vendor-statement", {"model": "Gate", "firmware": FIRMWARE, "stores": ["a"]}),
    ("vendor-statement", {"model": "Gate", "firmware": FIRMWARE, "stores": ["b"]}),
    ("no-recorder", {}),
    ("must-keep", {}),
)


def papers(chance: Random) -> tuple[Document, ...]:
    return tuple(
        Document(id=f"d-{number}", kind=kind, sha256="0f" * 32, dated=date(2026, 10, 1), details=details)
        for number, (kind, details) in enumerate(PAPERS)
        if chance.random() < (0.1 if kind == "must-keep" else 0.6)
    )


def attribute_tests(selector: Selector | None) -> Iterable[AttributeTest]:
    if isinstance(selector, AttributeTest):
        yield selector
    elif isinstance(selector, AllOf | AnyOf):
        for part in selector.of:
            yield from attribute_tests(part)


def attributes(packs: Iterable[Pack], chance: Random) -> dict[str, Attribute]:
    """Such that the packs mostly concern the camera."""
    found: dict[str, Attribute] = {}
    for pack in packs:
        selectors = [pack.select, *(one.select for one in pack.profiles.values()), *(one.select for one in pack.rules)]
        for selector in selectors:
            for test in attribute_tests(selector):
                if chance.random() < 0.95:
                    found.setdefault(test.attribute, Attribute(chance.choice(test.any_of)))
    return found


def grants(packs: Iterable[Pack], chance: Random) -> tuple[ExceptionGrant, ...]:
    """Some complete exceptions; whether their papers are there is another matter."""
    found = []
    for pack in packs:
        for rule in pack.rules:
            for rung in rule.otherwise:
                if isinstance(rung.gate, ExceptionGate) and chance.random() < 0.5:
                    found.append(grant(pack, rule, rung.gate.exception_type, len(found), chance))
    return tuple(found)


def grant(pack: Pack, rule: Rule, kind: str, number: int, chance: Random) -> ExceptionGrant:
    return ExceptionGrant(
        id=f"ex-{number}",
        pack=pack.id,
        rule=rule.id,
        type=kind,
        cameras=("camera",),
        author="role:station",
        approver="role:privacy-officer",
        starts=NOW - timedelta(hours=1),
        expires=NOW + chance.choice((timedelta(hours=1), timedelta(days=9), -timedelta(minutes=1))),
        legal_basis="an Act",
        legal_basis_kind="act-of-parliament",
        reason="drawn",
        retention=Span(exact=chance.choice((timedelta(days=1), timedelta(days=50)))),
        consent_record=f"d-{5 + number % 3}",
        public_interest="drawn",
        impact_assessment="d-9",
    )


MANIFEST = Manifest(
    driver="drawn",
    product="drawn",
    version="1",
    facts=(),
    verbs=tuple(VerbSupport(verb=verb, support=Support.SUPPORTED) for verb in CORE_VERBS),
)


def proofs(chance: Random) -> tuple[ImpossibilityProof, ...]:
    return tuple(
        ImpossibilityProof(
            target="cam",
            channel="1",
            verb=verb,
            firmware=FIRMWARE,
            item=what,
            kind="refused",
            detail="drawn",
            proven_at=NOW - timedelta(days=1),
            expires=NOW + timedelta(days=100),
            run="drawn",
        )
        for verb, key in (("recording.stop", "job"), ("push.stop", "destination"), ("stream.stop", "service"))
        for what in (f"{key}=a", f"{key}=b")
        if chance.random() < 0.4
    )


def snapshot(packs: Sequence[Pack], chance: Random) -> CameraSnapshot:
    identity = Identity(manufacturer="Maker", model="Gate", firmware=FIRMWARE, as_administrator=True)
    return CameraSnapshot(
        camera=Camera(id="camera", site="site", attributes=attributes(packs, chance)),
        endpoints=PLACES,
        facts=facts(chance),
        targets={one.target: TargetSeen(target=one.target, identity=identity, manifest=MANIFEST) for one in PLACES},
        documents=papers(chance),
        proofs=proofs(chance),
        first_seen_use=chance.choice((None, None, NOW)),
    )
