"""JSON Schema (draft 2020-12) of the files people write, generated from the catalogue; what editors complete from.

The loader says more than a schema can (references, dates that follow each other, words that need
quotes); the schema must never refuse what the loader accepts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from msgspec import inspect

from vmsguard.controls.base import Control
from vmsguard.model.vocabulary import Force, Severity
from vmsguard.policy.attributes import ATTRIBUTES
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.params import EXCEPTION_FIELDS, FROM_EXCEPTION, is_span, param_fields, stated_type
from vmsguard.policy.read_pack import CONFIRMED, EXPIRY, GRANT_FIELDS, VERSION_PATTERN
from vmsguard.policy.read_profiles import FROM_PROFILE
from vmsguard.policy.read_rules import BASES, PROOFS
from vmsguard.policy.read_select import EVERY_CAMERA
from vmsguard.policy.schema.installation import config, inventory
from vmsguard.policy.schema.policy_tests import policy_tests, told_facts
from vmsguard.policy.schema.site_files import assignment, document, exception, freeze, hold
from vmsguard.policy.schema.words import closed, documented, listing, mapping, words
from vmsguard.policy.syntax.durations import DURATION_PATTERN, SPAN_PATTERN
from vmsguard.policy.syntax.instants import DATE_PATTERN, INSTANT_PATTERN
from vmsguard.policy.syntax.scalars import ID_PATTERN
from vmsguard.policy.syntax.yaml_files import API_VERSION

__all__ = ["policy_schema", "schema_text"]

_TEXT: dict[str, Any] = {"$ref": "#/$defs/text"}
_SCALAR: dict[str, Any] = {"type": ["string", "integer", "boolean"]}
_MAYBE_DURATION: dict[str, Any] = {"anyOf": [{"$ref": "#/$defs/duration"}, {"type": "null"}]}
_COMPACT = (",", ":")
_TOLD: dict[str, Any] = {"type": ["string", "integer", "boolean", "array"]}
_OWN_NAME = "^[^/]+/.+$"


def policy_schema(
    catalogue: Catalogue,
    *,
    kinds: Mapping[str, dict[str, Any]] | None = None,
    definitions: Mapping[str, dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """One schema for policies, configuration and inventory; ``kind`` decides which part applies.

    ``kinds`` are further ones that other rooms read, with the ``definitions`` they refer to.
    """
    known = {
        "Pack": _pack(),
        "Assignment": assignment(),
        "Exception": exception(),
        "Document": document(),
        "Hold": hold(),
        "Freeze": freeze(),
        "Config": config(),
        "Inventory": inventory(),
        "PolicyTests": policy_tests(),
    }
    header = {"apiVersion": {"const": API_VERSION}}
    for kind, schema in (kinds or {}).items():
        known[kind] = dict(schema)
    for kind, schema in known.items():
        own = {key: value for key, value in schema["properties"].items() if key not in ("apiVersion", "kind")}
        schema["properties"] = {**header, "kind": {"const": kind}, **own}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "vmsguard",
        "type": "object",
        "required": ["apiVersion", "kind"],
        "properties": {**header, "kind": {"enum": sorted(known)}},
        "allOf": [
            {"if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]}, "then": {"$ref": f"#/$defs/{kind}"}}
            for kind in sorted(known)
        ],
        "$defs": {**known, **_shared(catalogue), **(definitions or {})},
    }


def schema_text(
    catalogue: Catalogue,
    *,
    kinds: Mapping[str, dict[str, Any]] | None = None,
    definitions: Mapping[str, dict[str, Any]] | None = None,
) -> str:
    """The schema as a file: a line for each definition, so that changes read well and editors load it fast."""
    schema = policy_schema(catalogue, kinds=kinds, definitions=definitions)
    parts = schema.pop("$defs")
    head = _one_line(schema).removesuffix("}")
    lines = ",\n".join(f"{_one_line(name)}:{_one_line(definition)}" for name, definition in parts.items())
    return head + ',\n"$defs":{\n' + lines + "\n}}\n"


def _one_line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=_COMPACT)


def _shared(catalogue: Catalogue) -> dict[str, Any]:
    return {
        "text": {"type": "string", "minLength": 1},
        "id": {"type": "string", "pattern": ID_PATTERN},
        "date": {"type": "string", "pattern": DATE_PATTERN},
        "instant": {"type": "string", "pattern": INSTANT_PATTERN},
        "duration": documented({"type": "string", "pattern": DURATION_PATTERN}, "ISO 8601, above zero: PT24H, P180D"),
        "span": documented(
            {"type": "string", "pattern": SPAN_PATTERN}, "ISO 8601, above zero; months count on the calendar: P1M, P72H"
        ),
        "fromException": closed({FROM_EXCEPTION: {"enum": list(EXCEPTION_FIELDS)}}, (FROM_EXCEPTION,)),
        "fromProfile": closed({FROM_PROFILE: {"$ref": "#/$defs/id"}}, (FROM_PROFILE,)),
        "basis": words(BASES, "How a fact must be known at least, weakest first."),
        "source": _source(),
        "selector": _selector(),
        "attributes": _attributes(),
        "when": _when(catalogue),
        "rule": _rule(),
        "rung": _rung(),
        "requirement": _requirement(catalogue.controls),
        "exceptionType": _exception_type(),
        **told_facts(catalogue.facts.values()),
    }


def _pack() -> dict[str, Any]:
    reviewed = closed({"on": {"$ref": "#/$defs/date"}, "next": {"$ref": "#/$defs/date"}}, ("on", "next"))
    metadata = closed(
        {
            "id": {"$ref": "#/$defs/id"},
            "version": documented({"type": "string", "pattern": VERSION_PATTERN}, "Three numbers in quotes."),
            "title": {"$ref": "#/$defs/text"},
            "native_title": {"$ref": "#/$defs/text"},
            "timezone": documented(
                {"$ref": "#/$defs/text"}, "An IANA name such as Asia/Seoul, or site: where the camera stands."
            ),
            "jurisdiction": {"$ref": "#/$defs/text"},
            "reviewed": documented(reviewed, "When the pack was last read against its sources, and is to be again."),
        },
        ("id", "version", "title", "timezone", "reviewed"),
    )
    return closed(
        {
            "metadata": metadata,
            "sources": documented(mapping({"$ref": "#/$defs/source"}), "The texts that oblige, advise or recommend."),
            "select": documented({"$ref": "#/$defs/selector"}, "Which cameras the pack is about."),
            "profiles": documented(mapping(_profile()), "Several readings of the pack; an assignment names one."),
            "rules": documented(listing({"$ref": "#/$defs/rule"}), "What must be so."),
            "exception_types": documented(
                mapping({"$ref": "#/$defs/exceptionType"}), "On what conditions which controls may be lifted."
            ),
        },
        ("metadata", "sources", "select", "rules"),
    )


def _profile() -> dict[str, Any]:
    return closed(
        {
            "title": {"$ref": "#/$defs/text"},
            "native_title": {"$ref": "#/$defs/text"},
            "select": {"$ref": "#/$defs/selector"},
            "values": documented(mapping(_TOLD), "What rules take with from_profile; every profile gives every value."),
            "cites": documented(mapping(listing(_citation())), "What rules cite in this profile besides, by rule."),
        },
        ("select",),
    )


def _citation() -> dict[str, Any]:
    return closed({"source": {"$ref": "#/$defs/id"}, "clause": {"$ref": "#/$defs/text"}}, ("source",))


def _source() -> dict[str, Any]:
    return closed(
        {
            "title": {"$ref": "#/$defs/text"},
            "native_title": {"$ref": "#/$defs/text"},
            "force": words([force.value for force in Force], "What kind of text it is."),
            "from": {"$ref": "#/$defs/date"},
            "until": documented(
                {"anyOf": [{"$ref": "#/$defs/date"}, {"type": "null"}]},
                "The first day on which it is no longer in force.",
            ),
            "confirmed": words(CONFIRMED, "Whether the text itself was read."),
        },
        ("title", "force", "from"),
    )


def _attribute_values() -> dict[str, dict[str, Any]]:
    return {
        name: {"type": "boolean"} if spec.boolean else {"enum": list(spec.values)} if spec.values else dict(_TEXT)
        for name, spec in ATTRIBUTES.items()
    }


def _selector() -> dict[str, Any]:
    parts = listing({"$ref": "#/$defs/selector"})
    known: dict[str, Any] = {"any": parts, "all": parts}
    for name, value in _attribute_values().items():
        known[name] = documented({"anyOf": [value, listing(value)]}, ATTRIBUTES[name].meaning)
    own = {_OWN_NAME: {"anyOf": [_SCALAR, listing(_SCALAR)]}}
    conditions = closed(known) | {"minProperties": 1, "patternProperties": own}
    return {"anyOf": [{"const": EVERY_CAMERA}, conditions]}


def _attributes() -> dict[str, Any]:
    known = {name: documented(value, ATTRIBUTES[name].meaning) for name, value in _attribute_values().items()}
    return closed(known) | {"patternProperties": {_OWN_NAME: _SCALAR}}


def _when(catalogue: Catalogue) -> dict[str, Any]:
    types = {bool: "boolean", int: "integer", str: "string"}
    known = {
        spec.name: documented({"type": types[spec.value_type]}, spec.meaning)
        for spec in catalogue.facts.values()
        if spec.item is None and spec.value_type in types
    }
    return closed(known) | {"minProperties": 1}


def _rule() -> dict[str, Any]:
    return closed(
        {
            "id": {"$ref": "#/$defs/id"},
            "title": {"$ref": "#/$defs/text"},
            "native_title": {"$ref": "#/$defs/text"},
            "severity": words([severity.value for severity in Severity], "How much a failure matters."),
            "cites": documented(listing(_citation()), "On whose authority."),
            "select": documented({"$ref": "#/$defs/selector"}, "Narrows the pack's selection for this rule."),
            "when": documented({"$ref": "#/$defs/when"}, "Facts that must be so; unknown applies the rule."),
            "min_basis": {"$ref": "#/$defs/basis"},
            "require": documented(listing({"$ref": "#/$defs/requirement"}), "Controls that must all hold."),
            "otherwise": documented(
                listing({"$ref": "#/$defs/rung"}), "What stands in, tried in order; replaces only what its gate names."
            ),
        },
        ("id", "title", "severity", "cites", "require"),
    )


def _rung() -> dict[str, Any]:
    proof = closed({"any": listing({"enum": list(PROOFS)})}, ("any",))
    gates = {"if_impossible": closed({"proof": proof}, ("proof",)), "if_excepted": {"$ref": "#/$defs/id"}}
    rung = closed({**gates, "require": listing({"$ref": "#/$defs/requirement"})}, ("require",))
    return rung | {"oneOf": [{"required": [gate]} for gate in gates]}


def _requirement(controls: Mapping[str, Control]) -> dict[str, Any]:
    """A control by its name, or with its parameters; editors show the sentence of either."""
    bare = [
        documented({"const": name}, control.says["en"])
        for name, control in sorted(controls.items())
        if not _required(control)
    ]
    called = {name: _call(control) for name, control in controls.items()}
    return {
        "anyOf": [*bare, closed(called) | {"minProperties": 1, "maxProperties": 1}],
    }


def _required(control: Control) -> list[str]:
    return [name for name, field in param_fields(control.Params).items() if field.required]


def _call(control: Control) -> dict[str, Any]:
    params = {name: _param(field.type) for name, field in param_fields(control.Params).items()}
    called = closed({**params, "min_basis": {"$ref": "#/$defs/basis"}}, _required(control))
    return documented(called | {"minProperties": 1}, control.says["en"])


def _param(declared: inspect.Type) -> dict[str, Any]:
    """What may stand for a parameter: the value, or where it is taken from."""
    lasts = is_span(declared) or isinstance(stated_type(declared), inspect.TimeDeltaType)
    waits = [{"$ref": "#/$defs/fromException"}] if lasts else []
    return {"anyOf": [_value(declared), *waits, {"$ref": "#/$defs/fromProfile"}]}


def _value(declared: inspect.Type) -> dict[str, Any]:
    kind = stated_type(declared)
    match kind:
        case inspect.TimeDeltaType():
            return {"$ref": "#/$defs/duration"}
        case inspect.StructType() if is_span(kind):
            return {"$ref": "#/$defs/span"}
        case inspect.BoolType():
            return {"type": "boolean"}
        case inspect.IntType():
            limits = {"minimum": kind.ge, "maximum": kind.le}
            return {"type": "integer", **{name: value for name, value in limits.items() if value is not None}}
        case inspect.LiteralType():
            return {"enum": [value for value in kind.values if value]}
        case inspect.EnumType():
            return {"enum": [member.value for member in kind.cls]}
        case inspect.ListType() | inspect.VarTupleType() | inspect.FrozenSetType():
            return listing(_value(kind.item_type))
        case inspect.StrType() if kind.pattern is not None:
            return {"type": "string", "pattern": kind.pattern}
        case inspect.StrType():
            return {"$ref": "#/$defs/text"} if kind.pattern is None else {"type": "string", "pattern": kind.pattern}
    raise TypeError(f"no schema for parameters of the type {kind}")


def _exception_type() -> dict[str, Any]:
    return closed(
        {
            "lifts": documented(listing({"$ref": "#/$defs/text"}), "Controls that such an exception replaces."),
            "requires": documented(listing({"enum": list(GRANT_FIELDS)}), "What such an exception must state."),
            "max_duration": {"$ref": "#/$defs/span"},
            "on_expiry": words(EXPIRY, "What follows its end."),
            "assessment_kind": {"$ref": "#/$defs/id"},
            "objectives": documented(listing({"$ref": "#/$defs/id"}), "The aims of which such an exception names one."),
            "request_by": documented(_MAYBE_DURATION, "How long after its start an authorisation is asked for."),
            "max_pending": documented(_MAYBE_DURATION, "How long it stands after the request, undecided."),
            "renewable": documented({"type": "boolean"}, "Whether another one may follow it."),
            "on_rejected": words(EXPIRY, "What follows a refusal, or a request that came late or stayed undecided."),
        },
        ("lifts", "requires", "max_duration"),
    )
