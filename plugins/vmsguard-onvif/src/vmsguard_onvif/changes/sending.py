"""Switching sending off: RTSP, snapshots, multicast, WebRTC, pushes and uplinks."""

from __future__ import annotations

from urllib.parse import urlsplit

from lxml import etree

from vmsguard.errors import NotSupported, Refused
from vmsguard.model.facts import Absent
from vmsguard_onvif.changes.profiles import (
    empty_profile,
    end_auto_starts,
    profiles_by_service,
    stop_configuration,
    stop_multicast,
)
from vmsguard_onvif.changes.storing import drop_target
from vmsguard_onvif.elements import Element, flag, only, text
from vmsguard_onvif.envelope import leaf
from vmsguard_onvif.gathering import Unanswered
from vmsguard_onvif.lists import opaque
from vmsguard_onvif.message_definitions import Binding
from vmsguard_onvif.namespaces import EVENTS, MEDIA, MEDIA2, UPLINK
from vmsguard_onvif.ordered import Order
from vmsguard_onvif.replies import link as link_replies
from vmsguard_onvif.session import Session

__all__ = ["disconnect", "stop_audio", "stop_push", "stop_stream"]

_TR2 = f"{{{MEDIA2}}}"
_AUDIO = ("AudioEncoder", "AudioSource")


async def stop_stream(order: Order) -> None:
    """Switch one media service off, by the id it has in ``stream.services``."""
    kind, _, name = order.argument("service").partition(":")
    if kind == "rtsp":
        await _stop_rtsp(order)
    elif kind in {"snapshot", "http", "websocket"}:
        await empty_profile(order, name)
    elif kind == "multicast":
        await stop_multicast(order, name)
    elif kind == "multicast-configuration":
        await stop_configuration(order, name)
    elif kind == "webrtc":
        await _stop_web_rtc(order)
    else:
        raise order.no_lever(f"media service {kind!r}")


async def _stop_rtsp(order: Order) -> None:
    """Send the whole list back as read with RTSP off: one device erased HTTP when sent RTSP alone.

    HTTP and HTTPS, by which we manage the device, are never touched.
    """
    answer = await order.readings.protocols()
    if isinstance(answer, Unanswered) and isinstance(answer.reading, Absent):
        raise NotSupported(order.session.target.id, "SetNetworkProtocols", answer.reading.proof)
    listed = order.value(answer)
    if not any(protocol.enabled for protocol in listed if protocol.name.upper() == "RTSP"):
        return
    wanted = [
        {
            "Name": protocol.name,
            "Enabled": protocol.enabled and protocol.name.upper() != "RTSP",
            "Port": list(protocol.ports),
        }
        for protocol in listed
    ]
    await order.typed(Binding.DEVICE, "SetNetworkProtocols", {"NetworkProtocols": wanted})


async def _stop_web_rtc(order: Order) -> None:
    """Send every configuration back with one switched off: an incomplete list deletes what it leaves out."""
    wanted = order.argument("service")
    whole = await order.read(MEDIA2, "GetWebRTCConfigurations", parse=lambda reply: _with_one_off(reply, wanted))
    if whole:
        await order.enveloped(MEDIA2, "SetWebRTCConfigurations", whole)


def _with_one_off(reply: Element, wanted: str) -> str:
    """Every configuration as it is to be sent back; empty where the wanted one is off already, or not there."""
    found = False
    for entry in only(reply, f"{_TR2}WebRTCConfiguration"):
        enabled = entry.find(f"{_TR2}Enabled")
        matches = opaque("webrtc", text(entry, f"{_TR2}SignalingServer")) == wanted
        if matches and enabled is not None and flag(text(enabled)):
            enabled.text = "false"
            found = True
    return "".join(etree.tostring(entry, encoding="unicode", with_tail=False) for entry in reply) if found else ""


async def stop_audio(order: Order) -> None:
    """Take the audio source and encoder out of one profile, by the id it has in ``audio.sources``.

    Asked of the service that lists the profile with sound; of the other where the first has no such operation.
    """
    wanted = order.argument("source")
    kind, _, profile = wanted.partition(":")
    if kind != "profile":
        raise order.no_lever(f"sound of {kind!r}: take the audio track out of the recording job")
    heard = [name for name, found in (await profiles_by_service(order, profile)).items() if found.has_audio]
    if not heard:
        await _need_every_list(order)
        return
    await end_auto_starts(order, profile, "audio")
    refused: NotSupported | None = None
    for service in heard:
        try:
            await _remove_audio(order, service, profile)
        except NotSupported as error:
            refused = refused or error
        else:
            return
    if refused is not None:
        raise refused


async def _remove_audio(order: Order, service: str, profile: str) -> None:
    if service == MEDIA:
        await order.typed(Binding.MEDIA, "RemoveAudioEncoderConfiguration", {"ProfileToken": profile})
        await order.typed(Binding.MEDIA, "RemoveAudioSourceConfiguration", {"ProfileToken": profile})
        return
    parts = "".join(f"<tr2:Configuration>{leaf('tr2:Type', kind)}</tr2:Configuration>" for kind in _AUDIO)
    await order.enveloped(MEDIA2, "RemoveConfiguration", leaf("tr2:ProfileToken", profile) + parts)


async def _need_every_list(order: Order) -> None:
    """Raise where a media service that the device has did not list its profiles: sound may be in one of them."""
    for service in (MEDIA, MEDIA2):
        if order.session.services.get(service) is not None:
            order.value(await order.readings.profiles(service))


async def stop_push(order: Order) -> None:
    """Stop one destination, by the id it has in ``push.destinations``."""
    wanted = order.argument("destination")
    kind, _, name = wanted.partition(":")
    if kind == "broker":
        brokers = await order.read(EVENTS, "GetEventBrokers", parse=link_replies.event_brokers)
        for broker in brokers:
            if opaque("broker", broker.address) == wanted:
                with order.gone_is_done("InvalidAddress"):
                    await order.enveloped(EVENTS, "DeleteEventBroker", leaf("tev:Address", broker.address))
    elif kind == "upload":
        await drop_target(order, lambda recording: recording.token == name)
    elif kind == "multicast-metadata":
        await stop_multicast(order, name)
    elif kind == "multicast-configuration":
        await stop_configuration(order, name)
    else:
        raise order.no_lever(f"destination {kind!r}")


async def disconnect(order: Order) -> None:
    """Delete one uplink, unless the device is reached through it: then this would be the last change to arrive."""
    wanted = order.argument("link")
    session = order.session
    for uplink in await order.read(UPLINK, "GetUplinks", parse=link_replies.uplinks):
        if opaque("uplink", uplink.address) == wanted:
            if _host(uplink.address) in _managed_over(session):
                raise Refused(
                    session.target.id,
                    order.change.verb,
                    "the device is managed through this uplink; nothing was sent",
                    code="ManagedThroughIt",
                    hint="Enrol the device under an address of its own, then plan again.",
                )
            with order.gone_is_done("InvalidAddress"):
                await order.enveloped(UPLINK, "DeleteUplink", leaf("tup:RemoteAddress", uplink.address))


def _managed_over(session: Session) -> set[str]:
    """Hosts whose uplinks carry us: the one that the device is enrolled under, and the one the option names."""
    return {session.host.casefold(), session.target.options.get("uplink", "").casefold()} - {""}


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").casefold()
    except ValueError:
        return ""
