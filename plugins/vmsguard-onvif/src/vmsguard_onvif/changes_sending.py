"""Switching sending off: RTSP, snapshots, multicast, WebRTC, pushes and uplinks."""

from __future__ import annotations

from lxml import etree

from vmsguard_onvif import device_replies, link_replies
from vmsguard_onvif.changes_storing import drop_target
from vmsguard_onvif.elements import Element, text
from vmsguard_onvif.envelope import leaf
from vmsguard_onvif.lists import opaque
from vmsguard_onvif.message_definitions import Binding
from vmsguard_onvif.namespaces import DEVICE, EVENTS, MEDIA, MEDIA2, UPLINK
from vmsguard_onvif.ordered import Order

__all__ = ["disconnect", "stop_audio", "stop_push", "stop_stream"]

_TR2 = f"{{{MEDIA2}}}"
_AUDIO = ("AudioEncoder", "AudioSource")


async def stop_stream(order: Order) -> None:
    """Switch one media service off, by the id it has in ``stream.services``."""
    kind, _, name = order.argument("service").partition(":")
    if kind == "rtsp":
        await _stop_rtsp(order)
    elif kind == "snapshot":
        await _empty_profile(order, name)
    elif kind == "multicast":
        await _stop_multicast(order, name)
    elif kind == "webrtc":
        await _stop_web_rtc(order)
    else:
        raise order.no_lever(f"media service {kind!r}")


async def _stop_rtsp(order: Order) -> None:
    """Send the whole list back as read with RTSP off: one device erased HTTP when sent RTSP alone.

    HTTP and HTTPS, by which we manage the device, are never touched.
    """
    listed = await order.read(DEVICE, "GetNetworkProtocols", parse=device_replies.network_protocols)
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


async def _empty_profile(order: Order, profile: str) -> None:
    """Take the video source out of the profile, without which the device has no snapshot to give.

    ONVIF has no switch on snapshots. A fixed profile cannot be deleted, but its configurations may go.
    """
    if order.session.services.get(MEDIA) is not None:
        await order.typed(Binding.MEDIA, "RemoveVideoSourceConfiguration", {"ProfileToken": profile})
        return
    inner = (
        leaf("tr2:ProfileToken", profile) + f"<tr2:Configuration>{leaf('tr2:Type', 'VideoSource')}</tr2:Configuration>"
    )
    await order.enveloped(MEDIA2, "RemoveConfiguration", inner)


async def _stop_multicast(order: Order, profile: str) -> None:
    """Success is also what a device answers that was not sending; the read-back decides."""
    if order.session.services.get(MEDIA) is not None:
        await order.typed(Binding.MEDIA, "StopMulticastStreaming", {"ProfileToken": profile})
    else:
        await order.enveloped(MEDIA2, "StopMulticastStreaming", leaf("tr2:ProfileToken", profile))


async def _stop_web_rtc(order: Order) -> None:
    """Send every configuration back with one switched off: an incomplete list deletes what it leaves out."""
    wanted = order.argument("service")
    reply: Element = await order.read(MEDIA2, "GetWebRTCConfigurations", parse=lambda element: element)
    found = False
    for entry in reply.iterchildren(f"{_TR2}WebRTCConfiguration"):
        enabled = entry.find(f"{_TR2}Enabled")
        matches = opaque("webrtc", text(entry, f"{_TR2}SignalingServer")) == wanted
        if matches and enabled is not None and text(enabled) in {"true", "1"}:
            enabled.text = "false"
            found = True
    if found:
        whole = "".join(etree.tostring(entry, encoding="unicode", with_tail=False) for entry in reply)
        await order.enveloped(MEDIA2, "SetWebRTCConfigurations", whole)


async def stop_audio(order: Order) -> None:
    """Take the audio source and encoder out of one profile, by the id it has in ``audio.sources``."""
    wanted = order.argument("source")
    kind, _, profile = wanted.partition(":")
    if kind != "profile":
        raise order.no_lever(f"sound of {kind!r}: take the audio track out of the recording job")
    heard = False
    for service in (MEDIA, MEDIA2):
        if order.session.services.get(service) is not None:
            told = order.value(await order.readings.profiles(service))
            heard = heard or any(found.token == profile and found.has_audio for found in told)
    if not heard:
        return
    if order.session.services.get(MEDIA) is not None:
        await order.typed(Binding.MEDIA, "RemoveAudioEncoderConfiguration", {"ProfileToken": profile})
        await order.typed(Binding.MEDIA, "RemoveAudioSourceConfiguration", {"ProfileToken": profile})
        return
    parts = "".join(f"<tr2:Configuration>{leaf('tr2:Type', kind)}</tr2:Configuration>" for kind in _AUDIO)
    await order.enveloped(MEDIA2, "RemoveConfiguration", leaf("tr2:ProfileToken", profile) + parts)


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
        await _stop_multicast(order, name)
    else:
        raise order.no_lever(f"destination {kind!r}")


async def disconnect(order: Order) -> None:
    """Delete one uplink; the enrolled address is reached directly, so this does not cut us off."""
    wanted = order.argument("link")
    for uplink in await order.read(UPLINK, "GetUplinks", parse=link_replies.uplinks):
        if opaque("uplink", uplink.address) == wanted:
            with order.gone_is_done("InvalidAddress"):
                await order.enveloped(UPLINK, "DeleteUplink", leaf("tup:RemoteAddress", uplink.address))
