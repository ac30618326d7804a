"""Changes from the ids of offenders: on the endpoint's channel, or on the target as a whole."""

from __future__ import annotations

from collections.abc import Iterable

from vmsguard.controls.view import View
from vmsguard.model.changes import Change
from vmsguard.model.vocabulary import WHOLE

__all__ = ["stop_each"]


def stop_each(
    verb: str, argument: str, offenders: Iterable[str], view: View, *, whole: bool = False
) -> tuple[Change, ...]:
    """One change per offender; ``whole`` where the list belongs to the target and not to a channel."""
    endpoint = view.endpoint
    if endpoint is None:
        return ()
    channel = WHOLE if whole else endpoint.channel
    return tuple(Change(verb, endpoint.target, channel, {argument: offender}) for offender in offenders)
