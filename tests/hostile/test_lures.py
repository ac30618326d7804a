"""No request, and so no login, goes anywhere but to the enrolled address, whatever a camera or a name server says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hostile_camera.ordinary import REPLIES, envelope, ordinary, response, services
from hostile_camera.server import Camera, RawServer, says

from vmsguard.model.vocabulary import Why
from vmsguard.net.names import Lookup

PATH = "/onvif/device_service"


def camera_in(scene: Any, **tricks: Any) -> Camera:
    camera: Camera = scene.opened(Camera(tricks, ordinary))
    return camera


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("scheme", ["http", "https", "file", "gopher"])
def test_a_redirect_leads_nowhere(scene: Any, status: int, scheme: str) -> None:
    to = "file:///etc/passwd" if scheme == "file" else f"{scheme}://127.0.0.1:{scene.lure.port}{PATH}"
    camera = scene.opened(Camera({"*": says(b"", f"{status} x", f"Location: {to}")}, ordinary))
    outcome = scene.meet(f"{camera.origin}{PATH}")
    assert (Why.PROTOCOL, f"GetSystemDateAndTime: a redirect ({status}) that was not followed") == (
        outcome.seen.why,
        outcome.seen.detail,
    )
    assert (0, scene.ordinary_verdicts) == (scene.lure.connections, outcome.honest)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:{lure}/onvif",
        "https://127.0.0.1:{lure}/onvif",
        "http://127.0.0.2:{lure}/onvif",
        "http://admin:x@127.0.0.1:{lure}/onvif",
        "http://127.0.0.1:{own}@127.0.0.1:{lure}/onvif",
        "//127.0.0.1:{lure}/onvif",
        "http://[::1]:{lure}/onvif",
        "http://[::1/onvif",
        "http://127.0.0.1:{lure}//127.0.0.1:{lure}/onvif",
        "http://localhost:{lure}/@127.0.0.1:{lure}/onvif",
        "\\\\127.0.0.1:{lure}\\onvif",
        "ftp://127.0.0.1:{lure}/onvif",
    ],
)
def test_the_addresses_a_camera_names_for_its_services_are_not_gone_to(scene: Any, address: str) -> None:
    camera = camera_in(scene)
    base = address.format(lure=scene.lure.port, own=camera.port)
    camera.tricks["GetServices"] = says(response("GetServices", services(base.replace("&", "&amp;"))))
    outcome = scene.meet(f"{camera.origin}{PATH}")
    assert None is outcome.seen.why
    # It was asked on, at its own address: the test would prove nothing had the session ended here.
    assert camera.times("GetRecordings") >= 1
    assert (0, []) == (scene.lure.connections, scene.sent_in_clear())


EVENTS = "http://www.onvif.org/ver10/events/wsdl"
ADDRESSING = "http://www.w3.org/2005/08/addressing"
NOTIFICATION = "http://docs.oasis-open.org/wsn/b-2"


def events(operation: str, inner: str, namespace: str = EVENTS) -> Any:
    return says(
        envelope(f"<e:{operation}Response xmlns:e='{namespace}' xmlns:a='{ADDRESSING}'>{inner}</e:{operation}Response>")
    )


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:{lure}/subscription/1",
        "https://127.0.0.1:{lure}/subscription/1",
        "http://127.0.0.1:{own}@127.0.0.1:{lure}/subscription/1",
        "http://[::1/subscription/1",
        "//127.0.0.1:{lure}/subscription/1",
    ],
)
@pytest.mark.parametrize(
    "parameters", ["", "<x:Security xmlns:x='urn:x'><x:To>http://127.0.0.1:{lure}/</x:To></x:Security>"]
)
def test_a_subscription_is_spoken_to_at_the_enrolled_address_alone(scene: Any, address: str, parameters: str) -> None:
    camera = camera_in(scene)
    where, with_it = (told.format(lure=scene.lure.port, own=camera.port) for told in (address, parameters))
    reference = f"<a:Address>{where}</a:Address><a:ReferenceParameters>{with_it}</a:ReferenceParameters>"
    listed = services(f"{camera.origin}/onvif") + (
        f"<tds:Service><tds:Namespace>{EVENTS}</tds:Namespace><tds:XAddr>{where}</tds:XAddr></tds:Service>"
    )
    camera.tricks.update(
        {
            "GetServices": says(response("GetServices", listed)),
            "CreatePullPointSubscription": events(
                "CreatePullPointSubscription",
                f"<e:SubscriptionReference>{reference}</e:SubscriptionReference>",
            ),
            "PullMessages": events("PullMessages", ""),
            "Unsubscribe": events("Unsubscribe", "", NOTIFICATION),
        }
    )
    outcome = scene.meet(f"{camera.origin}{PATH}", options={"event_subscription": "on"})
    assert None is outcome.seen.why
    # It was subscribed to, asked and given back, all of it at the camera's own address.
    assert {1} == {camera.times(operation) for operation in ("CreatePullPointSubscription", "Unsubscribe")}
    assert (0, [], scene.ordinary_verdicts) == (scene.lure.connections, scene.sent_in_clear(), outcome.honest)


def test_a_foreign_address_is_a_finding_that_holds_no_markup(scene: Any) -> None:
    camera = camera_in(scene)
    listed = services("http://[red]x&#x202e;.example/onvif") + services("http://10.9.8.7/onvif")
    camera.tricks["GetServices"] = says(response("GetServices", listed))
    outcome = scene.meet(f"{camera.origin}{PATH}")
    assert {"10.9.8.7"} >= set(outcome.seen.identity.foreign_addresses) - {"(no host name)"}


def test_stream_and_snapshot_addresses_on_another_host_are_not_gone_to(scene: Any) -> None:
    camera, elsewhere = camera_in(scene), scene.opened(RawServer(host="127.0.0.2"))
    for operation, scheme in (("GetStreamUri", "rtsp"), ("GetSnapshotUri", "http")):
        uri = f"{scheme}://127.0.0.2:{elsewhere.port}/x"
        camera.tricks[operation] = says(response(operation, f"<trt:MediaUri><tt:Uri>{uri}</tt:Uri></trt:MediaUri>"))
    outcome = scene.meet(f"{camera.origin}{PATH}")
    assert camera.times("GetStreamUri") >= 1
    assert (0, scene.ordinary_verdicts) == (elsewhere.connections, outcome.honest)


def test_no_login_goes_to_a_port_that_only_the_camera_names(scene: Any) -> None:
    camera = camera_in(scene)

    async def asks_for_a_login(reader: Any, writer: Any) -> None:
        while asked := await reader.readuntil(b"\r\n\r\n"):
            sequence = asked.partition(b"CSeq: ")[2].partition(b"\r\n")[0]
            challenge = b'WWW-Authenticate: Digest realm="bait", nonce="0123", algorithm=MD5\r\n'
            writer.write(b"RTSP/1.0 401 Unauthorized\r\nCSeq: " + sequence + b"\r\n" + challenge + b"\r\n")

    for stated, answered in ((False, False), (True, True)):
        bait = scene.opened(RawServer(serve=asks_for_a_login))
        camera.rtsp = bait.port
        scene.folder = scene.folder.with_name(f"site-{stated}")
        scene.meet(f"{camera.origin}{PATH}", options={"rtsp_port": str(bait.port)} if stated else {})
        assert (True, answered) == (bait.connections > 0, b"Authorization: Digest" in bait.received)


def test_a_name_that_leads_elsewhere_at_the_second_look_is_not_looked_up_twice(
    scene: Any, use_lookup: Callable[[Lookup], None]
) -> None:
    camera = camera_in(scene)
    asked: list[str] = []
    lure_on_another_address = scene.opened(RawServer(host="127.0.0.3"))

    async def rebinds(host: str) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.3"]

    use_lookup(rebinds)
    # A connection per request, each of which looks for the name anew.
    camera.tricks["GetDeviceInformation"] = says(
        response("GetDeviceInformation", REPLIES["GetDeviceInformation"][1]), "200 OK", "Connection: close"
    )
    outcome = scene.meet(f"http://camera.localhost:{camera.port}{PATH}")
    assert (None, ["camera.localhost"]) == (outcome.seen.why, asked)
    assert camera.connections > 1
    assert 0 == lure_on_another_address.connections


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "169.254.169.254", "0.0.0.0", "::1", "fe80::1%eth0", "::ffff:127.0.0.1", "224.0.0.1"]
)
def test_a_name_that_leads_to_this_machine_or_this_link_is_refused(
    scene: Any, use_lookup: Callable[[Lookup], None], address: str
) -> None:
    camera = camera_in(scene)

    async def leads_here(host: str) -> Sequence[str]:
        return ["192.0.2.1", address]

    use_lookup(leads_here)
    outcome = scene.meet(f"http://camera.example:{camera.port}{PATH}")
    assert (
        Why.PROTOCOL,
        "GetSystemDateAndTime: the host name leads to an address that no target has; nothing was sent",
    ) == (outcome.seen.why, outcome.seen.detail)
    assert (0, scene.ordinary_verdicts) == (camera.connections, outcome.honest)
