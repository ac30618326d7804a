"""The fact model, declared once: name, type, meaning, reach and evidence class of every core fact.

A driver that returns a name or type not declared here fails its contract; a vendor's own facts carry
its prefix (``acme/...``) and come in through the plugin hook. Raise ``CATALOGUE`` with each addition:
a driver built against an older number is unknown on newer names, never broken by them.
"""

from __future__ import annotations

from msgspec import Struct

from vmsguard.model import fact_values as v
from vmsguard.model.vocabulary import EvidenceClass as E
from vmsguard.model.vocabulary import Layer

__all__ = ["CATALOGUE", "CORE_FACTS", "FactSpec"]

CATALOGUE = 5

BOTH = (Layer.RUNTIME, Layer.STORED)
RUNNING = (Layer.RUNTIME,)


class FactSpec(Struct, frozen=True, kw_only=True):
    """What one fact name means.

    ``item`` is set for ``Items[item]`` facts; otherwise ``value_type`` is the type of the value itself.
    ``whole`` facts concern the target and are keyed with channel ``*``; the others belong to a channel.
    ``layers`` must all say "off" before a control may: a restart undoes what only the runtime shows.
    ``by_core`` facts are derived or witnessed by the core; a driver that emits one fails its contract.
    """

    name: str
    meaning: str
    value_type: type = bool
    item: type | None = None
    unit: str = ""
    evidence: E = E.SETTING
    layers: tuple[Layer, ...] = RUNNING
    whole: bool = False
    by_core: bool = False


_SPECS = (
    # storage
    FactSpec(
        name="recording.jobs",
        item=v.RecordingJob,
        layers=BOTH,
        meaning="what writes this channel's pictures into the target, as set (stored) and as running (runtime)",
    ),
    FactSpec(
        name="recording.retention",
        item=v.RetentionSetting,
        unit="s",
        meaning="how long each store of the channel keeps footage",
    ),
    FactSpec(
        name="footage.recordings",
        item=v.StoredRecording,
        meaning="what footage of the channel lies in the target",
    ),
    FactSpec(
        name="stores",
        item=v.Store,
        whole=True,
        meaning="every place on or behind the target where personal data lies",
    ),
    FactSpec(
        name="storage.external",
        item=v.ExternalDestination,
        layers=BOTH,
        whole=True,
        meaning="places outside the target that it writes recordings to",
    ),
    FactSpec(
        name="deletion.methods",
        item=v.DeletionMethod,
        whole=True,
        meaning="how each store of the target deletes",
    ),
    FactSpec(
        name="deletion.announced",
        item=v.AnnouncedDeletion,
        evidence=E.COUNT,
        meaning="deletions of the channel's footage that the target told of by itself while somebody listened",
    ),
    FactSpec(
        name="export.jobs",
        item=v.ExportJob,
        layers=BOTH,
        meaning="jobs that take data of the channel out of the system",
    ),
    FactSpec(
        name="storage.encrypted",
        value_type=bool,
        evidence=E.FLAG,
        whole=True,
        meaning="stored footage is encrypted at rest",
    ),
    # transmission
    FactSpec(
        name="stream.services",
        item=v.StreamService,
        layers=BOTH,
        meaning="ways in which live media of the channel can be asked for over the network",
    ),
    FactSpec(
        name="push.destinations",
        item=v.PushDestination,
        layers=BOTH,
        whole=True,
        meaning="places the target sends pictures or picture metadata to by itself",
    ),
    FactSpec(
        name="cloud.links",
        item=v.CloudLink,
        layers=BOTH,
        whole=True,
        meaning="connections the target opens to vendor clouds, uplinks or peer-to-peer services",
    ),
    FactSpec(
        name="recognition.consumers",
        item=v.RecognitionConsumer,
        meaning="receivers of this channel's pictures that recognise faces",
    ),
    FactSpec(
        name="recognition.subscriptions",
        item=v.RecognitionSubscription,
        layers=BOTH,
        meaning="recognition results about this channel that the target takes in from elsewhere",
    ),
    # what is captured
    FactSpec(
        name="audio.sources",
        item=v.AudioSource,
        layers=BOTH,
        meaning="what takes in, encodes or records sound at this channel",
    ),
    FactSpec(
        name="metadata.streams",
        item=v.MetadataStream,
        layers=BOTH,
        meaning="streams and stores of metadata about this channel's pictures, with what they say of people",
    ),
    FactSpec(
        name="privacy.masks",
        item=v.PrivacyMask,
        layers=BOTH,
        meaning="areas of the channel's view that are covered",
    ),
    FactSpec(name="ptz.movable", value_type=bool, evidence=E.FLAG, meaning="the view can be panned, tilted or zoomed"),
    FactSpec(
        name="ptz.limited",
        value_type=bool,
        evidence=E.FLAG,
        layers=BOTH,
        meaning="limits keep a movable view inside its stated range",
    ),
    FactSpec(
        name="recording.indicator",
        value_type=bool,
        evidence=E.FLAG,
        layers=BOTH,
        meaning="light, sound or a display shows that it records",
    ),
    # analytics
    FactSpec(
        name="analytics.functions",
        item=v.AnalyticsFunction,
        layers=BOTH,
        meaning="rules, modules and applications that analyse this channel's pictures",
    ),
    FactSpec(
        name="face_library.sizes",
        item=v.FaceLibrary,
        evidence=E.COUNT,
        whole=True,
        meaning="galleries of enrolled faces, as counts",
    ),
    FactSpec(name="thermal.source", value_type=bool, evidence=E.FLAG, meaning="the channel's sensor measures heat"),
    # a 1:1 gate (policy-packs 2.3): all six, or it is treated as one-to-many
    FactSpec(
        name="gate.claim_first",
        value_type=bool,
        evidence=E.FLAG,
        meaning="a claim (card, token) precedes the capture",
    ),
    FactSpec(
        name="gate.comparison_set",
        value_type=int,
        evidence=E.COUNT,
        meaning="how many templates one capture is compared with",
    ),
    FactSpec(name="gate.close_range", value_type=bool, evidence=E.FLAG, meaning="the capture is at close range"),
    FactSpec(
        name="gate.failures_searched",
        value_type=bool,
        evidence=E.FLAG,
        meaning="a failed comparison is searched against a gallery",
    ),
    FactSpec(
        name="gate.templates_kept",
        value_type=bool,
        evidence=E.FLAG,
        meaning="templates stay on the device after the decision",
    ),
    FactSpec(name="gate.other_way_in", value_type=bool, evidence=E.FLAG, meaning="another way in exists"),
    # access and time
    FactSpec(
        name="access.accounts",
        item=v.Account,
        evidence=E.COUNT,
        whole=True,
        meaning="accounts on the target by level, without names",
    ),
    FactSpec(
        name="access.anonymous",
        value_type=bool,
        evidence=E.FLAG,
        whole=True,
        meaning="the target answers protected reads without a login",
    ),
    FactSpec(
        name="access.addresses_limited",
        value_type=bool,
        evidence=E.FLAG,
        whole=True,
        meaning="only addresses on a list of its own can reach the target",
    ),
    FactSpec(
        name="access.log_enabled",
        value_type=bool,
        evidence=E.FLAG,
        whole=True,
        meaning="the target keeps an access log",
    ),
    FactSpec(
        name="clock.skew_seconds",
        value_type=int,
        unit="s",
        evidence=E.COUNT,
        whole=True,
        meaning="the target's clock minus ours",
    ),
    # by the core
    FactSpec(
        name="stream.answers",
        value_type=bool,
        evidence=E.FLAG,
        by_core=True,
        meaning="a media request from the agent's position is answered (RTSP or TCP probe)",
    ),
    FactSpec(
        name="stream.open_to_all",
        value_type=bool,
        evidence=E.FLAG,
        whole=True,
        by_core=True,
        meaning="some stream of the target is described over RTSP to whoever asks from the agent's position, "
        "without a login",
    ),
    FactSpec(
        name="snapshot.answers",
        value_type=bool,
        evidence=E.FLAG,
        by_core=True,
        meaning="a snapshot request from the agent's position is answered (status only)",
    ),
    FactSpec(
        name="footage.grows",
        value_type=bool,
        evidence=E.FLAG,
        by_core=True,
        meaning="files of the channel in visible storage were written to between two looks",
    ),
    FactSpec(
        name="footage.files",
        value_type=int,
        evidence=E.COUNT,
        by_core=True,
        meaning="files of the channel in visible storage",
    ),
    FactSpec(
        name="site.recorders",
        item=v.RecorderMatch,
        by_core=True,
        meaning="what every enrolled recorder of the camera's site says about the camera",
    ),
    FactSpec(
        name="deletion.verified",
        item=v.VerifiedDeletion,
        by_core=True,
        meaning="the last verified deletion of each store, from the ledger",
    ),
    FactSpec(
        name="analytics.face.detect",
        value_type=bool,
        evidence=E.FLAG,
        by_core=True,
        meaning="some enabled function detects faces (derived)",
    ),
    FactSpec(
        name="analytics.face.identify",
        value_type=bool,
        evidence=E.FLAG,
        by_core=True,
        meaning="some enabled function matches faces one to many (derived)",
    ),
    FactSpec(
        name="analytics.face.verify",
        value_type=bool,
        evidence=E.FLAG,
        by_core=True,
        meaning="some enabled function, or the inventory, says faces are compared one to one (derived)",
    ),
    FactSpec(
        name="analytics.face.recognise",
        value_type=bool,
        evidence=E.FLAG,
        by_core=True,
        meaning="some enabled function, or the inventory, says faces are compared, one to one or one to many (derived)",
    ),
)

CORE_FACTS: dict[str, FactSpec] = {spec.name: spec for spec in _SPECS}
