"""The first contact with a camera that makes its own certificate: a handshake, and no word before its key is held."""

from __future__ import annotations

from typing import Any

import pytest
from hostile_camera.certificates import each_handshake
from hostile_camera.ordinary import ordinary
from hostile_camera.server import Camera, RawServer, says

from vmsguard.cli.main import main
from vmsguard.model.vocabulary import Why

PATH = "/onvif/device_service"
HOSTILE = "t-hostile"


def findings(outcome: Any) -> set[str]:
    return {found.code for found in outcome.judged.findings if found.subject == HOSTILE}


def test_a_key_learned_at_the_handshake_is_what_the_login_goes_to(scene: Any, make_certificate: Any) -> None:
    tls, shown = each_handshake(make_certificate("own"))
    camera = scene.opened(Camera({}, ordinary, tls=tls))
    outcome = scene.meet(f"{camera.origin}{PATH}")
    # An authority is asked first, then the key is looked at; only from the third handshake on is anything asked.
    assert (None, True) == (outcome.seen.why, len(shown) >= 3)
    assert "certificate-not-accepted" in findings(outcome)
    assert any(b"PasswordDigest" in asked.body for asked in camera.asked)


def test_whoever_steps_in_after_the_handshake_is_told_nothing(scene: Any, make_certificate: Any) -> None:
    own, other = make_certificate("own"), make_certificate("other")
    tls, shown = each_handshake(own, own, other)
    camera = scene.opened(Camera({}, ordinary, tls=tls))
    outcome = scene.meet(f"{camera.origin}{PATH}")
    assert (["own", "own", "other"], bytearray(), Why.CERTIFICATE) == (shown[:3], camera.received, outcome.seen.why)
    assert "certificate-changed" in findings(outcome)
    assert scene.ordinary_verdicts == outcome.honest


def test_a_password_that_would_travel_as_it_is_waits_for_a_person(
    scene: Any, make_certificate: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """ZoneMinder takes user and password in a form: whoever sat in between at the first contact would have them."""
    own = make_certificate("own")
    tls, _ = each_handshake(own)
    server = scene.opened(Camera({"*": says(b"{}", "401 Unauthorized")}, ordinary, tls=tls))
    outcome = scene.meet(f"{server.origin}/zm", driver="zoneminder", role="recorder")
    assert (
        Why.PROTOCOL,
        "login: the password would go to a certificate that nobody has compared; nothing was sent",
        "certificate-not-accepted",
        bytearray(),
    ) == (outcome.seen.why, outcome.seen.detail, *findings(outcome), server.received)
    assert scene.ordinary_verdicts == outcome.honest

    monkeypatch.chdir(scene.folder)
    with pytest.raises(SystemExit) as stopped:
        main(["trust", "accept", HOSTILE, "--fingerprint", own.pin, "--by", "role:it"])
    assert 0 == stopped.value.code, capsys.readouterr().err
    outcome = scene.run()
    assert ([server.port], Why.AUTH) == (scene.sent_in_clear(), outcome.seen.why)


@pytest.mark.parametrize("bytes_first", [b"", b"HTTP/1.1 200 OK\r\n\r\n", b"\x15\x03\x01\x00\x02\x02\x28"])
def test_a_port_that_speaks_no_tls_is_told_nothing(scene: Any, bytes_first: bytes) -> None:
    async def no_tls(reader: Any, writer: Any) -> None:
        writer.write(bytes_first)
        await reader.read(1)

    server = scene.opened(RawServer(serve=no_tls))
    outcome = scene.meet(f"https://127.0.0.1:{server.port}{PATH}")
    assert Why.UNREACHABLE is outcome.seen.why
    assert [] == scene.sent_in_clear()
    assert b"PasswordDigest" not in server.received
    assert scene.ordinary_verdicts == outcome.honest


def test_a_handshake_that_does_not_end_is_bounded(scene: Any) -> None:
    async def hangs(reader: Any, writer: Any) -> None:
        await reader.read()

    server = scene.opened(RawServer(serve=hangs))
    outcome = scene.meet(f"https://127.0.0.1:{server.port}{PATH}")
    assert (Why.UNREACHABLE, "first contact: no TLS handshake in time") == (outcome.seen.why, outcome.seen.detail)
    assert (6.0 > outcome.seconds, 48.0 > outcome.mebibytes) == (True, True)
