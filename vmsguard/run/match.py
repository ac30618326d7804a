"""Which channels of a site's recorders show a camera: by claim, serial, MAC, or source address with port."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from msgspec import Struct

from vmsguard.model.fact_values import RecorderMatch
from vmsguard.model.inventory import ALL_CHANNELS, Camera, Inventory, Target
from vmsguard.model.manifest import Channel
from vmsguard.model.vocabulary import Role
from vmsguard.run.observe import TargetObservation

__all__ = [
    "CameraAddress",
    "RecorderChannels",
    "camera_addresses",
    "match_recorders",
    "recorder_channels",
    "same_source",
]


class CameraAddress(Struct, frozen=True):
    """Where a camera's own device serves its pictures, as far as anybody knows."""

    host: str
    port: int = 0
    serial: str = ""
    mac: str = ""


class RecorderChannels(Struct, frozen=True):
    """A recorder's channel list split into claimed ones (camera by channel) and those nobody claims."""

    recorder: str
    listed: bool
    claimed: Mapping[str, frozenset[str]]
    unclaimed: tuple[Channel, ...]


def recorder_channels(
    inventory: Inventory, observations: Mapping[str, TargetObservation], site: str | None = None
) -> dict[str, list[RecorderChannels]]:
    """Every enrolled recorder by site, or those of one site, with what its channel list says."""
    recorders = [
        target for target in inventory.targets.values() if target.role is Role.RECORDER and site in (None, target.site)
    ]
    claims: dict[str, dict[str, set[str]]] = {target.id: {} for target in recorders}
    for camera in inventory.cameras.values() if recorders else ():
        for ref in camera.endpoints:
            if ref.target in claims:
                for channel in ref.channels:
                    claims[ref.target].setdefault(channel, set()).add(camera.id)
    by_site: dict[str, list[RecorderChannels]] = {}
    for target in recorders:
        observation = observations.get(target.id)
        listed = None if observation is None else observation.listed
        claimed = claims.get(target.id, {})
        everybody = claimed.get(ALL_CHANNELS, set())
        by_site.setdefault(target.site, []).append(
            RecorderChannels(
                recorder=target.id,
                listed=listed is not None,
                claimed={channel: frozenset(cameras) for channel, cameras in claimed.items()},
                unclaimed=() if everybody else tuple(channel for channel in listed or () if channel.id not in claimed),
            )
        )
    return by_site


def camera_addresses(
    camera: Camera, targets: Mapping[str, Target], observations: Mapping[str, TargetObservation]
) -> tuple[CameraAddress, ...]:
    """Where the camera's devices serve pictures: the enrolled host, stream ports, serials and MACs."""
    found: list[CameraAddress] = []
    for ref in camera.endpoints:
        target = targets[ref.target]
        if target.role is not Role.DEVICE:
            continue
        place = urlsplit(target.url)
        host = place.hostname or ""
        stated = target.options.get("rtsp_port", "")
        observation = observations.get(target.id)
        identity = None if observation is None else observation.seen.identity
        serial = "" if identity is None else identity.serial
        if stated.isdecimal():
            found.append(CameraAddress(host, int(stated), serial))
        for channel in (observation.listed if observation is not None else None) or ():
            found.append(
                CameraAddress(channel.source_host or host, channel.source_port, channel.serial or serial, channel.mac)
            )
        # A recorder may fetch pictures over HTTP from where the device is enrolled.
        found.append(CameraAddress(host, place.port or (443 if place.scheme == "https" else 80), serial))
        if not (stated.isdecimal() or (observation is not None and observation.listed)):
            found.append(CameraAddress(host, 0, serial))
    return tuple(found)


def same_source(channel: Channel, addresses: Iterable[CameraAddress]) -> bool | None:
    """Whether a recorder's channel shows the camera at these addresses; None when that cannot be told.

    A host name and a literal address cannot be compared, nor can two ports of which one is not known:
    several cameras may sit behind one address.
    """
    answers = [_same(channel, address) for address in addresses]
    if True in answers:
        return True
    return None if not answers or None in answers else False


def _same(channel: Channel, address: CameraAddress) -> bool | None:
    """By MAC or serial where both are known; one that differs at the same address tells nothing.

    A camera has several MACs, and products write serials each in their own way.
    """
    told = [
        channel.mac.lower() == address.mac.lower() if channel.mac and address.mac else None,
        channel.serial == address.serial if channel.serial and address.serial else None,
    ]
    by_address = _same_address(channel, address)
    if True in told:
        return True
    if False in told:
        return None if by_address else False
    return by_address


def _same_address(channel: Channel, address: CameraAddress) -> bool | None:
    if not channel.source_host or not address.host:
        return None
    shown, known = _literal(channel.source_host), _literal(address.host)
    if shown is None or known is None:
        if channel.source_host.lower() != address.host.lower():
            return None
    elif shown != known:
        return False
    if not channel.source_port or not address.port:
        return None
    return channel.source_port == address.port


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address behind a literal, however it is written; None for a name."""
    try:
        found = ip_address(host.strip("[]"))
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def match_recorders(
    camera: Camera, recorders: Iterable[RecorderChannels], addresses: Iterable[CameraAddress]
) -> tuple[RecorderMatch, ...]:
    """What each recorder of the camera's site says of it; ``listed`` only where every channel could be told apart."""
    known = tuple(addresses)
    matches: list[RecorderMatch] = []
    for recorder in recorders:
        channels = {channel for channel, cameras in recorder.claimed.items() if camera.id in cameras}
        listed = recorder.listed
        for channel in recorder.unclaimed:
            same = same_source(channel, known)
            if same is None:
                listed = False
            elif same:
                channels.add(channel.id)
        matches.append(RecorderMatch(recorder.recorder, listed, tuple(sorted(channels))))
    return tuple(matches)
