"""A camera that shows another certificate than the pinned one is told nothing more, whenever the swap comes."""

from __future__ import annotations

from typing import Any

import pytest
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
