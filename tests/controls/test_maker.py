from __future__ import annotations

import pytest

from vmsguard.model.manifest import Identity
from vmsguard.model.vocabulary import Basis, Verdict, Why

CONTROL = "inventory.vendor.not_listed"
LISTED = ("Acme", "Borealis")


@pytest.mark.parametrize("told", ["Acme", "ACME Digital Technology", "Hangzhou acme"])
def test_a_listed_brand_fails_however_it_is_spelt(scene, told):
    scene.identity = Identity(manufacturer=told)
    outcome = scene.judge(CONTROL, vendors=LISTED)
    assert (Verdict.FAIL, "Acme") == (outcome.verdict, outcome.found)


def test_what_the_inventory_says_counts_too(scene):
    scene.identity = Identity(manufacturer="Nordlicht")
    scene.attributes["vendor"] = "Borealis"
    assert Verdict.FAIL is scene.judge(CONTROL, vendors=LISTED).verdict


def test_another_brand_may_be_a_listed_makers_device_under_a_new_name(scene):
    scene.identity = Identity(manufacturer="Nordlicht")
    outcome = scene.judge(CONTROL, vendors=LISTED)
    assert (Verdict.UNKNOWN, Why.NO_DOCUMENT) == (outcome.verdict, outcome.why)
    outcome = scene.paper("oem-evidence").judge(CONTROL, vendors=LISTED)
    assert (Verdict.PASS, Basis.ATTESTED) == (outcome.verdict, outcome.basis)


def test_a_device_that_does_not_say_who_made_it_is_unknown_whatever_a_paper_says(scene):
    scene.identity = Identity()
    assert Why.NOT_READ is scene.paper("oem-evidence").judge(CONTROL, vendors=LISTED).why
