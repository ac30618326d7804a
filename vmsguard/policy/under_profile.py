"""A rule as one profile of its pack reads it: the values that rules take from the profile are filled in."""

from __future__ import annotations

from msgspec.structs import replace

from vmsguard.model.pack import Requirement, Rule

__all__ = ["under_profile"]


def under_profile(rule: Rule, profile: str) -> Rule:
    """The rule with the profile's values; the same rule where it takes none."""
    require = _filled(rule.require, profile)
    rungs = tuple(replace(rung, require=_filled(rung.require, profile)) for rung in rule.otherwise)
    if require == rule.require and rungs == rule.otherwise:
        return rule
    return replace(rule, require=require, otherwise=rungs)


def _filled(required: tuple[Requirement, ...], profile: str) -> tuple[Requirement, ...]:
    return tuple(
        replace(one, params=one.per_profile[profile], per_profile={}, from_profile={}) if one.per_profile else one
        for one in required
    )
