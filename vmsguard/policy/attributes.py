"""The attributes of a camera that packs may select on, with the values each may have.

A pack that selects on a misspelt attribute would find it set nowhere, and an attribute that nobody set
is unknown: the whole fleet would stay in scope and nothing would be changed. So the names are closed; a
site's or vendor's own attribute carries a prefix (``acme/zone``) and takes any value.
"""

from __future__ import annotations

from msgspec import Struct

from vmsguard.policy.syntax.scalars import ScalarReader
from vmsguard.policy.syntax.strict_yaml import Node
from vmsguard.policy.syntax.suggest import did_you_mean

__all__ = ["ATTRIBUTES", "AttributeSpec", "known_attribute", "read_attribute"]


class AttributeSpec(Struct, frozen=True):
    """One attribute: what it says of a camera, and its values; ``boolean`` or free text if none are listed."""

    name: str
    meaning: str
    values: tuple[str, ...] = ()
    boolean: bool = False


_SPECS = (
    AttributeSpec("city", "the city whose ordinances apply, as country, state and name: us-or-portland"),
    AttributeSpec("country", "where the camera stands, as an ISO 3166 code of two capital letters"),
    AttributeSpec("face_use", "what faces are used for", ("none", "detection", "verify-1to1", "identify-1ton")),
    AttributeSpec(
        "linked_to_identity",
        "its readings are combined with data that names a person, such as an entry log",
        boolean=True,
    ),
    AttributeSpec("managed_by", "the target that owns the camera's configuration"),
    AttributeSpec("masks_required", "areas in its view must be masked", boolean=True),
    AttributeSpec("mobility", "fixed to a place, or worn, carried or mounted", ("fixed", "mobile")),
    AttributeSpec("modality", "what its sensors see", ("visible", "thermal", "bispectral")),
    AttributeSpec("model", "the maker's name of the model"),
    AttributeSpec(
        "operator",
        "who operates it",
        ("public-institution", "law-enforcement", "on-behalf-of-law-enforcement", "private"),
    ),
    AttributeSpec("purpose", "what it is there for, such as fever-screening"),
    AttributeSpec("records", "its pictures are stored anywhere", boolean=True),
    AttributeSpec("region", "a group of countries with common law, such as EU"),
    AttributeSpec("space", "who may be where it looks", ("public", "staff-only", "private")),
    AttributeSpec(
        "space_use",
        "what the place is used for",
        ("workplace", "education", "transit", "retail", "health", "housing", "street", "other"),
    ),
    AttributeSpec("state", "the state whose law applies within its country: us-il, us-tx"),
    AttributeSpec("vendor", "the maker"),
    AttributeSpec("visible_face_capture", "it takes pictures in visible light that show faces", boolean=True),
)

ATTRIBUTES: dict[str, AttributeSpec] = {spec.name: spec for spec in _SPECS}


def known_attribute(reader: ScalarReader, name: str, node: Node) -> bool:
    """Whether the name is known or carries a prefix; an unknown one is reported at its key."""
    if name in ATTRIBUTES or "/" in name.strip("/"):
        return True
    hint = f"{did_you_mean(name, ATTRIBUTES)} An attribute of your own carries a prefix, such as my-site/{name}"
    reader.fault(node, f"unknown attribute {name!r}", hint, at_key=True)
    return False


def read_attribute(reader: ScalarReader, name: str, node: Node) -> bool | int | str:
    """The value of an attribute; an unknown name is reported at its key, an unknown value where it stands."""
    if not known_attribute(reader, name, node):
        return ""
    spec = ATTRIBUTES.get(name)
    if spec is None:
        return reader.scalar(node, name)
    if spec.boolean:
        return reader.boolean(node, name)
    if spec.values:
        return reader.word(node, name, spec.values)
    value = reader.text(node, name)
    if name == "country" and value and not (len(value) == 2 and value.isascii() and value.isupper()):
        reader.fault(node, f"country: {value!r} is not a country code", "write two capital letters, such as KR")
    return value
