"""Random cameras of every character and shape, what is really so in them, and which verdicts that makes false."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from vmsguard.simulator import Simulator
from vmsguard.simulator.device_state import Device, Recording
from vmsguard.simulator.footage import footage_key
from vmsguard.simulator.job_state import delivers, running_recordings
from vmsguard.simulator.personas import PERSONAS, SHAPES

__all__ = ["false_passes", "passes", "random_groups", "settle_at_random", "truths"]

Truths = Mapping[tuple[str, str], Mapping[str, bool]]
"""By camera and channel (none: any of them), by control: whether what it forbids is so."""

_CHARACTERS = sorted(set(PERSONAS) - set(SHAPES))
_ANALYSERS = (
    "tt:FaceRecognition",
    "tt:LineDetector",
    "tt:CellMotionDetector",
    "tt:FaceDetector",
    "tt:ObjectDetection",
    "acme:FaceRecognitionDetector",
)
_ATTRIBUTES = {
    "country": "KR",
    "modality": "thermal",
    "visible_face_capture": True,
    "purpose": "fever-screening",
    "space": "public",
    "operator": "public-institution",
}


def _persona(random: Random) -> str:
    parts = [random.choice(sorted(SHAPES))] if random.random() < 0.3 else []
    parts += random.sample(_CHARACTERS, 2 if random.random() < 0.2 else 1)
    return "+".join(parts)


def _analysers(random: Random) -> list[str]:
    return random.sample(_ANALYSERS, random.choice([0, 0, 1, 2]))


def _addresses(random: Random, *addresses: str) -> list[str] | None:
    return random.choice([None, [], list(addresses)])


def _recordings(random: Random) -> dict[str, Any] | None:
    if random.random() < 0.1:
        return None
    return {
        "active": random.random() < 0.7,
        "history_hours": random.choice([0.0, 72.0]),
        "retention_seconds": random.choice([0, 3600, 86400]),
        "jobs": random.choice([1, 1, 2]),
        "triggers": random.choice([[], [], ["event"], ["schedule"]]),
    }


def random_groups(random: Random, count: int) -> list[dict[str, Any]]:
    """Groups of one camera each, for one site."""
    return [_group(random, number) for number in range(1, count + 1)]


def _group(random: Random, number: int) -> dict[str, Any]:
    recordings = _recordings(random)
    storages = random.choice([None, [], [{"uri": "nfs://192.0.2.7/share", "used": recordings is not None}]])
    analytics = random.random() < 0.9
    without = random.choice([[], [], [], ["media2"], ["search"]])
    # WebRTC is set up through Media2 and nowhere else.
    webrtc = None if "media2" in without else _addresses(random, "wss://192.0.2.8/signal")
    return {
        "id": f"cam-{number:03}",
        "name": f"group-{number:03}",
        "persona": _persona(random),
        "attributes": _ATTRIBUTES,
        "thermal": random.random() < 0.5,
        "channels": random.choice([1, 1, 1, 2]),
        "rtsp": random.random() < 0.6,
        "rules": _analysers(random) if analytics else None,
        "modules": _analysers(random) if analytics else None,
        "recordings": recordings,
        "storages": storages,
        "webrtc": webrtc,
        "brokers": _addresses(random, "mqtts://192.0.2.9:8883"),
        "uplinks": _addresses(random, "https://192.0.2.10/uplink"),
        "multicast": random.random() < 0.2,
        "audio": random.random() < 0.2,
        "tunnels": random.choice([[], [], ["http"], ["websocket"]]),
        "without": without,
        "auth": random.choice(["wsse", "digest", "both", "none"]),
        "media_auth": random.random() < 0.3,
        "revert_seconds": random.choice([0.0, 2.0]),
    }


def settle_at_random(random: Random, simulator: Simulator) -> None:
    """Bring the inside of some devices to where a policy wants it, and that of others half way."""
    for camera in sorted(simulator.ids()):
        device = simulator.camera(camera).state
        have = device.configuration
        share = random.choice([0.0, 0.5, 1.0])

        def chosen(share: float = share) -> bool:
            return random.random() < share

        for job in have.jobs:
            job.mode = "Idle" if chosen() else job.mode
        for profile in have.profiles:
            profile.video_source = "" if chosen() else profile.video_source
            profile.multicasting = profile.multicasting and not chosen()
        for footage in device.footage.values():
            if chosen():
                footage.start = footage.end = None
        for recording in have.recordings:
            recording.target_storage = "" if chosen() else recording.target_storage
        have.storages = [] if chosen() else have.storages
        have.webrtc, have.brokers = [[] if chosen() else have.webrtc, [] if chosen() else have.brokers]
        for known in have.analytics:
            known.rules, known.modules = [[] if chosen() else known.rules, [] if chosen() else known.modules]
        for protocol in have.protocols:
            # The socket stays open: as set is not as running.
            protocol.enabled = protocol.enabled and not (protocol.name == "RTSP" and chosen())


def truths(simulator: Simulator) -> Truths:
    """Whether what each control forbids is so, inside."""
    told: dict[tuple[str, str], Mapping[str, bool]] = {}
    for camera in simulator.ids():
        sources = simulator.camera(camera).state.configuration.sources
        each = {source.token: _forbidden(simulator, camera, number) for number, source in enumerate(sources)}
        told |= {(camera, channel): forbidden for channel, forbidden in each.items()}
        told[camera, ""] = {
            control: any(forbidden[control] for forbidden in each.values()) for control in next(iter(each.values()), {})
        }
    return told


def _forbidden(simulator: Simulator, camera: str, number: int) -> Mapping[str, bool]:
    """Of the channel that was built as this one, whatever its profile holds by now."""
    inside = simulator.camera(camera)
    truth, device = inside.truth, inside.state
    have = device.configuration
    profile = have.profiles[number]
    recordings = [entry for entry in have.recordings if entry.source_name == f"channel {number + 1}"]
    running = running_recordings(device, simulator)
    records = any(entry.token in running for entry in recordings)
    tokens = {storage.token for storage in have.storages}
    uploads = records and any(entry.target_storage in tokens for entry in recordings)
    analysers = [entry for known in have.analytics[number : number + 1] for entry in (*known.rules, *known.modules)]
    recognises = any("facerecognition" in entry.type.lower() for entry in analysers)
    streams = delivers(profile) and (truth.streams or profile.multicasting)
    return {
        "storage.edge.off": records,
        "storage.external.off": uploads,
        "storage.residue.empty": any(_lasts(device, entry) for entry in recordings),
        "transmission.stream.off": streams or bool(profile.video_source) or bool(truth.webrtc),
        "transmission.push.off": bool(truth.brokers) or uploads,
        "transmission.cloud.off": bool(truth.uplinks),
        "analytics.face.identify.off": recognises,
        "analytics.face.identify.not_installed": recognises,
    }


def _lasts(device: Device, recording: Recording) -> bool:
    """Whether it holds data from before that lasts.

    A track that ends where it starts is how an empty one has to be told; what is newer than a deletion is the
    matter of storing, not of what it left.
    """
    found = (device.footage.get(footage_key(recording.token, track.token)) for track in recording.tracks)
    return any(data.start and data.end and data.end > data.start and not data.purges for data in found if data)


def false_passes(answer: Any, inside: Truths) -> Iterator[tuple[str, str, str, str]]:
    """Camera, channel, control and reason of each verdict that calls fulfilled what is not so."""
    for result in answer.json["results"]:
        place = result["camera"], result["channel"]
        if result["verdict"] in {"pass", "not_applicable"} and inside[place].get(result["control"], False):
            yield *place, result["control"], result["reason"]


def passes(answer: Any) -> int:
    """How many of the judged controls passed: a run without any proves nothing."""
    judged = {"storage.edge.off", "storage.residue.empty", "transmission.stream.off", "analytics.face.identify.off"}
    return sum(result["verdict"] == "pass" and result["control"] in judged for result in answer.json["results"])
