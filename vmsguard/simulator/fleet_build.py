"""From a fleet to its devices: one honest construction, then the persona's own shape."""

from __future__ import annotations

import random
from collections.abc import Callable
from copy import deepcopy
from datetime import datetime, timedelta

from vmsguard.errors import ConfigError
from vmsguard.simulator.device_state import (
    Account,
    AddressFilter,
    Analyser,
    AnalyticsConfiguration,
    AudioEncoder,
    AudioSource,
    Configuration,
    Device,
    EventBroker,
    Export,
    Footage,
    Job,
    Mask,
    MetadataConfiguration,
    Multicast,
    NetworkProtocol,
    Product,
    Profile,
    Receiver,
    Recording,
    Storage,
    Track,
    Uplink,
    VideoEncoder,
    VideoSource,
    WebRtc,
)
from vmsguard.simulator.fleet_file import (
    AnalyserSetup,
    Fleet,
    Group,
    RecorderSetup,
    StorageSetup,
    camera_ids,
    group_name,
)
from vmsguard.simulator.footage import footage_key
from vmsguard.simulator.personas import persona_named
from vmsguard.simulator.ports import HOST

__all__ = ["build_devices"]

_CAMERA_TRACKS = (Track("VIDEO001", "Video"), Track("META001", "Metadata"))
_AUDIO_TRACK = Track("AUDIO001", "Audio")
_RECORDER_TRACKS = (Track("VIDEO001", "Video"),)


def build_devices(
    fleet: Fleet, now: datetime, seed: int, free_port: Callable[[], int], http_port: int
) -> dict[str, Device]:
    """All devices by id, recorders last; the same seed gives the same serial numbers."""
    source = random.Random(seed)  # noqa: S311 - serial numbers, not secrets
    devices: dict[str, Device] = {}
    pulled: dict[str, list[tuple[Device, Group]]] = {recorder.id: [] for recorder in fleet.recorders}
    for group in fleet.groups:
        for camera_id in camera_ids(group):
            needs_port = group.rtsp or bool(group.recorder)
            camera = _camera(camera_id, group, fleet, now, source, free_port() if needs_port else 0)
            _add(devices, camera, http_port)
            if group.recorder:
                pulled[group.recorder].append((camera, group))
    for setup in fleet.recorders:
        recorder = _recorder(setup, fleet, now, source, [camera for camera, _ in pulled[setup.id]])
        _add(devices, recorder, http_port)
    return devices


def _add(devices: dict[str, Device], device: Device, http_port: int) -> None:
    if device.id in devices:
        raise ConfigError(f"two devices have the id {device.id!r}")
    for protocol in (*device.configuration.protocols, *device.running_protocols):
        if protocol.name == "HTTP":
            protocol.ports = [http_port]
    persona_named(device.persona).shape(device)
    devices[device.id] = device


def _product(source: random.Random, model: str, persona: str) -> Product:
    serial = f"{source.getrandbits(48):012X}"
    return Product("vmsguard", f"{model} ({persona})", "1.4.2", serial, model.replace(" ", "-"))


def _accounts(users: list[Account], fleet: Fleet) -> list[Account]:
    return [Account(account.user, account.password, account.level) for account in (users or fleet.accounts)]


def _protocols(rtsp: bool, rtsp_port: int) -> list[NetworkProtocol]:
    return [
        NetworkProtocol("HTTP", True, [80]),
        NetworkProtocol("HTTPS", False, [443]),
        NetworkProtocol("RTSP", rtsp, [rtsp_port or 554]),
    ]


def _analyser(entry: str | AnalyserSetup, number: int) -> Analyser:
    setup = AnalyserSetup(entry) if isinstance(entry, str) else entry
    name = setup.name or f"{setup.type.rpartition(':')[2]}-{number}"
    return Analyser(name, setup.type, dict(setup.parameters))


def _is_thermal(group: Group, number: int) -> bool:
    return group.thermal if isinstance(group.thermal, bool) else number in group.thermal


def _services(group: Group) -> list[str]:
    have = ["device", "media", "media2", "events"]
    have += ["analytics"] if group.rules is not None or group.modules is not None else []
    have += ["recording", "search", "replay"] if group.recordings is not None else []
    have += ["uplink"] if group.uplinks is not None else []
    have += ["thermal"] if group.thermal else []
    have += ["appmgmt"] if group.applications is not None else []
    have += ["credential"] if group.searching.credentials is not None else []
    have += ["authentication"] if group.searching.levels is not None else []
    return [name for name in have if name not in group.without]


def _camera(camera_id: str, group: Group, fleet: Fleet, now: datetime, source: random.Random, rtsp_port: int) -> Device:
    thermal = bool(group.thermal)
    features = [
        name
        for name, given in (
            ("storages", group.storages),
            ("webrtc", group.webrtc),
            ("brokers", group.brokers),
            ("masks", group.masks),
            ("exports", group.recordings and group.recordings.export_seconds),
        )
        if given is not None
    ]
    features += [f"rtsp-over-{tunnel}" for tunnel in group.tunnels]
    device = Device(
        id=camera_id,
        group=group_name(group),
        site=group.site,
        persona=group.persona,
        product=_product(source, "thermal camera" if thermal else "camera", group.persona),
        accounts=_accounts(group.users, fleet),
        auth=group.auth,
        media_auth=group.media_auth,
        clock_offset=group.clock_offset,
        created_window=group.created_window,
        services=_services(group),
        features=features,
        rtsp_port=rtsp_port,
        revert_seconds=group.revert_seconds,
        reboot_seconds=group.reboot_seconds,
        configuration=Configuration(protocols=_protocols(group.rtsp, rtsp_port)),
        running_protocols=_protocols(group.rtsp, rtsp_port),
    )
    _add_storages(device.configuration, group)
    device.searching = deepcopy(group.searching)
    device.configuration.applications = deepcopy(group.applications or [])
    for number in range(1, group.channels + 1):
        _add_channel(device, group, number, now)
    _add_export(device, group, now)
    _add_connections(device.configuration, group)
    return device


def _add_channel(device: Device, group: Group, number: int, now: datetime) -> None:
    have = device.configuration
    thermal = _is_thermal(group, number)
    size = (640, 480) if thermal else (1920, 1080)
    have.sources.append(VideoSource(f"source-{number}", f"source-config-{number}", thermal, *size))
    stream = Multicast(f"239.255.0.{number}", 40000 + 2 * number, group.multicast)
    have.encoders.append(VideoEncoder(f"encoder-{number}", stream))
    have.metadata.append(
        MetadataConfiguration(f"metadata-{number}", True, Multicast(f"239.255.1.{number}", 50000 + 2 * number))
    )
    have.masks += [
        Mask(f"mask-{number}-{place}", f"source-config-{number}", on)
        for place, on in enumerate(group.masks or [], start=1)
    ]
    analytics = ""
    if "analytics" in device.services:
        analytics = f"analytics-{number}"
        rules = [_analyser(entry, place) for place, entry in enumerate(group.rules or [], start=1)]
        modules = [_analyser(entry, place) for place, entry in enumerate(group.modules or [], start=1)]
        have.analytics.append(AnalyticsConfiguration(analytics, rules, modules))
    have.profiles.append(
        Profile(
            f"profile-{number}",
            f"channel {number}",
            video_source=f"source-config-{number}",
            video_encoder=f"encoder-{number}",
            analytics=analytics,
            metadata=f"metadata-{number}",
            multicasting=group.multicast,
        )
    )
    if group.audio:
        have.microphones.append(AudioSource(f"microphone-{number}", f"microphone-config-{number}"))
        stream = Multicast(f"239.255.2.{number}", 60000 + 2 * number, group.multicast)
        have.audio_encoders.append(AudioEncoder(f"audio-encoder-{number}", stream))
        have.profiles[-1].audio_source = f"microphone-config-{number}"
        have.profiles[-1].audio_encoder = f"audio-encoder-{number}"
    if group.recordings is not None:
        _add_recording(device, group, number, now)


def _add_recording(device: Device, group: Group, number: int, now: datetime) -> None:
    setup = group.recordings
    assert setup is not None
    have = device.configuration
    tracks = (*_CAMERA_TRACKS, _AUDIO_TRACK) if group.audio else _CAMERA_TRACKS
    used = [
        (storage.token, entry.strategy)
        for storage, entry in zip(have.storages, group.storages or [], strict=True)
        if isinstance(entry, StorageSetup) and entry.used
    ]
    recording = Recording(
        token=f"recording-{number}",
        source_id=f"urn:vmsguard:source:{device.id}:{number}",
        source_name=f"channel {number}",
        address="http://www.onvif.org/ver10/schema/Profile",
        retention_seconds=setup.retention_seconds,
        tracks=[Track(track.token, track.type) for track in tracks],
        target_storage=used[0][0] if used else "",
        target_strategy=used[0][1] if used else "",
    )
    have.recordings.append(recording)
    for place in range(1, setup.jobs + 1):
        trigger = setup.triggers[place - 1] if place <= len(setup.triggers) else "continuous"
        if trigger == "schedule":
            device.schedules.setdefault("schedule-1", False)
        have.jobs.append(
            Job(
                token=f"job-{number}" if place == 1 else f"job-{number}-{place}",
                recording=recording.token,
                mode="Active" if setup.active else "Idle",
                source=f"profile-{number}",
                priority=setup.jobs + 1 - place,
                tracks=[Track(track.token, track.type) for track in tracks],
                schedule="schedule-1" if trigger == "schedule" else "",
                events=["tns1:RuleEngine/CellMotionDetector/Motion"] if trigger == "event" else [],
            )
        )
    _add_history(device, recording, setup.history_hours, now)


def _add_export(device: Device, group: Group, now: datetime) -> None:
    seconds = group.recordings.export_seconds if group.recordings is not None else None
    recordings = [recording.token for recording in device.configuration.recordings]
    if seconds and recordings:
        device.exports.append(Export("export-1", recordings, now, now + timedelta(seconds=seconds)))


def _add_history(device: Device, recording: Recording, hours: float, now: datetime) -> None:
    for track in recording.tracks:
        footage = Footage(now - timedelta(hours=hours), now) if hours > 0 else Footage()
        device.footage[footage_key(recording.token, track.token)] = footage


def _add_storages(have: Configuration, group: Group) -> None:
    for number, entry in enumerate(group.storages or [], start=1):
        setup = StorageSetup(entry) if isinstance(entry, str) else entry
        have.storages.append(Storage(f"storage-{number}", setup.type, setup.uri, setup.user))


def _add_connections(have: Configuration, group: Group) -> None:
    have.address_filter = None if group.allowed is None else AddressFilter("Allow", list(group.allowed))
    have.uplinks += [Uplink(address) for address in group.uplinks or []]
    have.brokers += [EventBroker(address) for address in group.brokers or []]
    have.webrtc += [
        WebRtc(server, f"authorization-{number}", have.profiles[0].token)
        for number, server in enumerate(group.webrtc or [], start=1)
    ]


def _recorder(
    setup: RecorderSetup, fleet: Fleet, now: datetime, source: random.Random, cameras: list[Device]
) -> Device:
    device = Device(
        id=setup.id,
        group="recorders",
        site=setup.site,
        persona=setup.persona,
        recorder=True,
        product=_product(source, "recorder", setup.persona),
        accounts=_accounts(setup.users, fleet),
        auth=setup.auth,
        clock_offset=setup.clock_offset,
        created_window=setup.created_window,
        services=["device", "recording", "search", "replay", "receiver", "events"],
        storage_path=setup.storage_path,
        revert_seconds=setup.revert_seconds,
        reboot_seconds=setup.reboot_seconds,
        configuration=Configuration(protocols=_protocols(False, 0)),
        running_protocols=_protocols(False, 0),
    )
    for camera in cameras:
        for profile in camera.configuration.profiles:
            _add_pulled_channel(device, camera, profile, setup, now)
    return device


def _add_pulled_channel(
    recorder: Device, camera: Device, profile: Profile, setup: RecorderSetup, now: datetime
) -> None:
    have = recorder.configuration
    number = len(have.recordings) + 1
    uri = f"rtsp://{HOST}:{camera.rtsp_port}/{profile.token}"
    have.receivers.append(Receiver(f"receiver-{number}", uri))
    recording = Recording(
        token=f"recording-{number}",
        source_id=f"urn:vmsguard:channel:{recorder.id}:{number}",
        source_name=f"input {number}",
        address=uri,
        retention_seconds=setup.retention_seconds,
        tracks=[Track(track.token, track.type) for track in _RECORDER_TRACKS],
    )
    have.recordings.append(recording)
    have.jobs.append(
        Job(
            token=f"job-{number}",
            recording=recording.token,
            mode="Active",
            source=f"receiver-{number}",
            from_receiver=True,
            tracks=[Track(track.token, track.type) for track in _RECORDER_TRACKS],
        )
    )
    _add_history(recorder, recording, setup.history_hours, now)
