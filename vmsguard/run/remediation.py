"""What became of each failing control, told apart from its verdict: verified, no effect, refused and the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from vmsguard.model.plan import Cause, Plan, PlannedChange
from vmsguard.model.results import Result
from vmsguard.model.vocabulary import WHOLE, Mode, Remediation, Verdict
from vmsguard.run.execute import Sent

__all__ = ["with_remediation"]

_DONE = (Verdict.PASS, Verdict.NOT_APPLICABLE)

_HELD = "held"
"""The reason code of a control at which nothing is left but what a hold keeps."""

_WORST_FIRST = (
    Remediation.FAILED,
    Remediation.NO_EFFECT,
    Remediation.REFUSED,
    Remediation.UNSUPPORTED,
    Remediation.APPLIED,
    Remediation.PLANNED,
    Remediation.HELD,
    Remediation.VERIFIED,
    Remediation.ROLLED_BACK,
    Remediation.NONE,
)

_BY_OUTCOME = {
    "failed": Remediation.FAILED,
    "skipped": Remediation.FAILED,
    "refused": Remediation.REFUSED,
    "unsupported": Remediation.UNSUPPORTED,
}


def with_remediation(results: Sequence[Result], plans: Iterable[Plan], sent: Iterable[Sent]) -> tuple[Result, ...]:
    """The same results with ``remediation`` filled in, controls first, then the rules and cameras above them.

    A change that was accepted and whose control now passes is ``verified``; one whose offender a fresh
    session still shows is ``no_effect``, whatever the device had answered.
    """
    asked = _by_control(planned for plan in plans for planned in plan.changes)
    outcomes = {entry.planned.change.id: entry for entry in sent}
    controls = [_control(result, asked, outcomes) for result in results if result.level == "control"]
    by_rule: dict[tuple[str, str, str], list[Result]] = {}
    for result in controls:
        by_rule.setdefault((result.camera, result.pack, result.rule), []).append(result)
    rules = {
        (result.camera, result.pack, result.rule): _above(
            result, by_rule.get((result.camera, result.pack, result.rule), ())
        )
        for result in results
        if result.level == "rule"
    }
    by_camera: dict[str, list[Result]] = {}
    for result in rules.values():
        by_camera.setdefault(result.camera, []).append(result)
    filled = iter(controls)
    return tuple(
        next(filled)
        if result.level == "control"
        else rules[(result.camera, result.pack, result.rule)]
        if result.level == "rule"
        else _above(result, by_camera.get(result.camera, ()))
        for result in results
    )


def _by_control(changes: Iterable[PlannedChange]) -> dict[tuple[str, str, str, str], dict[str, PlannedChange]]:
    asked: dict[tuple[str, str, str, str], dict[str, PlannedChange]] = {}
    for planned in changes:
        for cause in planned.causes:
            key = (cause.camera, cause.pack, cause.rule, cause.control)
            asked.setdefault(key, {})[planned.change.id] = planned
    return asked


def _concerns(result: Result, planned: PlannedChange) -> bool:
    if not result.endpoint:
        return True
    target, _, channel = result.endpoint.partition("/")
    everywhere = planned.scope == "whole" or planned.change.channel == WHOLE
    return planned.change.target == target and (everywhere or planned.change.channel == channel)


def _control(
    result: Result,
    asked: Mapping[tuple[str, str, str, str], Mapping[str, PlannedChange]],
    outcomes: Mapping[str, Sent],
) -> Result:
    changes = asked.get((result.camera, result.pack, result.rule, result.control), {})
    mine = [planned for planned in changes.values() if _concerns(result, planned)]
    held = result.reason.partition(":")[0] == _HELD
    if not mine:
        return replace(result, remediation=Remediation.HELD) if held else result
    cause = Cause(result.camera, result.pack, result.rule, result.control)
    # What was sent for others under the same name may have deleted less than this one asks for.
    sent = [entry for one in mine if (entry := outcomes.get(one.change.id)) and cause in entry.planned.causes]
    if held and all(entry.outcome == "accepted" for entry in sent):
        return replace(result, remediation=Remediation.HELD)
    if not sent:
        planned = result.verdict not in _DONE or any(change.mode is not Mode.ENFORCE for change in mine)
        return replace(result, remediation=Remediation.PLANNED) if planned else result
    if result.verdict in _DONE:
        # What holds although nothing left this process was somebody else's work.
        return replace(result, remediation=Remediation.VERIFIED) if any(entry.left for entry in sent) else result
    told = [_BY_OUTCOME.get(entry.outcome, Remediation.APPLIED) for entry in sent]
    worst = next(state for state in _WORST_FIRST if state in told)
    if worst is Remediation.APPLIED and result.verdict is Verdict.FAIL:
        worst = Remediation.NO_EFFECT
    return replace(result, remediation=worst)


def _above(result: Result, below: Iterable[Result]) -> Result:
    states = {entry.remediation for entry in below}
    if result.verdict in _DONE and Remediation.VERIFIED in states:
        return replace(result, remediation=Remediation.VERIFIED)
    return replace(result, remediation=next(state for state in _WORST_FIRST if state in states | {Remediation.NONE}))
