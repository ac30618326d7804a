from __future__ import annotations

import pytest

from vmsguard.model.fact_values import Account, StreamService
from vmsguard.model.facts import Absent, FactKey, Items, Known, Unknown
from vmsguard.model.manifest import Identity
from vmsguard.model.vocabulary import WHOLE, Basis, Layer, Verdict, Why

OPEN, SERVICES = "stream.open_to_all", "stream.services"
RTSP, RTSP_OFF = StreamService("rtsp", "rtsp", True), StreamService("rtsp", "rtsp", False)
LEAST, STREAM, STORAGE = "security.access.least", "security.stream.encrypted", "security.storage.encrypted"


@pytest.fixture
def own(scene):
    """Accounts of their own, nothing without a login, and RTSP that asks for one."""
    scene.listed("access.accounts", Account("a1", "administrator")).known("access.anonymous", False)
    return scene.known(OPEN, False, basis=Basis.OBSERVED)


def test_access_least(scene, own):
    assert scene.judge(LEAST).verdict is Verdict.PASS
    assert scene.known("access.anonymous", True).judge(LEAST).verdict is Verdict.FAIL
    scene.known("access.anonymous", False).listed("access.accounts", Account("a1", "administrator", default=True))
    assert ("a1",) == scene.judge(LEAST).offenders
    scene.listed("access.accounts", complete=False)
    assert scene.judge(LEAST).verdict is Verdict.UNKNOWN
    assert scene.absent("access.accounts").judge(LEAST).verdict is Verdict.UNKNOWN


def test_nothing_read_is_no_pass(scene):
    assert scene.judge(LEAST).verdict is Verdict.UNKNOWN


def test_a_stream_that_anybody_is_described_is_a_way_in_whatever_else_is_known(scene, own):
    own.known(OPEN, True, basis=Basis.OBSERVED)
    for services in (lambda: None, lambda: scene.listed(SERVICES, RTSP_OFF), lambda: scene.unknown("access.accounts")):
        services()
        outcome = scene.judge(LEAST)
        assert (Verdict.FAIL, ("describes a stream over RTSP without a login",)) == (outcome.verdict, outcome.left)


def test_a_login_that_was_seen_to_be_asked_for_passes_whatever_the_settings_say(scene, own):
    scene.listed(SERVICES, RTSP)
    assert (Verdict.PASS, Basis.READ_BACK) == (scene.judge(LEAST).verdict, scene.judge(LEAST).basis)


@pytest.mark.parametrize(
    ("services", "verdict"),
    [
        (Known(Items(())), Verdict.PASS),
        (Absent("no media service"), Verdict.PASS),
        (Known(Items((StreamService("rtsp", "rtsp", False),))), Verdict.PASS),
        (Known(Items((StreamService("web", "http", True), StreamService("w", "webrtc", None)))), Verdict.PASS),
        (Known(Items((StreamService("rtsp", "rtsp", True),))), Verdict.UNKNOWN),
        (Known(Items((StreamService("rtsp", "rtsp", None),))), Verdict.UNKNOWN),
        (Known(Items((StreamService("rtsps", "rtsps", True, encrypted=True),))), Verdict.UNKNOWN),
        (Known(Items((StreamService("rtsp", "rtsp", False),), complete=False)), Verdict.UNKNOWN),
        (Known(True), Verdict.UNKNOWN),
        (Unknown(Why.FAULT, "told by the test"), Verdict.UNKNOWN),
    ],
)
@pytest.mark.parametrize("layer", [None, *Layer])
@pytest.mark.parametrize("looked", [None, Why.UNREACHABLE])
def test_where_nobody_looked_rtsp_has_to_be_off(scene, own, services, verdict, layer, looked):
    """In every layer: what only the settings say begins with a restart."""
    if looked is None:
        del scene.facts[FactKey("t-1", WHOLE, OPEN)]
    else:
        scene.unknown(OPEN, looked)
    scene.listed(SERVICES, RTSP_OFF).put(SERVICES, services, layer=layer)
    outcome = scene.judge(LEAST)
    assert verdict is outcome.verdict
    if verdict is Verdict.UNKNOWN:
        assert outcome.why is (looked or Why.NOT_READ)
        assert "switch RTSP off at the target" in outcome.reason


@pytest.mark.parametrize("services", [Known(Items(())), Absent("no media service")])
def test_no_rtsp_at_a_target_that_answers_anything_proves_nothing(scene, own, services):
    del scene.facts[FactKey("t-1", WHOLE, OPEN)]
    scene.put(SERVICES, services).identity = Identity(fabricates=True)
    assert Verdict.UNKNOWN is scene.judge(LEAST).verdict


def test_stream_encrypted(scene):
    plain, tls = StreamService("rtsp", "rtsp", True), StreamService("rtsps", "rtsps", True, encrypted=True)
    assert scene.judge(STREAM).verdict is Verdict.UNKNOWN
    assert scene.listed("stream.services", tls).judge(STREAM).verdict is Verdict.PASS
    assert ("rtsp",) == scene.listed("stream.services", tls, plain).judge(STREAM).offenders
    assert scene.absent("stream.services").judge(STREAM).verdict is Verdict.NOT_APPLICABLE


def test_storage_encrypted(scene):
    assert scene.judge(STORAGE).verdict is Verdict.UNKNOWN
    assert scene.known("storage.encrypted", True).judge(STORAGE).verdict is Verdict.PASS
    assert scene.known("storage.encrypted", False).judge(STORAGE).verdict is Verdict.FAIL
    assert scene.known("storage.encrypted", "yes").judge(STORAGE).verdict is Verdict.UNKNOWN
    assert scene.absent("storage.encrypted").judge(STORAGE).verdict is Verdict.NOT_APPLICABLE


def test_edge_case_21_what_only_a_manual_says_is_known_by_the_manual(scene):
    """A rule that needs a read-back makes no pass of it; see the engine's own tests."""
    outcome = scene.known("storage.encrypted", True, basis=Basis.VENDOR_MANIFEST).judge(STORAGE)
    assert (Verdict.PASS, Basis.VENDOR_MANIFEST) == (outcome.verdict, outcome.basis)
