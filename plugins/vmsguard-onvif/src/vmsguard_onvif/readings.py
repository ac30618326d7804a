"""The replies facts are made of, each as one typed question to a gathering pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from vmsguard_onvif.envelope import leaf
from vmsguard_onvif.gathering import Answer, Gathering
from vmsguard_onvif.listening import Listener
from vmsguard_onvif.namespaces import (
    ANALYTICS,
    APPMGMT,
    DEVICE,
    DEVICE_IO,
    EVENTS,
    MEDIA,
    MEDIA2,
    RECEIVER,
    RECORDING,
    SEARCH,
    THERMAL,
    UPLINK,
)
from vmsguard_onvif.replies import analytics as analytics_replies
from vmsguard_onvif.replies import device as device_replies
from vmsguard_onvif.replies import link as link_replies
from vmsguard_onvif.replies import media as media_replies
from vmsguard_onvif.replies import recording as recording_replies
from vmsguard_onvif.replies.analytics import AnalyticsConfiguration, Application, Function
from vmsguard_onvif.replies.device import Protocol, StorageTarget
from vmsguard_onvif.replies.link import Broker, Uplink
from vmsguard_onvif.replies.media import Mask, Multicast, Profile, WebRtc
from vmsguard_onvif.replies.recording import Job, Receiver, Recording, RecordingSpan

__all__ = ["Readings"]

T = TypeVar("T")

_MULTICASTS = {
    "video": "GetVideoEncoderConfigurations",
    "audio": "GetAudioEncoderConfigurations",
    "metadata": "GetMetadataConfigurations",
}
_EARLIEST, _LATEST = "1970-01-01T00:00:00Z", "2100-01-01T00:00:00Z"


class Readings:
    """Typed questions; asking twice costs one request."""

    def __init__(self, gathering: Gathering, listener: Listener | None = None) -> None:
        self.gathering = gathering
        self.session = gathering.session
        self.listener = listener or Listener(gathering.session)
        self._derived: dict[str, Any] = {}

    def once(self, name: str, derive: Callable[[], T]) -> T:
        """What is worked out from replies for all channels together, once per pass and not per channel."""
        if name not in self._derived:
            self._derived[name] = derive()
        return cast("T", self._derived[name])

    async def protocols(self) -> Answer[tuple[Protocol, ...]]:
        device = self.session.services.get(DEVICE)
        if device is not None and device.flag("NetworkConfigNotSupported"):
            return self.gathering.absence("the Device service says NetworkConfigNotSupported=true")
        return await self.gathering.ask(DEVICE, "GetNetworkProtocols", parse=device_replies.network_protocols)

    async def addresses_limited(self) -> Answer[bool]:
        return await self.gathering.ask(
            DEVICE, "GetIPAddressFilter", parse=device_replies.address_filter_limits, capability="IPFilter"
        )

    async def storage_configurations(self) -> Answer[tuple[StorageTarget, ...]]:
        return await self.gathering.ask(
            DEVICE,
            "GetStorageConfigurations",
            parse=device_replies.storage_configurations,
            capability="StorageConfiguration",
        )

    async def profiles(self, service: str) -> Answer[tuple[Profile, ...]]:
        if service == MEDIA:
            return await self.gathering.ask(MEDIA, "GetProfiles", parse=media_replies.media_profiles)
        # Without a type Media2 lists profiles and leaves their configurations out.
        return await self.gathering.ask(
            MEDIA2, "GetProfiles", "<tr2:Type>All</tr2:Type>", parse=media_replies.media2_profiles
        )

    async def video_sources(self) -> Answer[tuple[str, ...]]:
        if self.session.services.get(MEDIA) is not None:
            return await self.gathering.ask(MEDIA, "GetVideoSources", parse=media_replies.video_sources)
        return await self.gathering.ask(DEVICE_IO, "GetVideoSources", parse=media_replies.video_sources_of_device_io)

    async def stream_uri(self, profile: Profile, *, over_http: bool = False) -> Answer[str]:
        """Where a profile streams from over RTSP, or over RTSP through the HTTP port."""
        if profile.service == MEDIA:
            told = leaf("tt:Protocol", "HTTP" if over_http else "RTSP")
            setup = (
                f"<trt:StreamSetup>{leaf('tt:Stream', 'RTP-Unicast')}<tt:Transport>{told}</tt:Transport>"
                f"</trt:StreamSetup>{leaf('trt:ProfileToken', profile.token)}"
            )
            return await self.gathering.ask(MEDIA, "GetStreamUri", setup, parse=media_replies.media_uri)
        told = leaf("tr2:Protocol", "RtspOverHttp" if over_http else "RTSP")
        inner = told + leaf("tr2:ProfileToken", profile.token)
        return await self.gathering.ask(MEDIA2, "GetStreamUri", inner, parse=media_replies.media2_uri)

    async def snapshot_uri(self, profile: Profile) -> Answer[str]:
        if profile.service == MEDIA:
            parse, inner = media_replies.media_uri, leaf("trt:ProfileToken", profile.token)
        else:
            parse, inner = media_replies.media2_uri, leaf("tr2:ProfileToken", profile.token)
        return await self.gathering.ask(profile.service, "GetSnapshotUri", inner, parse=parse, capability="SnapshotUri")

    async def multicasts(self, service: str, carries: str) -> Answer[tuple[Multicast, ...]]:
        """AutoStart of every video, audio or metadata configuration of a media service, in a profile or not."""
        return await self.gathering.ask(
            service, _MULTICASTS[carries], parse=lambda reply: media_replies.multicasts(reply, carries)
        )

    async def masks(self) -> Answer[tuple[Mask, ...]]:
        return await self.gathering.ask(MEDIA2, "GetMasks", parse=media_replies.masks, capability="Mask")

    async def web_rtc(self) -> Answer[tuple[WebRtc, ...]]:
        return await self.gathering.ask(MEDIA2, "GetWebRTCConfigurations", parse=media_replies.web_rtc)

    async def thermal_sources(self) -> Answer[tuple[str, ...]]:
        return await self.gathering.ask(THERMAL, "GetConfigurations", parse=media_replies.thermal_sources)

    async def recordings(self) -> Answer[tuple[Recording, ...]]:
        return await self.gathering.ask(RECORDING, "GetRecordings", parse=recording_replies.recordings)

    async def jobs(self) -> Answer[tuple[Job, ...]]:
        return await self.gathering.ask(RECORDING, "GetRecordingJobs", parse=recording_replies.jobs)

    async def job_state(self, job: str) -> Answer[bool | None]:
        return await self.gathering.ask(
            RECORDING, "GetRecordingJobState", leaf("trc:JobToken", job), parse=recording_replies.job_state
        )

    async def span(self, recording: str) -> Answer[RecordingSpan]:
        return await self.gathering.ask(
            SEARCH,
            "GetRecordingInformation",
            leaf("tse:RecordingToken", recording),
            parse=recording_replies.recording_span,
        )

    async def segments(self, recording: str) -> Answer[bool]:
        """Whether any segment of the recording is listed, from the beginning of time to that of its end."""
        inner = (
            f"<trc:Time>{leaf('tt:From', _EARLIEST)}{leaf('tt:Until', _LATEST)}</trc:Time>"
            + leaf("trc:RecordingToken", recording)
            + leaf("trc:MaxResults", "1")
        )
        return await self.gathering.ask(
            RECORDING, "ListRecordedSegments", inner, parse=recording_replies.holds_segments, capability="SegmentExport"
        )

    async def recording_count(self) -> Answer[int | None]:
        return await self.gathering.ask(SEARCH, "GetRecordingSummary", parse=recording_replies.recording_count)

    async def receivers(self) -> Answer[tuple[Receiver, ...]]:
        return await self.gathering.ask(RECEIVER, "GetReceivers", parse=recording_replies.receivers)

    async def analytics_configurations(self, service: str) -> Answer[tuple[AnalyticsConfiguration, ...]]:
        operation = "GetVideoAnalyticsConfigurations" if service == MEDIA else "GetAnalyticsConfigurations"
        return await self.gathering.ask(service, operation, parse=analytics_replies.configurations_of(service))

    async def rules(self, configuration: str) -> Answer[tuple[Function, ...]]:
        return await self.gathering.ask(
            ANALYTICS,
            "GetRules",
            leaf("tan:ConfigurationToken", configuration),
            parse=analytics_replies.rules,
            capability="RuleSupport",
        )

    async def modules(self, configuration: str) -> Answer[tuple[Function, ...]]:
        return await self.gathering.ask(
            ANALYTICS,
            "GetAnalyticsModules",
            leaf("tan:ConfigurationToken", configuration),
            parse=analytics_replies.modules,
            capability="AnalyticsModuleSupport",
        )

    async def applications(self) -> Answer[tuple[Application, ...]]:
        return await self.gathering.ask(APPMGMT, "GetAppsInfo", parse=analytics_replies.applications)

    async def event_brokers(self) -> Answer[tuple[Broker, ...]]:
        return await self.gathering.ask(EVENTS, "GetEventBrokers", parse=link_replies.event_brokers)

    async def uplinks(self) -> Answer[tuple[Uplink, ...]]:
        return await self.gathering.ask(UPLINK, "GetUplinks", parse=link_replies.uplinks)
