"""Verdicts, findings and plans as tables; ``unknown`` never looks like a pass."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from vmsguard.cli.visible import shown, visible
from vmsguard.model.plan import Plan, PlannedChange
from vmsguard.model.results import Finding, Result, Unreached
from vmsguard.model.vocabulary import Mode, Qualifier, Remediation, Verdict, Why
from vmsguard.policy.review import review_notice
from vmsguard.run.outcome import RunOutcome, Skipped, summarise
from vmsguard.run.policies_in_use import ComingRule, PolicyInUse

__all__ = ["show_outcome", "show_plan", "verdict_text"]

_NAMED = 8
"""How many subjects of one finding are told by name; JSON has them all."""

_WIDE = 110
"""Columns of a terminal from which on the table of verdicts has room for reasons."""

_AT_ONCE = 2000
"""Rows of one table; a table is laid out as a whole, and a fleet's would fill the memory."""

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
    if console.width < _WIDE:
        _list_rules(console, rows)
    else:
        while part := list(islice(rows, _AT_ONCE)):
            console.print(_rules(part))
    _show_policies(console, outcome.policies)
    _show_upcoming(console, outcome.upcoming)
    _show_unreachable(console, outcome.unreachable)
    _show_findings(console, outcome.findings)
    if outcome.plan is not None:
        show_plan(console, outcome.plan, outcome.skipped)
    if outcome.interrupted:
        console.print(f"[yellow]{outcome.interrupted} change(s) of an earlier run were found without a result[/]")
    console.print(_summary(outcome))


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
            console.print(f"        would fail: {shown(_some(rule.would_fail))}")


def _some(subjects: Sequence[str]) -> str:
    return ", ".join(subjects[:_NAMED]) + (f" and {len(subjects) - _NAMED} more" if len(subjects) > _NAMED else "")


def _show_unreachable(console: Console, unreachable: Iterable[Unreached]) -> None:
    for entry in unreachable:
        console.print(f"[yellow]not read[/] {shown(entry.target)}: {entry.why.value} ({shown(entry.detail)})")


def _show_findings(console: Console, findings: Iterable[Finding]) -> None:
    """Findings with one cause are one entry that names all it concerns."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for finding in findings:
        groups.setdefault((finding.code, finding.message, finding.next_step), []).append(finding.subject)
    for (code, message, next_step), subjects in groups.items():
        console.print(f"[cyan]finding[/] {code}: {shown(message)}: {shown(_some(subjects))}")
        if next_step:
            console.print(f"        next: {shown(next_step)}")


def show_plan(console: Console, plan: Plan, skipped: Iterable[Skipped] = ()) -> None:
    """Changes in sending order; a proposal names what stands in its way."""
    if not plan.changes:
        console.print("plan: nothing to change")
    else:
        table = Table(box=None, pad_edge=False, header_style="bold", title="plan", title_justify="left")
        table.add_column("mode")
        table.add_column("change", overflow="fold")
        table.add_column("for", overflow="fold")
        table.add_column("in the way", overflow="fold")
        for planned in plan.changes:
            table.add_row(
                Text(planned.mode.value, style="bold" if planned.mode is Mode.ENFORCE else "dim"),
                shown(_change(planned)),
                shown(_causes(planned)),
                shown(_in_the_way(planned.blockers)),
            )
        console.print(table)
    for entry in skipped:
        console.print(f"[yellow]not sent[/] {shown(entry.change)}: {shown(entry.reason)}")
        if entry.next_step:
            console.print(f"        next: {shown(entry.next_step)}")


def _in_the_way(blockers: Iterable[str]) -> str:
    """Blockers by kind: five attributes that nobody set are one obstacle."""
    kinds: dict[str, list[str]] = {}
    for blocker in blockers:
        kind, _, what = blocker.partition(": ")
        kinds.setdefault(kind, []).append(what)
    return "; ".join(f"{kind}: {', '.join(whats)}" if any(whats) else kind for kind, whats in kinds.items())


def _change(planned: PlannedChange) -> str:
    told = planned.change.id
    held = ", leaving what is held" if planned.change.arguments.get("held") else ""
    return f"{told} [{planned.items} recordings{held}]" if planned.destructive else told


def _causes(planned: PlannedChange) -> str:
    told = sorted({f"{cause.camera} {cause.control}" for cause in planned.causes})
    return "; ".join((", ".join(told), *(f"because: {why}" for why in planned.because)))


def _summary(outcome: RunOutcome) -> str:
    counts = summarise(outcome.results)
    by = counts["pass_by_qualifier"]
    passes = ", ".join(f"{by[name]} {name}" for name in ("direct", "fallback", "exception") if by[name])
    return (
        f"{counts['rules']} rules on {counts['cameras']} cameras: "
        f"[green]{counts['pass']} pass[/]{f' ({passes})' if passes else ''}, "
        f"[red]{counts['fail']} fail[/], [yellow]{counts['unknown']} unknown[/], "
        f"{counts['conflict']} conflict, {counts['not_applicable']} not applicable; "
        f"{outcome.sent} changes sent. Evidence: {outcome.evidence.size} records, root {outcome.evidence.root[:16]}…"
    )
