"""What people tell an agent until further notice, kept and recorded: in the agent, or where none runs."""

from __future__ import annotations

from datetime import datetime

from vmsguard.agent.orders.approvals import approval_of_purge
from vmsguard.errors import UsageError
from vmsguard.evidence.writer import EvidenceWriter
from vmsguard.model.duty_watch import Retirement
from vmsguard.policy.syntax.suggest import did_you_mean
from vmsguard.state.store import State

__all__ = ["keep_approval", "keep_retirement", "require_known"]


def keep_approval(
    state: State,
    log: EvidenceWriter | None,
    target: str,
    count: int,
    by: str,
    at: datetime,
    expires: datetime,
    uid: int,
) -> None:
    """Approve the first deletion at a target, which is looked at again; without a log it stands in the state alone."""
    if log is not None:
        log.append("purge.approved", durable=True, target=target, count=count, expires=expires, approver=by, uid=uid)
    state.add_approval(approval_of_purge(target, count, by, at, expires))
    state.wake_work([target], at)


def keep_retirement(state: State, log: EvidenceWriter | None, retired: Retirement, uid: int) -> None:
    """End what a camera owes with the next run; without a log it stands in the state alone."""
    if log is not None:
        log.append(
            "camera.retired",
            durable=True,
            camera=retired.camera,
            kind=retired.kind,
            sha256=retired.sha256,
            approver=retired.by,
            uid=uid,
        )
    state.retire(retired)


def require_known(state: State, camera: str) -> None:
    """Raise ``UsageError`` where nothing is remembered that a camera of this name could owe."""
    known = {duty.camera for duty in state.duties()} | state.last_cameras().keys()
    if camera not in known:
        raise UsageError(f"nothing is owed for a camera {camera!r}", hint=did_you_mean(camera, known))
