"""What captured devices have and lack; they behave by the book, so that any character fits them."""

from __future__ import annotations

from typing import ClassVar

from msgspec.structs import replace

from vmsguard.simulator.device_state import Analyser, Device, Footage, Track
from vmsguard.simulator.footage import footage_key
from vmsguard.simulator.personas.persona import Persona
from vmsguard.simulator.searching_state import Sample, SupportedType
from vmsguard.simulator.services.analytics import FIXED

__all__ = [
    "AnnouncesFaces",
    "FixedRecordings",
    "KeepsFacesElsewhere",
    "OneRecordingTwoPorts",
    "RecordsByItsOwnPages",
    "SdCard",
    "SeesFaces",
]


class FixedRecordings(Persona):
    """A Bosch camera: neither recordings nor tracks can be deleted, and a rule has the name its operator gave it."""

    name: ClassVar[str] = "bosch-like"

    def shape(self, device: Device) -> None:
        device.dynamic_tracks = device.dynamic_recordings = False
        for known in device.configuration.analytics[:1]:
            known.rules.append(Analyser("Entering field 4", "tt:LineDetector"))


class OneRecordingTwoPorts(Persona):
    """A Milesight camera: one recording, one job, nothing to delete, and HTTP listed with the ports 80 and 0."""

    name: ClassVar[str] = "milesight-like"

    def shape(self, device: Device) -> None:
        device.dynamic_tracks = device.dynamic_recordings = False
        have = device.configuration
        del have.recordings[1:]
        del have.jobs[1:]
        kept = {
            footage_key(recording.token, track.token) for recording in have.recordings for track in recording.tracks
        }
        device.footage = {key: footage for key, footage in device.footage.items() if key in kept}
        for protocol in (*have.protocols, *device.running_protocols):
            if protocol.name == "HTTP":
                protocol.ports = [*protocol.ports[:1], 0]


class SdCard(Persona):
    """A camera with a card: an hour of retention, three tracks, and one job of priority 9 for each recording."""

    name: ClassVar[str] = "sd-card"
    _TRACKS: ClassVar = (Track("VIDEO001", "Video"), Track("AUDIO001", "Audio"), Track("META001", "Metadata"))

    def shape(self, device: Device) -> None:
        have = device.configuration
        for number, recording in enumerate(have.recordings, start=1):
            # The card bears the day it was formatted on.
            token = f"SD_DISK_20260101_{number:06}"
            spans = [device.footage.pop(footage_key(recording.token, track.token)) for track in recording.tracks]
            for job in have.jobs:
                if job.recording == recording.token:
                    job.recording, job.priority = token, 9
                    job.tracks = [replace(track) for track in self._TRACKS]
            recording.token, recording.retention_seconds = token, 3600
            recording.tracks = [replace(track) for track in self._TRACKS]
            span = spans[0] if spans else Footage()
            for track in recording.tracks:
                device.footage[footage_key(token, track.token)] = replace(span)


class SeesFaces(Persona):
    """A Hanwha camera: its one detector tells people, heads and faces apart, and no rule has to be set for that."""

    name: ClassVar[str] = "wise-ai"

    def shape(self, device: Device) -> None:
        for known in device.configuration.analytics:
            classes = {"ClassFilter": "Person Face Vehicle LicensePlate"}
            known.modules.append(Analyser("WiseAI", "tnssamsung:WiseAI", classes))
        if device.configuration.analytics:
            sample = Sample(classes=["Human", "Head", "Face"], face=[])
            topics = ["tns1:OpenApp/WiseAI/ObjectDetection"]
            device.searching.supported.append(SupportedType("tnssamsung:WiseAI", "module", topics, sample=sample))
        device.features.append(FIXED)


class KeepsFacesElsewhere(Persona):
    """A Hikvision camera: modules for motion, lines, fields and tampering, and what it does with faces in no list."""

    name: ClassVar[str] = "hikvision-like"
    _MODULES: ClassVar = (
        ("MyCellMotionModule", "tt:CellMotionEngine"),
        ("MyLineDetectorModule", "tt:LineDetectorEngine"),
        ("MyFieldDetectorModule", "tt:FieldDetectorEngine"),
        ("MyTamperDetecModule", "hikxsd:TamperEngine"),
    )

    def shape(self, device: Device) -> None:
        device.product.manufacturer = "HIKVISION"
        for known in device.configuration.analytics:
            known.modules += [Analyser(name, kind) for name, kind in self._MODULES]


class AnnouncesFaces(Persona):
    """A Reolink camera: faces are an event beside those of people, vehicles and animals, and no rule explains it."""

    name: ClassVar[str] = "reolink-like"

    def shape(self, device: Device) -> None:
        kinds = ("FaceDetect", "PeopleDetect", "VehicleDetect", "DogCatDetect", "Visitor", "Package")
        device.searching.announces += [f"tns1:RuleEngine/MyRuleDetector/{kind}" for kind in kinds]


class RecordsByItsOwnPages(Persona):
    """A camera that records to its card as its own pages say, and has no Profile G: no service of ONVIF shows it."""

    name: ClassVar[str] = "records-by-own-pages"

    def shape(self, device: Device) -> None:
        kept = set(device.services) - {"recording", "search", "replay"}
        device.services = [name for name in device.services if name in kept]
