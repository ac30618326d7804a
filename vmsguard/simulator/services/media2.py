"""The Media2 service: the same profiles and configurations in newer words, and WebRTC."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from vmsguard.simulator.access import Access
from vmsguard.simulator.call import Arguments, Call, Operation, Service
from vmsguard.simulator.device_state import (
    AudioEncoder,
    Configuration,
    Device,
    MetadataConfiguration,
    Profile,
    VideoEncoder,
    WebRtc,
)
from vmsguard.simulator.faults import invalid_argument, not_supported
from vmsguard.simulator.media_elements import (
    analytics_configuration,
    audio_encoder2,
    audio_source_configuration,
    metadata_configuration,
    use_counts,
    video_encoder2,
    video_source_configuration,
)
from vmsguard.simulator.services import masks
from vmsguard.simulator.services.media import (
    apply_metadata,
    check_known,
    find_metadata,
    find_profile,
    snapshot_address,
    stream_address,
)
from vmsguard.simulator.services.multicast import set_auto_start, start_multicast, stop_multicast
from vmsguard.simulator.soap import boolean, element, quoteattr

__all__ = ["SERVICE"]

_Entry = TypeVar("_Entry", VideoEncoder, AudioEncoder, MetadataConfiguration)

_FIELDS: Final = {
    "VideoSource": "video_source",
    "VideoEncoder": "video_encoder",
    "AudioSource": "audio_source",
    "AudioEncoder": "audio_encoder",
    "Analytics": "analytics",
    "Metadata": "metadata",
}
_OTHER_TYPES: Final = frozenset({"AudioOutput", "AudioDecoder", "PTZ", "Receiver"})


def _configurations(profile: Profile, types: set[str], have: Configuration, uses: Counter[str]) -> str:
    """Only the types that are asked for; without any, none (Media2, GetProfiles)."""
    wanted = set(_FIELDS) if "All" in types else types
    parts = []
    if "VideoSource" in wanted:
        parts += [
            video_source_configuration("tr2:VideoSource", source, uses)
            for source in have.sources
            if source.configuration == profile.video_source
        ]
    if "AudioSource" in wanted:
        parts += [
            audio_source_configuration("tr2:AudioSource", source, uses)
            for source in have.microphones
            if source.configuration == profile.audio_source
        ]
    if "VideoEncoder" in wanted:
        parts += [
            video_encoder2("tr2:VideoEncoder", encoder, uses)
            for encoder in have.encoders
            if encoder.token == profile.video_encoder
        ]
    if "AudioEncoder" in wanted:
        parts += [
            audio_encoder2("tr2:AudioEncoder", encoder, uses)
            for encoder in have.audio_encoders
            if encoder.token == profile.audio_encoder
        ]
    if "Analytics" in wanted:
        parts += [
            analytics_configuration("tr2:Analytics", analytics, uses)
            for analytics in have.analytics
            if analytics.token == profile.analytics
        ]
    if "Metadata" in wanted:
        parts += [
            metadata_configuration("tr2:Metadata", metadata, uses)
            for metadata in have.metadata
            if metadata.token == profile.metadata
        ]
    return f"<tr2:Configurations>{''.join(parts)}</tr2:Configurations>" if types else ""


def _profiles(call: Call) -> str:
    token = call.arguments.optional("Token")
    types = set(call.arguments.texts("Type"))
    have = call.device.configuration
    uses = use_counts(have)
    profiles = [find_profile(call, token)] if token else have.profiles
    return "".join(
        f'<tr2:Profiles token={quoteattr(profile.token)} fixed="{boolean(profile.fixed)}">'
        f"{element('tr2:Name', profile.name)}{_configurations(profile, types, have, uses)}</tr2:Profiles>"
        for profile in profiles
    )


def _remove(call: Call) -> str:
    """Removing what is not there is no error, so success proves nothing (Media2, RemoveConfiguration)."""
    profile = find_profile(call, call.arguments.text("ProfileToken"))
    asked = call.arguments.children("Configuration")
    types = [entry.text("Type") for entry in asked]
    if not types or not set(types) <= {"All", *_FIELDS, *_OTHER_TYPES}:
        raise invalid_argument("NoConfig")
    for kind in types:
        for field in _FIELDS.values() if kind == "All" else [_FIELDS[kind]] if kind in _FIELDS else []:
            setattr(profile, field, "")
    return ""


def _analytics(call: Call) -> str:
    have = call.device.configuration
    asked = call.arguments.optional("ConfigurationToken")
    found = [analytics for analytics in have.analytics if asked in ("", analytics.token)]
    if asked and not found:
        raise invalid_argument("NoConfig")
    uses = use_counts(have)
    return "".join(analytics_configuration("tr2:Configurations", analytics, uses) for analytics in found)


def _listed(
    call: Call,
    known: Sequence[_Entry],
    told: Callable[[str, _Entry, Counter[str]], str],
    tag: str = "tr2:Configurations",
) -> str:
    asked = call.arguments.optional("ConfigurationToken")
    found = [entry for entry in known if asked in ("", entry.token)]
    if asked and not found:
        raise invalid_argument("NoConfig")
    uses = use_counts(call.device.configuration)
    return "".join(told(tag, entry, uses) for entry in found)


def _video_encoders(call: Call) -> str:
    return _listed(call, call.device.configuration.encoders, video_encoder2)


def _audio_encoders(call: Call) -> str:
    return _listed(call, call.device.configuration.audio_encoders, audio_encoder2)


def _metadata(call: Call) -> str:
    return _listed(call, call.device.configuration.metadata, metadata_configuration)


def _set_encoder(call: Call) -> str:
    have, asked = call.device.configuration, call.arguments.child("Configuration")
    check_known([*have.encoders, *have.audio_encoders], asked)
    set_auto_start(call.device, asked.attribute("token"), asked)
    return ""


def _set_metadata(call: Call) -> str:
    """Media2 keeps what is set: there is no ForcePersistence to leave out."""
    asked = call.arguments.child("Configuration")
    metadata = find_metadata(call.device, asked.attribute("token"))
    call.device.volatile_metadata.pop(metadata.token, None)
    apply_metadata(call.device, metadata, asked)
    return ""


def _stream_uri(call: Call) -> str:
    protocol = call.arguments.text("Protocol")
    return element("tr2:Uri", stream_address(call, find_profile(call, call.arguments.text("ProfileToken")), protocol))


def _snapshot_uri(call: Call) -> str:
    return element("tr2:Uri", snapshot_address(call, find_profile(call, call.arguments.text("ProfileToken"))))


def _needs_webrtc(device: Device) -> None:
    if "webrtc" not in device.features:
        raise not_supported()


def _webrtc(call: Call) -> str:
    _needs_webrtc(call.device)
    return "".join(
        f"<tr2:WebRTCConfiguration>{element('tr2:SignalingServer', entry.signaling_server)}"
        f"{element('tr2:AuthorizationServer', entry.authorization_server)}"
        f"{element('tr2:DefaultProfile', entry.default_profile)}"
        f"<tr2:Enabled>{boolean(entry.enabled)}</tr2:Enabled><tr2:Connected>{boolean(entry.enabled)}</tr2:Connected>"
        "</tr2:WebRTCConfiguration>"
        for entry in call.device.configuration.webrtc
    )


def _requested_webrtc(call: Call, asked: Arguments) -> WebRtc:
    profile = find_profile(call, asked.text("DefaultProfile"))
    return WebRtc(
        asked.text("SignalingServer"), asked.text("AuthorizationServer"), profile.token, asked.flag("Enabled")
    )


def _set_webrtc(call: Call) -> str:
    """Takes the list that is sent for the whole list: an empty call deletes all."""
    _needs_webrtc(call.device)
    asked = [_requested_webrtc(call, entry) for entry in call.arguments.children("WebRTCConfiguration")]
    call.device.configuration.webrtc = asked
    return ""


def _capabilities(device: Device) -> str:
    webrtc = ' WebRTC="4"' if "webrtc" in device.features else ""
    over = "rtsp-over-websocket" in device.features
    websocket = f' RTSPWebSocketUri="ws://192.0.2.1/{device.id}/rtsp"' if over else ""
    audio = "AudioSource AudioEncoder " if device.configuration.microphones else ""
    return (
        '<tr2:Capabilities SnapshotUri="true" Rotation="false" VideoSourceMode="false" OSD="false" '
        f'Mask="{boolean("masks" in device.features)}" '
        f'SourceMask="{boolean("source-masks" in device.features)}"{webrtc}>'
        f'<tr2:ProfileCapabilities MaximumNumberOfProfiles="{max(len(device.configuration.profiles), 8)}" '
        f'ConfigurationsSupported="VideoSource VideoEncoder {audio}Metadata Analytics"/>'
        f'<tr2:StreamingCapabilities RTSPStreaming="true" RTPMulticast="true" RTP_RTSP_TCP="true"{websocket} '
        'AutoStartMulticast="true"/></tr2:Capabilities>'
    )


SERVICE: Final = Service(
    name="media2",
    prefix="tr2",
    path="media2_service",
    version=(24, 12),
    capabilities=_capabilities,
    operations={
        "GetProfiles": Operation(_profiles, Access.READ_MEDIA),
        "RemoveConfiguration": Operation(_remove, Access.ACTUATE, writes=True),
        "GetAnalyticsConfigurations": Operation(_analytics, Access.READ_MEDIA),
        "GetVideoEncoderConfigurations": Operation(_video_encoders, Access.READ_MEDIA),
        "GetAudioEncoderConfigurations": Operation(_audio_encoders, Access.READ_MEDIA),
        "GetMetadataConfigurations": Operation(_metadata, Access.READ_MEDIA),
        "SetVideoEncoderConfiguration": Operation(_set_encoder, Access.ACTUATE, writes=True),
        "SetAudioEncoderConfiguration": Operation(_set_encoder, Access.ACTUATE, writes=True),
        "SetMetadataConfiguration": Operation(_set_metadata, Access.ACTUATE, writes=True),
        "StartMulticastStreaming": Operation(start_multicast, Access.ACTUATE, writes=True),
        "StopMulticastStreaming": Operation(stop_multicast, Access.ACTUATE, writes=True),
        **masks.OPERATIONS,
        "GetStreamUri": Operation(_stream_uri, Access.READ_MEDIA),
        "GetSnapshotUri": Operation(_snapshot_uri, Access.READ_MEDIA),
        "GetWebRTCConfigurations": Operation(_webrtc, Access.READ_SYSTEM),
        "SetWebRTCConfigurations": Operation(_set_webrtc, Access.WRITE_SYSTEM, writes=True),
    },
)
