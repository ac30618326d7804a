"""What a simulated device is and has: plain values that are saved as JSON and compared by digest.

``Configuration`` is all that another writer or a client can change; footage and counters live beside it,
so that a configuration can be put back without bringing deleted footage back.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct, field

from vmsguard.simulator.searching_state import Application, Searching

__all__ = [
    "Account",
    "AddressFilter",
    "Analyser",
    "AnalyticsConfiguration",
    "AudioEncoder",
    "AudioSource",
    "Configuration",
    "Device",
    "EventBroker",
    "Export",
    "Footage",
    "Job",
    "Mask",
    "MetadataConfiguration",
    "Multicast",
    "NetworkProtocol",
    "Product",
    "Profile",
    "Receiver",
    "Recording",
    "Storage",
    "Track",
    "Uplink",
    "VideoEncoder",
    "VideoSource",
    "WebRtc",
]


class Account(Struct, forbid_unknown_fields=True):
    user: str
    password: str
    level: str = "Administrator"
    """``Administrator``, ``Operator`` or ``User``."""


class Product(Struct):
    manufacturer: str
    model: str
    firmware: str
    serial: str
    hardware: str


class NetworkProtocol(Struct):
    name: str
    enabled: bool
    ports: list[int]


class VideoSource(Struct):
    token: str
    configuration: str
    thermal: bool = False
    width: int = 1920
    height: int = 1080
    polarity: str = "WhiteHot"
    """Of a sensor that measures heat."""


class Multicast(Struct):
    address: str = "239.255.0.1"
    port: int = 40000
    auto_start: bool = False


class VideoEncoder(Struct):
    token: str
    multicast: Multicast = field(default_factory=Multicast)


class AudioSource(Struct):
    """A microphone and the configuration that offers it to profiles."""

    token: str
    configuration: str


class AudioEncoder(Struct):
    token: str
    multicast: Multicast = field(default_factory=Multicast)


class MetadataConfiguration(Struct):
    token: str
    analytics: bool = True
    multicast: Multicast = field(default_factory=Multicast)
    events: bool = False
    """Events go with it, besides what analytics tell."""


class Analyser(Struct):
    """An analytics rule or module: name, qualified type, and simple parameters."""

    name: str
    type: str
    parameters: dict[str, str] = field(default_factory=dict)


class AnalyticsConfiguration(Struct):
    token: str
    rules: list[Analyser] = field(default_factory=list)
    modules: list[Analyser] = field(default_factory=list)


class Profile(Struct):
    """A media profile; an empty token means that no configuration of that kind is in it."""

    token: str
    name: str
    fixed: bool = True
    video_source: str = ""
    video_encoder: str = ""
    analytics: str = ""
    metadata: str = ""
    multicasting: bool = False
    audio_source: str = ""
    audio_encoder: str = ""


class Track(Struct):
    token: str
    type: str


class Recording(Struct):
    token: str
    source_id: str
    source_name: str
    address: str
    retention_seconds: int = 0
    """0 is unlimited, as ``PT0S`` is on the wire."""
    tracks: list[Track] = field(default_factory=list)
    target_storage: str = ""
    content: str = "continuous"
    target_strategy: str = ""
    """``External``, ``Local`` or ``Both``; left out, it is External (RecordingTargetConfiguration)."""
    target_format: str = "CMAF"
    target_prefix: str = ""
    target_segment: str = "PT10S"


class Job(Struct):
    token: str
    recording: str
    mode: str
    """``Active`` or ``Idle``: the wish; whether it records is computed."""
    source: str
    """Token of a profile, or of a receiver if ``from_receiver``."""
    from_receiver: bool = False
    priority: int = 1
    tracks: list[Track] = field(default_factory=list)
    schedule: str = ""
    """It records only while the schedule of this name is open."""
    events: list[str] = field(default_factory=list)
    """Topics; with any, it records only while ``triggered``."""
    triggered: bool = False
    auto_receiver: bool = False
    """Its receiver was made for it and goes with it."""


class Export(Struct):
    """One running export of recordings; what is deleted meanwhile goes when it ends."""

    token: str
    recordings: list[str]
    started: datetime
    ends: datetime
    begun_by: str = "ExportRecordedData"
    """The operation that began it; each has its own to ask for it and to stop it."""


class Receiver(Struct):
    token: str
    media_uri: str
    mode: str = "AlwaysConnect"


class Storage(Struct):
    token: str
    type: str
    uri: str
    user: str = ""


class Uplink(Struct):
    address: str
    status: str = "Connected"


class EventBroker(Struct):
    address: str
    topic_prefix: str = "onvif"
    metadata: bool = True
    status: str = "Connected"


class WebRtc(Struct):
    signaling_server: str
    authorization_server: str
    default_profile: str
    enabled: bool = True


class Mask(Struct):
    """A privacy mask of one video source configuration."""

    token: str
    configuration: str
    enabled: bool = True


class AddressFilter(Struct):
    """Who may reach the device: ``Allow`` only those listed, or ``Deny`` them."""

    type: str = "Allow"
    addresses: list[str] = field(default_factory=list)
    """``address/prefix``."""


class Configuration(Struct):
    protocols: list[NetworkProtocol] = field(default_factory=list)
    sources: list[VideoSource] = field(default_factory=list)
    encoders: list[VideoEncoder] = field(default_factory=list)
    metadata: list[MetadataConfiguration] = field(default_factory=list)
    analytics: list[AnalyticsConfiguration] = field(default_factory=list)
    profiles: list[Profile] = field(default_factory=list)
    microphones: list[AudioSource] = field(default_factory=list)
    audio_encoders: list[AudioEncoder] = field(default_factory=list)
    recordings: list[Recording] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    receivers: list[Receiver] = field(default_factory=list)
    storages: list[Storage] = field(default_factory=list)
    uplinks: list[Uplink] = field(default_factory=list)
    brokers: list[EventBroker] = field(default_factory=list)
    webrtc: list[WebRtc] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)
    masks: list[Mask] = field(default_factory=list)
    address_filter: AddressFilter | None = None


class Footage(Struct):
    """The data of one track: from, until (both None when it holds none), and how often a client emptied it."""

    start: datetime | None = None
    end: datetime | None = None
    purges: int = 0

    def empty(self) -> None:
        self.start = self.end = None
        self.purges += 1


class Device(Struct, kw_only=True):
    """One simulated camera or recorder with all of its inner truth."""

    id: str
    group: str
    site: str
    persona: str
    recorder: bool = False
    product: Product
    accounts: list[Account]
    auth: str = "both"
    """``none``, ``wsse``, ``digest``, or ``both`` (either is accepted)."""
    media_auth: bool = False
    """RTSP DESCRIBE and snapshots want HTTP Digest with one of the accounts."""
    clock_offset: float = 0.0
    """Seconds that its clock is ahead of the simulator's."""
    created_window: float = 30.0
    """Seconds that a WS-UsernameToken's Created may be off its clock."""
    services: list[str]
    """Names of the ONVIF services it has; see ``vmsguard.simulator.services``."""
    features: list[str] = field(default_factory=list)
    """Of ``storages webrtc brokers exports masks source-masks rtsp-over-http rtsp-over-websocket auto-start-stays``:
    what the services advertise beyond their minimum, or do differently."""
    searching: Searching = field(default_factory=Searching)
    dynamic_recordings: bool = True
    dynamic_tracks: bool = True
    rtsp_port: int = 0
    storage_path: str = ""
    revert_seconds: float = 2.0
    reboot_seconds: float = 0.0
    configuration: Configuration
    stored: Configuration | None = None
    """What a restart loads in place of the configuration, where that is not the same."""
    running_protocols: list[NetworkProtocol] = field(default_factory=list)
    """What the listening sockets follow; differs from the configuration only where a restart is needed."""
    volatile_metadata: dict[str, MetadataConfiguration] = field(default_factory=dict)
    """Metadata configurations as they were before changes without ForcePersistence: back after a restart."""
    volatile_auto_start: dict[str, bool] = field(default_factory=dict)
    """AutoStart of encoders as it was before such changes."""
    footage: dict[str, Footage] = field(default_factory=dict)
    """By ``recording/track``."""
    schedules: dict[str, bool] = field(default_factory=dict)
    """Recording schedules by token: open now or not."""
    exports: list[Export] = field(default_factory=list)
    awaiting: list[str] = field(default_factory=list)
    """Deletions that wait for an export to end: ``recording/track``, or a recording as a whole."""

    def runs(self, protocol: str) -> bool:
        return any(entry.name == protocol and entry.enabled for entry in self.running_protocols)
