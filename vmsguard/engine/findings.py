"""What a person should look at that is no verdict of a rule: pure, from what a run saw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from sys import intern

from vmsguard.engine.announced import announced_findings
from vmsguard.engine.blast import Claims
from vmsguard.engine.evaluate import Evaluation
from vmsguard.model.results import Finding
from vmsguard.model.snapshot import CameraSnapshot, TargetSeen

__all__ = ["findings_in_order", "fleet_findings"]

_NOTES = {
    "accounts-without-login": ("the target lists its accounts to anybody", "set a login on the target"),
    "anonymous-account": (
        "the target has an account for people without a login",
        "take that account's rights away on the target, or delete it",
    ),
    "clock-off": ("the target's clock is more than a minute off", "set the target's clock or its time server"),
    "factory-login": (
        "the target accepts a login that it was shipped with or that anybody would try first",
        "set a password of its own on the target",
    ),
    "no-auth-required": ("the target answers protected reads without a login", "set a login on the target"),
    "plain-http": ("the login travels over plain HTTP", "enrol the target with https and pin its certificate"),
}


def fleet_findings(
    evaluations: Sequence[Evaluation], snapshots: Mapping[str, CameraSnapshot], claims: Claims
) -> tuple[Finding, ...]:
    """Findings in a stable order: attributes, targets, deletions that left footage, then channels nobody claims."""
    targets = {target: seen for snapshot in snapshots.values() for target, seen in snapshot.targets.items()}
    return (*_attributes(evaluations), *_targets(targets), *announced_findings(snapshots), *_unclaimed(claims))


def findings_in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What was found on parts of a fleet that share no target, as ``fleet_findings`` tells it of the whole."""
    kinds = {"needs-attributes": 0, "announced-deletion-left": 2, "unclaimed-channel": 3}
    return tuple(sorted(findings, key=lambda one: (kinds.get(one.code, 1), one.subject.partition("/")[0])))


def _attributes(evaluations: Iterable[Evaluation]) -> Iterator[Finding]:
    """One item per camera, not one per rule: an untagged fleet is a list to work off, not a flood."""
    for evaluation in sorted(evaluations, key=lambda one: one.camera):
        if evaluation.missing_attributes:
            names = ", ".join(evaluation.missing_attributes)
            yield Finding(
                code="needs-attributes",
                subject=evaluation.camera,
                # The same for many cameras of a fleet: kept once.
                message=intern(f"judged, but changed only by proposal until somebody states: {names}"),
                next_step=intern(f"add {names} to the camera or one of its groups in the inventory"),
            )


def _targets(targets: Mapping[str, TargetSeen]) -> Iterator[Finding]:
    for target, seen in sorted(targets.items()):
        identity = seen.identity
        if identity is None:
            continue
        if identity.fabricates:
            yield Finding(
                code="answers-anything",
                subject=target,
                message="the target answers success to an operation that cannot exist; its empty lists prove nothing",
                next_step="ask the maker for a fixed firmware; until then its verdicts stay unknown",
            )
        for host in sorted(set(identity.foreign_addresses)):
            yield Finding(
                code="foreign-address",
                subject=target,
                message=f"the target names another host for its own services ({host}); it was not followed",
                next_step="check the address the device believes it has",
            )
        for note in sorted(set(identity.notes)):
            message, next_step = _NOTES.get(note, (f"seen while logging in: {note}", "look at the target's settings"))
            yield Finding(code=note, subject=target, message=message, next_step=next_step)


def _unclaimed(claims: Claims) -> Iterator[Finding]:
    for target, channels in sorted(claims.listed.items()):
        for channel in channels or ():
            if not claims.claimants(target, channel):
                yield Finding(
                    code="unclaimed-channel",
                    subject=f"{target}/{channel}",
                    message="no camera of the inventory claims this channel; no policy reaches it",
                    next_step="add an endpoint for it to a camera, or a camera for it",
                )
