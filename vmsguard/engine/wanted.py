"""What has to be read for a set of rules; nothing else is asked of a device."""

from __future__ import annotations

from collections.abc import Iterable

from vmsguard.engine.compile import CompiledRules

__all__ = ["wanted_facts"]


def wanted_facts(compiled: Iterable[CompiledRules]) -> frozenset[str]:
    """The names of all facts that some rule may ask for."""
    return frozenset(name for rules in compiled for name in rules.wanted)
