"""What is really so inside a device, whatever it says; and one digest over all that a client could change."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

import msgspec

from vmsguard.simulator.call import World
from vmsguard.simulator.device_state import Analyser, Device
from vmsguard.simulator.footage import recording_span
from vmsguard.simulator.job_state import delivers, running_recordings
from vmsguard.simulator.searching_state import RECOGNITION, recognises

__all__ = ["Truth", "inner_digest", "look_inside"]


_TUNNELS = frozenset({"rtsp-over-http", "rtsp-over-websocket"})


@dataclass(frozen=True)
class Truth:
    """The inner state of one device at one moment."""

    records: bool
    """Some job writes pictures now."""
    streams: bool
    """Its RTSP port is open, or RTSP goes through its HTTP port, and some profile has a picture."""
    snapshots: bool
    multicasts: bool
    hears: bool
    """Some profile takes in sound."""
    recognises: bool
    """Some rule, module or running application recognises faces, or something that no list shows does."""
    rules: tuple[str, ...]
    """Names, over all analytics configurations."""
    modules: tuple[str, ...]
    jobs: dict[str, str]
    """Mode by job."""
    footage: int
    """Recordings that hold data."""
    footage_from: datetime | None
    footage_until: datetime | None
    exports: tuple[str, ...]
    """Tokens of exports that run."""
    segments: int
    """Files it has written, where it writes files."""
    storages: tuple[str, ...]
    uplinks: tuple[str, ...]
    brokers: tuple[str, ...]
    webrtc: tuple[str, ...]
    """Signaling servers that are enabled."""


def look_inside(device: Device, world: World, *, listening: bool, segments: int) -> Truth:
    have = device.configuration
    spans = [span for recording in have.recordings if (span := recording_span(device, recording)) is not None]
    analysers = [entry for known in have.analytics for entry in (*known.rules, *known.modules)]
    running = running_recordings(device, world)
    streaming = [profile for profile in have.profiles if delivers(profile)]
    return Truth(
        records=any(recording.token in running for recording in have.recordings),
        streams=bool(streaming) and (listening or bool(_TUNNELS & set(device.features))),
        snapshots=any(profile.video_source for profile in have.profiles),
        multicasts=any(profile.multicasting for profile in streaming),
        hears=any(profile.audio_source or profile.audio_encoder for profile in have.profiles),
        recognises=_recognises(device, analysers),
        rules=tuple(rule.name for known in have.analytics for rule in known.rules),
        modules=tuple(module.name for known in have.analytics for module in known.modules),
        jobs={job.token: job.mode for job in have.jobs},
        footage=len(spans),
        footage_from=min((span[0] for span in spans), default=None),
        footage_until=max((span[1] for span in spans), default=None),
        exports=tuple(export.token for export in device.exports if export.ends > world.now()),
        segments=segments,
        storages=tuple(storage.token for storage in have.storages),
        uplinks=tuple(uplink.address for uplink in have.uplinks),
        brokers=tuple(broker.address for broker in have.brokers),
        webrtc=tuple(entry.signaling_server for entry in have.webrtc if entry.enabled),
    )


def _recognises(device: Device, analysers: list[Analyser]) -> bool:
    supported = device.searching.supported
    return (
        any(recognises(entry.type, supported) for entry in analysers)
        or any(program.active and program.does == RECOGNITION for program in device.configuration.applications)
        or device.searching.recognises_unlisted
    )


def inner_digest(device: Device) -> str:
    """SHA-256 over configuration, running sockets, accounts and deletions; times and growing footage are left out."""
    purges = {key: footage.purges for key, footage in sorted(device.footage.items()) if footage.purges}
    parts = (device.id, device.configuration, device.running_protocols, device.stored, device.accounts, purges)
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()
