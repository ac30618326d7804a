"""What counts as recognition seen in use."""

from __future__ import annotations

from typing import Any

import pytest

from vmsguard.engine.first_use import uses_recognition, uses_to_look_for
from vmsguard.model.fact_catalogue import CORE_FACTS
from vmsguard.model.fact_values import AnalyticsFunction
from vmsguard.model.vocabulary import Layer

IDENTIFY, VERIFY = "analytics.face.identify", "analytics.face.verify"


def used(world: Any, *names: str) -> bool:
    return uses_recognition(names, world.snapshot(), world.now, CORE_FACTS)


@pytest.mark.parametrize("layer", list(Layer))
def test_a_function_enabled_in_any_layer_is_use(world: Any, layer: Layer) -> None:
    world.listed("analytics.functions")
    world.listed(
        "analytics.functions",
        AnalyticsFunction(id="f", kind="module", type="F", task="face-identification", enabled=True),
        layer=layer,
    )
    assert used(world, IDENTIFY)


@pytest.mark.parametrize("enabled", [False, None])
def test_what_is_off_or_cannot_be_told_is_no_use_observed(world: Any, enabled: bool | None) -> None:
    world.listed(
        "analytics.functions",
        AnalyticsFunction(id="f", kind="module", type="F", task="face-identification", enabled=enabled),
    )
    assert not used(world, IDENTIFY)


def test_an_unread_list_and_an_incomplete_one_are_no_use_observed(world: Any) -> None:
    assert not used(world, IDENTIFY)
    world.listed("analytics.functions", complete=False)
    assert not used(world, IDENTIFY)


def test_a_gate_that_the_inventory_only_claims_is_no_use_observed(world: Any) -> None:
    world.camera("cam-1", face_use="verify-1to1").listed("analytics.functions")
    assert not used(world, VERIFY)
    world.listed(
        "analytics.functions",
        AnalyticsFunction(id="f", kind="module", type="F", task="face-verification", enabled=True),
    )
    assert used(world, VERIFY)


def test_a_gate_counts_only_where_a_rule_on_gates_asks_for_an_assessment_before_use(world: Any, words: Any) -> None:
    assessment = words.require("documents.impact_assessment", kind="human-rights", before_use=True)
    identify = words.require("analytics.face.identify.off")
    world.assign(words.pack(words.rule(identify, assessment)))
    assert (IDENTIFY,) == uses_to_look_for(world.rules)
    world.assign(words.pack(words.rule(assessment, when={VERIFY: True}), name="gates"))
    assert (IDENTIFY, VERIFY) == uses_to_look_for(world.rules)


def test_a_rule_on_recognition_of_any_kind_is_a_rule_on_gates_too(world: Any, words: Any) -> None:
    identify = words.require("analytics.face.identify.off")
    assessment = words.require("documents.impact_assessment", kind="pipia-cn", before_use=True)
    world.assign(words.pack(words.rule(identify), words.rule(assessment, when={"analytics.face.recognise": True})))
    assert (IDENTIFY, VERIFY) == uses_to_look_for(world.rules)


def test_nothing_is_looked_for_where_no_rule_reads_analytics(world: Any, words: Any) -> None:
    world.assign(words.pack(words.rule(words.require("storage.edge.off"))))
    assert () == uses_to_look_for(world.rules)
