from __future__ import annotations

from vmsguard.model.vocabulary import Basis, Verdict

CONTROL = "inventory.complete"


def test_every_attribute_is_set(scene):
    scene.attributes |= {"country": "KR", "modality": "thermal", "operator": "private", "space": "public"}
    outcome = scene.judge(CONTROL)
    assert (Verdict.PASS, Basis.ATTESTED) == (outcome.verdict, outcome.basis)


def test_edge_case_22_an_attribute_nobody_set_is_a_failure_of_its_own(scene):
    scene.attributes |= {"country": "KR", "modality": "thermal"}
    outcome = scene.judge(CONTROL)
    assert (Verdict.FAIL, ("operator", "space")) == (outcome.verdict, outcome.left)
    assert "untagged: operator, space" == outcome.reason


def test_what_is_asked_for_is_named(scene):
    scene.attributes["linked_to_identity"] = False
    assert Verdict.PASS is scene.judge(CONTROL, attributes=("linked_to_identity",)).verdict
    assert ("mobility",) == scene.judge(CONTROL, attributes=("linked_to_identity", "mobility")).left
