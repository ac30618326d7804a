"""Where the core may look for itself: the RTSP port, the snapshot address, visible files of a recorder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from vmsguard.model.inventory import Target
from vmsguard.model.manifest import WitnessPoint
from vmsguard.model.vocabulary import Role
from vmsguard_onvif.addresses import StreamAddress
from vmsguard_onvif.session import Session

__all__ = ["Places", "points"]


@dataclass
class Places:
    """Addresses seen during a session; remembered, because a device stops naming them once it is silent."""

    streams: dict[str, StreamAddress] = field(default_factory=dict)
    snapshots: dict[str, StreamAddress] = field(default_factory=dict)
    recordings: set[str] = field(default_factory=set)
    """Channels of a recorder that have a recording, and so a place for files."""
    rtsp_port: int = 0


def points(target: Target, session: Session, places: Places, channel: str) -> Iterator[WitnessPoint]:
    """Probes of one channel, always at the enrolled host: what a device says of its host is never followed."""
    stream = places.streams.get(channel)
    port = _rtsp_port(target, stream, places)
    if port:
        path = stream.path if stream is not None and stream.scheme == "rtsp" else "/"
        for kind, asked in (("rtsp", path), ("tcp", "")):
            yield WitnessPoint(
                kind=kind, proves="stream.answers", channel=channel, host=session.host, port=port, path=asked
            )
    snapshot = places.snapshots.get(channel)
    if snapshot is not None:
        yield WitnessPoint(
            kind="http",
            proves="snapshot.answers",
            channel=channel,
            host=session.host,
            port=session.port,
            path=snapshot.path,
        )
    if target.role is Role.RECORDER and target.options.get("storage_path") and channel in places.recordings:
        for proves in ("footage.grows", "footage.files"):
            yield WitnessPoint(kind="file", proves=proves, channel=channel, path=channel)


def _rtsp_port(target: Target, stream: StreamAddress | None, places: Places) -> int:
    told = target.options.get("rtsp_port", "")
    if told.isdigit():
        return int(told)
    if stream is not None and stream.scheme == "rtsp":
        return stream.port
    return places.rtsp_port
