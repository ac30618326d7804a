"""What assignments and exceptions must agree on with the packs they name."""

from __future__ import annotations

from collections.abc import Mapping

from vmsguard.model.pack import AssignedPack, ExceptionGate, Pack, Rule
from vmsguard.policy.syntax.reading import Reader
from vmsguard.policy.syntax.strict_yaml import Node
from vmsguard.policy.syntax.suggest import did_you_mean

__all__ = ["check_assigned", "check_lifts"]


def check_assigned(reader: Reader, node: Node, assigned: AssignedPack, packs: Mapping[str, Pack]) -> None:
    """The pack exists in the version named, and its profile is named exactly where it has some."""
    entries = node.value if isinstance(node.value, dict) else {}
    pack = packs.get(assigned.pack)
    if pack is None:
        reader.fault(entries.get("pack", node), f"unknown pack {assigned.pack!r}", did_you_mean(assigned.pack, packs))
        return
    if assigned.version and assigned.version != pack.version:
        message = f"{pack.id} is here in version {pack.version}, not {assigned.version}"
        reader.fault(entries.get("version", node), message, "name the version that is installed, or install the other")
    if pack.profiles and not assigned.profile:
        message = f"{pack.id} has several readings; say which with profile"
        reader.fault(node, message, f"one of {', '.join(pack.profiles)}")
    elif assigned.profile and assigned.profile not in pack.profiles:
        hint = did_you_mean(assigned.profile, pack.profiles) if pack.profiles else f"{pack.id} has no profiles"
        reader.fault(entries.get("profile", node), f"unknown profile {assigned.profile!r} of {pack.id}", hint)


def check_lifts(reader: Reader, pack: Node, rule: Node, kind: Node, packs: Mapping[str, Pack]) -> None:
    """The rule exists, and one of its rungs opens on this type of exception."""
    known = packs.get(str(pack.value))
    if known is None:
        reader.fault(pack, f"unknown pack {pack.value!r}", did_you_mean(str(pack.value), packs))
        return
    rules = {each.id: each for each in known.rules}
    lifted = rules.get(str(rule.value))
    if lifted is None:
        reader.fault(rule, f"unknown rule {rule.value!r} of {known.id}", did_you_mean(str(rule.value), rules))
    if str(kind.value) not in known.exception_types:
        hint = did_you_mean(str(kind.value), known.exception_types)
        reader.fault(kind, f"unknown exception type {kind.value!r} of {known.id}", hint)
    elif lifted is not None and str(kind.value) not in (opens := _opened_by(lifted)):
        told = f"it knows {', '.join(sorted(opens))}" if opens else "it allows no exception"
        reader.fault(kind, f"the rule {lifted.id!r} opens no rung for exceptions of the type {kind.value!r}", told)


def _opened_by(rule: Rule) -> set[str]:
    return {rung.gate.exception_type for rung in rule.otherwise if isinstance(rung.gate, ExceptionGate)}
