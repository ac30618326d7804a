"""What of a run people should hear: only what is otherwise than before. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from vmsguard.agent.execution.last_looks import FIRST_PURGE
from vmsguard.agent.notifications.alert import Alert
from vmsguard.model.inventory import Camera, Target
from vmsguard.model.ledger import Standing
from vmsguard.model.vocabulary import Verdict, Why
from vmsguard.run.outcome import RunOutcome

__all__ = ["alerts_of"]

_FINDINGS = {
    "not-accepted": "policy-unaccepted",
    "duty-stopped": "policy-unaccepted",
}
"""What stands for days, by the finding that every run has of it; told once a day."""

_UNREACHED = {Why.AUTH: "login-refused", Why.CERTIFICATE: "certificate-changed"}


def alerts_of(
    outcome: RunOutcome,
    before: Collection[Standing],
    target: Target,
    cameras: Mapping[str, Camera],
    attempt: int,
    now: datetime,
) -> Iterator[Alert]:
    """Drift and its end per camera, a target that cannot be read any more, and once a day what stands: a first deletion
    that waits, a day without one, a pack that nobody accepted. What the calendar brings is told elsewhere.
    """
    held = {(one.camera, one.pack, one.rule) for one in before if not one.control and one.verdict == Verdict.PASS.value}
    rules = [result for result in outcome.results if result.level == "rule"]
    drifted = {one.camera for one in rules if one.verdict is Verdict.FAIL and (one.camera, one.pack, one.rule) in held}
    mended = {one.camera for one in rules if one.exposure_to is not None}
    for code, names in (("drift", drifted), ("exposed", mended)):
        for name in sorted(names):
            yield Alert(code=code, site=cameras[name].site, subject=name, at=now, target=target.id)
    for one in outcome.unreachable:
        if one.target == target.id and attempt == 0:
            yield Alert(
                code=_UNREACHED.get(one.why, "unreachable"),
                site=target.site,
                subject=target.id,
                at=now,
                target=target.id,
            )
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if any(skipped.reason.startswith(FIRST_PURGE) for skipped in outcome.skipped):
        # A person's word is what is missing, whatever the target: all of a site are one message.
        yield Alert(code="backlog-waits", site=target.site, subject=target.id, at=today)
    for found in outcome.findings:
        if kind := _FINDINGS.get(found.code):
            yield Alert(code=kind, site=target.site, subject=found.subject, at=today)
    for name in sorted({one.camera for one in outcome.results if one.reason.startswith("day-missed:")}):
        yield Alert(code="day-missed", site=cameras[name].site, subject=name, at=today, target=target.id)
