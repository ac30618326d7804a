"""The promise: taking a fact away may turn pass or fail into unknown, and nothing else.

It is about what a source delivered. A second witness is exempt by its nature: where nobody looked, the
settings stand alone, and where one looked it stands in for a runtime that cannot be read. So is the
ledger's silence, which is an answer; a ledger that cannot be read is not.
A rule that did not apply may be judged once nobody can tell any more, and never fails for that.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from vmsguard.engine.evaluate import evaluate
from vmsguard.model.fact_catalogue import CORE_FACTS
from vmsguard.model.fact_values import (
    AnalyticsFunction,
    ExternalDestination,
    FaceLibrary,
    RecordingJob,
    RetentionSetting,
    Store,
    StoredRecording,
    StreamService,
    VerifiedDeletion,
)
from vmsguard.model.facts import Absent, Fact, FactKey, Items, Known, Unknown
from vmsguard.model.inventory import Endpoint
from vmsguard.model.span import Span
from vmsguard.model.vocabulary import WHOLE, Basis, Layer, Role, Verdict, Why

WITNESSES = frozenset({"stream.answers", "footage.grows", "footage.files"})
WITNESSED = {"recording.jobs": "footage.grows", "stream.services": "stream.answers"}
BASES = (Basis.READ_BACK, Basis.READ_BACK, Basis.VENDOR_MANIFEST, Basis.OBSERVED)
FLAGS = (True, False, False, None)


def value(name, chance, now):
    """One item or value of a fact, as a device might tell it."""
    task = chance.choice(["face-detection", "face-identification", "face-verification", "unclassified", "other"])
    start = chance.choice([None, now, now - timedelta(hours=30)])
    cutoff = now - timedelta(hours=chance.choice([1, 40]))
    flag = chance.choice(FLAGS)
    makers = {
        "recording.jobs": lambda: RecordingJob("j1", flag),
        "footage.recordings": lambda: StoredRecording("r1", "sd", start, None, chance.choice([True, False])),
        "stores": lambda: Store("sd", chance.choice(["footage", "footage", "trash"])),
        "deletion.verified": lambda: VerifiedDeletion(chance.choice(["footage", "trash"]), cutoff, cutoff),
        "storage.external": lambda: ExternalDestination("s3", "s3", flag),
        "stream.services": lambda: StreamService("rtsp", "rtsp", flag, chance.choice([True, False])),
        "analytics.functions": lambda: AnalyticsFunction("f1", "rule", "F", task, flag, chance.choice(FLAGS)),
        "face_library.sizes": lambda: FaceLibrary("lib", chance.choice([0, 2]), chance.choice(["", "verify-1to1"])),
        "recording.retention": lambda: RetentionSetting("sd", chance.choice([None, 60, 10**7])),
    }
    if name in makers:
        count = chance.choice([0, 1, 1])
        return Items(tuple(makers[name]() for _ in range(count)), chance.random() < 0.8)
    return chance.choice([0, 3]) if name == "footage.files" else chance.choice([True, False])


NAMES = (
    "recording.jobs",
    "footage.recordings",
    "stores",
    "deletion.verified",
    "storage.external",
    "storage.encrypted",
    "stream.services",
    "stream.answers",
    "footage.grows",
    "footage.files",
    "analytics.functions",
    "face_library.sizes",
    "recording.retention",
    "thermal.source",
)


def some_facts(chance, now):
    facts = {}
    for name in NAMES:
        spec = CORE_FACTS[name]
        for target in ("t-1", "t-2"):
            for layer in spec.layers:
                luck = chance.random()
                if luck < 0.05:
                    continue
                reading = Known(value(name, chance, now))
                if luck < 0.10:
                    reading = Unknown(Why.FAULT)
                elif luck < 0.15 and not spec.by_core:
                    reading = Absent("said so")
                key = FactKey(target, WHOLE if spec.whole else "ch1", name, layer)
                facts[key] = Fact(key, reading, chance.choice(BASES), now)
    return facts


def build(world, words):
    world.camera("cam-1", Endpoint("t-1", "ch1", Role.DEVICE), Endpoint("t-2", "ch1", Role.DEVICE), face_use="none")
    world.refused().refused(target="t-2").grant(cameras=("cam-1",))
    world.paper("consent", details={"consent_kind": "individual-prior"})
    world.assign(words.thermal())
    named = ("storage.external.off", "transmission.stream.off", "analytics.face.identify.off")
    off = words.rule(*(words.require(name) for name in named), name="off")
    detected = words.rule(
        words.require("analytics.face.library.empty", unless_only="verify-1to1"),
        when={"analytics.face.detect": True},
        name="detected",
    )
    kept = words.rule(
        words.require("retention.max", max=Span(exact=timedelta(days=1))),
        words.require("security.stream.encrypted", min_basis=Basis.READ_BACK),
        when={"thermal.source": False},
        name="kept",
    )
    return world.assign(words.pack(off, detected, kept))


def verdicts(world, snapshot, facts):
    results = evaluate(world.rules, replace(snapshot, facts=facts), world.now, world.grants).results
    return {(one.pack, one.rule): one.verdict for one in results if one.level == "rule"}


def stood_in_for(gone, facts):
    witness = FactKey(gone.target, gone.channel, WITNESSED.get(gone.name, ""))
    return gone.layer is Layer.RUNTIME and witness in facts and facts[witness].reading == Known(False)


def test_a_fact_taken_away_makes_things_unknown_and_nothing_else(world, words):
    build(world, words)
    snapshot = world.snapshot()
    seen = set()

    @settings(max_examples=400, deadline=None)
    @given(st.integers(0, 2**32))
    @example(127)
    @example(2950)
    def taken_away(seed):
        chance = Random(seed)
        facts = some_facts(chance, world.now)
        before = verdicts(world, snapshot, facts)
        seen.update(before.items())
        for gone in chance.sample(sorted(facts), 4):
            if stood_in_for(gone, facts):
                continue
            ways = []
            if gone.name not in WITNESSES:
                ways.append(facts | {gone: replace(facts[gone], reading=Unknown(Why.UNREACHABLE))})
            if not CORE_FACTS[gone.name].by_core:
                ways.append({key: fact for key, fact in facts.items() if key != gone})
            for less in ways:
                for rule, verdict in verdicts(world, snapshot, less).items():
                    allowed = {before[rule], Verdict.UNKNOWN}
                    if before[rule] is Verdict.NOT_APPLICABLE:
                        allowed.add(Verdict.PASS)
                    assert verdict in allowed, (rule, gone, before[rule], verdict)

    taken_away()
    assert {Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN} <= {verdict for _, verdict in seen}
