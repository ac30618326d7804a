"""``tests.yaml`` beside a pack: scenes that build on each other, and cases with the verdicts that are meant.

::

    apiVersion: vmsguard/v1
    kind: PolicyTests
    pack: kr-pipc-thermal-2020
    now: "2026-11-22T12:00:00+09:00"
    scenes:
      quiet:
        attributes: {country: KR, modality: thermal}
        device: {recording.jobs: [{id: j1, active: false}]}
        papers: [notice]
    cases:
      - name: the camera records by itself
        like: quiet
        device: {recording.jobs: [{id: j1, active: true}]}
        expect: {saving-off: fail}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from vmsguard.errors import PolicyError
from vmsguard.model.changes import CORE_VERBS
from vmsguard.model.fact_catalogue import FactSpec
from vmsguard.model.facts import CAMERA_TARGET, Reading
from vmsguard.model.pack import Document, ExceptionGrant, Hold, Pack
from vmsguard.model.policy_tests import Expected, PolicyCase, PolicyTests
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.vocabulary import Basis, Layer, Qualifier, Role, Verdict
from vmsguard.policy.attributes import read_attribute
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.details import read_details
from vmsguard.policy.in_force import SITE_ZONE
from vmsguard.policy.policy_scene import CAMERA, Scene, on_top, snapshot_of
from vmsguard.policy.read_fact_values import read_layers
from vmsguard.policy.standings import standings_of
from vmsguard.policy.syntax.reading import Fields, Reader
from vmsguard.policy.syntax.scalars import NO_INSTANT
from vmsguard.policy.syntax.strict_yaml import Node
from vmsguard.policy.syntax.suggest import did_you_mean
from vmsguard.policy.syntax.yaml_files import YamlDocument, read_documents

__all__ = ["TESTS_FILE", "load_policy_tests"]

T = TypeVar("T")

TESTS_FILE = "tests.yaml"

_PLACES = {role.value: role.value for role in Role if role is not Role.CAMERA} | {"camera": CAMERA_TARGET}
_ANY_HASH = "0" * 64


def load_policy_tests(file: Path, pack: Pack, catalogue: Catalogue) -> PolicyTests:
    """The cases in a file, for a pack that is loaded; raises ``Problems`` of ``PolicyError``."""
    first, *others = read_documents(file, error=PolicyError)
    for other in others:
        first.reader.fault(other.node, "a second document in a file of policy tests", "put all cases into one")
    if first.kind != "PolicyTests":
        first.reader.fault(first.node, f"expected kind: PolicyTests, found kind: {first.kind}", "write PolicyTests")
        first.reader.finish()
    tests = _Loader(first, pack, catalogue).tests()
    first.reader.finish()
    return tests


class _Loader:
    def __init__(self, document: YamlDocument, pack: Pack, catalogue: Catalogue) -> None:
        self.document = document
        self.reader: Reader = document.reader
        self.pack = pack
        self.facts: Mapping[str, FactSpec] = catalogue.facts
        self.scenes: dict[str, Scene] = {}
        self.nodes: dict[str, Node] = {}
        self.now = NO_INSTANT
        """What "that long ago" counts from: the file's time, or that of the case being read."""

    def tests(self) -> PolicyTests:
        with self.document.fields() as fields:
            named = fields.need("pack")
            if named is not None and named.value != self.pack.id:
                self.reader.fault(named, f"these are tests of {named.value!r}", f"write {self.pack.id}")
            self.now = fields.instant("now")
            scenes = fields.get("scenes")
            for name, node in () if scenes is None else self.reader.entries(scenes, "scenes"):
                with self.reader.fields(node, "a scene") as inner:
                    self.scenes[name] = self._scene(inner)
                self.nodes[name] = node
            nodes = fields.items("cases", least=1)
            cases = tuple(self._case(node) for node in nodes)
        first: dict[str, PolicyCase] = {}
        for case, node in zip(cases, nodes, strict=True):
            if first.setdefault(case.name, case) is not case and case.name:
                message = f"the case on line {first[case.name].line} is named {case.name!r}, too"
                self.reader.fault(node, message, "give each a name of its own")
        return PolicyTests(pack=self.pack.id, cases=cases, origin=self.reader.file)

    def _case(self, node: Node) -> PolicyCase:
        with self.reader.fields(node, "a case") as fields:
            name = fields.text("name")
            profile = fields.read("profile", self._profile, "", "")
            usual = self.now
            now = self.now = fields.optional("now", self.reader.instant) or usual
            in_scope = fields.optional("in_scope", self.reader.boolean)
            scene = self._scene(fields, again=now != usual)
            self.now = usual
            expected = fields.get("expect") if in_scope is not None else fields.need("expect")
            expect = () if expected is None else self._expect(expected)
        grants = tuple(replace(grant, id=f"exception-{at}") for at, grant in enumerate(scene.grants, start=1))
        return PolicyCase(
            name=name,
            profile=profile or next(iter(self.pack.profiles), ""),
            snapshot=self._snapshot(scene, grants, now),
            grants=grants,
            now=now,
            expect=expect,
            in_scope=in_scope,
            line=node.line,
        )

    def _snapshot(self, scene: Scene, grants: tuple[ExceptionGrant, ...], now: datetime) -> CameraSnapshot:
        zone = "" if self.pack.timezone == SITE_ZONE else self.pack.timezone
        found = snapshot_of(scene, self.facts, now, zone)
        if not grants or self.reader.problems:  # what could not be read is not decided
            return found
        packs = {self.pack.id: self.pack}
        standings = standings_of(found.camera, packs, grants, found.documents, now, found.first_seen_use)
        return replace(found, exceptions=standings)

    def _profile(self, node: Node, what: str) -> str:
        if self.pack.profiles:
            return self.reader.word(node, what, list(self.pack.profiles))
        self.reader.fault(node, f"{self.pack.id} has no profiles", "remove the key", at_key=True)
        return ""

    def _expect(self, node: Node) -> tuple[Expected, ...]:
        rules = {rule.id for rule in self.pack.rules}
        found = []
        for name, child in self.reader.entries(node, "expect", least=1):
            if name not in rules:
                hint = did_you_mean(name, rules)
                self.reader.fault(child, f"{self.pack.id} has no rule {name!r}", hint, at_key=True)
            elif isinstance(child.value, dict):
                with self.reader.fields(child, f"what is expected of {name}") as fields:
                    verdict = fields.choice("verdict", Verdict)
                    qualifier = fields.optional("by", lambda one, what: self.reader.choice(one, what, Qualifier))
                    reason = fields.identifier("reason", default="")
                found.append(Expected(rule=name, verdict=verdict, qualifier=qualifier, reason=reason, line=child.line))
            else:
                found.append(Expected(rule=name, verdict=self.reader.choice(child, name, Verdict), line=child.line))
        return tuple(found)

    def _scene(self, fields: Fields, *, again: bool = False) -> Scene:
        like = fields.get("like")
        below = Scene() if like is None else self._named(like, again=again)
        facts: dict[tuple[str, str], Mapping[Layer, Reading]] = {}
        targets: dict[str, bool] = {}
        for word, target in _PLACES.items():
            node = fields.get(word)
            if node is None:
                continue
            if target:
                targets[target] = node.value != "unreachable"
            if node.value != "unreachable" or not target:
                facts |= {(target, name): layers for name, layers in self._facts(node, word)}
        attributes = fields.get("attributes")
        above = Scene(
            attributes={
                name: read_attribute(self.reader, name, node)
                for name, node in (() if attributes is None else self.reader.entries(attributes, "attributes"))
            },
            facts=facts,
            targets=targets,
            basis=fields.optional("basis", self._basis),
            papers=self._list(fields, "papers", self._paper),
            grants=self._list(fields, "exceptions", self._grant),
            holds=self._list(fields, "holds", self._hold),
            refused=self._list(fields, "refused", self._refusal),
            first_use=fields.optional("first_use", self.reader.instant),
        )
        return on_top(below, above)

    def _named(self, node: Node, *, again: bool) -> Scene:
        """The scene of that name; read ``again`` where a case has a time of its own, so that ages count from it."""
        name = self.reader.text(node, "like")
        if name not in self.scenes:
            hint = did_you_mean(name, self.scenes) if self.scenes else "describe it under scenes:, above its first use"
            self.reader.fault(node, f"there is no scene {name!r} above", hint)
        elif again and not self.reader.problems:  # a scene with a mistake may be like itself
            with self.reader.fields(self.nodes[name], "a scene") as fields:
                return self._scene(fields, again=True)
        return self.scenes.get(name, Scene())

    def _facts(self, node: Node, word: str) -> list[tuple[str, Mapping[Layer, Reading]]]:
        found: list[tuple[str, Mapping[Layer, Reading]]] = []
        for name, child in self.reader.entries(node, word):
            spec = self.facts.get(name)
            if spec is None:
                self.reader.fault(child, f"unknown fact {name!r}", did_you_mean(name, self.facts), at_key=True)
                continue
            found.append((name, read_layers(self.reader, child, spec, self.now)))
        return found

    def _basis(self, node: Node, what: str) -> Basis:
        words = {basis.name.lower().replace("_", "-"): basis for basis in Basis}
        told = self.reader.word(node, what, list(words))
        return words.get(told, Basis.READ_BACK)

    def _list(self, fields: Fields, key: str, read: Callable[[Node], T]) -> tuple[T, ...]:
        node = fields.get(key)
        return () if node is None else tuple(read(child) for child in self.reader.items(node, key))

    def _paper(self, node: Node) -> Document:
        if not isinstance(node.value, dict):
            return Document(id="", kind=self.reader.identifier(node, "a paper"), sha256=_ANY_HASH, dated=date.min)
        with self.reader.fields(node, "a paper") as fields:
            details = fields.get("details")
            return Document(
                id=fields.identifier("id", default=""),
                kind=fields.identifier("kind"),
                sha256=_ANY_HASH,
                dated=fields.optional("dated", self.reader.date) or date.min,
                expires=fields.optional("expires", self.reader.date),
                issuer=fields.text("issuer", default=""),
                details={} if details is None else read_details(self.reader, details),
            )

    def _grant(self, node: Node) -> ExceptionGrant:
        with self.reader.fields(node, "an exception") as fields:
            return ExceptionGrant(
                id="exception-1",
                pack=self.pack.id,
                rule=fields.identifier("rule"),
                type=fields.word("type", list(self.pack.exception_types)),
                cameras=(CAMERA,),
                author=fields.text("author", default="role:operator"),
                approver=fields.text("approver", default="role:privacy-officer"),
                starts=fields.instant("starts"),
                expires=fields.instant("expires"),
                legal_basis=fields.text("legal_basis", default=""),
                legal_basis_kind=fields.identifier("legal_basis_kind", default=""),
                reason=fields.text("reason", default=""),
                retention=fields.optional("retention", self.reader.span),
                consent_record=fields.identifier("consent_record", default=""),
                public_interest=fields.text("public_interest", default=""),
                impact_assessment=fields.identifier("impact_assessment", default=""),
                objective=fields.identifier("objective", default=""),
                authorisation=fields.identifier("authorisation", default=""),
                renews=fields.identifier("renews", default=""),
                gallery_max=fields.optional("gallery_max", partial(self.reader.integer, least=1)),
                area=fields.text("area", default=""),
            )

    def _hold(self, node: Node) -> Hold:
        with self.reader.fields(node, "a hold") as fields:
            since, until = fields.instant("from"), fields.instant("until")
            if NO_INSTANT not in (since, until) and until <= since:
                self.reader.fault(node, "holds: until is not after from", "check both and their offsets")
            return Hold(
                id="",
                case_reference="case-1",
                cameras=(CAMERA,),
                window_from=since,
                window_until=until,
                author="role:legal",
                approver="role:privacy-officer",
                starts=since,
                legal_order=fields.identifier("legal_order", default=""),
            )

    def _refusal(self, node: Node) -> tuple[str, str]:
        with self.reader.fields(node, "a refusal") as fields:
            return fields.word("verb", list(CORE_VERBS)), fields.text("item", default="")
