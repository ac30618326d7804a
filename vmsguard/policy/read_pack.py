"""A document of kind ``Pack`` as a typed pack, with everything wrong in it reported at once."""

from __future__ import annotations

import hashlib
import re
from datetime import date

import orjson
from msgspec import Struct

from vmsguard.errors import ConfigError
from vmsguard.model.pack import AllOf, ExceptionType, Pack, Source
from vmsguard.model.vocabulary import Force
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.check import check_exception_type, check_exception_types, check_lifts, check_rules, check_sources
from vmsguard.policy.check_bounds import check_bounds, check_stand_ins, check_times
from vmsguard.policy.in_force import SITE_ZONE, is_zone
from vmsguard.policy.read_profiles import check_profile_cites, profile_values, read_profile
from vmsguard.policy.read_rules import RuleReader
from vmsguard.policy.read_select import read_selector
from vmsguard.policy.syntax.reading import Fields, Reader
from vmsguard.policy.syntax.strict_yaml import Node, plain_tree
from vmsguard.policy.syntax.yaml_files import YamlDocument

__all__ = ["CONFIRMED", "EXPIRY", "GRANT_FIELDS", "VERSION_PATTERN", "PackReading", "read_pack"]

CONFIRMED = ("primary", "secondary", "unconfirmed")
EXPIRY = ("revert", "revert-and-purge", "stop-and-purge")
GRANT_FIELDS = (
    "legal_basis",
    "approver",
    "reason",
    "starts",
    "expires",
    "retention",
    "consent_record",
    "public_interest",
    "impact_assessment",
    "objective",
    "authorisation",
    "gallery_max",
    "area",
)
"""What an exception type may ask of its exceptions."""

VERSION_PATTERN = r"^[0-9]+\.[0-9]+\.[0-9]+$"

_VERSION = re.compile(VERSION_PATTERN, re.ASCII)


class PackReading(Struct, frozen=True):
    """A pack that loaded, and what a person should look at all the same."""

    pack: Pack
    warnings: tuple[ConfigError, ...] = ()


class _Metadata(Struct, frozen=True, kw_only=True):
    id: str
    version: str
    title: str
    timezone: str
    jurisdiction: str
    reviewed_on: date
    reviewed_next: date
    reviewed_line: int = 0
    native_title: str = ""


def read_pack(document: YamlDocument, catalogue: Catalogue) -> PackReading:
    """The pack in a document; raises ``Problems`` with every mistake of its file, in order."""
    reader = document.reader
    lifted: dict[str, list[Node]] = {}
    with document.fields() as fields:
        values = profile_values(reader, fields)
        rule_reader = RuleReader(reader, catalogue, values)
        metadata = _metadata(reader, fields)
        source_nodes = dict(fields.entries("sources", least=1))
        sources = {name: _source(reader, name, node) for name, node in source_nodes.items()}
        selected = fields.need("select")
        select = AllOf() if selected is None else read_selector(reader, selected)
        profile_nodes = fields.entries("profiles", required=False, least=1)
        for name, node in profile_nodes:
            _check_id(reader, name, node)
        profiles = {name: read_profile(reader, name, node, rule_reader.citation) for name, node in profile_nodes}
        rule_nodes = fields.items("rules", least=1)
        rules = tuple(rule_reader.rule(node) for node in rule_nodes)
        type_nodes = fields.entries("exception_types", required=False, least=1)
        types = {name: _exception_type(reader, name, node, lifted) for name, node in type_nodes}
    values.check(rule_nodes)
    check_profile_cites(reader, [(profiles[name], node) for name, node in profile_nodes], rules)
    check_rules(reader, rules, rule_nodes)
    if sources:
        check_sources(reader, rule_reader.mentions, sources, source_nodes)
    if types or not reader.problems:
        check_exception_types(reader, rule_reader.mentions, types)
    if not reader.problems:  # what a rule requires is not known while part of it could not be read
        check_lifts(reader, rule_reader.mentions, lifted)
        check_bounds(reader, rules, rule_reader.places)
        check_stand_ins(reader, rules, types, rule_reader.places)
        check_times(reader, types, dict(type_nodes))
    reader.finish()
    pack = Pack(
        id=metadata.id,
        version=metadata.version,
        title=metadata.title,
        native_title=metadata.native_title,
        timezone=metadata.timezone,
        reviewed_on=metadata.reviewed_on,
        reviewed_next=metadata.reviewed_next,
        reviewed_line=metadata.reviewed_line,
        jurisdiction=metadata.jurisdiction,
        sources=sources,
        select=select,
        rules=rules,
        profiles=profiles,
        exception_types=types,
        digest=_digest(document.node),
        origin=reader.file,
    )
    return PackReading(pack, tuple(reader.warnings))


def _digest(node: Node) -> str:
    return hashlib.sha256(orjson.dumps(plain_tree(node), option=orjson.OPT_SORT_KEYS)).hexdigest()


def _metadata(reader: Reader, fields: Fields) -> _Metadata:
    node = fields.need("metadata")
    if node is None:
        return _Metadata(
            id="", version="", title="", timezone="", jurisdiction="", reviewed_on=date.min, reviewed_next=date.min
        )
    with reader.fields(node, "metadata") as metadata:
        reviewed = metadata.need("reviewed")
        on, until = (date.min, date.min) if reviewed is None else _reviewed(reader, reviewed)
        return _Metadata(
            id=metadata.identifier("id"),
            version=metadata.read("version", lambda child, what: _version(reader, child, what), "", None),
            title=metadata.text("title"),
            native_title=metadata.text("native_title", default=""),
            timezone=metadata.read("timezone", lambda child, what: _timezone(reader, child, what), "", None),
            jurisdiction=metadata.text("jurisdiction", default=""),
            reviewed_on=on,
            reviewed_next=until,
            reviewed_line=0 if reviewed is None else reviewed.key_line or reviewed.line,
        )


def _reviewed(reader: Reader, node: Node) -> tuple[date, date]:
    before = len(reader.problems)
    with reader.fields(node, "reviewed") as reviewed:
        on, until = reviewed.date("on"), reviewed.date("next")
    if len(reader.problems) == before and until <= on:
        reader.fault(node, f"reviewed: next ({until}) is not after on ({on})", "say when the pack is to be read again")
    return on, until


def _version(reader: Reader, node: Node, what: str) -> str:
    before = len(reader.problems)
    value = reader.text(node, what)
    if len(reader.problems) == before and not _VERSION.match(value):
        reader.fault(node, f"{what}: {value!r} is not a version", 'write three numbers in quotes: "1.0.0"')
    return value


def _timezone(reader: Reader, node: Node, what: str) -> str:
    before = len(reader.problems)
    value = reader.text(node, what)
    if len(reader.problems) == before and value != SITE_ZONE and not is_zone(value):
        reader.fault(
            node, f"{what}: no time zone is called {value!r}", "write an IANA name such as Asia/Seoul, or site"
        )
    return value


def _source(reader: Reader, name: str, node: Node) -> Source:
    _check_id(reader, name, node)
    with reader.fields(node, f"the source {name!r}") as fields:
        source = Source(
            id=name,
            title=fields.text("title"),
            native_title=fields.text("native_title", default=""),
            force=fields.choice("force", Force),
            since=fields.date("from"),
            until=fields.optional("until", reader.date),
            confirmed=fields.word("confirmed", CONFIRMED, default="unconfirmed"),
        )
    if source.until is not None and source.until <= source.since:
        reader.fault(node, f"until ({source.until}) is not after from ({source.since})", "check both dates")
    return source


def _exception_type(reader: Reader, name: str, node: Node, lifted: dict[str, list[Node]]) -> ExceptionType:
    _check_id(reader, name, node)
    with reader.fields(node, f"the exception type {name!r}") as fields:
        lifts = fields.items("lifts", least=1)
        lifted[name] = lifts
        required = fields.items("requires", least=1)
        kind = ExceptionType(
            id=name,
            lifts=reader.unlike(lifts, "lifts", reader.text),
            requires=reader.unlike(required, "requires", lambda child, what: reader.word(child, what, GRANT_FIELDS)),
            max_duration=fields.span("max_duration"),
            on_expiry=fields.word("on_expiry", EXPIRY, default="revert-and-purge"),
            assessment_kind=fields.identifier("assessment_kind", default=""),
            objectives=fields.identifiers("objectives", default=(), least=1),
            request_by=fields.optional("request_by", reader.duration),
            max_pending=fields.optional("max_pending", reader.duration),
            renewable=fields.boolean("renewable", default=True),
            on_rejected=fields.word("on_rejected", EXPIRY, default=""),
        )
    check_exception_type(reader, node, kind)
    return kind


def _check_id(reader: Reader, name: str, node: Node) -> None:
    reader.identifier(Node(name, node.key_line, node.key_column), "name")
