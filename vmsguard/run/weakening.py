"""What is asked of fewer cameras, in a lower mode, or no longer at all, compared with the run before. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct, to_builtins

from vmsguard.model.ledger import PackContent, ScopeEntry
from vmsguard.model.pack import ExceptionGate, Pack, Rung
from vmsguard.model.vocabulary import Mode, Severity

__all__ = ["Weakening", "content_of", "pack_weakenings", "scope_weakenings"]

_MODES = [mode.value for mode in Mode]
_SEVERITIES = [severity.value for severity in reversed(Severity)]


class Weakening(Struct, frozen=True, kw_only=True):
    """One way in which a pack asks less; ``code`` says which."""

    pack: str
    code: str
    rule: str = ""
    control: str = ""
    cameras: tuple[str, ...] = ()
    old_sha256: str = ""
    new_sha256: str = ""


def scope_weakenings(
    before: Iterable[ScopeEntry],
    now: Mapping[tuple[str, str], ScopeEntry],
    digests: Mapping[str, str],
    attributes: Mapping[str, str],
    assigned: Collection[tuple[str, str]],
) -> Iterator[Weakening]:
    """Cameras that a pack concerned and does not any more, or only in a lower mode, grouped by pack and cause.

    ``before`` are those of cameras that are still enrolled and were judged now. ``digests`` are those of the packs
    in use, ``attributes`` those of the cameras, ``assigned`` the pairs ``(camera, pack)`` that some assignment makes.
    """
    groups: dict[tuple[str, str, str, str], list[str]] = {}
    for entry in before:
        current = now.get((entry.camera, entry.pack))
        digest = digests.get(entry.pack, "")
        if current is not None:
            if _lower(_MODES, entry.mode, current.mode):
                groups.setdefault((entry.pack, "mode-lowered", entry.sha256, digest), []).append(entry.camera)
            continue
        if (entry.camera, entry.pack) not in assigned:
            code = "unassigned"
        elif digest != entry.sha256:
            code = "selection-changed"
        elif attributes.get(entry.camera) != entry.attributes:
            code = "attributes-changed"
        else:
            code = "device-tells-otherwise"
        groups.setdefault((entry.pack, code, entry.sha256, digest), []).append(entry.camera)
    for (pack, code, old, new), cameras in sorted(groups.items()):
        yield Weakening(pack=pack, code=code, cameras=tuple(sorted(cameras)), old_sha256=old, new_sha256=new)


def content_of(pack: Pack) -> PackContent:
    """What is kept of a pack so that the next run can tell whether it asks less."""
    asks = {
        rule.id: {
            "severity": rule.severity.value,
            "controls": sorted({requirement.control for requirement in rule.require}),
            "terms": {one.control: _plain((one.params, one.min_basis, one.per_profile)) for one in rule.require},
            "least": _plain(rule.min_basis),
            "conditions": _plain((rule.when, rule.select)),
            "ways": sorted(_plain(_way_out(rung, pack)) for rung in rule.otherwise),
        }
        for rule in pack.rules
    }
    return PackContent(pack=pack.id, sha256=pack.digest, asks=json.dumps(asks, sort_keys=True))


def _way_out(rung: Rung, pack: Pack) -> tuple[Any, ...]:
    """A rung with all that decides on it; lines, where a requirement stands in the file, are none of it."""
    gate = rung.gate
    kind = pack.exception_types.get(gate.exception_type) if isinstance(gate, ExceptionGate) else None
    return gate, kind, [(one.control, one.params, one.pending, one.min_basis, one.per_profile) for one in rung.require]


def _plain(value: Any) -> str:
    return json.dumps(to_builtins(value, order="deterministic"), sort_keys=True)


def pack_weakenings(before: PackContent, now: PackContent) -> Iterator[Weakening]:
    """Rules and controls that a pack asked for and does not any more, and rules it takes less seriously."""
    if before.sha256 == now.sha256:
        return
    old, new = json.loads(before.asks), json.loads(now.asks)

    def weaker(code: str, rule: str, control: str = "") -> Weakening:
        return Weakening(
            pack=now.pack,
            code=code,
            rule=rule,
            control=control,
            old_sha256=before.sha256,
            new_sha256=now.sha256,
        )

    for rule, asked in sorted(old.items()):
        current = new.get(rule)
        if current is None:
            yield weaker("rule-dropped", rule)
            continue
        for control in sorted(set(asked["controls"]) - set(current["controls"])):
            yield weaker("control-dropped", rule, control)
        if _lower(_SEVERITIES, asked["severity"], current["severity"]):
            yield weaker("severity-lowered", rule)
        yield from (weaker(code, rule, control) for code, control in _otherwise_put(asked, current))


_ANYTHING = _plain(({}, None))


def _otherwise_put(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What of a rule reads otherwise and may ask less; whether a limit that moved is looser is not decided here."""
    if "terms" not in before:  # kept by a version that did not look at it
        return
    for control, terms in sorted(before["terms"].items()):
        if now["terms"].get(control, terms) != terms:
            yield "terms-changed", control
    if before["least"] != now["least"]:
        yield "terms-changed", ""
    if now["conditions"] not in (before["conditions"], _ANYTHING):
        yield "condition-added", ""
    if set(now["ways"]) - set(before["ways"]):
        yield "way-out-added", ""


def _lower(order: list[str], before: str, now: str) -> bool:
    """Whether ``now`` stands below ``before``; a word of another version of this program is not compared."""
    return before in order and now in order and order.index(now) < order.index(before)
