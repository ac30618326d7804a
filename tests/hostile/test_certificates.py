"""A camera that shows another certificate than the pinned one is told nothing more, whenever the swap comes."""

from __future__ import annotations

import ipaddress
import ssl
import warnings
from typing import Any, cast

import pytest
from cryptography import x509
from hostile_camera.certificates import Certificate
from hostile_camera.ordinary import ordinary
from hostile_camera.server import Asked, Camera, says

from vmsguard.model.vocabulary import Why

PATH = "/onvif/device_service"
HOSTILE = "t-hostile"
SWAPPED = "the certificate is not the pinned one; nothing was sent"


@pytest.mark.parametrize(
    "after", ["", "GetSystemDateAndTime", "GetServices", "GetRecordings", "GetProfiles", "GetUsers"]
)
def test_a_swapped_certificate_ends_the_session(scene: Any, make_certificate: Any, after: str) -> None:
    """The swap comes once that was answered, and before anything was if it is empty."""
    first, second = make_certificate("first"), make_certificate("second")
    tls = (first if after else second).tls

    async def one_by_one(asked: Asked, writer: Any) -> None:
        if asked.operation == after:
            tls.load_cert_chain(second.path)
        await says(ordinary(asked, camera), "200 OK", "Connection: close")(asked, writer)

    camera = scene.opened(Camera({"*": one_by_one}, ordinary, tls=tls))
    outcome = scene.meet(f"{camera.origin}{PATH}", tls_pin=first.pin)
    assert after == (camera.asked[-1].operation if camera.asked else "")
    assert (Why.CERTIFICATE, True, {}) == (outcome.seen.why, SWAPPED in outcome.seen.detail, outcome.facts)
    assert {"certificate-changed"} <= {found.code for found in outcome.judged.findings if found.subject == HOSTILE}
    # Neither a login nor a request went over the connection with the other certificate, and no witness looked.
    assert [] == [look for look in outcome.judged.seen.looked if look.target == HOSTILE]
    assert scene.ordinary_verdicts == outcome.honest


def test_a_pinned_camera_is_read_over_its_own_certificate(scene: Any, make_certificate: Any) -> None:
    own = make_certificate("own")
    camera = scene.opened(Camera({}, ordinary, tls=own.tls))
    assert None is scene.meet(f"{camera.origin}{PATH}", tls_pin=own.pin).seen.why


def old_versions(own: Certificate, make: Any) -> ssl.SSLContext:
    context = own.tls
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    return context


def without_encryption(own: Certificate, make: Any) -> ssl.SSLContext:
    context = own.tls
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("NULL:@SECLEVEL=0")
    return context


def a_long_chain(own: Certificate, make: Any) -> ssl.SSLContext:
    return cast("Certificate", make("chain", chain=[own.der] * 1_000)).tls


def a_version_of_its_own(own: Certificate, make: Any) -> ssl.SSLContext:
    return cast("Certificate", make("version", version=9)).tls


NO_TLS = "first contact: the TLS handshake failed"


@pytest.mark.parametrize(
    ("server", "why", "detail"),
    [
        (old_versions, Why.UNREACHABLE, NO_TLS),
        (without_encryption, Why.UNREACHABLE, NO_TLS),
        (a_long_chain, Why.UNREACHABLE, NO_TLS),
        (a_version_of_its_own, Why.PROTOCOL, "first contact: the certificate has no key that can be read"),
    ],
)
def test_tls_that_is_none_is_refused_before_a_request(
    scene: Any, make_certificate: Any, server: Any, why: Why, detail: str
) -> None:
    camera = scene.opened(Camera({}, ordinary, tls=server(make_certificate("own"), make_certificate)))
    outcome = scene.meet(f"{camera.origin}{PATH}")
    assert (why, detail, []) == (outcome.seen.why, outcome.seen.detail, camera.asked)
    assert (True, True) == (6.0 > outcome.seconds, 32.0 > outcome.mebibytes)
    assert scene.ordinary_verdicts == outcome.honest


def test_a_pin_is_not_met_by_a_certificate_that_cannot_be_read(scene: Any, make_certificate: Any) -> None:
    strange = make_certificate("strange", version=9)
    camera = scene.opened(Camera({}, ordinary, tls=strange.tls))
    outcome = scene.meet(f"{camera.origin}{PATH}", tls_pin=strange.pin)
    assert (Why.CERTIFICATE, []) == (outcome.seen.why, camera.asked)


@pytest.mark.parametrize(
    "named",
    [
        {"named": [x509.DNSName(f"{number}.camera.example") for number in range(3_000)]},
        {"named": [x509.DNSName("*"), x509.DNSName("*.*"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]},
        {"common_name": "[red]x[/]\u202e<script>"},
        {"named": [x509.UniformResourceIdentifier("http://127.0.0.2:9/ocsp")]},
    ],
)
def test_what_a_certificate_says_of_itself_is_neither_believed_nor_repeated(
    scene: Any, make_certificate: Any, named: Any
) -> None:
    own = make_certificate("own", **named)
    camera = scene.opened(Camera({}, ordinary, tls=own.tls))
    outcome = scene.meet(f"{camera.origin}{PATH}")
    codes = {found.code for found in outcome.judged.findings if found.subject == HOSTILE}
    assert (None, True) == (outcome.seen.why, "certificate-not-accepted" in codes)
    told = " ".join(f"{found.message} {found.next_step}" for found in outcome.judged.findings)
    assert (False, False) == ("camera.example" in told, "script" in told)
    assert (True, True) == (6.0 > outcome.seconds, 32.0 > outcome.mebibytes)
