"""What a pack's parts must agree on: sources, exception types and rules name each other and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from vmsguard.model.pack import ExceptionType, Rule, Source
from vmsguard.policy.read_rules import Mentions
from vmsguard.policy.syntax.reading import Reader
from vmsguard.policy.syntax.strict_yaml import Node
from vmsguard.policy.syntax.suggest import did_you_mean

__all__ = ["check_exception_type", "check_exception_types", "check_lifts", "check_rules", "check_sources"]


def check_sources(reader: Reader, mentions: Mentions, sources: Mapping[str, Source], nodes: Mapping[str, Node]) -> None:
    """Every citation names a source; a source nobody cites is worth a warning."""
    for mention in mentions.sources:
        if mention.name not in sources:
            reader.fault(mention.node, f"unknown source {mention.name!r}", did_you_mean(mention.name, sources))
    cited = {mention.name for mention in mentions.sources}
    for name in sources.keys() - cited:
        reader.warn(
            nodes[name], f"no rule cites the source {name!r}", "cite it where it obliges, or remove it", at_key=True
        )


def check_rules(reader: Reader, rules: tuple[Rule, ...], nodes: list[Node]) -> None:
    """No two rules share an id: exceptions and evidence name rules by it."""
    lines: dict[str, int] = {}
    for rule, node in zip(rules, nodes, strict=True):
        if rule.id and rule.id in lines:
            message = f"the rule id {rule.id!r} is taken by the rule on line {lines[rule.id]}"
            reader.fault(node, message, "give each rule an id of its own")
        lines.setdefault(rule.id, node.line)


def check_exception_type(reader: Reader, node: Node, kind: ExceptionType) -> None:
    """What the type asks of its exceptions fits what it says follows."""
    entries = node.value if isinstance(node.value, dict) else {}
    if "objective" in kind.requires and not kind.objectives:
        hint = "list them under objectives, or ask for reason"
        reader.fault(node, f"{kind.id} requires an objective and names none that counts", hint)
    asks = kind.request_by is not None or "authorisation" in kind.requires
    if "on_rejected" in entries and not asks:
        message = f"{kind.id} says what follows a rejection, and asks for no authorisation"
        reader.fault(entries["on_rejected"], message, "add request_by, or authorisation to requires", at_key=True)
    if kind.max_pending is not None and not asks:
        message = f"{kind.id} limits how long a decision may take, and asks for no authorisation"
        reader.fault(entries["max_pending"], message, "add request_by, or authorisation to requires", at_key=True)


def check_exception_types(reader: Reader, mentions: Mentions, types: Mapping[str, ExceptionType]) -> None:
    """Rungs open on declared types, which state what the rung takes from the exception."""
    for mention in mentions.exceptions:
        known = types.get(mention.name)
        if known is None:
            reader.fault(mention.node, f"unknown exception type {mention.name!r}", did_you_mean(mention.name, types))
            continue
        for name in mention.fields:
            if name not in known.requires:
                message = f"a parameter waits for {name!r}, which exceptions of the type {known.id!r} need not state"
                reader.fault(mention.node, message, f"add {name} to requires of {known.id}")


def check_lifts(reader: Reader, mentions: Mentions, lifted: Mapping[str, list[Node]]) -> None:
    """A type lifts only what a rule that opens a rung on it requires; ``lifted`` are the entries by type."""
    for name, nodes in lifted.items():
        rules = {mention.rule for mention in mentions.exceptions if mention.name == name}
        required = set().union(*(mentions.controls[rule] for rule in rules))
        if not rules:
            message = f"exceptions of the type {name!r} open no rung, so they lift nothing"
            reader.fault(nodes[0], message, f"add an entry with if_excepted: {name} to a rule's otherwise")
            continue
        for node in nodes:
            if node.value not in required:
                message = f"lifts: no rule with if_excepted: {name} requires {node.value!r}"
                reader.fault(node, message, did_you_mean(str(node.value), required))
