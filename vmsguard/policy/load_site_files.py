"""Assignments, exceptions and documents: the files in which a site says what it does with packs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from vmsguard.model.pack import AssignedPack, Assignment, Document, ExceptionGrant, Pack
from vmsguard.model.vocabulary import Mode
from vmsguard.policy.check_site_files import check_assigned, check_lifts
from vmsguard.policy.details import read_details
from vmsguard.policy.in_force import is_zone
from vmsguard.policy.named_documents import load_named, read_id
from vmsguard.policy.syntax.reading import Fields, Reader
from vmsguard.policy.syntax.strict_yaml import Node
from vmsguard.policy.syntax.yaml_files import YamlDocument

__all__ = ["SHA256_PATTERN", "load_assignments", "load_documents", "load_exceptions"]


SHA256_PATTERN = r"^[0-9a-f]{64}$"
_SHA256 = re.compile(SHA256_PATTERN, re.ASCII)


def load_assignments(paths: Iterable[Path], packs: Mapping[str, Pack] | None = None) -> tuple[Assignment, ...]:
    """The assignments in files and folders; with ``packs``, their pack, profile and version are checked too."""
    return load_named(paths, "Assignment", lambda document: _assignment(document, packs))


def load_exceptions(paths: Iterable[Path], packs: Mapping[str, Pack]) -> tuple[ExceptionGrant, ...]:
    """The exceptions in files and folders, each for a rule and type that exist; none is judged here."""
    return load_named(paths, "Exception", lambda document: _exception(document, packs))


def load_documents(paths: Iterable[Path]) -> tuple[Document, ...]:
    """The documents in files and folders."""
    return load_named(paths, "Document", _document)


def _assignment(document: YamlDocument, packs: Mapping[str, Pack] | None) -> Assignment:
    reader = document.reader
    with document.fields() as fields:
        return Assignment(
            id=read_id(reader, fields),
            sites=fields.identifiers("sites", least=1),
            packs=_all_assigned(reader, fields.items("packs", least=1), packs),
            origin=document.reader.file,
        )


def _all_assigned(reader: Reader, nodes: Iterable[Node], packs: Mapping[str, Pack] | None) -> tuple[AssignedPack, ...]:
    found: dict[tuple[str, str], AssignedPack] = {}
    for node in nodes:
        assigned = _assigned(reader, node, packs)
        first = found.setdefault((assigned.pack, assigned.profile), assigned)
        if first is not assigned and assigned.pack:
            told = f"{assigned.pack} {assigned.profile}".strip()
            message = f"{told} is assigned on line {first.line} already"
            reader.fault(node, message, "keep one of the two; another mode for some sites is an assignment of its own")
    return tuple(found.values())


def _assigned(reader: Reader, node: Node, packs: Mapping[str, Pack] | None) -> AssignedPack:
    with reader.fields(node, "an assigned pack") as fields:
        assigned = AssignedPack(
            pack=fields.identifier("pack"),
            mode=fields.choice("mode", Mode),
            profile=fields.identifier("profile", default=""),
            version=fields.text("version", default=""),
            line=node.line,
        )
    if packs is not None and assigned.pack:
        check_assigned(reader, node, assigned, packs)
    return assigned


def _exception(document: YamlDocument, packs: Mapping[str, Pack]) -> ExceptionGrant:
    reader = document.reader
    with document.fields() as fields:
        lifts = fields.need("lifts")
        pack, rule, kind = ("", "", "") if lifts is None else _lifts(reader, lifts, packs)
        basis_kind, basis = _legal_basis(reader, fields)
        grant = ExceptionGrant(
            id=read_id(reader, fields),
            pack=pack,
            rule=rule,
            type=kind,
            cameras=fields.identifiers("cameras", least=1),
            author=fields.text("author"),
            approver=fields.text("approver"),
            starts=fields.instant("starts"),
            expires=fields.instant("expires"),
            legal_basis=basis,
            legal_basis_kind=basis_kind,
            reason=fields.text("reason", default=""),
            retention=fields.optional("retention", reader.span),
            consent_record=fields.identifier("consent_record", default=""),
            public_interest=fields.text("public_interest", default=""),
            impact_assessment=fields.identifier("impact_assessment", default=""),
            objective=fields.identifier("objective", default=""),
            authorisation=fields.identifier("authorisation", default=""),
            renews=fields.identifier("renews", default=""),
            gallery_max=fields.optional("gallery_max", partial(reader.integer, least=1)),
            area=fields.text("area", default=""),
            origin=document.reader.file,
        )
    if not reader.problems and grant.expires <= grant.starts:
        assert isinstance(document.node.value, dict)
        reader.fault(
            document.node.value["expires"],
            f"expires ({grant.expires}) is not after starts ({grant.starts})",
            "check both and their offsets",
        )
    return grant


def _lifts(reader: Reader, node: Node, packs: Mapping[str, Pack]) -> tuple[str, str, str]:
    with reader.fields(node, "lifts") as fields:
        pack, rule, kind = fields.need("pack"), fields.need("rule"), fields.need("type")
    if pack is None or rule is None or kind is None:
        return "", "", ""
    check_lifts(reader, pack, rule, kind, packs)
    return str(pack.value), str(rule.value), str(kind.value)


def _legal_basis(reader: Reader, fields: Fields) -> tuple[str, str]:
    node = fields.get("legal_basis")
    if node is None:
        return "", ""
    if not isinstance(node.value, dict):
        reader.fault(node, "legal_basis: expected a kind and a citation", "write {kind: contract, citation: Article 9}")
        return "", ""
    with reader.fields(node, "legal_basis") as basis:
        return basis.identifier("kind"), basis.text("citation")


def _document(document: YamlDocument) -> Document:
    reader = document.reader
    with document.fields() as fields:
        name = read_id(reader, fields)
        paper = fields.need("document")
        covers = fields.get("covers")
        details = fields.get("details")
        sites, cameras = ((), ()) if covers is None else _covers(reader, covers)
        read: dict[str, Any] = {} if details is None else read_details(reader, details)
        return _paper(reader, paper, id=name, sites=sites, cameras=cameras, details=read, origin=document.reader.file)


def _covers(reader: Reader, node: Node) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A paper that names neither covers everything; one that begins to and names nothing would, unmeant."""
    with reader.fields(node, "covers") as covers:
        sites = covers.identifiers("sites", default=(), least=1)
        cameras = covers.identifiers("cameras", default=(), least=1)
    if isinstance(node.value, dict) and not node.value:
        reader.fault(node, "covers: empty map", "name sites or cameras, or remove the key: without it all are covered")
    return sites, cameras


def _paper(
    reader: Reader,
    node: Node | None,
    *,
    id: str,
    sites: Sequence[str],
    cameras: Sequence[str],
    details: dict[str, Any],
    origin: str,
) -> Document:
    if node is None:
        return Document(id=id, kind="", sha256="", dated=date.min)
    with reader.fields(node, "document") as fields:
        ends = fields.get("expires")
        paper = Document(
            id=id,
            kind=fields.identifier("kind"),
            sha256=fields.read("sha256", lambda child, what: _sha256(reader, child, what), "", None),
            dated=fields.date("dated"),
            expires=None if ends is None else reader.date(ends, "expires"),
            timezone=fields.read("timezone", lambda child, what: _timezone(reader, child, what), "", ""),
            issuer=fields.text("issuer", default=""),
            sites=tuple(sites),
            cameras=tuple(cameras),
            details=details,
            origin=origin,
        )
    if paper.expires is not None and paper.dated is not date.min and paper.expires <= paper.dated:
        reader.fault(
            node, f"document: expires ({paper.expires}) is not after dated ({paper.dated})", "check both dates"
        )
    return paper


def _timezone(reader: Reader, node: Node, what: str) -> str:
    before = len(reader.problems)
    value = reader.text(node, what)
    if len(reader.problems) == before and not is_zone(value):
        hint = "write an IANA name such as Asia/Seoul; without the key its days are counted where the camera stands"
        reader.fault(node, f"{what}: no time zone is called {value!r}", hint)
    return value


def _sha256(reader: Reader, node: Node, what: str) -> str:
    before = len(reader.problems)
    value = reader.text(node, what)
    if len(reader.problems) == before and not _SHA256.match(value):
        hint = "write the 64 hexadecimal digits that sha256sum prints, in lower case"
        reader.fault(node, f"{what}: not a SHA-256 digest", hint)
    return value
