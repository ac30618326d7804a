"""The Media service (version 1): profiles, configurations, stream and snapshot addresses, multicast."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from msgspec.structs import replace

from vmsguard.simulator.access import Access
from vmsguard.simulator.call import Arguments, Call, Operation, Service, schema
from vmsguard.simulator.device_state import (
    AudioEncoder,
    Configuration,
    Device,
    MetadataConfiguration,
    Profile,
    VideoEncoder,
)
from vmsguard.simulator.faults import action_refused, invalid_argument
from vmsguard.simulator.job_state import delivers
from vmsguard.simulator.media_elements import (
    analytics_configuration,
    audio_encoder,
    audio_source_configuration,
    metadata_configuration,
    use_counts,
    video_encoder,
    video_source_configuration,
)
from vmsguard.simulator.services.multicast import set_auto_start, start_multicast, stop_multicast
from vmsguard.simulator.soap import boolean, element, quoteattr

__all__ = [
    "SERVICE",
    "apply_metadata",
    "check_known",
    "find_metadata",
    "find_profile",
    "snapshot_address",
    "stream_address",
]

_HTTP: Final = frozenset({"HTTP", "RtspOverHttp"})
"""How Media and Media2 name RTSP through the HTTP port."""


def find_profile(call: Call, token: str) -> Profile:
    for profile in call.device.configuration.profiles:
        if profile.token == token:
            return profile
    raise invalid_argument("NoProfile")


def stream_address(call: Call, profile: Profile, protocol: str = "RTSP") -> str:
    """Where a profile streams from; through the HTTP port only if the device has that."""
    if not delivers(profile):
        raise action_refused("IncompleteConfiguration", "The profile holds no video source or no encoder")
    if protocol in _HTTP:
        if "rtsp-over-http" not in call.device.features:
            raise invalid_argument("InvalidStreamSetup")
        return f"http://{call.world.host()}/{call.device.id}/rtsp/{profile.token}"
    host = call.world.host().rpartition(":")[0]
    return f"rtsp://{host}:{call.device.rtsp_port}/{profile.token}"


def snapshot_address(call: Call, profile: Profile) -> str:
    if not profile.video_source:
        raise action_refused("IncompleteConfiguration", "The profile holds no video source")
    return f"http://{call.world.host()}/{call.device.id}/snapshot.jpg?profile={profile.token}"


def _profile(profile: Profile, have: Configuration, uses: Counter[str]) -> str:
    parts = [element("tt:Name", profile.name)]
    parts += [
        video_source_configuration("tt:VideoSourceConfiguration", source, uses)
        for source in have.sources
        if source.configuration == profile.video_source
    ]
    parts += [
        audio_source_configuration("tt:AudioSourceConfiguration", source, uses)
        for source in have.microphones
        if source.configuration == profile.audio_source
    ]
    parts += [
        video_encoder("tt:VideoEncoderConfiguration", encoder, uses)
        for encoder in have.encoders
        if encoder.token == profile.video_encoder
    ]
    parts += [
        audio_encoder("tt:AudioEncoderConfiguration", encoder, uses)
        for encoder in have.audio_encoders
        if encoder.token == profile.audio_encoder
    ]
    parts += [
        analytics_configuration("tt:VideoAnalyticsConfiguration", analytics, uses)
        for analytics in have.analytics
        if analytics.token == profile.analytics
    ]
    parts += [
        metadata_configuration("tt:MetadataConfiguration", metadata, uses)
        for metadata in have.metadata
        if metadata.token == profile.metadata
    ]
    fixed = boolean(profile.fixed)
    return f'<trt:Profiles token={quoteattr(profile.token)} fixed="{fixed}">{"".join(parts)}</trt:Profiles>'


def _profiles(call: Call) -> str:
    have = call.device.configuration
    uses = use_counts(have)
    return "".join(_profile(profile, have, uses) for profile in have.profiles)


def _sources(call: Call) -> str:
    return "".join(
        f"<trt:VideoSources token={quoteattr(source.token)}><tt:Framerate>15</tt:Framerate><tt:Resolution>"
        f"<tt:Width>{source.width}</tt:Width><tt:Height>{source.height}</tt:Height></tt:Resolution></trt:VideoSources>"
        for source in call.device.configuration.sources
    )


def _source_configurations(call: Call) -> str:
    have = call.device.configuration
    uses = use_counts(have)
    return "".join(video_source_configuration("trt:Configurations", source, uses) for source in have.sources)


def _encoder_configurations(call: Call) -> str:
    have = call.device.configuration
    uses = use_counts(have)
    return "".join(video_encoder("trt:Configurations", encoder, uses) for encoder in have.encoders)


def _analytics_configurations(call: Call) -> str:
    have = call.device.configuration
    uses = use_counts(have)
    return "".join(analytics_configuration("trt:Configurations", analytics, uses) for analytics in have.analytics)


def _audio_source_configurations(call: Call) -> str:
    have = call.device.configuration
    uses = use_counts(have)
    return "".join(audio_source_configuration("trt:Configurations", source, uses) for source in have.microphones)


def _audio_encoder_configurations(call: Call) -> str:
    have = call.device.configuration
    uses = use_counts(have)
    return "".join(audio_encoder("trt:Configurations", encoder, uses) for encoder in have.audio_encoders)


def _metadata_configurations(call: Call) -> str:
    have = call.device.configuration
    uses = use_counts(have)
    return "".join(metadata_configuration("trt:Configurations", metadata, uses) for metadata in have.metadata)


def find_metadata(device: Device, token: str) -> MetadataConfiguration:
    for metadata in device.configuration.metadata:
        if metadata.token == token:
            return metadata
    raise invalid_argument("NoConfig")


def _set_metadata(call: Call) -> str:
    """Without ForcePersistence the change is gone after a restart (Media, SetMetadataConfiguration)."""
    asked = call.arguments.child("Configuration")
    metadata = find_metadata(call.device, asked.attribute("token"))
    if not call.arguments.flag("ForcePersistence"):
        before = replace(metadata, multicast=replace(metadata.multicast))
        call.device.volatile_metadata.setdefault(metadata.token, before)
    else:
        call.device.volatile_metadata.pop(metadata.token, None)
    apply_metadata(call.device, metadata, asked)
    return ""


def apply_metadata(device: Device, metadata: MetadataConfiguration, asked: Arguments) -> None:
    metadata.analytics = asked.optional(schema("Analytics"), "false") in ("true", "1")
    metadata.events = bool(asked.children(schema("Events")))
    set_auto_start(device, metadata.token, asked)


def _set_video_encoder(call: Call) -> str:
    return _set_encoder(call, call.device.configuration.encoders)


def _set_audio_encoder(call: Call) -> str:
    return _set_encoder(call, call.device.configuration.audio_encoders)


def _set_encoder(call: Call, known: Iterable[VideoEncoder | AudioEncoder]) -> str:
    asked = call.arguments.child("Configuration")
    before = check_known(known, asked).multicast.auto_start
    token = asked.attribute("token")
    if call.arguments.flag("ForcePersistence"):
        call.device.volatile_auto_start.pop(token, None)
    else:
        call.device.volatile_auto_start.setdefault(token, before)
    set_auto_start(call.device, token, asked)
    return ""


def check_known(known: Iterable[VideoEncoder | AudioEncoder], asked: Arguments) -> VideoEncoder | AudioEncoder:
    for entry in known:
        if entry.token == asked.attribute("token"):
            return entry
    raise invalid_argument("NoConfig")


def _media_uri(uri: str) -> str:
    return (
        f"<trt:MediaUri>{element('tt:Uri', uri)}<tt:InvalidAfterConnect>false</tt:InvalidAfterConnect>"
        "<tt:InvalidAfterReboot>false</tt:InvalidAfterReboot><tt:Timeout>PT0S</tt:Timeout></trt:MediaUri>"
    )


def _stream_uri(call: Call) -> str:
    setup = call.arguments.child("StreamSetup").children(schema("Transport"))
    protocol = setup[0].optional(schema("Protocol"), "RTSP") if setup else "RTSP"
    return _media_uri(stream_address(call, find_profile(call, call.arguments.text("ProfileToken")), protocol))


def _snapshot_uri(call: Call) -> str:
    return _media_uri(snapshot_address(call, find_profile(call, call.arguments.text("ProfileToken"))))


def _remover(field: str) -> Callable[[Call], str]:
    def remove(call: Call) -> str:
        """A fixed profile may not be deleted, but may lose its configurations."""
        setattr(find_profile(call, call.arguments.text("ProfileToken")), field, "")
        return ""

    return remove


def _capabilities(device: Device) -> str:
    return (
        '<trt:Capabilities SnapshotUri="true" Rotation="false" VideoSourceMode="false" OSD="false">'
        f'<trt:ProfileCapabilities MaximumNumberOfProfiles="{max(len(device.configuration.profiles), 8)}"/>'
        '<trt:StreamingCapabilities RTPMulticast="true" RTP_TCP="false" RTP_RTSP_TCP="true"/></trt:Capabilities>'
    )


SERVICE: Final = Service(
    name="media",
    prefix="trt",
    path="media_service",
    version=(24, 12),
    capabilities=_capabilities,
    operations={
        "GetProfiles": Operation(_profiles, Access.READ_MEDIA),
        "GetVideoSources": Operation(_sources, Access.READ_MEDIA),
        "GetVideoSourceConfigurations": Operation(_source_configurations, Access.READ_MEDIA),
        "GetVideoEncoderConfigurations": Operation(_encoder_configurations, Access.READ_MEDIA),
        "GetVideoAnalyticsConfigurations": Operation(_analytics_configurations, Access.READ_MEDIA),
        "GetAudioSourceConfigurations": Operation(_audio_source_configurations, Access.READ_MEDIA),
        "GetAudioEncoderConfigurations": Operation(_audio_encoder_configurations, Access.READ_MEDIA),
        "GetMetadataConfigurations": Operation(_metadata_configurations, Access.READ_MEDIA),
        "SetMetadataConfiguration": Operation(_set_metadata, Access.ACTUATE, writes=True),
        "SetVideoEncoderConfiguration": Operation(_set_video_encoder, Access.ACTUATE, writes=True),
        "SetAudioEncoderConfiguration": Operation(_set_audio_encoder, Access.ACTUATE, writes=True),
        "GetStreamUri": Operation(_stream_uri, Access.READ_MEDIA),
        "GetSnapshotUri": Operation(_snapshot_uri, Access.READ_MEDIA),
        "StartMulticastStreaming": Operation(start_multicast, Access.ACTUATE, writes=True),
        "StopMulticastStreaming": Operation(stop_multicast, Access.ACTUATE, writes=True),
        "RemoveVideoSourceConfiguration": Operation(_remover("video_source"), Access.ACTUATE, writes=True),
        "RemoveVideoEncoderConfiguration": Operation(_remover("video_encoder"), Access.ACTUATE, writes=True),
        "RemoveAudioSourceConfiguration": Operation(_remover("audio_source"), Access.ACTUATE, writes=True),
        "RemoveAudioEncoderConfiguration": Operation(_remover("audio_encoder"), Access.ACTUATE, writes=True),
        "RemoveVideoAnalyticsConfiguration": Operation(_remover("analytics"), Access.ACTUATE, writes=True),
        "RemoveMetadataConfiguration": Operation(_remover("metadata"), Access.ACTUATE, writes=True),
    },
)
