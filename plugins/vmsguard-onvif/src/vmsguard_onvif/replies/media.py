"""What the replies of Media, Media2, DeviceIO and Thermal hold, as values of one shape for both media services."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vmsguard_onvif.elements import TT, Element, Malformed, children, descend, first, flag, only, text, token
from vmsguard_onvif.namespaces import DEVICE_IO, MEDIA, MEDIA2, THERMAL

__all__ = [
    "Mask",
    "Metadata",
    "Multicast",
    "Profile",
    "WebRtc",
    "masks",
    "media2_profiles",
    "media2_uri",
    "media_profiles",
    "media_uri",
    "multicasts",
    "thermal_sources",
    "video_sources",
    "video_sources_of_device_io",
    "web_rtc",
]

_TRT, _TR2 = f"{{{MEDIA}}}", f"{{{MEDIA2}}}"
_MEDIA_PARTS = {
    f"{TT}VideoEncoderConfiguration": "video",
    f"{TT}AudioEncoderConfiguration": "audio",
    f"{TT}MetadataConfiguration": "metadata",
}
_MEDIA2_PARTS = {f"{_TR2}VideoEncoder": "video", f"{_TR2}AudioEncoder": "audio", f"{_TR2}Metadata": "metadata"}


@dataclass(frozen=True)
class Multicast:
    """Whether one configuration is being sent to a multicast group; ``running`` is ONVIF's AutoStart.

    The Media service defines AutoStart as read-only state that StartMulticastStreaming sets and that
    survives a restart. None: the device left it out.
    """

    configuration: str
    carries: str
    running: bool | None


@dataclass(frozen=True)
class Metadata:
    """A metadata configuration; ``describes`` says whether it carries what analytics or events tell of the scene.

    None: the device left out whether analytics go with it.
    """

    token: str
    describes: bool | None
    events: bool = False
    """Events go with it, which tell of people in words of their own."""


@dataclass(frozen=True)
class Profile:
    """One media profile: which source it shows, whether it has video, which analytics it carries."""

    token: str
    service: str
    source: str
    has_video: bool
    analytics: str
    multicasts: tuple[Multicast, ...]
    has_audio: bool = False
    """It holds an audio source or an audio encoder; sound that is played back is another thing."""
    moves: bool = False
    """It holds a PTZ configuration."""
    metadata: Metadata | None = None
    source_configuration: str = ""
    """What the source is shown through: masks cover one such configuration, and not the source."""


@dataclass(frozen=True)
class Mask:
    """A privacy mask; its outline is not read."""

    token: str
    configuration: str
    enabled: bool | None


@dataclass(frozen=True)
class WebRtc:
    server: str
    enabled: bool | None
    connected: bool | None


def media_profiles(reply: Element) -> tuple[Profile, ...]:
    return tuple(
        Profile(
            token=token(profile),
            service=MEDIA,
            source=text(profile, f"{TT}VideoSourceConfiguration", f"{TT}SourceToken"),
            has_video=first(profile, f"{TT}VideoEncoderConfiguration") is not None,
            analytics=_token_of(first(profile, f"{TT}VideoAnalyticsConfiguration")),
            multicasts=tuple(_multicasts(profile, _MEDIA_PARTS)),
            has_audio=any(
                first(profile, f"{TT}{name}") is not None
                for name in ("AudioSourceConfiguration", "AudioEncoderConfiguration")
            ),
            moves=first(profile, f"{TT}PTZConfiguration") is not None,
            metadata=_metadata(first(profile, f"{TT}MetadataConfiguration")),
            source_configuration=_token_of(first(profile, f"{TT}VideoSourceConfiguration")),
        )
        for profile in only(reply, f"{_TRT}Profiles")
    )


def media2_profiles(reply: Element) -> tuple[Profile, ...]:
    return tuple(_media2_profile(profile) for profile in only(reply, f"{_TR2}Profiles"))


def _media2_profile(profile: Element) -> Profile:
    parts = first(profile, f"{_TR2}Configurations")
    return Profile(
        token=token(profile),
        service=MEDIA2,
        source=text(parts, f"{_TR2}VideoSource", f"{TT}SourceToken"),
        has_video=descend(parts, f"{_TR2}VideoEncoder") is not None,
        analytics=_token_of(descend(parts, f"{_TR2}Analytics")),
        multicasts=() if parts is None else tuple(_multicasts(parts, _MEDIA2_PARTS)),
        has_audio=any(descend(parts, f"{_TR2}{name}") is not None for name in ("AudioSource", "AudioEncoder")),
        moves=descend(parts, f"{_TR2}PTZ") is not None,
        metadata=_metadata(descend(parts, f"{_TR2}Metadata")),
        source_configuration=_token_of(descend(parts, f"{_TR2}VideoSource")),
    )


def _metadata(configuration: Element | None) -> Metadata | None:
    if configuration is None:
        return None
    analytics = flag(text(configuration, f"{TT}Analytics"))
    events = first(configuration, f"{TT}Events") is not None
    return Metadata(token(configuration), True if events else analytics, events)


def _token_of(element: Element | None) -> str:
    return "" if element is None else (element.get("token") or "")


def _multicasts(parent: Element, parts: dict[str, str]) -> Iterator[Multicast]:
    for name, carries in parts.items():
        for part in children(parent, name):
            multicast = first(part, f"{TT}Multicast")
            if multicast is not None:
                yield Multicast(token(part), carries, flag(text(multicast, f"{TT}AutoStart")))


def multicasts(reply: Element, carries: str) -> tuple[Multicast, ...]:
    """AutoStart of each configuration in a ``Get…Configurations`` reply of either media service."""
    namespace = reply.tag.rpartition("}")[0] + "}"
    return tuple(
        Multicast(token(entry), carries, flag(text(entry, f"{TT}Multicast", f"{TT}AutoStart")))
        for entry in only(reply, f"{namespace}Configurations")
    )


def masks(reply: Element) -> tuple[Mask, ...]:
    return tuple(
        Mask(token(mask), token(mask, f"{_TR2}ConfigurationToken"), flag(text(mask, f"{_TR2}Enabled")))
        for mask in only(reply, f"{_TR2}Masks")
    )


def video_sources(reply: Element) -> tuple[str, ...]:
    return tuple(token(source) for source in only(reply, f"{_TRT}VideoSources"))


def video_sources_of_device_io(reply: Element) -> tuple[str, ...]:
    """Tokens of DeviceIO's ``GetVideoSources``, which lists them as text and not as attributes."""
    return tuple(token(source) for source in _text_items(reply, f"{{{DEVICE_IO}}}Token"))


def _text_items(reply: Element, name: str) -> Iterator[Element]:
    for found in only(reply, name):
        found.set("token", (found.text or "").strip())
        yield found


def thermal_sources(reply: Element) -> tuple[str, ...]:
    """Tokens of the video sources that the Thermal service configures: the sensors that measure heat."""
    return tuple(token(found) for found in only(reply, f"{{{THERMAL}}}Configurations"))


def media_uri(reply: Element) -> str:
    return _uri(text(reply, f"{_TRT}MediaUri", f"{TT}Uri"))


def media2_uri(reply: Element) -> str:
    return _uri(text(reply, f"{_TR2}Uri"))


def _uri(told: str) -> str:
    if not told:
        raise Malformed("no address in the reply")
    return told


def web_rtc(reply: Element) -> tuple[WebRtc, ...]:
    return tuple(
        WebRtc(
            text(entry, f"{_TR2}SignalingServer"),
            flag(text(entry, f"{_TR2}Enabled")),
            flag(text(entry, f"{_TR2}Connected")),
        )
        for entry in only(reply, f"{_TR2}WebRTCConfiguration")
    )
