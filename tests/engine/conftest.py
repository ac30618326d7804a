"""A camera under a pack: facts, papers and proofs in one line each, evaluated and planned."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from vmsguard.controls.catalogue import CORE_CONTROLS
from vmsguard.engine.assigned import AssignedRules
from vmsguard.engine.compile import CompiledRules, compile_assigned
from vmsguard.engine.evaluate import Evaluation, evaluate
from vmsguard.engine.plan import Claims, make_plan
from vmsguard.model.changes import CORE_VERBS
from vmsguard.model.fact_catalogue import CORE_FACTS
from vmsguard.model.fact_values import RecordingJob, Store, StoredRecording, VerifiedDeletion
from vmsguard.model.facts import CAMERA_TARGET, Absent, Fact, FactKey, Items, Known, Reading, Unknown
from vmsguard.model.inventory import Attribute, Camera, Endpoint
from vmsguard.model.ledger import ImpossibilityProof
from vmsguard.model.manifest import Identity, Manifest, VerbSupport
from vmsguard.model.pack import (
    AllOf,
    AttributeTest,
    Citation,
    Document,
    ExceptionGate,
    ExceptionGrant,
    ExceptionType,
    FromException,
    ImpossibleGate,
    Pack,
    Requirement,
    Rule,
    Rung,
    Source,
)
from vmsguard.model.plan import Plan
from vmsguard.model.results import Result
from vmsguard.model.snapshot import CameraSnapshot, TargetSeen
from vmsguard.model.span import Span
from vmsguard.model.vocabulary import WHOLE, Basis, Force, Mode, Role, Severity, Support, Verdict, Why

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
FIRMWARE = "1.2.3"


def require(control: str, *, min_basis: Basis | None = None, pending: Any = None, **params: Any) -> Requirement:
    told = CORE_CONTROLS[control].Params(**params)
    return Requirement(control=control, params=told, min_basis=min_basis, pending=pending or {})


def rule(*required: Requirement, name: str = "r", severity: Severity = Severity.HIGH, **more: Any) -> Rule:
    cites = more.pop("cites", (Citation("law", "1"),))
    return Rule(id=name, title=name, severity=severity, cites=cites, require=required, **more)


def pack(*rules: Rule, name: str = "p", select: Any = None, **more: Any) -> Pack:
    return Pack(
        id=name,
        version="1.0.0",
        title=name,
        timezone="Asia/Seoul",
        reviewed_on=date(2026, 1, 1),
        reviewed_next=date(2027, 1, 1),
        sources={
            "law": Source(id="law", title="a law", force=Force.LAW, since=date(2020, 1, 1)),
            "advice": Source(id="advice", title="advice", force=Force.RECOMMENDATION, since=date(2020, 1, 1)),
        },
        select=AllOf() if select is None else select,
        rules=rules,
        **more,
    )


DELETION = Rung(
    ImpossibleGate(("capability", "refused", "vendor-statement")),
    (require("deletion.periodic", max_gap=timedelta(hours=24)),),
)
STORAGE_INEVITABLE = ExceptionType(
    id="storage-inevitable",
    lifts=("storage.edge.off", "storage.vms.off"),
    requires=("legal_basis", "approver", "reason", "expires", "retention"),
    max_duration=Span(exact=timedelta(days=180)),
)
CONSENTED = Rung(
    ExceptionGate("storage-inevitable"),
    (
        require("documents.consent", kind="individual-prior"),
        require("security.storage.encrypted"),
        require("retention.max", max=Span(), pending={"max": FromException("retention")}),
    ),
)


def saving_off(**more: Any) -> Rule:
    """Storage off and nothing left; daily deletion where that is impossible; consent where it is excepted."""
    required = (require("storage.edge.off"), require("storage.residue.empty"))
    return rule(*required, name="saving-off", otherwise=(DELETION, CONSENTED), severity=Severity.CRITICAL, **more)


def thermal(**more: Any) -> Pack:
    return pack(saving_off(), name="thermal", exception_types={"storage-inevitable": STORAGE_INEVITABLE}, **more)


class World:
    """Cameras with their endpoints and facts; one target per camera unless told otherwise."""

    def __init__(self) -> None:
        self.now = NOW
        self.cameras: dict[str, dict[str, Any]] = {}
        self.facts: dict[FactKey, Fact] = {}
        self.identities: dict[str, Identity] = {}
        self.verbs: tuple[VerbSupport, ...] = tuple(
            VerbSupport(verb=verb, support=Support.SUPPORTED, settle_seconds=2.0) for verb in CORE_VERBS
        )
        self.documents: list[Document] = []
        self.proofs: list[ImpossibilityProof] = []
        self.grants: list[ExceptionGrant] = []
        self.first_seen_use: datetime | None = None
        self.rules: list[CompiledRules] = []
        self.listed_channels: dict[str, tuple[str, ...] | None] = {}

    def camera(self, name: str = "cam-1", *endpoints: Endpoint, tags: tuple[str, ...] = (), **attributes: Any) -> World:
        managed_by = attributes.pop("managed_by", "")
        places = endpoints or (Endpoint("t-1", "ch1", Role.DEVICE),)
        self.cameras[name] = {
            "endpoints": places,
            "camera": Camera(
                id=name,
                site="hq",
                tags=tags,
                managed_by=managed_by,
                attributes={key: Attribute(value) for key, value in attributes.items()},
            ),
        }
        for place in places:
            identity = Identity(model="Gate 9", firmware=FIRMWARE, as_administrator=True)
            self.identities.setdefault(place.target, identity)
            self.listed_channels.setdefault(place.target, ("ch1",))
        return self

    def put(
        self,
        name: str,
        reading: Reading,
        *,
        target: str = "t-1",
        channel: str = "ch1",
        basis: Basis = Basis.READ_BACK,
        layer: Any = None,
    ) -> World:
        spec = CORE_FACTS[name]
        place = WHOLE if spec.whole or target == CAMERA_TARGET else channel
        for one in spec.layers if layer is None else (layer,):
            key = FactKey(target, place, name, one)
            self.facts[key] = Fact(key, reading, basis, self.now)
        return self

    def known(self, name: str, value: Any, **where: Any) -> World:
        return self.put(name, Known(value), **where)

    def listed(self, name: str, *values: Any, complete: bool = True, **where: Any) -> World:
        return self.put(name, Known(Items(tuple(values), complete)), **where)

    def absent(self, name: str, **where: Any) -> World:
        return self.put(name, Absent("the service said so"), **where)

    def unknown(self, name: str, **where: Any) -> World:
        return self.put(name, Unknown(Why.FAULT, "told by the test"), **where)

    def recording(self, active: bool | None = True, **where: Any) -> World:
        return self.listed("recording.jobs", RecordingJob("j1", active), **where)

    def footage(self, *starts: datetime, **where: Any) -> World:
        found = (StoredRecording(f"r{number}", "sd", start, None) for number, start in enumerate(starts))
        return self.listed("footage.recordings", *found, **where)

    def deleted(self, cutoff: datetime, **where: Any) -> World:
        return self.listed("deletion.verified", VerifiedDeletion("footage", cutoff, cutoff), **where)

    def stores(self, *kinds: str, complete: bool = True, **where: Any) -> World:
        return self.listed("stores", *(Store(kind, kind) for kind in kinds), complete=complete, **where)

    def refused(self, verb: str = "recording.stop", item: str = "job=j1", **more: Any) -> World:
        told = {
            "target": "t-1",
            "channel": "ch1",
            "verb": verb,
            "item": item,
            "firmware": FIRMWARE,
            "kind": "refused",
            "detail": "SetRecordingJobMode",
            "proven_at": self.now - timedelta(days=1),
            "expires": self.now + timedelta(days=179),
            "run": "run-0",
        }
        self.proofs.append(ImpossibilityProof(**(told | more)))
        return self

    def paper(self, kind: str, **more: Any) -> World:
        told = {"id": f"d-{len(self.documents)}", "kind": kind, "sha256": "0f" * 32, "dated": date(2026, 11, 1)}
        self.documents.append(Document(**(told | more)))
        return self

    def grant(self, **more: Any) -> World:
        told = {
            "id": "ex-1",
            "pack": "thermal",
            "rule": "saving-off",
            "type": "storage-inevitable",
            "cameras": ("cam-1",),
            "author": "role:station",
            "approver": "role:privacy-officer",
            "starts": self.now - timedelta(days=1),
            "expires": self.now + timedelta(days=1),
            "legal_basis": "article 15",
            "reason": "dispute",
            "retention": Span(exact=timedelta(days=7)),
        }
        self.grants.append(ExceptionGrant(**(told | more)))
        return self

    def assign(self, assigned: Pack, mode: Mode = Mode.ENFORCE, profile: str = "") -> World:
        told = AssignedRules(pack=assigned, profile=profile, mode=mode, assignment="a")
        self.rules.append(compile_assigned(told, CORE_CONTROLS, CORE_FACTS))
        return self

    def snapshot(self, name: str = "cam-1") -> CameraSnapshot:
        told = self.cameras[name]
        targets = {endpoint.target for endpoint in told["endpoints"]}
        manifest = Manifest(driver="test", product="test", version="1", facts=(), verbs=self.verbs)
        return CameraSnapshot(
            camera=told["camera"],
            endpoints=told["endpoints"],
            facts={key: fact for key, fact in self.facts.items() if key.target in targets or not key.target},
            targets={
                target: TargetSeen(target=target, identity=self.identities[target], manifest=manifest)
                for target in targets
            },
            documents=tuple(self.documents),
            proofs=tuple(proof for proof in self.proofs if proof.target in targets),
            first_seen_use=self.first_seen_use,
        )

    def evaluate(self, name: str = "cam-1") -> Evaluation:
        return evaluate(self.rules, self.snapshot(name), self.now, self.grants)

    def rule(self, name: str = "saving-off", camera: str = "cam-1") -> Result:
        (found,) = (one for one in self.evaluate(camera).results if one.level == "rule" and one.rule == name)
        return found

    def verdict(self, name: str = "saving-off") -> Verdict:
        return self.rule(name).verdict

    @property
    def claims(self) -> Claims:
        claimed: dict[tuple[str, str], list[str]] = {}
        for name, told in self.cameras.items():
            for endpoint in told["endpoints"]:
                claimed.setdefault((endpoint.target, endpoint.channel), []).append(name)
        return Claims(cameras={place: tuple(names) for place, names in claimed.items()}, listed=self.listed_channels)

    def plan(self) -> Plan:
        return make_plan(
            [self.evaluate(name) for name in self.cameras],
            {name: self.snapshot(name) for name in self.cameras},
            self.claims,
            now=self.now,
            run="run-1",
            verbs=CORE_VERBS,
            facts=CORE_FACTS,
        )


class Words:
    """Builders for packs, within reach of every test module here."""

    require = staticmethod(require)
    rule = staticmethod(rule)
    pack = staticmethod(pack)
    thermal = staticmethod(thermal)
    saving_off = staticmethod(saving_off)
    deletion = DELETION
    now = NOW
    hour = HOUR

    @staticmethod
    def test(attribute: str, *values: Any) -> AttributeTest:
        return AttributeTest(attribute, values)


@pytest.fixture
def world() -> World:
    return World().camera()


@pytest.fixture
def words() -> type[Words]:
    return Words
