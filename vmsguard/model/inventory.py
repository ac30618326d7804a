"""Targets, cameras and endpoints as an inventory states them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from vmsguard.model.vocabulary import Basis, Role

__all__ = [
    "ALL_CHANNELS",
    "Attribute",
    "Camera",
    "Endpoint",
    "EndpointRef",
    "Inventory",
    "Limits",
    "LoginRefs",
    "Target",
]

ALL_CHANNELS = "all"
"""``channels: all``, expanded at every run from what the target lists."""


class Limits(Struct, frozen=True, kw_only=True):
    """How gently a target is treated."""

    requests_per_second: float = 2.0
    connections: int = 1
    deadline_seconds: float = 10.0
    max_reply_bytes: int = 8 * 1024 * 1024
    session_seconds: float = 0.0
    """How long one session may take as a whole; 0: as long as its channels need, two hours at most."""


class LoginRefs(Struct, frozen=True):
    """References to secrets, never secrets; planning uses ``read`` and never resolves ``change``."""

    read: str = ""
    change: str = ""


class Target(Struct, frozen=True, kw_only=True):
    """One thing we log in to."""

    id: str
    site: str
    role: Role
    driver: str
    url: str
    login: LoginRefs = LoginRefs()
    tls_pin: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = Limits()
    place: str = ""
    """``file:line`` it was declared at, for messages."""


class EndpointRef(Struct, frozen=True):
    """A camera's claim on channels of a target; ``("all",)`` is expanded at run time."""

    target: str
    channels: tuple[str, ...]


class Endpoint(Struct, frozen=True):
    """One place where a camera can be read or changed."""

    target: str
    channel: str
    role: Role

    def __str__(self) -> str:
        return f"{self.target}/{self.channel}"


class Attribute(Struct, frozen=True):
    """What people said about a camera, and who."""

    value: Any
    author: str = "inventory"
    basis: Basis = Basis.ATTESTED


class Camera(Struct, frozen=True, kw_only=True):
    """One view of the world that policies select; an attribute that is not in the map is unknown."""

    id: str
    site: str
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    endpoints: tuple[EndpointRef, ...] = ()
    groups: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    managed_by: str = ""
    """The target that owns this camera's configuration and would re-apply it."""
    place: str = ""

    @property
    def protected(self) -> bool:
        """Safety of life: no write without a second person's approval."""
        return "protected" in self.tags


class Inventory(Struct, frozen=True):
    targets: Mapping[str, Target]
    cameras: Mapping[str, Camera]
    zones: Mapping[str, str] = {}
    """Site to its time zone, where one is stated."""
