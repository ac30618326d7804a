"""What it costs to judge ten thousand cameras by ten rules and cite every fact, beside predicates written by hand."""

from __future__ import annotations

import gc
from collections.abc import Callable
from datetime import UTC, datetime

from camera_documents import documents
from camera_snapshots import pack, snapshot
from measure import Measured, least_cpu
from ten_rules import PREDICATES, violations

from vmsguard.controls.catalogue import CORE_CONTROLS
from vmsguard.engine.assigned import AssignedRules
from vmsguard.engine.compile import CompiledRules, compile_assigned
from vmsguard.engine.evaluate import evaluate
from vmsguard.model.fact_catalogue import CORE_FACTS
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.vocabulary import Mode, Verdict

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def compiled() -> CompiledRules:
    assigned = AssignedRules(pack=pack(), profile="", mode=Mode.AUDIT, assignment="bench")
    return compile_assigned(assigned, CORE_CONTROLS, CORE_FACTS)


def judged(rules: CompiledRules, snapshots: list[CameraSnapshot]) -> dict[str, int]:
    """Failures per control; each verdict is a full result with the facts it rests on."""
    counts = dict.fromkeys(PREDICATES, 0)
    for one in snapshots:
        for result in evaluate((rules,), one, NOW).results:
            if result.control and result.verdict is Verdict.FAIL:
                counts[result.control] += 1
    return counts


def measure(*, quick: bool) -> Measured:
    count, rounds = (500, 2) if quick else (10_000, 5)
    told = documents(count)
    snapshots = [snapshot(document, NOW) for document in told]
    rules = compiled()
    by_hand, by_engine = violations(told), judged(rules, snapshots)
    if by_hand != by_engine:
        raise AssertionError(f"the engine and the predicates disagree: {by_engine} and {by_hand}")
    gc.freeze()  # the fleet itself is nobody's garbage
    works: dict[str, Callable[[], object]] = {
        "floor": lambda: violations(told),
        "engine": lambda: judged(rules, snapshots),
    }
    least = least_cpu(works, rounds)
    gc.unfreeze()
    return Measured(
        value=least["engine"] / least["floor"],
        goal=3,
        measured=least["engine"] / count * 1e6,
        floor=least["floor"] / count * 1e6,
        unit="CPU µs/camera",
        against="predicates written by hand, two-valued, citing nothing",
        note=f"{count} cameras, {len(PREDICATES)} rules, {sum(by_hand.values())} violations found by both",
    )
