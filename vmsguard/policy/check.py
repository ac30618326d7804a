"""What a pack's parts must agree on: sources, exception types and rules name each other and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from vmsguard.model.pack import ExceptionType, Rule, Source
from vmsguard.policy.read_rules import Mentions
from vmsguard.policy.reading import Reader
from vmsguard.policy.strict_yaml import Node
from vmsguard.policy.suggest import did_you_mean

__all__ = ["check_exception_types", "check_rules", "check_sources"]


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


def check_exception_types(
    reader: Reader, mentions: Mentions, types: Mapping[str, ExceptionType], lifted: Mapping[str, list[Node]]
) -> None:
    """Rungs open on declared types, and a type lifts only what a rule that uses it requires."""
    rules_of: dict[str, set[str]] = {}
    for mention in mentions.exceptions:
        known = types.get(mention.name)
        if known is None:
            reader.fault(mention.node, f"unknown exception type {mention.name!r}", did_you_mean(mention.name, types))
            continue
        rules_of.setdefault(mention.name, set()).add(mention.rule)
        for name in mention.fields:
            if name not in known.requires:
                message = (
                    f"a parameter waits for {name!r}, which exceptions of the type {mention.name!r} need not state"
                )
                reader.fault(mention.node, message, f"add {name} to requires of {mention.name}")
    for name in types:
        rules = rules_of.get(name, set())
        required = set().union(*(mentions.controls.get(rule, set()) for rule in rules))
        for node in lifted[name]:
            control = str(node.value)
            if not rules:
                message = f"exceptions of the type {name!r} open no rung, so they lift nothing"
                reader.fault(node, message, f"add an entry with if_excepted: {name} to a rule's otherwise")
                break
            if control not in required:
                message = f"lifts: no rule with if_excepted: {name} requires {control!r}"
                reader.fault(node, message, did_you_mean(control, required))
