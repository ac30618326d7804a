from __future__ import annotations

from vmsguard.model.fact_values import Account, StreamService
from vmsguard.model.vocabulary import Basis, Verdict

LEAST, STREAM, STORAGE = "security.access.least", "security.stream.encrypted", "security.storage.encrypted"


def test_access_least(scene):
    assert scene.judge(LEAST).verdict is Verdict.UNKNOWN
    scene.listed("access.accounts", Account("a1", "administrator")).known("access.anonymous", False)
    assert scene.judge(LEAST).verdict is Verdict.PASS
    assert scene.known("access.anonymous", True).judge(LEAST).verdict is Verdict.FAIL
    scene.known("access.anonymous", False).listed("access.accounts", Account("a1", "administrator", default=True))
    assert ("a1",) == scene.judge(LEAST).offenders
    scene.listed("access.accounts", complete=False)
    assert scene.judge(LEAST).verdict is Verdict.UNKNOWN
    assert scene.absent("access.accounts").judge(LEAST).verdict is Verdict.UNKNOWN


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
