"""What a person means by the one word after ``policy explain``: a pack, a rule or a camera."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from msgspec import Struct

from vmsguard.errors import UsageError
from vmsguard.model.pack import Pack
from vmsguard.policy.syntax.suggest import did_you_mean

__all__ = ["KINDS", "Named", "find_named"]

KINDS = ("pack", "rule", "camera")
"""What a name may be said to be with a colon: ``camera:lobby``; no id holds one."""


class Named(Struct, frozen=True, kw_only=True):
    """A pack, one of its rules, or a camera."""

    pack: str = ""
    rule: str = ""
    camera: str = ""

    @property
    def written(self) -> str:
        """How to write it so that it can mean nothing else."""
        if self.camera:
            return f"camera:{self.camera}"
        return f"{self.pack}/{self.rule}" if self.rule else f"pack:{self.pack}"

    @property
    def scope(self) -> str:
        """``pack`` or ``pack/rule``; empty for a camera."""
        return f"{self.pack}/{self.rule}" if self.rule else self.pack

    @property
    def told(self) -> str:
        if self.camera:
            return f"a camera of the inventory (camera:{self.camera})"
        return f"a rule of {self.pack} ({self.written})" if self.rule else f"a pack ({self.written})"


def find_named(what: str, packs: Mapping[str, Pack], cameras: Collection[str]) -> Named:
    """The one thing that ``what`` names; raises ``UsageError`` where it names none, or more than one."""
    kind, colon, rest = what.partition(":")
    if colon and kind not in KINDS:
        raise UsageError(
            f"{what!r} names nothing", hint=f"before a colon stands {', '.join(KINDS[:-1])} or {KINDS[-1]}"
        )
    name = rest if colon else what
    found = [one for one in _readings(name, packs, cameras) if not colon or _kind(one) == kind]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(
            f"there is no {kind if colon else 'pack, rule or camera'} {name!r}", hint=_hint(name, packs, cameras)
        )
    raise UsageError(
        f"{name!r} is {' and '.join(one.told for one in found)}",
        hint=f"write {' or '.join(one.written for one in found)}",
    )


def _kind(named: Named) -> str:
    return "camera" if named.camera else "rule" if named.rule else "pack"


def _readings(name: str, packs: Mapping[str, Pack], cameras: Collection[str]) -> Iterator[Named]:
    pack, slash, rule = name.partition("/")
    if slash:
        if pack in packs and any(one.id == rule for one in packs[pack].rules):
            yield Named(pack=pack, rule=rule)
        return
    if name in packs:
        yield Named(pack=name)
    for found in packs.values():
        if any(one.id == name for one in found.rules):
            yield Named(pack=found.id, rule=name)
    if name in cameras:
        yield Named(camera=name)


def _hint(name: str, packs: Mapping[str, Pack], cameras: Collection[str]) -> str:
    pack, slash, rule = name.partition("/")
    if slash and pack in packs:
        return did_you_mean(rule, (one.id for one in packs[pack].rules))
    if slash:
        return did_you_mean(pack, packs)
    rules = {one.id for found in packs.values() for one in found.rules}
    return did_you_mean(name, {*packs, *rules, *cameras})
