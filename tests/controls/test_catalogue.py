from __future__ import annotations

import msgspec
import pytest

from vmsguard.controls.catalogue import CORE_CONTROLS
from vmsguard.model.changes import CORE_VERBS
from vmsguard.model.fact_catalogue import CORE_FACTS

NEEDED = {
    "analytics.allowlist": {"tasks": ["other"]},
    "analytics.face.library.max_count": {"max": 1},
    "analytics.face.library.max_age": {"max": {"months": 36}},
    "documents.authorisation": {"by": ["judicial"]},
    "inventory.vendor.not_listed": {"vendors": ["a"]},
    "retention.min": {"min": {"months": 1}},
    "deletion.irrecoverable": {"at_least": "overwrite"},
    "deletion.on_request": {"within": {"months": 1}},
    "deletion.periodic": {"max_gap": "PT24H"},
    "transmission.cross_border.off": {"allowed": ["KR"]},
    "documents.consent": {"kind": "guardian"},
    "documents.impact_assessment": {"kind": "dpia"},
    "retention.max": {"max": {"months": 1}},
}


def test_controls_stand_in_order_under_their_own_ids():
    assert sorted(CORE_CONTROLS) == list(CORE_CONTROLS) == [control.id for control in CORE_CONTROLS.values()]


@pytest.mark.parametrize("name", CORE_CONTROLS)
def test_every_control_says_itself_in_korean_and_english(name):
    assert {"en", "ko"} == set(CORE_CONTROLS[name].says)
    assert all(sentence.endswith(".") for sentence in CORE_CONTROLS[name].says.values())


@pytest.mark.parametrize("name", CORE_CONTROLS)
def test_every_control_reads_declared_facts_and_asks_for_declared_verbs(name):
    control = CORE_CONTROLS[name]
    params = msgspec.convert(NEEDED.get(name, {}), control.Params)
    assert control.reads(params) <= CORE_FACTS.keys()
    assert set(control.verbs) <= CORE_VERBS.keys()
    assert control.enforceable == bool(control.verbs)


@pytest.mark.parametrize("name", CORE_CONTROLS)
def test_a_misspelt_parameter_is_refused(name):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(NEEDED.get(name, {}) | {"mxa_gap": 1}, CORE_CONTROLS[name].Params)
