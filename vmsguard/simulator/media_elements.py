"""Media configurations as elements of the common schema, for Media, Media2 and Analytics alike."""

from __future__ import annotations

from collections import Counter

from vmsguard.simulator.device_state import (
    Analyser,
    AnalyticsConfiguration,
    AudioEncoder,
    AudioSource,
    Configuration,
    MetadataConfiguration,
    Multicast,
    VideoEncoder,
    VideoSource,
)
from vmsguard.simulator.soap import PREFIXES, boolean, element, quoteattr, text

__all__ = [
    "analyser",
    "analytics_configuration",
    "audio_encoder",
    "audio_encoder2",
    "audio_source_configuration",
    "metadata_configuration",
    "use_counts",
    "video_encoder",
    "video_encoder2",
    "video_source_configuration",
]


def use_counts(configuration: Configuration) -> Counter[str]:
    """How many profiles hold each configuration, by token: counted once for a whole response."""
    return Counter(
        token
        for profile in configuration.profiles
        for token in {
            profile.video_source,
            profile.video_encoder,
            profile.analytics,
            profile.metadata,
            profile.audio_source,
            profile.audio_encoder,
        }
    )


def _entity(tag: str, token: str, uses: Counter[str], inner: str, attributes: str = "") -> str:
    return (
        f"<{tag} token={quoteattr(token)}{attributes}><tt:Name>{text(token)}</tt:Name>"
        f"<tt:UseCount>{uses[token]}</tt:UseCount>{inner}</{tag}>"
    )


def video_source_configuration(tag: str, source: VideoSource, uses: Counter[str]) -> str:
    bounds = f'<tt:Bounds x="0" y="0" width="{source.width}" height="{source.height}"/>'
    return _entity(tag, source.configuration, uses, element("tt:SourceToken", source.token) + bounds)


def _multicast(multicast: Multicast) -> str:
    return (
        f"<tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type><tt:IPv4Address>{text(multicast.address)}</tt:IPv4Address>"
        f"</tt:Address><tt:Port>{multicast.port}</tt:Port><tt:TTL>1</tt:TTL>"
        f"<tt:AutoStart>{boolean(multicast.auto_start)}</tt:AutoStart></tt:Multicast>"
    )


def video_encoder(tag: str, encoder: VideoEncoder, uses: Counter[str]) -> str:
    """An encoder in the words of Media (version 1)."""
    return _entity(
        tag,
        encoder.token,
        uses,
        "<tt:Encoding>H264</tt:Encoding>"
        "<tt:Resolution><tt:Width>1920</tt:Width><tt:Height>1080</tt:Height></tt:Resolution>"
        "<tt:Quality>5</tt:Quality>"
        "<tt:RateControl><tt:FrameRateLimit>15</tt:FrameRateLimit><tt:EncodingInterval>1</tt:EncodingInterval>"
        "<tt:BitrateLimit>4096</tt:BitrateLimit></tt:RateControl>"
        "<tt:H264><tt:GovLength>30</tt:GovLength><tt:H264Profile>Main</tt:H264Profile></tt:H264>"
        f"{_multicast(encoder.multicast)}<tt:SessionTimeout>PT60S</tt:SessionTimeout>",
    )


def video_encoder2(tag: str, encoder: VideoEncoder, uses: Counter[str]) -> str:
    """The same encoder in the words of Media2."""
    return _entity(
        tag,
        encoder.token,
        uses,
        "<tt:Encoding>H264</tt:Encoding>"
        "<tt:Resolution><tt:Width>1920</tt:Width><tt:Height>1080</tt:Height></tt:Resolution>"
        "<tt:RateControl><tt:FrameRateLimit>15</tt:FrameRateLimit><tt:BitrateLimit>4096</tt:BitrateLimit>"
        f"</tt:RateControl>{_multicast(encoder.multicast)}<tt:Quality>5</tt:Quality>",
        ' GovLength="30" Profile="Main"',
    )


def audio_source_configuration(tag: str, source: AudioSource, uses: Counter[str]) -> str:
    return _entity(tag, source.configuration, uses, element("tt:SourceToken", source.token))


def audio_encoder(tag: str, encoder: AudioEncoder, uses: Counter[str]) -> str:
    """An audio encoder in the words of Media (version 1)."""
    return _entity(
        tag,
        encoder.token,
        uses,
        "<tt:Encoding>AAC</tt:Encoding><tt:Bitrate>64</tt:Bitrate><tt:SampleRate>16</tt:SampleRate>"
        f"{_multicast(encoder.multicast)}<tt:SessionTimeout>PT60S</tt:SessionTimeout>",
    )


def audio_encoder2(tag: str, encoder: AudioEncoder, uses: Counter[str]) -> str:
    """The same in the words of Media2, which names encodings as media types do."""
    return _entity(
        tag,
        encoder.token,
        uses,
        f"<tt:Encoding>MP4A-LATM</tt:Encoding>{_multicast(encoder.multicast)}"
        "<tt:Bitrate>64</tt:Bitrate><tt:SampleRate>16</tt:SampleRate>",
    )


def metadata_configuration(tag: str, metadata: MetadataConfiguration, uses: Counter[str]) -> str:
    return _entity(
        tag,
        metadata.token,
        uses,
        ("<tt:Events/>" if metadata.events else "")
        + f"<tt:Analytics>{boolean(metadata.analytics)}</tt:Analytics>{_multicast(metadata.multicast)}"
        "<tt:SessionTimeout>PT60S</tt:SessionTimeout>",
    )


def _qualified_type(name: str) -> str:
    """The Type attribute, with a declaration beside it when the prefix is a vendor's own."""
    prefix, colon, _ = name.partition(":")
    if not colon or prefix in PREFIXES:
        return f"Type={quoteattr(name)}"
    return f"xmlns:{prefix}={quoteattr('urn:vmsguard:simulated-vendor:' + prefix)} Type={quoteattr(name)}"


def analyser(tag: str, entry: Analyser) -> str:
    """A rule or module (tt:Config)."""
    items = "".join(
        f"<tt:SimpleItem Name={quoteattr(name)} Value={quoteattr(value)}/>" for name, value in entry.parameters.items()
    )
    return (
        f"<{tag} Name={quoteattr(entry.name)} {_qualified_type(entry.type)}>"
        f"<tt:Parameters>{items}</tt:Parameters></{tag}>"
    )


def analytics_configuration(tag: str, analytics: AnalyticsConfiguration, uses: Counter[str]) -> str:
    modules = "".join(analyser("tt:AnalyticsModule", module) for module in analytics.modules)
    rules = "".join(analyser("tt:Rule", rule) for rule in analytics.rules)
    return _entity(
        tag,
        analytics.token,
        uses,
        f"<tt:AnalyticsEngineConfiguration>{modules}</tt:AnalyticsEngineConfiguration>"
        f"<tt:RuleEngineConfiguration>{rules}</tt:RuleEngineConfiguration>",
    )
