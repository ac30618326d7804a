"""A camera that shows another certificate than the pinned one is told nothing more, whenever the swap comes."""

from __future__ import annotations

import datetime
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hostile_camera.ordinary import ordinary
from hostile_camera.server import Asked, Camera, says

from vmsguard.model.vocabulary import Why
from vmsguard.net.tls import format_pin, pin_of

PATH = "/onvif/device_service"
HOSTILE = "t-hostile"
SWAPPED = "the certificate is not the pinned one; nothing was sent"


@pytest.fixture
def make_certificate(tmp_path: Path) -> Callable[[str], tuple[Path, str]]:
    """A self-made certificate with its key in one file, and its pin."""

    def make(name: str) -> tuple[Path, str]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        now = datetime.datetime.now(datetime.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .sign(key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        plain = serialization.NoEncryption()
        path = tmp_path / f"{name}.pem"
        path.write_bytes(
            key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + certificate.public_bytes(pem)
        )
        return path, format_pin(pin_of(certificate.public_bytes(serialization.Encoding.DER)))

    return make


@pytest.mark.parametrize(
    "after", ["", "GetSystemDateAndTime", "GetServices", "GetRecordings", "GetProfiles", "GetUsers"]
)
def test_a_swapped_certificate_ends_the_session(scene: Any, make_certificate: Any, after: str) -> None:
    """The swap comes once that was answered, and before anything was if it is empty."""
    (first, pin), (second, _) = make_certificate("first"), make_certificate("second")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(first if after else second)

    async def one_by_one(asked: Asked, writer: Any) -> None:
        if asked.operation == after:
            tls.load_cert_chain(second)
        await says(ordinary(asked, camera), "200 OK", "Connection: close")(asked, writer)

    camera = scene.opened(Camera({"*": one_by_one}, ordinary, tls=tls))
    outcome = scene.meet(f"{camera.origin}{PATH}", tls_pin=pin)
    assert after == (camera.asked[-1].operation if camera.asked else "")
    assert (Why.CERTIFICATE, True, {}) == (outcome.seen.why, SWAPPED in outcome.seen.detail, outcome.facts)
    assert {"certificate-changed"} <= {found.code for found in outcome.judged.findings if found.subject == HOSTILE}
    # Neither a login nor a request went over the connection with the other certificate, and no witness looked.
    assert [] == [look for look in outcome.judged.seen.looked if look.target == HOSTILE]
    assert scene.ordinary_verdicts == outcome.honest


def test_a_pinned_camera_is_read_over_its_own_certificate(scene: Any, make_certificate: Any) -> None:
    path, pin = make_certificate("own")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(path)
    camera = scene.opened(Camera({}, ordinary, tls=tls))
    assert None is scene.meet(f"{camera.origin}{PATH}", tls_pin=pin).seen.why
