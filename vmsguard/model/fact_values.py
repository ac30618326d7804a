"""The value types of structured facts: what the items of each list say, in the field's words."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

__all__ = [
    "Account",
    "AnalyticsFunction",
    "AnnouncedDeletion",
    "AudioSource",
    "CloudLink",
    "DeletionMethod",
    "ExportJob",
    "ExternalDestination",
    "FaceLibrary",
    "MetadataStream",
    "PrivacyMask",
    "PushDestination",
    "RecognitionConsumer",
    "RecognitionSubscription",
    "RecorderMatch",
    "RecordingJob",
    "RetentionSetting",
    "Store",
    "StoredRecording",
    "StreamService",
    "VerifiedDeletion",
]


class RecordingJob(Struct, frozen=True):
    """One thing that writes pictures, or would: an ONVIF recording job, a VMS monitor's recording mode."""

    id: str
    active: bool | None
    """In layer ``stored``: is it set to record. In layer ``runtime``: does it. None: the device did not say."""
    trigger: str = "continuous"
    """``continuous``, ``event``, ``schedule`` or ``manual``: event-driven jobs write later, not never."""
    recording: str = ""
    """The recording it writes to, where the product has such a thing."""


class StoredRecording(Struct, frozen=True):
    """One container of footage; times in UTC, None where the device did not say."""

    id: str
    store: str
    start: datetime | None
    end: datetime | None
    empty: bool = False
    open: bool = False
    """Still being written."""
    locked: bool = False
    """Archived or protected from deletion by the product."""


class Store(Struct, frozen=True):
    """One place on or behind a target where personal data lies."""

    id: str
    kind: str
    """``footage snapshots thumbnails trash temperature-log entry-log face-records metadata exports destination``."""


class ExternalDestination(Struct, frozen=True):
    """A place outside the device that a device writes recordings to; never a URI, which may hold a user name."""

    id: str
    kind: str
    in_use: bool | None = None


class StreamService(Struct, frozen=True):
    """One way in which live media leaves on request."""

    id: str
    kind: str
    """``rtsp rtsps http snapshot multicast webrtc hls srt``."""
    enabled: bool | None
    encrypted: bool = False
    probed: bool = False
    """A witness point of the channel goes to this very service, whatever its kind: its refusal is the service's."""


class PushDestination(Struct, frozen=True):
    """One place a device sends pictures or picture-derived metadata to by itself."""

    id: str
    kind: str
    """``email ftp http mqtt upload multicast-metadata command pipe``."""
    enabled: bool | None


class CloudLink(Struct, frozen=True):
    """A connection the device opens to a vendor cloud, uplink or peer-to-peer service."""

    id: str
    kind: str
    connected: bool | None


class AnalyticsFunction(Struct, frozen=True):
    """One rule, module or application that looks at pictures."""

    id: str
    kind: str
    """``rule module application hook metadata``; ``search`` of recordings, faces as ``credential`` of a door, and
    ``event`` for what only the topic of an event shows."""
    type: str
    """The product's own type name, local part."""
    task: str
    """``face-detection face-identification face-verification face-attributes emotion biometric-categorisation
    body-temperature other unclassified``. ``face-attributes`` is a function of which nobody said which
    attributes it tells: it may infer moods and categories too."""
    enabled: bool | None
    keeps_pictures: bool | None = None
    other_classes: bool | None = None
    """True: its filter of object classes also names things that are no faces, so that faces can be taken out of it.
    None: it has no such filter, or does not show it."""


class FaceLibrary(Struct, frozen=True):
    """A gallery of enrolled faces, as a count; names and pictures are dropped where they are read."""

    id: str
    count: int
    purpose: str = ""
    """``verify-1to1``, ``identify`` or empty."""
    oldest_enrolled: datetime | None = None
    """When the entry that is there longest was enrolled; None where the product does not say."""


class RecognitionConsumer(Struct, frozen=True):
    """Something that receives this camera's pictures and recognises faces in them."""

    id: str
    kind: str
    connected: bool | None


class RecognitionSubscription(Struct, frozen=True):
    """Recognition results that a system takes in from elsewhere: events of cameras, servers or services."""

    id: str
    source: str
    """What it takes them from: ``camera server service``; never an address."""
    enabled: bool | None


class MetadataStream(Struct, frozen=True):
    """One stream or store of metadata derived from pictures."""

    id: str
    enabled: bool | None
    human_attributes: tuple[str, ...] | None
    """The names of elements it carries that describe a person, such as ``Age`` or ``Temperature``; never
    their values. None: nobody said what it carries."""


class AudioSource(Struct, frozen=True):
    """One thing that takes in, encodes or records sound; muted is not off."""

    id: str
    kind: str
    """``microphone encoder track``."""
    attached_to: str = ""
    """``profile`` or ``recording``: what takes sound from it, muted or not; empty: nothing does."""
    enabled: bool | None = None
    """Sound is taken in. None: the device did not say."""


class PrivacyMask(Struct, frozen=True):
    """One area of the view that is covered; its outline is never read."""

    id: str
    enabled: bool | None
    every_stream: bool | None
    """It covers every stream and recording of the channel, not only one. None: the device did not say."""


class ExportJob(Struct, frozen=True):
    """One job that takes data out of the system."""

    id: str
    contents: str
    """``footage snapshots metadata face-crops face-set unclassified``."""
    running: bool | None
    """False: it is finished or switched off. None: the device did not say."""


class DeletionMethod(Struct, frozen=True):
    """How a store deletes."""

    store: str
    method: str
    """``index-only`` (the entry goes, the data stay until overwritten, as in ring buffers),
    ``file-system-delete overwrite crypto-erase`` or ``unclassified``."""


class AnnouncedDeletion(Struct, frozen=True):
    """A deletion of footage that a target told of by itself, while somebody listened: its word, and no proof."""

    id: str
    """The recording."""
    track: str = ""
    start: datetime | None = None
    until: datetime | None = None
    """What was taken from ``start`` until then is said to be gone; None where the target did not say."""
    at: datetime | None = None
    """When, by the target's own clock."""


class RetentionSetting(Struct, frozen=True):
    """How long a store keeps footage; ``seconds`` is None for unlimited (ONVIF writes PT0S for that)."""

    store: str
    seconds: int | None


class Account(Struct, frozen=True):
    """An account on a target as an opaque id and its level; never its name."""

    id: str
    level: str
    default: bool = False


class RecorderMatch(Struct, frozen=True):
    """What one enrolled recorder of a site says about a camera, derived by the core from the channel list."""

    recorder: str
    listed: bool
    """The recorder's channels were read completely, each with a source that can be compared."""
    channels: tuple[str, ...] = ()
    """The recorder's channels that show this camera."""


class VerifiedDeletion(Struct, frozen=True):
    """The last deletion that a read-back proved, from the ledger."""

    store: str
    cutoff: datetime
    """All that was stored before it is gone."""
    ended: datetime
    observed: bool = False
    left: int = 0
    """Recordings that a hold kept; above zero it was no deletion of all there was."""
