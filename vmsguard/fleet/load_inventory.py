"""``kind: Inventory`` files: targets, cameras and groups, checked against each other, all mistakes at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from sys import intern
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from vmsguard.errors import ConfigError, Problems
from vmsguard.fleet.secrets import SCHEME
from vmsguard.model.inventory import (
    ALL_CHANNELS,
    Attribute,
    Camera,
    EndpointRef,
    Inventory,
    Limits,
    LoginRefs,
    Target,
)
from vmsguard.model.vocabulary import Role
from vmsguard.net.tls import parse_pin
from vmsguard.policy.attributes import read_attribute
from vmsguard.policy.in_force import is_zone
from vmsguard.policy.syntax.reading import Fields, Reader
from vmsguard.policy.syntax.strict_yaml import Node
from vmsguard.policy.syntax.suggest import did_you_mean
from vmsguard.policy.syntax.yaml_files import YamlDocument, documents_of, each_document_of

__all__ = ["group_names", "load_inventory"]

_ALL = (ALL_CHANNELS,)
_DEVICE_ROLES = ("device", "recorder", "relay")


class _Parts:
    """What is gathered from all inventory documents before they are checked against each other."""

    def __init__(self) -> None:
        self.targets: dict[str, Target] = {}
        self.cameras: dict[str, Camera] = {}
        self.readers: dict[int, Reader] = {}
        self.places: dict[str, tuple[Reader, Node]] = {}
        """Where each camera stands, without what stands there."""
        self.zones: dict[str, str] = {}
        self.groups: dict[str, list[Mapping[str, Attribute]]] = {}
        """Every definition of a group, in the order of the documents."""
        self.borrowed: dict[tuple[int, str], tuple[Reader, Node]] = {}
        """Where a document first uses a group that another one defines."""
        self.logins: dict[LoginRefs, LoginRefs] = {}


def load_inventory(paths: Iterable[Path]) -> Inventory:
    """The inventory of all files together; raises ``Problems`` with every mistake in them."""
    parts = _Parts()
    waiting: list[_Cameras] = []
    for document in each_document_of(paths, ("Inventory",)):
        parts.readers[id(document.reader)] = document.reader
        cameras = _read_document(document, parts)
        # A camera may stand before its groups. What follows waits too, so that the order stays that of the files.
        if waiting or not _groups_used(cameras) <= parts.groups.keys():
            waiting.append(cameras)
        else:
            _read_cameras(cameras, parts)
        # Only one file's tree at a time: a fleet's worth of them is many times its inventory.
        del document, cameras
    for later in waiting:
        _read_cameras(later, parts)
    _check_borrowed(parts)
    for camera in parts.cameras.values():
        _check_references(camera, parts)
    problems: list[ConfigError] = []
    for reader in parts.readers.values():
        try:
            reader.finish()
        except Problems as several:
            problems += several.problems
    if problems:
        raise Problems(problems)
    return Inventory(targets=parts.targets, cameras=parts.cameras, zones=parts.zones)


def group_names(paths: Iterable[Path]) -> frozenset[str]:
    """The groups that the inventory defines, in whichever document."""
    found: set[str] = set()
    for document in documents_of(paths, ("Inventory",)):
        node = document.node.value.get("groups") if isinstance(document.node.value, dict) else None
        if node is not None and isinstance(node.value, dict):
            found.update(node.value)
    return frozenset(found)


def _groups_used(cameras: _Cameras) -> set[str]:
    """What the cameras of a document name as groups; what is wrong with it is told when they are read."""
    found: set[str] = set()
    for node in cameras.cameras:
        named = node.value.get("groups") if isinstance(node.value, dict) else None
        if named is not None and isinstance(named.value, list):
            found.update(one.value for one in named.value if isinstance(one.value, str))
    return found


def _read_cameras(cameras: _Cameras, parts: _Parts) -> None:
    attributes: dict[tuple[str, ...], Mapping[str, Attribute]] = {}
    for node in cameras.cameras:
        _read_camera(node, cameras, parts, attributes)


class _Cameras(NamedTuple):
    """The cameras of one document, with what it says for all of them."""

    reader: Reader
    cameras: list[Node]
    defaults: Mapping[str, Attribute]
    groups: Mapping[str, Mapping[str, Attribute]]


def _read_document(document: YamlDocument, parts: _Parts) -> _Cameras:
    reader = document.reader
    defaults: dict[str, Attribute] = {}
    limits = Limits()
    with document.fields() as fields:
        if (node := fields.get("defaults")) is not None:
            with reader.fields(node, "defaults") as inner:
                defaults = _attributes(inner, reader)
                limits = _limits(inner, reader, limits)
        groups: dict[str, dict[str, Attribute]] = {}
        for name, node in fields.entries("groups", required=False):
            with reader.fields(node, f"group {name}") as inner:
                groups[name] = _attributes(inner, reader)
            parts.groups.setdefault(name, []).append(groups[name])
        for name, node in fields.entries("sites", required=False):
            _read_site(name, node, reader, parts)
        for node in fields.items("targets", required=False):
            _read_target(node, reader, limits, parts)
        cameras = fields.items("cameras", required=False)
    return _Cameras(reader, cameras, defaults, groups)


def _read_site(name: str, node: Node, reader: Reader, parts: _Parts) -> None:
    with reader.fields(node, f"site {name}") as fields:
        child = fields.need("timezone")
    zone = "" if child is None else reader.text(child, "timezone")
    if child is not None and zone and not is_zone(zone):
        reader.fault(child, f"timezone: no time zone is called {zone!r}", "write an IANA name such as Asia/Seoul")
    elif child is not None and parts.zones.setdefault(name, zone) != zone:
        message = f"site {name} was said to be in {parts.zones[name]}"
        reader.fault(child, message, "a site has one time zone; state it once")


def _read_target(node: Node, reader: Reader, limits: Limits, parts: _Parts) -> None:
    with reader.fields(node, "a target") as fields:
        target = Target(
            id=intern(fields.identifier("id")),
            site=intern(fields.identifier("site")),
            role=Role(fields.word("role", _DEVICE_ROLES) or "device"),
            driver=intern(fields.identifier("driver")),
            url=_url(fields, reader),
            login=parts.logins.setdefault(login := _login(fields, reader), login),
            tls_pin=fields.optional("tls_pin", _pin_of(reader)),
            options={key: _option(reader, value, key) for key, value in fields.entries("options", required=False)},
            limits=_limits(fields, reader, limits),
            place=f"{reader.file}:{node.line}",
        )
    if target.id in parts.targets:
        reader.fault(node, f"target {target.id} is declared twice", f"the first is at {parts.targets[target.id].place}")
    parts.targets[target.id] = target


def _url(fields: Fields, reader: Reader) -> str:
    node = fields.need("url")
    if node is None:
        return ""
    # Nothing of a wrong address is repeated: it may hold a login.
    url = node.value if isinstance(node.value, str) else ""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        reader.fault(node, "url: not an http or https address", "write http://HOST:PORT/PATH")
    elif parts.username or parts.password:
        reader.fault(node, "url: a login does not belong in an address", "move it to login: secret://...")
    return url


def _login(fields: Fields, reader: Reader) -> LoginRefs:
    node = fields.get("login")
    if node is None:
        return LoginRefs()
    if isinstance(node.value, dict):
        with reader.fields(node, "login") as inner:
            return LoginRefs(
                inner.read("read", _reference_of(reader), "", ""), inner.read("change", _reference_of(reader), "", "")
            )
    reference = _reference_of(reader)(node, "login")
    return LoginRefs(reference, reference)


def _reference_of(reader: Reader) -> Any:
    def read(node: Node, what: str) -> str:
        # What stands here instead of a reference may be a password, even a number: it is not repeated.
        text = node.value if isinstance(node.value, str) else ""
        if urlsplit(text).scheme != SCHEME:
            reader.fault(
                node, f"{what}: a secret is given by reference", "write secret://env/NAME or secret://file/PATH"
            )
            return ""
        return text

    return read


def _pin_of(reader: Reader) -> Callable[[Node, str], str]:
    def read(node: Node, what: str) -> str:
        text = reader.text(node, what)
        try:
            parse_pin(text)
        except ConfigError as error:
            reader.fault(node, f"{what}: not a SHA-256 fingerprint", error.hint)
        return text

    return read


def _option(reader: Reader, node: Node, key: str) -> str:
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    return str(node.value) if isinstance(node.value, int) else reader.text(node, key)


def _limits(fields: Fields, reader: Reader, base: Limits) -> Limits:
    node = fields.get("limits")
    if node is None:
        return base
    with reader.fields(node, "limits") as inner:
        return Limits(
            requests_per_second=inner.number("requests_per_second", base.requests_per_second, least=0.1, most=1000),
            connections=inner.integer("connections", base.connections, least=1, most=8),
            deadline_seconds=inner.number("deadline_seconds", base.deadline_seconds, least=0.1, most=300),
            max_reply_bytes=inner.integer("max_reply_bytes", base.max_reply_bytes, least=1024),
            session_seconds=inner.number("session_seconds", base.session_seconds, least=0, most=86400),
        )


def _attributes(fields: Fields, reader: Reader) -> dict[str, Attribute]:
    return {
        name: Attribute(read_attribute(reader, name, node))
        for name, node in fields.entries("attributes", required=False)
    }


def _read_camera(
    node: Node, among: _Cameras, parts: _Parts, of_groups: dict[tuple[str, ...], Mapping[str, Attribute]]
) -> None:
    """Read one camera; cameras of the same groups and with nothing of their own share their attributes."""
    reader = among.reader
    with reader.fields(node, "a camera") as fields:
        own_groups = tuple(map(intern, fields.identifiers("groups", ())))
        own = _attributes(fields, reader)
        if (shared := of_groups.get(own_groups)) is None:
            shared = dict(among.defaults)
            for name in own_groups:
                shared.update(_group(name, fields.get("groups") or node, among, parts))
            if all(name in among.groups or name in parts.groups for name in own_groups):  # else each is told
                of_groups[own_groups] = shared
        attributes = {**shared, **own} if own else shared
        owner = attributes.get("managed_by")
        camera = Camera(
            id=intern(fields.identifier("id")),
            site=intern(fields.identifier("site")),
            attributes=attributes,
            endpoints=tuple(_endpoint(item, reader) for item in fields.items("endpoints", required=False)),
            groups=own_groups,
            tags=fields.identifiers("tags", ()),
            managed_by="" if owner is None else intern(str(owner.value)),
            place=f"{reader.file}:{node.line}",
        )
    if camera.id in parts.cameras:
        reader.fault(node, f"camera {camera.id} is declared twice", f"the first is at {parts.cameras[camera.id].place}")
    parts.cameras[camera.id] = camera
    parts.places[camera.id] = (reader, Node(None, node.line, node.column))


def _group(name: str, node: Node, among: _Cameras, parts: _Parts) -> Mapping[str, Attribute]:
    """The attributes of a group: as this document defines it, else as all others that do."""
    if name in among.groups:
        return among.groups[name]
    defined = parts.groups.get(name, [])
    if not defined:
        among.reader.fault(node, f"unknown group {name!r}", did_you_mean(name, parts.groups))
    else:
        place = Node(None, node.line, node.column)
        parts.borrowed.setdefault((id(among.reader), name), (among.reader, place))
    return defined[0] if defined else {}


def _check_borrowed(parts: _Parts) -> None:
    for (_, name), (reader, place) in parts.borrowed.items():
        first, *others = parts.groups[name]
        if any(one != first for one in others):
            message = f"group {name!r} is defined differently in several documents"
            reader.fault(place, message, "define it once, or in the document that uses it")


def _endpoint(node: Node, reader: Reader) -> EndpointRef:
    with reader.fields(node, "an endpoint") as fields:
        target = intern(fields.identifier("target"))
        channels = fields.need("channels")
        if channels is None:
            return EndpointRef(target, _ALL)
        if isinstance(channels.value, list):
            return EndpointRef(target, reader.texts(channels, "channels", least=1))
        if channels.value != ALL_CHANNELS:
            reader.fault(channels, "channels: expected all or a list", 'write all or ["1", "2"]')
        return EndpointRef(target, _ALL)


def _check_references(camera: Camera, parts: _Parts) -> None:
    reader, node = parts.places[camera.id]
    for ref in camera.endpoints:
        target = parts.targets.get(ref.target)
        if target is None:
            reader.fault(
                node, f"camera {camera.id}: unknown target {ref.target!r}", did_you_mean(ref.target, parts.targets)
            )
        elif target.site != camera.site:
            reader.fault(
                node,
                f"camera {camera.id} is at site {camera.site}, its target {target.id} at {target.site}",
                "a camera and its targets belong to one site",
            )
    if camera.managed_by and camera.managed_by not in parts.targets:
        reader.fault(
            node,
            f"camera {camera.id}: managed_by names the unknown target {camera.managed_by!r}",
            did_you_mean(camera.managed_by, parts.targets),
        )
