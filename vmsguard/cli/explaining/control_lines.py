"""One control explained in sentences: what it asks, what was seen, what it rests on, and what would make it pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from vmsguard.cli.explaining.sentences import Line, Sentences
from vmsguard.engine.why_model import ChangeWhy, ControlWhy, FactWhy, Reason
from vmsguard.model.vocabulary import Why
from vmsguard.report.words.reasons import REASONS

__all__ = ["control_lines"]

_NOT_LOOKED_AT = "not in this run"
"""What a plan says of a neighbour that was left out; whether it really stands in the way, a whole plan tells."""

_HELD = frozenset({"pass", "not_applicable"})


def control_lines(control: ControlWhy, say: Sentences, level: int, *, mend: bool) -> Iterator[Line]:
    """A control at one place; ``mend`` tells what would make it pass, where its rule does not hold."""
    place = f", {control.place}" if control.place else ""
    yield Line(level, f"{control.control}{place}: {say.verdict(control.verdict)}", verdict=control.verdict, item=True)
    inner = level + 1
    yield Line(inner, control.says[say.lang])
    yield Line(inner, say.outcome(control.verdict, control.reason))
    left = [] if control.verdict in _HELD else list(_not_told_yet(control))
    if left:
        yield Line(inner, say.say("still there", "; ".join(left)))
    if control.replaced_by:
        yield Line(inner, say.say("replaced", control.replaced_by))
    yield from _facts(control.facts, say, inner)
    if mend and control.verdict not in _HELD:
        yield from _mending(control, say, inner)


def _not_told_yet(control: ControlWhy) -> Iterator[str]:
    """What is left or unseen, less what the reason names already and less the unknown facts, which follow."""
    unknown = tuple(f"{fact.name} (" for fact in control.facts if fact.state == "unknown")
    for item in control.left:
        if item not in control.reason.detail and not item.startswith((*unknown, "judged alone: ")):
            yield item


def _facts(facts: Iterable[FactWhy], say: Sentences, level: int) -> Iterator[Line]:
    told = list(facts)
    if not told:
        return
    yield Line(level, say.say("rests on"))
    layers = Counter((fact.target, fact.channel, fact.name) for fact in told)
    for fact in told:
        layered = fact.layer == "stored" or layers[(fact.target, fact.channel, fact.name)] > 1
        yield Line(level + 1, say.fact(fact, layered=layered), item=True)


def _mending(control: ControlWhy, say: Sentences, level: int) -> Iterator[Line]:
    yield Line(level, say.say("to pass"))
    for change in control.changes:
        yield from _change(change, say, level + 1)
    if control.by_hand:
        yield Line(level + 1, say.say("by hand", control.by_hand), item=True)
    # What a person switches off by hand still has to be seen, and no change settles a conflict.
    enough = {"fail": bool(control.changes or control.by_hand), "unknown": bool(control.changes)}
    if enough.get(control.verdict, False):
        return
    attribute = control.reason.code == Why.NOT_ATTRIBUTED.value
    step = say.say("state it") if attribute else say.words(control.reason.code).next_step
    if step:
        yield Line(level + 1, step, item=True)


def _change(change: ChangeWhy, say: Sentences, level: int) -> Iterator[Line]:
    key = f"verb {change.verb}"
    what = say.say(key) if say.known(key) else change.verb
    parts = [part for part in change.item.split(",") if not part.endswith("=")]
    parts.append(f"{change.target}/{change.channel}")
    if change.items:
        parts.append(say.say("deletes", change.items))
    told = f"{what} ({'; '.join(parts)})"
    state = change.state
    if state == "propose" and not change.in_the_way:
        yield Line(level, say.say("change propose", told), item=True)
        yield Line(level + 1, say.say("in mode"), item=True)
        return
    yield Line(level, say.say(f"change {state}", told), item=True)
    for bar in change.in_the_way:
        yield Line(level + 1, _bar(bar, say), item=True)


def _bar(bar: Reason, say: Sentences) -> str:
    """What keeps a change a proposal; one that has no sentence here is told as any other reason."""
    code, detail = bar.code, bar.detail.partition("; by hand:")[0]
    if code.startswith("shared-with "):
        camera = code.removeprefix("shared-with ")
        if detail == _NOT_LOOKED_AT:
            return say.say("bar shared-with unseen", camera)
        return say.say("bar shared-with", f"{camera} ({detail})")
    key = f"bar {code}"
    if say.known(key):
        return say.say(key, detail)
    return say.reason(Reason(code, detail)) if code in REASONS else ": ".join(part for part in (code, detail) if part)
