"""``kind: Fleet``: which cameras and recorders to simulate, as a person writes it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
import yaml
from msgspec import Struct, field

from vmsguard.errors import ConfigError
from vmsguard.simulator.device_state import Account
from vmsguard.simulator.personas import PERSONAS
from vmsguard.simulator.searching_state import Application, Searching
from vmsguard.simulator.services import SERVICES

__all__ = [
    "AnalyserSetup",
    "Fleet",
    "Group",
    "Logins",
    "RecorderSetup",
    "RecordingSetup",
    "StorageSetup",
    "camera_ids",
    "group_name",
    "load_fleet",
]

_ID: Final = re.compile(r"[A-Za-z0-9._-]+")
_SERVICES: Final = frozenset(service.name for service in SERVICES)
Auth = Literal["none", "wsse", "digest", "both"]


class AnalyserSetup(Struct, frozen=True, forbid_unknown_fields=True):
    """A rule or module; a plain string in its place is the type alone."""

    type: str
    name: str = ""
    parameters: dict[str, str] = field(default_factory=dict)


class StorageSetup(Struct, frozen=True, forbid_unknown_fields=True):
    uri: str
    type: str = "NFS"
    user: str = ""
    used: bool = False
    """The camera's recordings are sent there."""
    strategy: Literal["", "External", "Local", "Both"] = ""
    """``External`` (what leaving it out means), ``Local`` (only when exported) or ``Both``."""


class RecordingSetup(Struct, frozen=True, forbid_unknown_fields=True):
    """What each channel records onto the device itself."""

    active: bool = True
    history_hours: float = 72.0
    """How much footage is there at the start."""
    retention_seconds: int = 0
    jobs: int = 1
    """Jobs per recording; the first has the highest priority, the next takes over when it is idle."""
    triggers: list[Literal["continuous", "schedule", "event"]] = field(default_factory=list)
    """What starts each job, in their order; the rest are continuous. Schedules are closed, events have not come."""
    export_seconds: float | None = None
    """None: nothing can be exported. Above zero an export of every recording runs for so long from the start."""


class Group(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``count`` cameras that are alike; ``id`` is a pattern: ``cam-{n:03}`` counts from 1."""

    id: str
    count: int = 1
    name: str = ""
    """The inventory group they belong to; made of the id if it is left out."""
    persona: str = "honest"
    """How they behave; several are joined by ``+``: ``sd-card+reverts``."""
    site: str = "site-1"
    attributes: dict[str, Any] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    managed_by: str = ""
    channels: int = 1
    thermal: bool | list[int] = False
    """All channels, or the numbers (from 1) of those whose sensor measures heat."""
    rtsp: bool = False
    """Whether an RTSP port of its own answers; where not, RTSP is off and can be switched on."""
    recorder: str = ""
    """Id of the recorder that pulls its channels."""
    rules: list[str | AnalyserSetup] | None = field(default_factory=list)
    """None together with ``modules: null``: the camera has no Analytics service."""
    modules: list[str | AnalyserSetup] | None = field(default_factory=list)
    recordings: RecordingSetup | None = RecordingSetup()
    """None: the camera has no Recording, Search and Replay services."""
    multicast: bool = False
    audio: bool = False
    """Each channel has a microphone, its profile an audio encoder, and its recording an audio track."""
    webrtc: list[str] | None = None
    """Signaling servers; None where the function is missing. The same holds for the three below."""
    brokers: list[str] | None = None
    uplinks: list[str] | None = None
    storages: list[str | StorageSetup] | None = None
    tunnels: list[Literal["http", "websocket"]] = field(default_factory=list)
    """Ways in which RTSP goes through the HTTP port, and goes on when RTSP is switched off."""
    masks: list[bool] | None = None
    """A privacy mask on every channel for each entry, on or off; None: the camera has no masks."""
    applications: list[Application] | None = None
    """Programs installed on it; None: it has no App Management service."""
    searching: Searching = field(default_factory=Searching)
    """What else it can search for, and what it says of that."""
    allowed: list[str] | None = None
    """Addresses (``192.0.2.0/24``) that may reach the camera; None: it has no address filter. Nothing enforces it."""
    without: list[str] = field(default_factory=list)
    """Services it lacks besides: ``media2``, ``search`` ..."""
    users: list[Account] = field(default_factory=list)
    """In place of the fleet's accounts."""
    auth: Auth = "both"
    media_auth: bool = False
    """Whether streams and snapshots want a login, too; many cameras serve them to anybody."""
    clock_offset: float = 0.0
    created_window: float = 30.0
    revert_seconds: float = 2.0
    reboot_seconds: float = 0.0


class RecorderSetup(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A recorder that pulls the channels of the groups that name it."""

    id: str
    site: str = "site-1"
    persona: str = "honest"
    storage_path: str = ""
    """A directory into which it really writes small segments, one folder for each recording."""
    history_hours: float = 72.0
    retention_seconds: int = 0
    users: list[Account] = field(default_factory=list)
    auth: Auth = "both"
    clock_offset: float = 0.0
    created_window: float = 30.0
    revert_seconds: float = 2.0
    reboot_seconds: float = 0.0


class Logins(Struct, frozen=True, forbid_unknown_fields=True):
    """What the written inventory says about logins: references, never secrets."""

    read: str = "secret://env/VMSGUARD_SIM_LOGIN"
    change: str = "secret://env/VMSGUARD_SIM_LOGIN"


class Fleet(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    apiVersion: Literal["vmsguard/v1"] = "vmsguard/v1"
    kind: Literal["Fleet"] = "Fleet"
    seed: int = 1
    http_port: int = 0
    """0 takes a free one."""
    rtsp_first_port: int = 0
    """Where the RTSP ports start, one after the other; 0 takes free ones."""
    accounts: list[Account] = field(default_factory=lambda: [Account("admin", "simulated")])
    logins: Logins = Logins()
    groups: list[Group] = field(default_factory=list)
    recorders: list[RecorderSetup] = field(default_factory=list)

    @classmethod
    def from_value(cls, value: object, *, file: str | Path | None = None) -> Fleet:
        """A checked fleet from what a YAML or JSON reader gives."""
        try:
            fleet = msgspec.convert(value, cls)
        except msgspec.ValidationError as error:
            raise ConfigError(
                str(error), file=file, hint="compare with the fields of vmsguard.simulator.fleet_file"
            ) from error
        _check(fleet, file)
        return fleet


def load_fleet(path: str | Path) -> Fleet:
    """The fleet in a YAML file; raises ``ConfigError`` with the file's name."""
    try:
        value = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=path) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = {} if mark is None else {"line": mark.line + 1, "column": mark.column + 1}
        raise ConfigError("is not valid YAML", file=path, **place) from error
    return Fleet.from_value(value, file=path)


def camera_ids(group: Group) -> list[str]:
    """The ids a group's pattern makes."""
    if "{n" not in group.id:
        return [group.id]
    return [group.id.format(n=number) for number in range(1, group.count + 1)]


def group_name(group: Group) -> str:
    """The inventory group of a fleet group."""
    return group.name or group.id.partition("{")[0].rstrip("-_") or "cameras"


def _known_keys(message: str) -> str:
    """The keys that stand where the mistake is."""
    place = Group if "$.groups" in message else RecorderSetup if "$.recorders" in message else Fleet
    return f"the keys here: {', '.join(field.name for field in msgspec.structs.fields(place))}"


def _pattern_ids(group: Group, file: str | Path | None) -> list[str]:
    try:
        return camera_ids(group)
    except (KeyError, IndexError, ValueError) as error:
        raise ConfigError(f"{group.id}: not a pattern of the counter n", file=file, hint="cam-{n:03}") from error


def _check(fleet: Fleet, file: str | Path | None) -> None:
    recorders = {recorder.id for recorder in fleet.recorders}
    named: list[Group | RecorderSetup] = [*fleet.groups, *fleet.recorders]
    for entry in named:
        if not set(entry.persona.split("+")) <= set(PERSONAS):
            raise ConfigError(
                f"{entry.id}: unknown persona {entry.persona!r}",
                file=file,
                hint=f"one of {', '.join(sorted(PERSONAS))}, or several joined by +",
            )
    for group in fleet.groups:
        if group.recorder and group.recorder not in recorders:
            raise ConfigError(f"{group.id}: unknown recorder {group.recorder!r}", file=file)
        if group.count < 1 or group.channels < 1:
            raise ConfigError(f"{group.id}: count and channels start at 1", file=file)
        if group.count > 1 and "{n" not in group.id:
            raise ConfigError(f"{group.id}: {group.count} cameras need a counter in the id", file=file, hint="cam-{n}")
        if unknown := set(group.without) - _SERVICES:
            raise ConfigError(f"{group.id}: no such service: {', '.join(sorted(unknown))}", file=file)
        if not all(map(_ID.fullmatch, _pattern_ids(group, file))):
            raise ConfigError(f"{group.id}: ids hold letters, digits, dots and dashes", file=file)
    for name in {group_name(group) for group in fleet.groups}:
        alike = [group.attributes for group in fleet.groups if group_name(group) == name]
        if any(attributes != alike[0] for attributes in alike):
            raise ConfigError(
                f"two groups named {name!r} differ in their attributes", file=file, hint="give each a name of its own"
            )
