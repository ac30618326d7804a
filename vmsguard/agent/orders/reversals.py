"""Our changes that were found undone: noticed by what held, was once changed by us, and is to be changed again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

from vmsguard.agent.orders.what_may_be_sent import is_duty
from vmsguard.model.inventory import Camera
from vmsguard.model.ledger import Standing
from vmsguard.model.plan import PlannedChange
from vmsguard.model.standing_orders import Reversal
from vmsguard.model.vocabulary import Stage, Verdict

__all__ = ["reversals_in"]


def reversals_in(
    planned: Iterable[PlannedChange],
    target: str,
    before: Collection[Standing],
    sent: Collection[str],
    cameras: Mapping[str, Camera],
    now: datetime,
) -> Iterator[Reversal]:
    """The changes planned at a target that undo somebody's undoing.

    ``before`` are the verdicts of the look before this one, ``sent`` the changes this instance sent there before.
    New footage is no reversal of a deletion.
    """
    held = {
        (one.camera, one.pack, one.rule, one.control)
        for one in before
        if one.verdict == Verdict.PASS.value and one.control and one.endpoint.partition("/")[0] in ("", target)
    }
    for change in planned:
        if change.change.target != target or change.stage is Stage.PURGING or is_duty(change):
            continue
        causes = [cause for cause in change.causes if (cause.camera, cause.pack, cause.rule, cause.control) in held]
        if causes and change.change.id in sent:
            camera = cameras.get(causes[0].camera)
            yield Reversal(
                target=target,
                system="" if camera is None else camera.managed_by,
                change=change.change.id,
                at=now,
                value="",
            )
