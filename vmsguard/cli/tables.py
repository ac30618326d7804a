"""Verdicts, findings and plans as tables; ``unknown`` never looks like a pass."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from vmsguard.cli.plan_tables import AT_ONCE, WIDE, show_plan, some
from vmsguard.cli.visible import shown, visible
from vmsguard.model.counted import counted
from vmsguard.model.results import Finding, Result, Unreached
from vmsguard.model.vocabulary import Qualifier, Remediation, Verdict, Why
from vmsguard.policy.review import review_notice
from vmsguard.run.outcome import RunOutcome, summarise
from vmsguard.run.policies_in_use import ComingRule, PolicyInUse

__all__ = ["show_outcome", "verdict_text"]

_AT_A_GLANCE = 20
"""Cameras up to which a person sees from the list of verdicts how things stand."""

_STYLE = {
    Verdict.PASS: ("pass", "green"),
    Verdict.FAIL: ("FAIL", "bold red"),
    Verdict.UNKNOWN: ("UNKNOWN", "bold yellow"),
    Verdict.NOT_APPLICABLE: ("not applicable", "dim"),
    Verdict.CONFLICT: ("CONFLICT", "bold magenta"),
}


def verdict_text(result: Result) -> Text:
    """The verdict in its colour, a pass with its qualifier; words carry the meaning where colour does not."""
    word, style = _STYLE[result.verdict]
    if result.verdict is Verdict.PASS and result.qualifier not in (None, Qualifier.DIRECT):
        word, style = f"pass ({result.qualifier.value})" if result.qualifier else word, "green"
    return Text(word, style=style)


def show_outcome(console: Console, outcome: RunOutcome, *, controls: bool = False) -> None:
    """The whole outcome of a run: rules (or their controls too), what was not reached, findings, summary."""
    rows = _rows(outcome.results, controls=controls)
    if console.width < WIDE:
        _list_rules(console, rows)
    else:
        while part := list(islice(rows, AT_ONCE)):
            console.print(_rules(part))
    _show_policies(console, outcome.policies)
    _show_upcoming(console, outcome.upcoming)
    _show_unreachable(console, outcome.unreachable)
    _show_findings(console, outcome.findings)
    if outcome.plan is not None:
        show_plan(console, outcome.plan, outcome.skipped)
    if outcome.interrupted:
        console.print(f"[yellow]{outcome.interrupted} change(s) of an earlier run were found without a result[/]")
    counts = summarise(outcome.results)
    if counts["cameras"] > _AT_A_GLANCE:
        console.print(_by_rule(counts["by_rule"]))
    console.print(_summary(outcome, counts))


class _Row(NamedTuple):
    """One rule or control of one camera; ``camera`` is empty where it is that of the row before."""

    camera: str
    name: str
    endpoint: str
    result: Result
    done: str


def _rows(results: Collection[Result], *, controls: bool) -> Iterator[_Row]:
    last = ""
    shared = _in_several_packs(results)
    for result in _rule_before_controls(results) if controls else results:
        if result.level == "camera" and result.verdict is not Verdict.NOT_APPLICABLE:
            continue
        if result.level == "control" and not controls:
            continue
        of_control = result.level == "control"
        rule = f"{result.pack}/{result.rule}" if result.rule in shared else result.rule
        name = f"  {result.control}" if of_control else rule or "(no rule applies)"
        done = "" if result.remediation is Remediation.NONE else result.remediation.value.replace("_", " ")
        camera = result.camera if result.camera != last else ""
        last = result.camera
        yield _Row(camera, name, result.endpoint if of_control else "", result, done)


def _in_several_packs(results: Iterable[Result]) -> set[str]:
    """Names that rules of several packs bear; alone they would not say which rule is meant."""
    packs: dict[str, set[str]] = {}
    for result in results:
        if result.rule:
            packs.setdefault(result.rule, set()).add(result.pack)
    return {rule for rule, of in packs.items() if len(of) > 1}


def _rules(rows: Iterable[_Row]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("camera", "rule", "verdict", "basis", "done"):
        table.add_column(column, no_wrap=True)
    table.add_column("why", overflow="fold")
    for row in rows:
        name = f"{shown(row.name)}\n    {shown(row.endpoint)}" if row.endpoint else shown(row.name)
        result = row.result
        why = shown(_why(result))
        table.add_row(row.camera, name, verdict_text(result), result.basis, row.done, why)
    return table


def _list_rules(console: Console, rows: Iterable[_Row]) -> None:
    """The same on a narrow terminal: one below the other, for a reason in five columns cannot be read."""
    for row in rows:
        if row.camera:
            console.print(Text(row.camera, style="bold"))
        indent = 2 + len(row.name) - len(row.name.lstrip())
        told = Text.assemble(f"{row.name.strip()}: ", verdict_text(row.result))
        told.append("".join(f", {note}" for note in (row.result.basis, row.done) if note))
        console.print(Padding(told, (0, 0, 0, indent)))
        for note in (row.endpoint, _why(row.result)):
            if note:
                console.print(Padding(Text(visible(note), style="dim"), (0, 0, 0, indent + 2)))


def _rule_before_controls(results: Iterable[Result]) -> Iterable[Result]:
    """Evaluation tells a rule after its controls; people read the rule first."""
    waiting: list[Result] = []
    for result in results:
        if result.level == "control":
            waiting.append(result)
            continue
        yield result
        yield from waiting
        waiting = []


def _why(result: Result) -> str:
    if result.verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE):
        return ""
    if result.level == "control" and result.why == Why.INCOMPLETE.value and result.left:
        return f"{result.reason}: {'; '.join(result.left)}"
    return result.reason


def _show_policies(console: Console, policies: Iterable[PolicyInUse]) -> None:
    """What a person has to know of the packs themselves; those that wait to be accepted are findings."""
    for pack in policies:
        if pack.review_overdue:
            notice = review_notice(pack.pack, pack.version, pack.reviewed_next)
            console.print(f"[yellow]review overdue[/] {shown(notice)}")


def _show_upcoming(console: Console, upcoming: Iterable[ComingRule]) -> None:
    """Rules that bind nobody yet, and what they would say today."""
    for rule in upcoming:
        told = ", ".join(f"{count} {verdict.replace('_', ' ')}" for verdict, count in rule.today.items())
        console.print(f"[cyan]upcoming[/] {rule.pack}/{rule.rule} from {rule.starts}; today it would be: {told}")
        if rule.would_fail:
            console.print(f"        would fail: {shown(some(rule.would_fail))}")


def _show_unreachable(console: Console, unreachable: Iterable[Unreached]) -> None:
    """Targets that could not be read for one reason are one entry."""
    groups: dict[tuple[str, str], list[str]] = {}
    for entry in unreachable:
        groups.setdefault((entry.why.value, entry.detail), []).append(entry.target)
    for (why, detail), targets in groups.items():
        console.print(f"[yellow]not read[/] {shown(some(targets))}: {why} ({shown(detail)})")


def _show_findings(console: Console, findings: Iterable[Finding]) -> None:
    """Findings with one cause are one entry that names all it concerns."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for finding in findings:
        groups.setdefault((finding.code, finding.message, finding.next_step), []).append(finding.subject)
    for (code, message, next_step), subjects in groups.items():
        console.print(f"[cyan]finding[/] {code}: {shown(message)}: {shown(some(subjects))}")
        if next_step:
            console.print(f"        next: {shown(next_step)}")


def _by_rule(rules: Sequence[Mapping[str, Any]]) -> Table:
    """What a person can still take in of a fleet: how many cameras each rule says what of."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("rule", overflow="fold")
    for word, _ in _STYLE.values():
        table.add_column(word, justify="right")
    pack = ""
    for told in rules:
        if told["pack"] != pack:
            pack = told["pack"]
            table.add_row(Text(pack, style="bold"))
        cells = (Text(str(told[verdict.value] or "-"), style=style) for verdict, (_, style) in _STYLE.items())
        table.add_row(f"  {told['rule']}", *cells)
    return table


def _summary(outcome: RunOutcome, counts: Mapping[str, Any]) -> str:
    by = counts["pass_by_qualifier"]
    passes = ", ".join(f"{by[name]} {name}" for name in ("direct", "fallback", "exception") if by[name])
    return (
        f"{counted(counts['rules'], 'rule')} on {counted(counts['cameras'], 'camera')}: "
        f"[green]{counts['pass']} pass[/]{f' ({passes})' if passes else ''}, "
        f"[red]{counts['fail']} fail[/], [yellow]{counts['unknown']} unknown[/], "
        f"{counts['conflict']} conflict, {counts['not_applicable']} not applicable; "
        f"{counted(outcome.sent, 'change')} sent. "
        f"Evidence: {counted(outcome.evidence.size, 'record')}, root {outcome.evidence.root[:16]}…"
    )
