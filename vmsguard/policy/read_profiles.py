"""Profiles of a pack: which cameras a reading is about, what rules cite under it, and the values rules take from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from vmsguard.model.pack import AllOf, Citation, Profile, Rule
from vmsguard.policy.read_select import read_selector
from vmsguard.policy.syntax.reading import Fields, Reader
from vmsguard.policy.syntax.strict_yaml import Node
from vmsguard.policy.syntax.suggest import did_you_mean, nearest

__all__ = ["FROM_PROFILE", "ProfileValues", "check_profile_cites", "profile_values", "read_profile"]

T = TypeVar("T")

FROM_PROFILE = "from_profile"


def read_profile(reader: Reader, name: str, node: Node, cite: Callable[[Node, str], Citation]) -> Profile:
    """One profile; ``cite`` reads a citation of the rule that is named. Its values are read where rules take them."""
    with reader.fields(node, f"the profile {name!r}") as fields:
        title = fields.text("title", default="")
        native_title = fields.text("native_title", default="")
        selected = fields.need("select")
        fields.entries("values", required=False, least=1)
        cites = {
            rule: _cites(reader, rule, listed, cite)
            for rule, listed in fields.entries("cites", required=False, least=1)
        }
    select = AllOf() if selected is None else read_selector(reader, selected)
    return Profile(id=name, title=title, native_title=native_title, select=select, cites=cites)


def _cites(reader: Reader, rule: str, listed: Node, cite: Callable[[Node, str], Citation]) -> tuple[Citation, ...]:
    return reader.each(listed, f"cites of {rule}", lambda entry, _: cite(entry, rule), least=1)


def check_profile_cites(reader: Reader, profiles: Iterable[tuple[Profile, Node]], rules: Sequence[Rule]) -> None:
    """A profile adds citations to rules that exist, and none that the rule has by itself."""
    known = {rule.id: rule for rule in rules}
    for profile, node in profiles:
        for name, listed in _map(_map(node).get("cites")).items():
            rule = known.get(name)
            if rule is None:
                reader.fault(listed, f"cites: no rule is called {name!r}", did_you_mean(name, known), at_key=True)
                continue
            items = listed.value if isinstance(listed.value, list) else []
            for cited, item in zip(profile.cites.get(name, ()), items, strict=False):
                if cited.source and cited in rule.cites:
                    message = f"the rule {name!r} cites {f'{cited.source} {cited.clause}'.strip()} in every profile"
                    reader.fault(item, message, "remove it here, or there")


class ProfileValues:
    """The values that profiles give, decoded for each parameter that takes one, and who gave or took too little."""

    def __init__(self, reader: Reader, given: Mapping[str, tuple[Node, Mapping[str, Node]]] | None) -> None:
        """``given`` are the profiles with where each stands and its values; None if the pack has no profiles."""
        self.reader = reader
        self._none = given is None
        self._given = given or {}
        self._taken: dict[str, Node] = {}
        self._meant: set[str] = set()
        self._decoded: dict[tuple[str, str, str], Any] = {}

    @property
    def profiles(self) -> tuple[str, ...]:
        return tuple(self._given)

    def take(self, node: Node, name: str, kind: str, read: Callable[[Node], T]) -> dict[str, T]:
        """The value of each profile that gives it; equal ``kind`` says that an earlier reading may be used again."""
        if self._none:
            message = f"this pack has no profiles to take {name!r} from"
            self.reader.fault(node, message, "write the value itself, or give the pack profiles with values")
            return {}
        if not any(name in values for _, values in self._given.values()):
            known = {key for _, values in self._given.values() for key in values}
            hint = did_you_mean(name, known) if known else f"write values: {{{name}: ...}} in each profile"
            self.reader.fault(node, f"no profile gives a value {name!r}", hint)
            self._meant.update(nearest(name, known))
            return {}
        self._taken.setdefault(name, node)
        return {
            profile: self._read(profile, name, kind, values[name], read)
            for profile, (_, values) in self._given.items()
            if name in values
        }

    def _read(self, profile: str, name: str, kind: str, node: Node, read: Callable[[Node], T]) -> T:
        key = (profile, name, kind)
        if key not in self._decoded:
            self._decoded[key] = read(node)
        decoded: T = self._decoded[key]
        return decoded

    def check(self, rules: Iterable[Node]) -> None:
        """Report values that no rule takes, and those that a profile leaves out although another gives them."""
        taken = {*self._taken, *self._meant}
        if any(key not in taken for _, values in self._given.values() for key in values):
            taken.update(name for node in rules for name in _names_taken(node))
        for profile, (node, values) in self._given.items():
            missing = [name for name in self._taken if name not in values]
            meant: set[str] = set()
            for key, child in values.items():
                if key not in taken:
                    meant.update(nearest(key, missing))
                    hint = (
                        did_you_mean(key, missing or taken) if taken else f"write {{{FROM_PROFILE}: {key}}} in a rule"
                    )
                    self.reader.fault(child, f"no rule takes a value {key!r} from the profile", hint, at_key=True)
            for name in missing:
                if name not in meant:
                    message = (
                        f"the profile {profile!r} gives no value {name!r}, which line {self._taken[name].line} takes"
                    )
                    self.reader.fault(node, message, f"add {name}: to its values")


def profile_values(reader: Reader, fields: Fields) -> ProfileValues:
    """What the profiles of a pack give, before any rule is read; mistakes around the values are not told here."""
    if "profiles" not in fields:
        return ProfileValues(reader, None)
    given = {}
    for name, node in _map(fields.peek("profiles")).items():
        values = _map(node).get("values")
        given[name] = (node if values is None else values, _map(values))
    return ProfileValues(reader, given)


def _map(node: Node | None) -> Mapping[str, Node]:
    return node.value if node is not None and isinstance(node.value, dict) else {}


def _names_taken(node: Node) -> Iterator[str]:
    """Every value a part of the file takes from profiles, also where the part around it could not be read."""
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            if isinstance(child.value, str) and nearest(key, (FROM_PROFILE,)):
                yield child.value
            yield from _names_taken(child)
    elif isinstance(node.value, list):
        for child in node.value:
            yield from _names_taken(child)
