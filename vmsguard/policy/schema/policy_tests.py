"""Schema of policy tests: scenes, cases, and every fact with the shape its value has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct, inspect

from vmsguard.model.changes import CORE_VERBS
from vmsguard.model.fact_catalogue import FactSpec
from vmsguard.model.vocabulary import Basis, Qualifier, Role, Verdict, Why
from vmsguard.policy.details import DETAILS
from vmsguard.policy.schema.words import closed, documented, words

__all__ = ["policy_tests", "told_facts"]

TEXT = {"$ref": "#/$defs/text"}
ID = {"$ref": "#/$defs/id"}
INSTANT = {"$ref": "#/$defs/instant"}
FACTS = {"$ref": "#/$defs/testFacts"}
_WORDS = {"enum": ["absent", "unknown"]}
_UNKNOWN = closed({"unknown": {"enum": [why.value for why in Why]}}, ("unknown",))
_MOMENT = {"anyOf": [INSTANT, {"$ref": "#/$defs/duration"}]}


def policy_tests() -> dict[str, Any]:
    """The kind ``PolicyTests``."""
    scene = _scene()
    expected = closed(
        {
            "verdict": _verdict(),
            "by": words([one.value for one in Qualifier], "How the pass is reached."),
            "reason": ID,
        },
        ("verdict",),
    )
    case = closed(
        {
            "name": TEXT,
            "profile": documented(ID, "Which reading of a pack that has several; the first one unless given."),
            "now": INSTANT,
            "in_scope": documented({"type": "boolean"}, "Whether the pack concerns the camera at all."),
            **scene,
            "expect": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": {"anyOf": [_verdict(), expected]},
                "description": "By rule.",
            },
        },
        ("name",),
    )
    says = [{"required": [key]} for key in ("expect", "in_scope")]
    return closed(
        {
            "pack": ID,
            "now": documented(INSTANT, "The moment of every case that names no other."),
            "scenes": documented(
                {"type": "object", "additionalProperties": closed(scene)}, "Cameras that cases start from."
            ),
            "cases": {"type": "array", "minItems": 1, "items": case | {"anyOf": says}},
        },
        ("pack", "now", "cases"),
    )


def _verdict() -> dict[str, Any]:
    return {"enum": [verdict.value for verdict in Verdict]}


def _scene() -> dict[str, Any]:
    places = {role.value: {"anyOf": [{"const": "unreachable"}, FACTS]} for role in Role if role is not Role.CAMERA}
    paper = closed(
        {
            "id": documented(ID, "What exceptions and holds call it; paper-1, paper-2 and so on unless given."),
            "kind": ID,
            "dated": {"$ref": "#/$defs/date"},
            "expires": {"$ref": "#/$defs/date"},
            "issuer": TEXT,
            "details": {"type": "object", "propertyNames": {"enum": list(DETAILS)}},
        },
        ("kind",),
    )
    exception = closed(
        {
            "rule": ID,
            "type": ID,
            "author": TEXT,
            "approver": TEXT,
            "starts": INSTANT,
            "expires": INSTANT,
            "legal_basis": TEXT,
            "legal_basis_kind": ID,
            "reason": TEXT,
            "retention": {"$ref": "#/$defs/span"},
            "consent_record": documented(ID, "The id of a paper of the case."),
            "public_interest": TEXT,
            "impact_assessment": documented(ID, "paper-1 for the first paper of the case."),
            "objective": ID,
            "authorisation": documented(ID, "paper-1 for the first paper of the case."),
            "renews": ID,
            "gallery_max": {"type": "integer", "minimum": 1},
            "area": TEXT,
        },
        ("rule", "type", "starts", "expires"),
    )
    hold = closed(
        {"from": INSTANT, "until": INSTANT, "legal_order": documented(ID, "paper-1 for the first paper of the case.")},
        ("from", "until"),
    )
    refusal = closed({"verb": {"enum": list(CORE_VERBS)}, "item": TEXT}, ("verb",))
    return {
        "like": documented(TEXT, "A scene above that this one starts from."),
        "attributes": {"$ref": "#/$defs/attributes"},
        **places,
        "camera": documented(FACTS, "Facts of the camera itself."),
        "basis": words([basis.name.lower().replace("_", "-") for basis in Basis], "How the devices' facts are known."),
        "papers": {"type": "array", "items": {"anyOf": [ID, paper]}},
        "exceptions": {"type": "array", "items": exception},
        "holds": documented({"type": "array", "items": hold}, "In force on the camera: hold-1, hold-2 and so on."),
        "refused": documented({"type": "array", "items": refusal}, "What the device refused for certain."),
        "first_use": INSTANT,
    }


def told_facts(specs: Iterable[FactSpec]) -> dict[str, Any]:
    """Definitions: facts by name (what a case does not name is not known), and the shape of each kind of value."""
    shapes: dict[str, Any] = {}
    facts = {}
    for spec in specs:
        shape = spec.value_type.__name__ if spec.item is None else spec.item.__name__
        if shape not in shapes:
            shapes[shape] = {"anyOf": _told(spec)}
        facts[spec.name] = documented(_layered(spec, {"$ref": f"#/$defs/told{shape}"}), spec.meaning)
    return {"testFacts": closed(facts), **{f"told{name}": shape for name, shape in shapes.items()}}


def _told(spec: FactSpec) -> list[dict[str, Any]]:
    """What can be said of a fact in one layer."""
    if spec.item is None:
        return [{"type": "boolean" if spec.value_type is bool else "integer"}, _WORDS, _UNKNOWN]
    items = {"type": "array", "items": _item(spec.item)}
    return [items, _WORDS, _UNKNOWN, closed({"items": items, "incomplete": TEXT}, ("items",))]


def _layered(spec: FactSpec, told: dict[str, Any]) -> dict[str, Any]:
    if len(spec.layers) == 1:
        return told
    return {"anyOf": [told, {**closed({one.value: told for one in spec.layers}), "minProperties": 1}]}


def _item(kind: type[Struct]) -> dict[str, Any]:
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    required = [field.name for field in info.fields if field.required]
    return closed({field.name: _value(field.type) for field in info.fields}, required)


def _value(kind: inspect.Type) -> Mapping[str, Any]:
    match kind:
        case inspect.UnionType():
            return {"anyOf": [_value(one) for one in kind.types]}
        case inspect.NoneType():
            return {"type": "null"}
        case inspect.BoolType():
            return {"type": "boolean"}
        case inspect.IntType():
            return {"type": "integer"}
        case inspect.DateTimeType():
            return _MOMENT
        case inspect.VarTupleType():
            return {"type": "array", "items": TEXT}
    return TEXT
