"""Rules: what is required, and the rungs that stand in for it where it is impossible or excepted."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from vmsguard.model.pack import Citation, ExceptionGate, Gate, ImpossibleGate, Requirement, Rule, Rung
from vmsguard.model.vocabulary import Basis, Severity
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.params import read_params
from vmsguard.policy.read_profiles import ProfileValues
from vmsguard.policy.read_select import read_selector
from vmsguard.policy.syntax.reading import Fields, Reader
from vmsguard.policy.syntax.strict_yaml import Node
from vmsguard.policy.syntax.suggest import did_you_mean

__all__ = ["BASES", "PROOFS", "Mention", "Mentions", "RuleReader"]

PROOFS = ("capability", "refused", "vendor-statement")
BASES = tuple(basis.label for basis in Basis)


class Mention(Struct, frozen=True):
    """A name that must be declared elsewhere in the file, and where it was used."""

    name: str
    node: Node
    rule: str
    fields: tuple[str, ...] = ()


class Mentions(Struct, kw_only=True):
    """What the rules of one pack refer to; checked once the whole file is read."""

    sources: list[Mention] = field(default_factory=list)
    exceptions: list[Mention] = field(default_factory=list)
    """``fields`` are the exception's fields that the rung takes parameters from."""
    controls: dict[str, set[str]] = field(default_factory=dict)
    """The controls a rule requires directly, by rule."""


class RuleReader:
    """Reads the rules of one file against a catalogue, and remembers what they mention."""

    def __init__(self, reader: Reader, catalogue: Catalogue, profiles: ProfileValues | None = None) -> None:
        self.reader = reader
        self.profiles = profiles
        self.catalogue = catalogue
        self.mentions = Mentions()
        self.places: dict[int, Node] = {}
        """Where each requirement stands, by its identity."""

    def rule(self, node: Node) -> Rule:
        with self.reader.fields(node, "a rule") as fields:
            name = fields.identifier("id")
            rule = Rule(
                id=name,
                title=fields.text("title"),
                native_title=fields.text("native_title", default=""),
                severity=fields.choice("severity", Severity),
                cites=self._cites(fields, name),
                select=fields.optional("select", lambda child, what: read_selector(self.reader, child, what)),
                when=self._when(fields),
                min_basis=fields.optional("min_basis", self._basis),
                require=self._require(fields, excepted=False),
                otherwise=self._otherwise(fields, name),
                line=node.line,
            )
        self.mentions.controls.setdefault(name, set()).update(requirement.control for requirement in rule.require)
        return rule

    def _cites(self, fields: Fields, rule: str) -> tuple[Citation, ...]:
        return self.reader.unlike(fields.items("cites", least=1), "cites", lambda node, _: self.citation(node, rule))

    def citation(self, node: Node, rule: str) -> Citation:
        """On whose authority; the source is remembered as mentioned."""
        with self.reader.fields(node, "a citation") as fields:
            source = fields.need("source")
            clause = fields.text("clause", default="")
        if source is None:
            return Citation("", clause)
        name = self.reader.identifier(source, "source")
        self.mentions.sources.append(Mention(name, source, rule))
        return Citation(name, clause)

    def _when(self, fields: Fields) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, node in fields.entries("when", required=False, least=1):
            spec = self.catalogue.facts.get(name)
            if spec is None:
                hint = did_you_mean(name, self._flags())
                self.reader.fault(node, f"unknown fact {name!r} in when", hint, at_key=True)
            elif spec.item is not None or spec.value_type not in (bool, int, str):
                message = f"the fact {name!r} is a list, which when cannot compare"
                self.reader.fault(node, message, did_you_mean(name, self._flags()), at_key=True)
            elif spec.value_type is bool:
                found[name] = self.reader.boolean(node, name)
            elif spec.value_type is int:
                found[name] = self.reader.integer(node, name)
            else:
                found[name] = self.reader.text(node, name)
        return found

    def _flags(self) -> list[str]:
        return [spec.name for spec in self.catalogue.facts.values() if spec.item is None and spec.value_type is bool]

    def _basis(self, node: Node, what: str) -> Basis:
        return Basis.from_label(self.reader.word(node, what, BASES))

    def _otherwise(self, fields: Fields, rule: str) -> tuple[Rung, ...]:
        found: list[Rung] = []
        asked: list[object] = []
        for node in fields.items("otherwise", required=False, least=1):
            before = len(self.reader.problems)
            rung = self._rung(node, rule)
            asks = rung.gate, [(_question(one), one.min_basis) for one in rung.require]
            if len(self.reader.problems) == before and asks in asked:
                self.reader.fault(node, "otherwise: the same stands there twice", "keep one of the two")
            asked.append(asks)
            found.append(rung)
        return tuple(found)

    def _rung(self, node: Node, rule: str) -> Rung:
        gates: list[Gate] = []
        with self.reader.fields(node, "an entry of otherwise") as fields:
            if (child := fields.get("if_impossible")) is not None:
                gates.append(self._impossible(child))
            excepted = fields.get("if_excepted")
            if excepted is not None:
                gates.append(ExceptionGate(self.reader.identifier(excepted, "if_excepted")))
            require = self._require(fields, excepted=excepted is not None)
        if excepted is not None and isinstance(excepted.value, str):
            waiting = tuple(waits.field for requirement in require for waits in requirement.pending.values())
            self.mentions.exceptions.append(Mention(excepted.value, excepted, rule, waiting))
        if len(gates) != 1 and isinstance(node.value, dict):
            message = "an entry of otherwise needs exactly one of if_impossible and if_excepted"
            self.reader.fault(node, message, "write one entry per condition; they are tried in order")
            return Rung(ImpossibleGate(()), require)
        return Rung(gates[0] if gates else ImpossibleGate(()), require)

    def _impossible(self, node: Node) -> ImpossibleGate:
        with self.reader.fields(node, "if_impossible") as fields:
            proof = fields.need("proof")
        if proof is None:
            return ImpossibleGate(())
        with self.reader.fields(proof, "proof") as kinds:
            accepted = kinds.need("any")
        if accepted is None:
            return ImpossibleGate(())
        read = self.reader.each(accepted, "any", lambda item, _: self.reader.word(item, "proof", PROOFS), least=1)
        return ImpossibleGate(read)

    def _require(self, fields: Fields, *, excepted: bool) -> tuple[Requirement, ...]:
        found: list[Requirement] = []
        for node in fields.items("require", least=1):
            before = len(self.reader.problems)
            requirement = self._requirement(node, excepted=excepted)
            same = any(_question(other) == _question(requirement) for other in found)
            if same and len(self.reader.problems) == before:
                self.reader.fault(node, f"{requirement.control} is required twice", "keep one of the two")
            found.append(requirement)
        return tuple(found)

    def _requirement(self, node: Node, *, excepted: bool) -> Requirement:
        given: dict[str, Node] = {}
        if isinstance(node.value, dict):
            entries = list(node.value.items())
            if len(entries) != 1:
                message = "an entry of require names one control"
                self.reader.fault(node, message, "write each control on a line of its own, starting with -")
                return Requirement(control="", params=None)
            name, child = entries[0]
            if isinstance(child.value, dict):
                given = dict(child.value)
            else:
                hint = f"write {name}: {{parameter: value}}, or - {name} without a colon"
                self.reader.fault(child, f"{name}: expected parameters", hint, at_key=True)
        else:
            name = self.reader.text(node, "require")
        control = self.catalogue.controls.get(name)
        if control is None:
            if name:
                hint = did_you_mean(name, self.catalogue.controls)
                self.reader.fault(node, f"unknown control {name!r}", hint)
            return Requirement(control=name, params=None, line=node.line)
        basis = given.pop("min_basis", None)
        read = read_params(self.reader, node, control, given, excepted=excepted, profiles=self.profiles)
        requirement = Requirement(
            control=name,
            params=read.params,
            min_basis=None if basis is None else self._basis(basis, "min_basis"),
            pending=read.pending,
            from_profile=read.from_profile,
            per_profile=read.per_profile,
            line=node.line,
        )
        self.places[id(requirement)] = node
        return requirement


def _question(requirement: Requirement) -> tuple[Any, ...]:
    return requirement.control, requirement.params, requirement.per_profile
