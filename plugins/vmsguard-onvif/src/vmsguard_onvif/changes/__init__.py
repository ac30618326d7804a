"""One change carried out: the verb finds its handler, and what was sent becomes a receipt, never a verdict."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from vmsguard.errors import NotSupported
from vmsguard.model.changes import Change, Permit, Receipt
from vmsguard.model.vocabulary import Role
from vmsguard_onvif.changes import analytics as changes_analytics
from vmsguard_onvif.changes import external as changes_external
from vmsguard_onvif.changes import footage as changes_footage
from vmsguard_onvif.changes import function_parameters as changes_parameters
from vmsguard_onvif.changes import metadata as changes_metadata
from vmsguard_onvif.changes import sending as changes_sending
from vmsguard_onvif.changes import storing as changes_storing
from vmsguard_onvif.ordered import Order
from vmsguard_onvif.readings import Readings

__all__ = ["carry_out"]

Handler: TypeAlias = Callable[[Order], Awaitable[None]]

_VERBS: Mapping[str, Handler] = {
    "stream.stop": changes_sending.stop_stream,
    "audio.stop": changes_sending.stop_audio,
    "push.stop": changes_sending.stop_push,
    "metadata.stop": changes_metadata.stop_metadata,
    "cloud.disconnect": changes_sending.disconnect,
    "recording.stop": changes_storing.stop_recording,
    "storage.external.remove": changes_external.remove_external,
    "retention.set": changes_storing.set_retention,
    "analytics.stop": changes_analytics.stop_function,
    "analytics.pictures.stop": changes_parameters.keep_no_pictures,
    "analytics.faces.exclude": changes_parameters.exclude_faces,
    "footage.purge": changes_footage.purge,
}


async def carry_out(readings: Readings, role: Role, change: Change, permit: Permit) -> Receipt:
    """The receipt of one change; ``already`` when what the device shows left nothing to send."""
    session = readings.session
    handler = _VERBS.get(change.verb)
    if handler is None:
        raise NotSupported(session.target.id, change.verb, "ONVIF has no operation for this")
    order = Order(readings, role, change, permit)
    requested_at, before = session.ctx.clock.now(), session.requests
    await handler(order)
    return Receipt(
        change=change.id,
        requested_at=requested_at,
        reported="accepted" if order.writes else "already",
        requests=session.requests - before,
    )
