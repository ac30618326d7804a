"""Tables about packs: sources, rules, exception types, and readings side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.markup import escape
from rich.table import Table

from vmsguard.model.lock import Pinned
from vmsguard.model.pack import Pack, Rule
from vmsguard.policy.explain import PackExplained, values_of
from vmsguard.policy.sentences import WORDS
from vmsguard.policy.syntax.durations import show_span

__all__ = ["lock_table", "pack_table", "pack_tables", "profile_table"]


def pack_table(packs: Iterable[Pack]) -> Table:
    """One line for each pack."""
    table = _table("pack", "version", "rules", "profiles", "force", "read again by", "title")
    for pack in packs:
        forces = sorted({source.force.value for source in pack.sources.values()})
        table.add_row(
            pack.id,
            pack.version,
            str(len(pack.rules)),
            "\n".join(pack.profiles) or "-",
            "\n".join(forces),
            str(pack.reviewed_next),
            escape(pack.title),
        )
    return table


def pack_tables(pack: Pack) -> Iterator[Table]:
    """What a pack rests on, what it requires, and what may lift it."""
    sources = _table("source", "force", "from", "confirmed", "title")
    for source in pack.sources.values():
        sources.add_row(source.id, source.force.value, str(source.since), source.confirmed, escape(source.title))
    yield sources
    rules = _table("rule", "severity", "cites", "requires", "otherwise")
    for rule in pack.rules:
        cites = "\n".join(escape(f"{cited.source} {cited.clause}".strip()) for cited in rule.cites)
        rules.add_row(rule.id, rule.severity.value, cites, "\n".join(_controls(rule)), "\n".join(_rungs(rule)))
    yield rules
    if pack.profiles:
        profiles = _table("profile", "title", "values", "cites besides")
        for name, profile in pack.profiles.items():
            values = "\n".join(escape(f"{value}: {told}") for value, told in values_of(pack, name).items())
            added = (
                escape(f"{rule}: {cited.source} {cited.clause}".strip())
                for rule, several in profile.cites.items()
                for cited in several
            )
            profiles.add_row(name, escape(profile.title), values, "\n".join(added))
        yield profiles
    if pack.exception_types:
        types = _table("exception type", "lifts", "must state", "at most", "then")
        for kind in pack.exception_types.values():
            lifts, states = "\n".join(kind.lifts), "\n".join(kind.requires)
            types.add_row(kind.id, lifts, states, show_span(kind.max_duration), kind.on_expiry)
        yield types


def lock_table(pinned: Iterable[Pinned]) -> Table:
    """One line for each pack and plugin, with what was accepted beside what is here."""
    table = _table("name", "kind", "locked", "here", "state", "accepted by", "on")
    for one in pinned:
        accepted = one.accepted
        table.add_row(
            escape(one.name),
            one.kind,
            _version(one.locked_version, one.locked_sha256),
            _version(one.version, one.sha256),
            one.state.value,
            "-" if accepted is None else accepted.by,
            "-" if accepted is None else str(accepted.at.date()),
        )
    return table


def _version(version: str, sha256: str) -> str:
    return f"{version} {sha256[:12]}".strip() or "-"


def profile_table(explained: PackExplained, lang: str) -> Table:
    """The readings of a pack in columns; below, the cameras on which they disagree."""
    words = WORDS[lang]
    table = Table(title=words["profiles"], title_justify="left", header_style="bold", show_lines=True)
    table.add_column("", overflow="fold")
    for name in explained.profiles:
        title = explained.profile_titles[name]
        table.add_column(f"{name}\n{escape(title)}" if title else name, overflow="fold")
    table.add_row("", *(escape(f"\n{words['and']} ".join(each)) for each in explained.profiles.values()))
    for value in dict.fromkeys(name for values in explained.profile_values.values() for name in values):
        table.add_row(escape(value), *(escape(values[value]) for values in explained.profile_values.values()))
    for difference in explained.differences:
        camera = "\n".join(f"{'✓' if holds else '✗'} {escape(told)}" for told, holds in difference.camera.items())
        reached = (
            words["reached"] if difference.reached[name] else words["not reached"] for name in explained.profiles
        )
        table.add_row(camera, *reached)
    return table


def _table(*columns: str) -> Table:
    """The first column holds ids, which are never broken: they are there to be copied."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=number == 0)
    return table


def _controls(rule: Rule) -> Iterator[str]:
    for requirement in rule.require:
        basis = "" if requirement.min_basis is None else f" ({requirement.min_basis.label})"
        yield f"{requirement.control}{basis}"


def _rungs(rule: Rule) -> Iterator[str]:
    for rung in rule.otherwise:
        kind = getattr(rung.gate, "exception_type", "")
        yield f"if_excepted {kind}:" if kind else "if_impossible:"
        yield from (f"  {requirement.control}" for requirement in rung.require)
