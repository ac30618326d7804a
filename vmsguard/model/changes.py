"""Verbs, changes, permits and receipts: what may be done to a target, and what came back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field

from vmsguard.model.fact_values import AnnouncedDeletion
from vmsguard.model.vocabulary import WHOLE, Stage

__all__ = ["CORE_VERBS", "Change", "JobState", "Permit", "Receipt", "VerbSpec"]


class VerbSpec(Struct, frozen=True, kw_only=True):
    """A vendor-neutral change: its name, its arguments, and where it stands in a plan."""

    name: str
    meaning: str
    stage: Stage
    arguments: tuple[str, ...] = ()
    protective: bool = True
    """Switches saving, sending or searching off; never undone by a rollback."""
    destructive: bool = False
    """Deletes data; asks for a confirmed count the first time."""


_VERBS = (
    VerbSpec(
        name="stream.stop",
        stage=Stage.SENDING,
        arguments=("service",),
        meaning="switch one media service off (the id of a ``stream.services`` item)",
    ),
    VerbSpec(
        name="audio.stop",
        stage=Stage.SENDING,
        arguments=("source",),
        meaning="take in no sound from one source any more (the id of an ``audio.sources`` item)",
    ),
    VerbSpec(
        name="push.stop",
        stage=Stage.SENDING,
        arguments=("destination",),
        meaning="stop sending to one destination (the id of a ``push.destinations`` item)",
    ),
    VerbSpec(
        name="metadata.stop",
        stage=Stage.SENDING,
        arguments=("stream",),
        meaning="put nothing about the scene into one stream of metadata any more (the id of a ``metadata.streams`` "
        "item)",
    ),
    VerbSpec(
        name="cloud.disconnect",
        stage=Stage.SENDING,
        arguments=("link",),
        meaning="remove one connection (the id of a ``cloud.links`` item)",
    ),
    VerbSpec(
        name="recording.stop",
        stage=Stage.STORING,
        arguments=("job",),
        meaning="stop one recording job (the id of a ``recording.jobs`` item)",
    ),
    VerbSpec(
        name="storage.external.remove",
        stage=Stage.STORING,
        arguments=("destination",),
        meaning="remove one external destination (the id of a ``storage.external`` item)",
    ),
    VerbSpec(
        name="retention.set",
        stage=Stage.STORING,
        arguments=("store", "seconds"),
        meaning="set how long a store keeps footage, in seconds above zero",
    ),
    VerbSpec(
        name="analytics.stop",
        stage=Stage.SEARCHING,
        arguments=("function",),
        meaning="remove or switch off one function (the id of an ``analytics.functions`` item)",
    ),
    VerbSpec(
        name="analytics.pictures.stop",
        stage=Stage.SEARCHING,
        arguments=("function",),
        meaning="keep no picture of what one function finds (the id of an ``analytics.functions`` item), which runs on",
    ),
    VerbSpec(
        name="analytics.faces.exclude",
        stage=Stage.SEARCHING,
        arguments=("function",),
        meaning="take faces out of what one function looks for (the id of an ``analytics.functions`` item), which runs "
        "on for the rest",
    ),
    VerbSpec(
        name="face_library.purge",
        stage=Stage.GALLERIES,
        arguments=("library",),
        destructive=True,
        meaning="empty one gallery of faces",
    ),
    VerbSpec(
        name="footage.purge",
        stage=Stage.PURGING,
        arguments=("cutoff", "recordings", "held"),
        destructive=True,
        meaning="delete all footage of the channel that was stored before the cutoff (RFC 3339), of the "
        "named recordings or of all if none is named, and nothing that was taken in a held window",
    ),
)

_TIMES = frozenset({"cutoff", "held"})

CORE_VERBS: dict[str, VerbSpec] = {spec.name: spec for spec in _VERBS}


class Change(Struct, frozen=True):
    """One verb with its arguments and its scope; equal changes are one change."""

    verb: str
    target: str
    channel: str = WHOLE
    arguments: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """A stable, readable identity: the same change planned twice has the same id."""
        return f"{self.target}/{self.channel}:{self.verb}({self.item})"

    @property
    def item(self) -> str:
        """What the verb acts on, such as ``service=rtsp``; the time of a cutoff or of a hold makes no other item."""
        return ",".join(f"{key}={self.arguments[key]}" for key in sorted(self.arguments) if key not in _TIMES)


class Permit(Struct, frozen=True):
    """Leave to send one write, issued by ``apply`` alone once ``apply.intent`` is on disk."""

    run: str
    change: str
    intent_seq: int
    expires: datetime


class Receipt(Struct, frozen=True):
    """What a target reported after a change; never a verdict."""

    change: str
    requested_at: datetime
    reported: str
    """``accepted``, ``accepted-later`` (see ``job``) or ``already`` (nothing had to be sent)."""
    job: str = ""
    requests: int = 1
    announced: tuple[AnnouncedDeletion, ...] = ()
    """Deletions that the target told of by itself meanwhile, where the driver listened."""


class JobState(Struct, frozen=True):
    """How far a product's own asynchronous job has come."""

    job: str
    done: bool
    failed: bool = False
    detail: str = ""
