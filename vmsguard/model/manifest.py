"""What a driver says of itself and of a product: identity, channels, facts, verbs, witness points."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field

from vmsguard.model.facts import Fact
from vmsguard.model.vocabulary import WHOLE, Layer, Support

__all__ = [
    "Channel",
    "DriverEntry",
    "FactSupport",
    "Identity",
    "Manifest",
    "Observation",
    "RequestBound",
    "Scope",
    "VerbSupport",
    "WitnessPoint",
]


class Scope(Struct, frozen=True):
    """Where facts are wanted: one channel of a target, or the target as a whole (``*``)."""

    channel: str = WHOLE


class Identity(Struct, frozen=True, kw_only=True):
    """Who answered, and as whom we are in."""

    manufacturer: str = ""
    model: str = ""
    firmware: str = ""
    serial: str = ""
    hardware: str = ""
    as_administrator: bool | None = None
    """Whether the session is proven to be an administrator's; a refusal counts as proof only then."""
    fabricates: bool = False
    """The target answered success to an operation that cannot exist: its empty lists prove nothing."""
    foreign_addresses: tuple[str, ...] = ()
    """Hosts the target named for its own services that are not the enrolled one; findings, never targets."""
    notes: tuple[str, ...] = ()
    """Weaknesses seen on the way in, as finding codes (``no-auth-required``, ``plain-http`` ...)."""
    booted_at: datetime | None = None
    """When the target began to run, by our clock (now minus its uptime); None where it does not tell."""
    run_state: str = ""
    """Of a recorder, as a word of the driver's: whether its software runs, and in which state; empty if not told."""
    login_mode: str = ""
    """How the session carried the login: a word of the driver's (``none wsse digest both``), empty if it tells none."""


class Channel(Struct, frozen=True, kw_only=True):
    """One video source inside a target, with what is known of where its pictures come from."""

    id: str
    name_hint: str = ""
    """Never logged: names may hold a person's or a room's name."""
    source_host: str = ""
    source_port: int = 0
    source_path: str = ""
    serial: str = ""
    mac: str = ""
    thermal: bool | None = None


class FactSupport(Struct, frozen=True):
    fact: str
    support: Support
    layers: tuple[Layer, ...] = (Layer.RUNTIME,)


class VerbSupport(Struct, frozen=True, kw_only=True):
    """What a driver promises of one verb on one product."""

    verb: str
    support: Support
    scope: str = "channel"
    """``channel``, ``store`` or ``whole``: what else the change touches."""
    after: tuple[str, ...] = ()
    """Verbs of the same target that must come before this one."""
    settle_seconds: float = 1.0
    persistence: Layer = Layer.STORED
    disruption: str = ""
    reversible: bool = True
    held: str = ""
    """How a purge leaves held footage alone: ``recordings`` leaves every recording that a held window touches,
    ``windows`` deletes what lies around it. Empty: it cannot, and is not asked to while something is held."""


class RequestBound(Struct, frozen=True):
    """How many requests a full read may take: ``base + per_channel * channels``."""

    base: int
    per_channel: float


class Manifest(Struct, frozen=True, kw_only=True):
    """The declared abilities of a driver for a product; plain data, importable without the driver."""

    driver: str
    product: str
    version: str
    facts: tuple[FactSupport, ...]
    verbs: tuple[VerbSupport, ...] = ()
    absent_verbs: tuple[str, ...] = ()
    bound: RequestBound = RequestBound(20, 5.0)
    unguarded: bool = False
    how_to_disable: Mapping[str, str] = field(default_factory=dict)
    """For what we cannot switch off: control id to what a person has to do (PIPC 2020, K8)."""

    def verb(self, name: str) -> VerbSupport | None:
        return next((support for support in self.verbs if support.verb == name), None)


class DriverEntry(Struct, frozen=True, kw_only=True):
    """A driver as registered: a ``module:Class`` string, so that validating a policy imports none."""

    name: str
    path: str
    api: int
    catalogue: int
    manifest: Manifest
    """The manifest without an identity; the class may narrow it per product."""
    options: Mapping[str, tuple[str, ...]] | None = None
    """Options that a target of the driver may have, each with its values; none named: any text. With None, an
    inventory may say what it likes, and a mistyped option says nothing.
    """


class Observation(Struct, frozen=True):
    """Facts read together at one moment by one operation of a driver."""

    facts: tuple[Fact, ...]


class WitnessPoint(Struct, frozen=True, kw_only=True):
    """A place where the core may look for itself; a driver names it, the core alone goes there.

    ``kind`` is ``tcp``, ``rtsp``, ``http`` (a snapshot: status only), ``file`` (a path relative to the
    target's ``storage_path`` option) or ``fact`` (another enrolled target). ``proves`` is the core fact
    it bears on. Host and port are checked against the enrolled target before anything is sent.
    """

    kind: str
    proves: str
    channel: str = WHOLE
    host: str = ""
    port: int = 0
    path: str = ""
    interval_seconds: float = 2.0
    """For ``file``: how far apart two looks must be for growth to show."""
