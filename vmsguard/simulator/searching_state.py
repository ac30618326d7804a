"""What a simulated device can search for, beside the rules and modules it is configured with."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

__all__ = ["RECOGNITION", "Application", "Sample", "Searching", "SupportedType", "recognises"]

RECOGNITION = "face-identification"
"""In ``does``: faces are compared with many."""
_RECOGNITION_WORD = "facerecognition"


class Sample(Struct, forbid_unknown_fields=True):
    """What a module's metadata can hold: classes of objects, and what it tells of faces and bodies."""

    classes: list[str] = field(default_factory=list)
    face: list[str] | None = None
    """Elements of a face description, such as ``Age``; None: no description of faces."""
    body: list[str] | None = None
    picture: bool = False
    label: bool = False


class SupportedType(Struct, forbid_unknown_fields=True):
    """A type of rule or module that the device has, configured or not."""

    type: str
    kind: Literal["rule", "module"] = "rule"
    topics: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    """Names of what its events tell."""
    classes: list[str] = field(default_factory=list)
    """What a rule's class filter may name."""
    sample: Sample | None = None
    does: str = ""
    """What it really does, in no reply: ``face-identification`` makes the device one that recognises."""


class Application(Struct, forbid_unknown_fields=True):
    """A program installed on the device."""

    id: str
    name: str = ""
    active: bool = True
    autostart: bool = True
    topics: list[str] = field(default_factory=list)
    """Topics of its events, below its own node."""
    does: str = ""
    keeps_autostart: bool = False
    """Deactivating stops it until the next start, and no longer."""


class Searching(Struct, forbid_unknown_fields=True):
    supported: list[SupportedType] = field(default_factory=list)
    announces: list[str] = field(default_factory=list)
    """Topics in its set of topics whatever is configured."""
    recognises_unlisted: bool = False
    """It recognises faces, and no list says so."""
    image_search: bool = False
    language_search: bool = False
    credentials: list[str] | None = None
    """Types of credential identifiers: ``pt:Card``, ``pt:Face``; None: no Credential service."""
    levels: list[list[str]] | None = None
    """What each security level asks for, in order; None: no AuthenticationBehavior service."""
    radiometry: bool = False


def recognises(kind: str, supported: list[SupportedType]) -> bool:
    """Whether a rule, module or application of this type matches faces, as the device really is."""
    known = [entry.does for entry in supported if entry.type == kind and entry.does]
    return RECOGNITION in known if known else _RECOGNITION_WORD in kind.lower()
