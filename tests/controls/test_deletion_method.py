from __future__ import annotations

from datetime import timedelta

import pytest

from vmsguard.model.fact_values import DeletionMethod, Store
from vmsguard.model.manifest import Identity
from vmsguard.model.vocabulary import Basis, Verdict, Why

CONTROL = "deletion.irrecoverable"
SD, NAS = Store("sd", "footage"), Store("nas", "exports")


def by(method, store="sd"):
    return DeletionMethod(store, method)


@pytest.mark.parametrize(
    ("method", "at_least", "verdict"),
    [
        ("file-system-delete", "file-system-delete", Verdict.PASS),
        ("file-system-delete", "overwrite", Verdict.FAIL),
        ("overwrite", "overwrite", Verdict.PASS),
        ("overwrite", "crypto-erase", Verdict.FAIL),
        ("crypto-erase", "file-system-delete", Verdict.PASS),
        ("unclassified", "file-system-delete", Verdict.UNKNOWN),
    ],
)
def test_the_method_of_a_store_against_the_minimum(scene, method, at_least, verdict):
    scene.listed("stores", SD).listed("deletion.methods", by(method))
    assert verdict is scene.judge(CONTROL, at_least=at_least).verdict


def test_edge_case_14_a_ring_buffer_that_only_forgets_where_data_lie_has_not_deleted_them(scene):
    scene.listed("stores", SD).listed("deletion.methods", by("index-only"))
    outcome = scene.judge(CONTROL, at_least="file-system-delete")
    assert (Verdict.FAIL, ("sd",)) == (outcome.verdict, outcome.offenders)
    assert "recoverable: sd by index-only" == outcome.reason


def test_it_is_known_no_better_than_the_method_is(scene):
    scene.listed("stores", SD).listed("deletion.methods", by("overwrite"), basis=Basis.VENDOR_MANIFEST)
    assert Basis.VENDOR_MANIFEST is scene.judge(CONTROL, at_least="overwrite").basis


def test_every_store_counts(scene):
    scene.listed("stores", SD, NAS).listed("deletion.methods", by("overwrite"))
    outcome = scene.judge(CONTROL, at_least="overwrite")
    assert (Verdict.UNKNOWN, ("how nas deletes",)) == (outcome.verdict, outcome.left)
    scene.listed("deletion.methods", by("overwrite"), by("index-only", "nas"))
    assert ("nas",) == scene.judge(CONTROL, at_least="overwrite").offenders


def test_unread_stores_unread_methods_and_lists_that_are_not_complete(scene):
    assert Why.FAULT is scene.unknown("stores").judge(CONTROL, at_least="overwrite").why
    assert Why.NO_DRIVER_FACT is scene.listed("stores", SD).judge(CONTROL, at_least="overwrite").why
    scene.listed("deletion.methods", by("overwrite")).listed("stores", SD, complete=False)
    assert Why.INCOMPLETE is scene.judge(CONTROL, at_least="overwrite").why
    scene.listed("deletion.methods", by("index-only"))
    assert Verdict.FAIL is scene.judge(CONTROL, at_least="overwrite").verdict


def test_nothing_is_stored(scene):
    assert Verdict.NOT_APPLICABLE is scene.absent("stores").judge(CONTROL, at_least="overwrite").verdict
    assert Verdict.PASS is scene.listed("stores").judge(CONTROL, at_least="overwrite").verdict
    scene.identity = Identity(model="Gate 9", firmware="1", fabricates=True)
    assert Why.FABRICATED is scene.judge(CONTROL, at_least="overwrite").why


def test_a_makers_statement_speaks_for_stores_that_do_not_say(scene, now):
    scene.listed("stores", SD).paper(
        "vendor-statement",
        details={"model": "Gate 9", "firmware": "1.2.3", "deletion_method": "crypto-erase"},
        dated=(now - timedelta(days=9)).date(),
    )
    outcome = scene.judge(CONTROL, at_least="overwrite")
    assert (Verdict.PASS, Basis.VENDOR_MANIFEST) == (outcome.verdict, outcome.basis)
    scene.listed("deletion.methods", by("index-only"))
    assert Verdict.FAIL is scene.judge(CONTROL, at_least="overwrite").verdict
