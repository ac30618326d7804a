"""What is really so inside simulated devices, by endpoint and control, and which verdicts that makes false."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from vmsguard.simulator import Simulator
from vmsguard.simulator.device_state import Analyser, Device, Profile, Recording
from vmsguard.simulator.footage import footage_key
from vmsguard.simulator.job_state import delivers, running_recordings
from vmsguard.simulator.searching_state import RECOGNITION, recognises

__all__ = [
    "JUDGED",
    "PASSABLE",
    "Inside",
    "Verdict",
    "false_alarms",
    "false_passes",
    "look_inside",
    "passes",
    "seen_through",
]

_KEEPING = frozenset({"LocalStorage", "RemoteStorage"})
_TOLERANCE = timedelta(seconds=60)
_DAY = timedelta(days=1)
_UNITS = {"hour": timedelta(hours=1), "day": _DAY, "month": 31 * _DAY, "year": 366 * _DAY}
_SPAN = re.compile(r"kept for (?:(\d+) years? ?)?(?:(\d+) months? ?)?(?:(\d+) days? ?)?(?:(\d+) hours? ?)?at most")

JUDGED = (
    "analytics.emotion.off",
    "analytics.face.detect.ephemeral",
    "analytics.face.identify.not_installed",
    "analytics.face.identify.off",
    "audio.off",
    "deletion.periodic",
    "metadata.human_attributes.off",
    "privacy.mask",
    "retention.max",
    "security.access.least",
    "security.stream.encrypted",
    "security.time.sync",
    "storage.edge.off",
    "storage.external.off",
    "storage.residue.empty",
    "storage.vms.off",
    "transmission.cloud.off",
    "transmission.cross_border.off",
    "transmission.push.off",
    "transmission.stream.off",
)
"""The controls whose verdicts an inside can contradict; the rest rest on papers, or on what ONVIF does not tell."""


PASSABLE = tuple(
    sorted(
        set(JUDGED)
        # Vendor clouds, uploads and galleries show nowhere in ONVIF; what is due daily is due in an hour from nobody.
        - {"deletion.periodic", "transmission.cloud.off", "transmission.cross_border.off", "transmission.push.off"}
    )
)
"""Those of them that an ONVIF camera can be seen to fulfil."""

BREAKABLE = tuple(sorted(set(JUDGED) - {"deletion.periodic"}))
"""Those that are judged of many cameras: a daily deletion is asked of few, in place of what they cannot do."""


@dataclass(frozen=True)
class Kept:
    """How long footage stays: what is set (None: for ever), and the age of the oldest that is there."""

    setting: timedelta | None
    oldest: timedelta | None


@dataclass(frozen=True)
class Place:
    """One endpoint: by control whether what it forbids is so; and what it keeps, for limits that rules name."""

    forbidden: Mapping[str, bool]
    prepared: Mapping[str, bool] = field(default_factory=dict)
    """The same of what is not so now, and is set up to be."""
    kept: tuple[Kept, ...] = ()


@dataclass(frozen=True)
class Inside:
    places: Mapping[str, Place]
    """By ``target/channel``."""
    of_camera: Mapping[str, tuple[str, ...]]
    """The places that the inventory names of each camera."""
    unclaimed: Mapping[str, bool] = field(default_factory=dict)
    """Whether a recorder stores a camera by a place that the inventory does not name."""

    def forbids(self, result: Mapping[str, Any]) -> bool:
        """Whether what the result's control forbids is so where it judges."""
        if not result["endpoint"] and result["control"] == "storage.vms.off":
            return self.unclaimed.get(result["camera"], False)
        return any(self._at(place, result) for place in self._places(result))

    def prepares(self, result: Mapping[str, Any]) -> bool:
        """Whether it is set up there, or is so or set up at a channel of the same device."""
        devices = {place.partition("/")[0] for place in self._places(result)}
        near = [place for place in self.places if place.partition("/")[0] in devices]
        return any(self._at(place, result) or self._set_up(place, result["control"]) for place in near)

    def _places(self, result: Mapping[str, Any]) -> tuple[str, ...]:
        return (result["endpoint"],) if result["endpoint"] else self.of_camera[result["camera"]]

    def _set_up(self, name: str, control: str) -> bool:
        return name in self.places and self.places[name].prepared.get(control, False)

    def _at(self, name: str, result: Mapping[str, Any]) -> bool:
        place, control = self.places.get(name), result["control"]
        if place is None:
            return False
        if control == "privacy.mask" and result["verdict"] == "not_applicable":
            # Where nothing has to be masked, no mask has to be there.
            return False
        if control == "retention.max":
            limit = _limit(result["required"])
            return limit is not None and any(_longer(kept, limit) for kept in place.kept)
        return place.forbidden.get(control, False)


def _limit(required: str) -> timedelta | None:
    found = _SPAN.search(required)
    if found is None:
        return None
    years, months, days, hours = (int(number or 0) for number in found.groups())
    return years * _UNITS["year"] + months * _UNITS["month"] + days * _UNITS["day"] + hours * _UNITS["hour"]


def _longer(kept: Kept, limit: timedelta) -> bool:
    if kept.setting is None or kept.setting > limit:
        return True
    return kept.oldest is not None and kept.oldest > limit + _TOLERANCE


def look_inside(simulator: Simulator, inventory: Mapping[str, Any]) -> Inside:
    """The truth of every enrolled place, whatever the devices say."""
    places: dict[str, Place] = {}
    pulling: dict[str, list[tuple[str, bool]]] = {}
    ports = {simulator.rtsp_port(name): name for name in simulator.ids() if simulator.rtsp_port(name)}
    for name in simulator.ids():
        # The inner state of the moment: what another writer brings back is brought back.
        simulator.camera(name).truth  # noqa: B018
        device = simulator.camera(name).state
        if device.recorder:
            running = running_recordings(device, simulator)
            for recording in device.configuration.recordings:
                place = f"{name}/{recording.token}"
                places[place] = _recorder_place(device, recording, simulator, running=recording.token in running)
                port = re.search(r":(\d+)/", recording.address)
                if port is not None and int(port[1]) in ports:
                    pulling.setdefault(ports[int(port[1])], []).append((place, recording.token in running))
        else:
            for number, source in enumerate(device.configuration.sources):
                places[f"t-{name}/{source.token}"] = _camera_place(simulator, name, number)
    of_camera = {camera["id"]: tuple(_claimed(camera, places)) for camera in inventory["cameras"]}
    unclaimed = {
        camera: any(running for place, running in pulled if place not in of_camera.get(camera, ()))
        for camera, pulled in pulling.items()
    }
    return Inside(places, of_camera, unclaimed)


def _claimed(camera: Mapping[str, Any], places: Mapping[str, Place]) -> Iterator[str]:
    for endpoint in camera["endpoints"]:
        if endpoint["channels"] == "all":
            yield from (place for place in places if place.startswith(f"{endpoint['target']}/"))
        else:
            yield from (f"{endpoint['target']}/{channel}" for channel in endpoint["channels"])


def _recorder_place(device: Device, recording: Recording, simulator: Simulator, *, running: bool) -> Place:
    jobs = [job for job in device.configuration.jobs if job.recording == recording.token]
    return Place(
        {
            "storage.vms.off": running,
            "storage.residue.empty": _lasts(device, recording),
            "deletion.periodic": _older_than_two_days(device, recording, simulator.now()),
            "security.access.least": _let_in(device),
            "security.time.sync": _clock_off(device),
        },
        {
            "storage.vms.off": any(job.mode == "Active" for job in jobs),
            # A track that holds nothing is left out of what a device tells of its footage: it counts as filled.
            "storage.residue.empty": bool(recording.tracks),
        },
        (_kept(device, recording, simulator.now()),),
    )


def _camera_place(simulator: Simulator, camera: str, number: int) -> Place:
    """Of the channel that was built as this one, whatever its profile holds by now."""
    inside = simulator.camera(camera)
    truth, device = inside.truth, inside.state
    have = device.configuration
    profile, known = have.profiles[number], have.analytics[number : number + 1]
    recordings = [entry for entry in have.recordings if entry.source_name == f"channel {number + 1}"]
    running = running_recordings(device, simulator)
    records = any(entry.token in running for entry in recordings)
    storages = {storage.token for storage in have.storages}
    aimed = any(entry.target_storage in storages for entry in recordings)
    named = any(entry.target_storage for entry in recordings)
    analysers = [entry for one in known for entry in (*one.rules, *one.modules)]
    streams = delivers(profile) and (truth.streams or profile.multicasting)
    snapshots = bool(profile.video_source)
    searched = _searches(device) and any(_holds(device, entry) for entry in recordings)
    masked = {mask.configuration for mask in have.masks if mask.enabled}
    now = simulator.now()
    return Place(
        {
            "storage.edge.off": records,
            "storage.external.off": (records and aimed) or bool(truth.exports),
            "storage.residue.empty": any(_lasts(device, entry) for entry in recordings),
            "deletion.periodic": any(_older_than_two_days(device, entry, now) for entry in recordings),
            "transmission.stream.off": streams or snapshots or bool(truth.webrtc),
            "security.stream.encrypted": streams or snapshots,
            "transmission.push.off": bool(truth.brokers) or (records and aimed),
            "transmission.cloud.off": bool(truth.uplinks),
            "transmission.cross_border.off": bool(truth.uplinks or truth.brokers or (records and aimed)),
            "analytics.face.identify.off": _recognising(device, analysers) or searched,
            "analytics.face.identify.not_installed": _can_recognise(device, analysers),
            "analytics.face.detect.ephemeral": any(_keeps_faces(entry) for entry in analysers),
            "analytics.emotion.off": any("emotion" in entry.type.lower() for entry in analysers),
            "audio.off": bool(profile.audio_source or profile.audio_encoder),
            "metadata.human_attributes.off": _describes_people(
                device, profile, [m for one in known for m in one.modules]
            ),
            "privacy.mask": have.sources[number].configuration not in masked,
            "security.access.least": _let_in(device) or _shows_anybody(simulator, camera),
            "security.time.sync": _clock_off(device),
        },
        {
            **_set_up(device, recordings, profile),
            "storage.external.off": named,
            "transmission.push.off": named,
            "transmission.cross_border.off": named or bool(have.webrtc),
        },
        tuple(_kept(device, entry, now) for entry in recordings),
    )


def _set_up(device: Device, recordings: list[Recording], profile: Profile) -> dict[str, bool]:
    """What is not so now, and begins with a restart, a schedule or an event, or as soon as somebody asks."""
    have = device.configuration
    tokens = {entry.token for entry in recordings}
    protocols = (*have.protocols, *device.running_protocols)
    rtsp = any(entry.name == "RTSP" and entry.enabled for entry in protocols)
    cast = any(entry.multicast.auto_start for entry in (*have.encoders, *have.audio_encoders))
    starting = any(program.does == RECOGNITION and program.autostart for program in have.applications)
    return {
        "storage.edge.off": any(job.mode == "Active" for job in have.jobs if job.recording in tokens),
        "storage.residue.empty": any(entry.tracks for entry in recordings),
        "transmission.stream.off": rtsp or cast or profile.multicasting,
        "security.stream.encrypted": rtsp or cast or profile.multicasting,
        "analytics.face.identify.off": starting,
    }


def _clock_off(device: Device) -> bool:
    return abs(device.clock_offset) > _TOLERANCE.total_seconds()


def _recognising(device: Device, analysers: list[Analyser]) -> bool:
    return (
        any(recognises(entry.type, device.searching.supported) for entry in analysers)
        or any(program.active and program.does == RECOGNITION for program in device.configuration.applications)
        or device.searching.recognises_unlisted
    )


def _can_recognise(device: Device, analysers: list[Analyser]) -> bool:
    programs = device.configuration.applications
    return (
        _recognising(device, analysers) or any(program.does == RECOGNITION for program in programs) or _searches(device)
    )


def _searches(device: Device) -> bool:
    return device.searching.image_search and "search" in device.services


def _keeps_faces(analyser: Analyser) -> bool:
    classes = analyser.parameters.get("ClassFilter", "").split()
    detects = "facedetect" in analyser.type.lower() or "Face" in classes
    return detects and analyser.parameters.get("IncludeImage") in _KEEPING


def _describes_people(device: Device, profile: Profile, modules: list[Analyser]) -> bool:
    """Whether what some module says of faces and bodies goes out with the profile's metadata, or to a broker."""
    have = device.configuration
    sent = any(known.analytics for known in have.metadata if known.token == profile.metadata)
    sent = sent or any(broker.metadata for broker in have.brokers)
    samples = {entry.type: entry.sample for entry in device.searching.supported if entry.kind == "module"}
    found = [samples.get(module.type) for module in modules]
    return sent and any(sample.face is not None or sample.body is not None for sample in found if sample is not None)


def _let_in(device: Device) -> bool:
    """Whether somebody without an account of their own gets in: nobody is asked, or the maker's own account is on."""
    return device.auth == "none" or any(account.user == account.password for account in device.accounts)


def _shows_anybody(simulator: Simulator, camera: str) -> bool:
    """Whether RTSP describes a stream of some channel to who shows no login; through its own port, not by a tunnel."""
    device, persona = simulator.camera(camera).state, simulator.session(camera).persona
    closed = persona.stream_refusal or (device.media_auth and persona.guards_streams)
    return device.runs("RTSP") and not closed and any(map(delivers, device.configuration.profiles))


def _data(device: Device, recording: Recording) -> Iterator[tuple[datetime, datetime, int]]:
    for track in recording.tracks:
        data = device.footage.get(footage_key(recording.token, track.token))
        # A track that ends where it starts is how an empty one has to be told.
        if data is not None and data.start and data.end and data.end > data.start:
            yield data.start, data.end, data.purges


def _holds(device: Device, recording: Recording) -> bool:
    return any(True for _ in _data(device, recording))


def _lasts(device: Device, recording: Recording) -> bool:
    """Whether it holds data from before that lasts.

    What is newer than a deletion is the matter of storing, not of what it left.
    """
    return any(not purges for *_, purges in _data(device, recording))


def _older_than_two_days(device: Device, recording: Recording, now: datetime) -> bool:
    """Twice the longest gap that a pack leaves between two deletions."""
    return any(now - start > 2 * _DAY for start, _, purges in _data(device, recording) if not purges)


def _kept(device: Device, recording: Recording, now: datetime) -> Kept:
    starts = [start for start, *_ in _data(device, recording)]
    setting = timedelta(seconds=recording.retention_seconds) if recording.retention_seconds else None
    return Kept(setting, now - min(starts) if starts else None)


@dataclass(frozen=True, order=True)
class Verdict:
    """A verdict that the inside contradicts."""

    camera: str
    endpoint: str
    rule: str
    control: str
    reason: str


def _of(result: Mapping[str, Any]) -> Verdict:
    return Verdict(result["camera"], result["endpoint"], result["rule"], result["control"], result["reason"])


def _judged(answer: Any) -> Iterator[Mapping[str, Any]]:
    return (result for result in answer.json["results"] if result["control"] in JUDGED)


def false_passes(answer: Any, inside: Inside) -> list[Verdict]:
    """Verdicts that call fulfilled, or without its object, what is not so."""
    good = {"pass", "not_applicable"}
    return [_of(result) for result in _judged(answer) if result["verdict"] in good and inside.forbids(result)]


def false_alarms(answer: Any, inside: Inside) -> list[Verdict]:
    """Verdicts that call broken what neither is so inside nor is set up to be, at any channel of the device."""
    return [
        _of(result)
        for result in _judged(answer)
        if result["verdict"] == "fail" and not inside.forbids(result) and not inside.prepares(result)
    ]


def seen_through(answer: Any, inside: Inside) -> Counter[str]:
    """By control, how many verdicts did not call fulfilled what is not so."""
    good = {"pass", "not_applicable"}
    return Counter(
        result["control"]
        for result in _judged(answer)
        if result["verdict"] not in good and result["endpoint"] and inside.forbids(result)
    )


def passes(answer: Any) -> Counter[str]:
    """By control, how many places passed: a run without any proves nothing."""
    return Counter(result["control"] for result in _judged(answer) if result["verdict"] == "pass")
