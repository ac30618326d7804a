from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from vmsguard.model import fact_values as v
from vmsguard.model.fact_catalogue import CORE_FACTS
from vmsguard.model.facts import Absent, Fact, FactKey, Items, Known, Unknown
from vmsguard.model.manifest import FactSupport, Manifest
from vmsguard.model.vocabulary import WHOLE, Basis, Layer, Support, Why
from vmsguard.testing.shapes import missing_facts, wrong_facts

NOW = datetime(2026, 11, 22, tzinfo=UTC)
BOTH = (Layer.RUNTIME, Layer.STORED)
MANIFEST = Manifest(
    driver="d",
    product="P",
    version="1",
    facts=(
        FactSupport("stream.services", Support.SUPPORTED, BOTH),
        FactSupport("access.anonymous", Support.SUPPORTED),
        FactSupport("clock.skew_seconds", Support.SUPPORTED),
    ),
)
RTSP = v.StreamService("rtsp", "rtsp", True)


def fact(name: str, reading: Any, *, channel: str = "0", target: str = "t", layer: Layer = Layer.RUNTIME, **more: Any):
    told = {"basis": Basis.READ_BACK, "observed_at": NOW, **more}
    return Fact(FactKey(target, channel, name, layer), reading, **told)


@pytest.mark.parametrize(
    "good",
    [
        fact("stream.services", Known(Items((RTSP,)))),
        fact("stream.services", Known(Items((RTSP,), False, "webrtc")), layer=Layer.STORED),
        fact("stream.services", Absent("no media service")),
        fact("stream.services", Unknown(Why.FAULT)),
        fact("access.anonymous", Known(True), channel=WHOLE),
        fact("clock.skew_seconds", Known(-3), channel=WHOLE),
    ],
)
def test_a_fact_as_declared_has_no_problem(good: Fact) -> None:
    assert wrong_facts([good], "t", MANIFEST, CORE_FACTS) == ()


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (fact("strem.services", Known(True)), "no fact of this name"),
        (fact("stream.answers", Known(True)), "the core's own"),
        (fact("recording.jobs", Known(Items(()))), "the manifest does not declare it"),
        (fact("access.anonymous", Known(True), channel=WHOLE, layer=Layer.STORED), "has no layer stored"),
        (fact("stream.services", Known(Items(())), target="u"), "another target"),
        (fact("stream.services", Known(Items(())), channel=WHOLE), "belongs to a channel"),
        (fact("access.anonymous", Known(True)), "the target as a whole"),
        (fact("stream.services", Known(Items(())), basis=Basis.OBSERVED), "no more than read-back"),
        (fact("stream.services", Known(Items(())), observed_at=datetime(2026, 1, 1)), "no time zone"),  # noqa: DTZ001
        (fact("stream.services", Known((RTSP,))), "not Items"),
        (fact("stream.services", Known(Items(("rtsp",)))), "no StreamService"),
        (fact("stream.services", Known(Items((RTSP, RTSP)))), "share an id"),
        (fact("stream.services", Known(Items((v.StreamService("", "rtsp", True),)))), "has no id"),
        (fact("stream.services", Known(Items((), False))), "does not say what is missing"),
        (fact("clock.skew_seconds", Known(True), channel=WHOLE), "is a bool, not a int"),
        (fact("access.anonymous", Known(None), channel=WHOLE), "is a NoneType"),
    ],
)
def test_a_fact_that_is_otherwise_is_told_apart(bad: Fact, says: str) -> None:
    assert [says in problem for problem in wrong_facts([bad], "t", MANIFEST, CORE_FACTS)].count(True) == 1


def test_what_was_declared_and_not_yielded_is_missing() -> None:
    seen = [FactKey("t", "0", "stream.services"), FactKey("t", WHOLE, "access.anonymous")]
    assert missing_facts(seen, ["0", "1"], MANIFEST, CORE_FACTS) == (
        "0 stream.services stored",
        "1 stream.services runtime",
        "1 stream.services stored",
        "* clock.skew_seconds runtime",
    )
