"""Random cameras and recorders of every character and shape, on two sites, under every policy that ships."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from vmsguard.simulator import Simulator
from vmsguard.simulator.personas import PERSONAS, SHAPES
from vmsguard.simulator.searching_state import RECOGNITION

__all__ = [
    "PACKS",
    "RECORDERS",
    "random_assignments",
    "random_fleet",
    "random_papers",
    "settle_at_random",
    "unclaimed_at_random",
]

_CHARACTERS = sorted(set(PERSONAS) - set(SHAPES))
_ANALYSERS: tuple[str | dict[str, Any], ...] = (
    "tt:FaceRecognition",
    "tt:LineDetector",
    "tt:CellMotionDetector",
    "tt:FaceDetector",
    "tt:ObjectDetection",
    "acme:FaceRecognitionDetector",
    "acme:Opaque",
    "acme:EmotionDetector",
    "tt:BodyTemperatureAlarm",
    {"type": "tt:ObjectDetection", "name": "door", "parameters": {"ClassFilter": "Person Face"}},
    {"type": "tt:FaceDetector", "name": "keeps", "parameters": {"IncludeImage": "LocalStorage"}},
    {"type": "tt:FaceDetector", "name": "forgets", "parameters": {"IncludeImage": ""}},
)
_SUPPORTED: tuple[dict[str, Any], ...] = (
    {"type": "acme:Opaque", "does": RECOGNITION},
    {"type": "acme:Opaque", "kind": "module", "does": RECOGNITION},
    {"type": "acme:X9", "topics": ["tns1:RuleEngine/acme:X9/Face"], "items": ["EnrollmentID"], "does": RECOGNITION},
    {"type": "tt:ObjectDetection", "classes": ["Person", "Face"]},
    {"type": "tt:CellMotionDetector", "kind": "module", "sample": {"classes": ["Human"]}},
    {"type": "tt:FaceDetector", "kind": "module", "sample": {"classes": ["Face"], "face": ["Age", "Gender"]}},
    {"type": "tt:LineDetector", "kind": "module", "sample": {"classes": ["Vehicle"]}},
)
_APPLICATIONS: tuple[dict[str, Any], ...] = (
    {"id": "Counter"},
    {"id": "FaceRecognition", "does": RECOGNITION},
    {"id": "Plaza", "does": RECOGNITION, "topics": ["FaceRecognition/Match"]},
    {"id": "Guest", "does": RECOGNITION, "keeps_autostart": True},
)
_PLACES: tuple[dict[str, Any], ...] = (
    {"country": "KR"},
    {"country": "US", "state": "us-il", "city": "us-il-chicago"},
    {"country": "US", "state": "us-tx", "city": "us-tx-austin"},
    {"country": "US", "state": "us-or", "city": "us-or-portland"},
    {"country": "US", "state": "us-ca", "city": "us-ca-san-francisco"},
    {"country": "DE", "region": "EU"},
    {"country": "FR", "region": "EU"},
    {"country": "LU", "region": "EU"},
    {"country": "CN"},
    {"country": "IN"},
    {"country": "AU"},
)
PACKS: Mapping[str, tuple[str, ...]] = {
    "au-app-frt": ("",),
    "baseline-retention": ("eu-72h", "fr-public-1mo", "kr-30d"),
    "baseline-security": ("",),
    "cn-frt-2025": ("",),
    "eu-ai-act-art5-rbi": ("",),
    "eu-gdpr-video": ("de", "fr", "lu"),
    "in-dpdp": ("",),
    "kr-nhrck-frt-moratorium-2023": ("literal", "wide"),
    "kr-pipa-fixed-video": ("",),
    "kr-pipc-thermal-2020": ("",),
    "us-ca-sf-19b": ("",),
    "us-il-bipa": ("",),
    "us-ndaa-889-inventory": ("",),
    "us-or-portland-34-10": ("",),
    "us-tx-cubi": ("",),
}
"""Every pack that ships, with its profiles."""
_ALWAYS_ENFORCED = frozenset({"kr-pipc-thermal-2020", "kr-nhrck-frt-moratorium-2023"})
_SECOND_SITE = "site-2"
RECORDERS = ("nvr-1", "nvr-2", "nvr-3")
"""Of the first site; the second has none, and a document says so."""
_EVERYTHING = timedelta(days=400)


def _persona(random: Random) -> str:
    parts = [random.choice(sorted(SHAPES))] if random.random() < 0.3 else []
    parts += random.sample(_CHARACTERS, 2 if random.random() < 0.2 else 1)
    return "+".join(parts)


def _attributes(random: Random) -> dict[str, Any]:
    """Half of them are gates of the two Korean packs; of the others anything may be, and anything be left unsaid."""
    if random.random() < 0.5:
        return {
            "country": "KR",
            "modality": "thermal",
            "visible_face_capture": True,
            "purpose": "fever-screening",
            "space": "public",
            "operator": "public-institution",
            "records": random.random() < 0.5,
            "mobility": "fixed",
            "masks_required": random.random() < 0.5,
        }
    told = {
        **random.choice(_PLACES),
        "modality": random.choice(["visible", "thermal", "bispectral"]),
        "visible_face_capture": random.random() < 0.5,
        "linked_to_identity": random.random() < 0.3,
        "purpose": random.choice(["fever-screening", "burglary", "traffic"]),
        "space": random.choice(["public", "staff-only", "private"]),
        "operator": random.choice(["public-institution", "law-enforcement", "private"]),
        "records": random.random() < 0.7,
        "mobility": random.choice(["fixed", "mobile"]),
        "masks_required": random.random() < 0.5,
    }
    return {name: value for name, value in told.items() if random.random() < 0.9}


def _analysers(random: Random) -> list[str | dict[str, Any]]:
    return random.sample(_ANALYSERS, random.choice([0, 0, 1, 2]))


def _searching(random: Random, *, events: bool) -> dict[str, Any]:
    if random.random() < 0.5:
        return {}
    # What recognises faces and stands in no list is told by a topic that no listed type explains, or nobody could know.
    unlisted = random.random() < 0.1 and events
    hints = ["tns1:RuleEngine/Recognition/Face"] if unlisted else random.choice([[], [], ["tns1:OpenApp/Faces/Face"]])
    return {
        "supported": random.sample(_SUPPORTED, random.choice([0, 1, 3])),
        "announces": hints,
        "recognises_unlisted": unlisted,
        "image_search": random.random() < 0.2,
        "language_search": random.random() < 0.1,
        "credentials": random.choice([None, None, [], ["pt:Card"], ["pt:Card", "pt:Face"]]),
        "radiometry": random.random() < 0.2,
    }


def _applications(random: Random) -> list[dict[str, Any]] | None:
    if random.random() < 0.6:
        return None
    chosen = random.sample(_APPLICATIONS, random.choice([0, 1, 2]))
    return [{**one, "active": random.random() < 0.7, "autostart": random.random() < 0.7} for one in chosen]


def _addresses(random: Random, *addresses: str) -> list[str] | None:
    return random.choice([None, [], list(addresses)])


def _recordings(random: Random) -> dict[str, Any] | None:
    if random.random() < 0.1:
        return None
    return {
        "active": random.random() < 0.7,
        "history_hours": random.choice([0.0, 72.0, 1200.0]),
        "retention_seconds": random.choice([0, 3600, 86400, 5184000]),
        "jobs": random.choice([1, 1, 2]),
        "triggers": random.choice([[], [], ["event"], ["schedule"]]),
        "export_seconds": random.choice([None, None, None, 0.0, 600.0]),
    }


def _users(random: Random) -> list[dict[str, str]]:
    ours = {"user": "admin", "password": "simulated"}
    return random.choice([[], [], [], [ours, {"user": "888888", "password": "888888", "level": "Operator"}]])


def random_fleet(random: Random, count: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Groups of one camera each, and the recorders of the first site."""
    groups = [_group(random, number) for number in range(1, count + 1)]
    quiet = sorted({"honest", "acknowledges-recording", "reverts", "retention-only", "clock-off", "no-get-services"})
    recorders = [
        {
            "id": name,
            # Most are left able to answer: a site whose recorder is silent has no verdict on recorders at all.
            "persona": random.choice(quiet if random.random() < 0.8 else _CHARACTERS),
            "history_hours": random.choice([0.0, 72.0]),
            "retention_seconds": random.choice([0, 86400]),
            "auth": random.choice(["wsse", "digest", "both"]),
            "revert_seconds": 0.0,
        }
        for name in RECORDERS
    ]
    return groups, recorders


def _group(random: Random, number: int) -> dict[str, Any]:
    recordings = _recordings(random)
    storages = random.choice([None, [], [{"uri": "nfs://192.0.2.7/share", "used": recordings is not None}]])
    analytics = random.random() < 0.9
    without = random.choice([[], [], [], [], ["media2"], ["media"], ["search"], ["events"], ["replay"]])
    # WebRTC is set up through Media2 and nowhere else, and so are masks.
    second = "media2" not in without
    site = random.choice(["site-1", "site-1", _SECOND_SITE])
    channels = random.choice([1, 1, 1, 2, 4])
    return {
        "id": f"cam-{number:03}",
        "name": f"group-{number:03}",
        "site": site,
        "persona": _persona(random),
        "attributes": _attributes(random),
        "thermal": random.choice([True, False, [1]]),
        "channels": channels,
        "rtsp": random.random() < 0.6,
        "recorder": random.choice(["", *RECORDERS]) if site == "site-1" else "",
        "rules": _analysers(random) if analytics else None,
        "modules": _analysers(random) if analytics else None,
        "recordings": recordings,
        "storages": storages,
        "webrtc": _addresses(random, "wss://192.0.2.8/signal") if second else None,
        "brokers": _addresses(random, "mqtts://192.0.2.9:8883") if "events" not in without else None,
        "uplinks": _addresses(random, "https://192.0.2.10/uplink"),
        "multicast": random.random() < 0.2,
        "audio": random.random() < 0.3,
        "tunnels": random.choice([[], [], ["http"], ["websocket"]]),
        "masks": random.choice([None, [], [True], [False], [True, False]]) if second else None,
        "applications": _applications(random),
        "searching": _searching(random, events="events" not in without),
        "allowed": random.choice([None, [], ["192.0.2.0/24"]]),
        "without": without,
        "users": _users(random),
        "auth": random.choice(["wsse", "digest", "both", "none"]),
        "media_auth": random.random() < 0.5,
        "clock_offset": random.choice([0.0, 0.0, 0.0, -7200.0, 90.0]),
        "revert_seconds": random.choice([0.0, 2.0]),
    }


def random_assignments(random: Random) -> dict[str, Any]:
    """Every pack on both sites, each in a mode of its own; what most cameras are of is enforced."""
    packs = []
    for pack, profiles in PACKS.items():
        mode = "enforce" if pack in _ALWAYS_ENFORCED else random.choice(["audit", "propose", "enforce"])
        profile = random.choice(profiles)
        packs.append({"pack": pack, "mode": mode, **({"profile": profile} if profile else {})})
    head = {"apiVersion": "vmsguard/v1", "kind": "Assignment", "metadata": {"id": "all"}}
    return {**head, "sites": ["site-1", _SECOND_SITE], "packs": packs}


def random_papers(random: Random, cameras: Sequence[str], now: datetime) -> dict[str, dict[str, Any]]:
    """By file: a hold over some cameras, an exception for others, and that the second site has no recorder."""
    chosen = sorted(random.sample(list(cameras), len(cameras) // 8))
    held, excepted = chosen[::2], chosen[1::2]

    def told(at: datetime) -> str:
        return at.replace(microsecond=0).isoformat()

    return {
        "holds/h.yaml": {
            "apiVersion": "vmsguard/v1",
            "kind": "Hold",
            "metadata": {"id": "hold-1"},
            "case_reference": "case-17",
            "cameras": held,
            "window": {"from": told(now - _EVERYTHING), "until": told(now + timedelta(days=1))},
            "author": "role:site-manager",
            "approver": "role:privacy-officer",
            "starts": told(now - timedelta(hours=1)),
            "review_on": (now + timedelta(days=30)).date().isoformat(),
        },
        "exceptions/e.yaml": {
            "apiVersion": "vmsguard/v1",
            "kind": "Exception",
            "metadata": {"id": "ex-1"},
            "lifts": {"pack": "kr-pipc-thermal-2020", "rule": "saving-off", "type": "storage-inevitable"},
            "cameras": excepted,
            "author": "role:site-manager",
            "approver": "role:privacy-officer",
            "starts": told(now - timedelta(days=1)),
            "expires": told(now + timedelta(days=random.choice([1, 30]))),
            "legal_basis": {"kind": "consent", "citation": "Act 15(1)1"},
            "reason": "the model stores to show the reading at all",
            "retention": "P10D",
            "consent_record": "register-7",
        },
        "documents/register-7.yaml": {
            "apiVersion": "vmsguard/v1",
            "kind": "Document",
            "metadata": {"id": "register-7"},
            "document": {"kind": "consent", "sha256": "0f" * 32, "dated": "2020-01-01"},
        },
        "documents/no-recorder.yaml": {
            "apiVersion": "vmsguard/v1",
            "kind": "Document",
            "metadata": {"id": "no-recorder"},
            "document": {
                "kind": "no-recorder",
                "sha256": "0f" * 32,
                "dated": (now - timedelta(days=1)).date().isoformat(),
            },
            "covers": {"sites": [_SECOND_SITE]},
        },
    }


def unclaimed_at_random(random: Random, inventory: Mapping[str, Any]) -> None:
    """Forget, for some cameras, that a recorder has them."""
    for camera in inventory["cameras"]:
        if random.random() < 0.15:
            camera["endpoints"] = [entry for entry in camera["endpoints"] if entry["target"] not in RECORDERS]


def settle_at_random(random: Random, simulator: Simulator, cameras: Iterable[str]) -> None:
    """Bring the inside of some devices to where a policy wants it, and that of others half way."""
    for camera in cameras:
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
            profile.metadata = "" if chosen() else profile.metadata
            if chosen():
                profile.audio_source = profile.audio_encoder = ""
        for footage in device.footage.values():
            if chosen():
                footage.start = footage.end = None
        for recording in have.recordings:
            recording.target_storage = "" if chosen() else recording.target_storage
        have.storages = [] if chosen() else have.storages
        have.webrtc, have.brokers = [[] if chosen() else have.webrtc, [] if chosen() else have.brokers]
        have.uplinks = [] if chosen() else have.uplinks
        for known in have.analytics:
            known.rules, known.modules = [[] if chosen() else known.rules, [] if chosen() else known.modules]
        for program in have.applications:
            program.active = program.active and not chosen()
        for metadata in have.metadata:
            metadata.analytics = metadata.analytics and not chosen()
        for protocol in have.protocols:
            # The socket stays open: as set is not as running.
            protocol.enabled = protocol.enabled and not (protocol.name == "RTSP" and chosen())
