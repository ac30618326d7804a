"""What the driver declares of itself, as data that needs neither lxml nor zeep to read."""

from __future__ import annotations

from vmsguard.model.manifest import FactSupport, Manifest, RequestBound, VerbSupport
from vmsguard.model.vocabulary import Layer, Support

__all__ = ["MANIFEST", "VERSION"]

VERSION = "0.1.0"

_BOTH = (Layer.RUNTIME, Layer.STORED)


def _documented(fact: str, layers: tuple[Layer, ...] = (Layer.RUNTIME,)) -> FactSupport:
    return FactSupport(fact, Support.DOCUMENTED, layers)


# Supported is what ipycam 1.3, an ONVIF device nobody here wrote, was read with; the rest rests on the standard.
_FACTS = (
    _documented("recording.jobs", _BOTH),
    _documented("deletion.announced"),
    _documented("export.jobs", _BOTH),
    _documented("recording.retention"),
    _documented("footage.recordings"),
    _documented("stores"),
    _documented("storage.external", _BOTH),
    _documented("stream.services", _BOTH),
    _documented("push.destinations", _BOTH),
    _documented("cloud.links", _BOTH),
    _documented("audio.sources", _BOTH),
    _documented("metadata.streams", _BOTH),
    _documented("privacy.masks", _BOTH),
    _documented("ptz.movable"),
    _documented("analytics.functions", _BOTH),
    _documented("face_library.sizes"),
    _documented("thermal.source"),
    _documented("access.addresses_limited"),
    FactSupport("access.accounts", Support.SUPPORTED),
    FactSupport("access.anonymous", Support.SUPPORTED),
    FactSupport("clock.skew_seconds", Support.SUPPORTED),
)

_VERBS = (
    VerbSupport(
        verb="stream.stop",
        support=Support.DOCUMENTED,
        # Network protocols belong to the device, not to one of its channels.
        scope="whole",
        settle_seconds=2.0,
        disruption="RTSP, recorders that pull over it included, stops for every channel of the device; "
        "a snapshot, or RTSP through the HTTP port, is stopped by taking the video source out of its profile",
    ),
    VerbSupport(
        verb="audio.stop",
        support=Support.DOCUMENTED,
        scope="channel",
        disruption="the profile has no sound any more, for viewers and recordings alike",
    ),
    VerbSupport(
        verb="metadata.stop",
        support=Support.DOCUMENTED,
        scope="channel",
        disruption="whoever reads metadata of the profile gets neither objects nor events from it any more; "
        "subscriptions to events are not touched",
    ),
    VerbSupport(
        verb="push.stop",
        support=Support.DOCUMENTED,
        scope="whole",
        disruption="whoever listens to the broker, the upload or the multicast group gets nothing more; messages that "
        "a broker retains stay with it",
        reversible=False,
    ),
    VerbSupport(
        verb="cloud.disconnect",
        support=Support.DOCUMENTED,
        scope="whole",
        disruption="whoever reaches the device through the uplink loses it; the one we manage over is never deleted",
        reversible=False,
    ),
    VerbSupport(
        verb="recording.stop",
        support=Support.DOCUMENTED,
        scope="channel",
        settle_seconds=2.0,
        disruption="the channel is no longer recorded by this target",
    ),
    VerbSupport(
        verb="storage.external.remove",
        support=Support.DOCUMENTED,
        scope="whole",
        after=("recording.stop",),
        disruption="recordings are no longer uploaded; the destination's password has to be entered again to undo it; "
        "an export that is ended leaves whoever began it with a part, and deletions that waited for it happen",
        reversible=False,
    ),
    VerbSupport(
        verb="retention.set",
        support=Support.DOCUMENTED,
        scope="store",
        disruption="the device deletes what is older",
    ),
    VerbSupport(
        verb="analytics.stop",
        support=Support.DOCUMENTED,
        scope="channel",
        disruption="alarms of the removed rule or module end; its parameters are not kept by the device",
        reversible=False,
    ),
    VerbSupport(
        verb="analytics.pictures.stop",
        support=Support.DOCUMENTED,
        scope="channel",
        disruption="events of the rule or module come without a picture",
    ),
    VerbSupport(
        verb="analytics.faces.exclude",
        support=Support.DOCUMENTED,
        scope="channel",
        disruption="the rule or module reports no faces any more, and everything else as before",
    ),
    VerbSupport(
        verb="footage.purge",
        support=Support.DOCUMENTED,
        scope="channel",
        after=("recording.stop",),
        settle_seconds=2.0,
        disruption="whole tracks or recordings are deleted, newest footage included",
        reversible=False,
        held="recordings",
    ),
)

MANIFEST = Manifest(
    driver="onvif",
    product="ONVIF device",
    version=VERSION,
    facts=_FACTS,
    verbs=_VERBS,
    absent_verbs=("face_library.purge",),
    bound=RequestBound(40, 14.0),
    how_to_disable={
        "transmission.push.off": "Switch e-mail, FTP and HTTP uploads and notifications off on the device's own pages.",
        "transmission.cloud.off": "Switch the maker's cloud and peer-to-peer service off on the device's own pages.",
        "analytics.face.identify.off": "Delete the recordings that a search by pictures could find people in; "
        "leave doors to whoever runs them, and ask the maker which function sends an event that no list explains.",
        "analytics.face.detect.ephemeral": "Switch the pictures of the function off on the device's own pages; where "
        "it tells nothing of pictures, ask the maker whether it keeps any.",
        "audio.off": "Take the audio track out of the recording job, or switch the microphone off on the device.",
        "metadata.human_attributes.off": "Delete brokers that take metadata in, and take the metadata track out of the "
        "recording job; events that describe people end with the rule that sends them.",
        "ptz.bounded": "Set limits or presets on the device's own pages, and state them in the operating policy.",
        "storage.edge.off": "Take the card out, or switch recording off on the device's own pages.",
        "storage.residue.empty": "Format the card on the device's own pages: ONVIF has no operation for it.",
        "library.face.empty": "Empty the face database on the device's own pages: ONVIF has no operation for it.",
    },
)
"""The general case; which of it a device has is told per device by its services and capabilities."""
