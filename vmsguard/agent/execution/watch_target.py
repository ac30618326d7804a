"""Ask a target who it is, and nothing else: what changed since makes a whole look due at once."""

from __future__ import annotations

from msgspec import Struct

from vmsguard.agent.schedule.triggers import changed
from vmsguard.errors import AuthRejected, StateError
from vmsguard.model.inventory import Target
from vmsguard.model.last_seen import LastSeen
from vmsguard.model.manifest import Identity
from vmsguard.net.client import GuardedClient
from vmsguard.run.credentials import note_accepted, note_refusal, refused_elsewhere
from vmsguard.run.equipment import Equipment
from vmsguard.run.firmware import kept_firmware
from vmsguard.run.reach import why_of
from vmsguard.run.session import driver_session, within

__all__ = ["Watched", "watch_target"]


class Watched(Struct, frozen=True):
    """What came of asking."""

    answered: bool
    changes: tuple[str, ...] = ()
    """Codes of what is otherwise than the last time."""
    why: str = ""
    """Why there was no answer."""


async def watch_target(target: Target, equipment: Equipment) -> Watched:
    """Whether a target answers, and what of it changed since the last time; that is then what is known of it."""
    state = equipment.state
    try:
        if refused_elsewhere(target, equipment):
            return Watched(answered=False, why="breaker-open")
        async with driver_session(target, equipment) as (driver, client):
            async with within(target, "open", driver.manifest(None).bound.base):
                identity = await driver.open()
            seen = _seen(target, identity, client, equipment)
        note_accepted(target, identity, equipment)
    except StateError:
        raise
    except Exception as error:  # noqa: BLE001 - the plugin border: who does not answer is looked at when it is due
        if isinstance(error, AuthRejected):
            note_refusal(target, equipment)
        return Watched(answered=False, why=why_of(error)[0].value)
    codes = changed(state.seen([target.id]).get(target.id), seen)
    state.put_seen([seen])
    return Watched(answered=True, changes=codes)


def _seen(target: Target, identity: Identity, client: GuardedClient, equipment: Equipment) -> LastSeen:
    certificate = client.certificate
    told = "\0".join((identity.manufacturer, identity.model, identity.hardware, identity.serial))
    return LastSeen(
        target=target.id,
        at=equipment.clock.now(),
        firmware=kept_firmware(identity.firmware, equipment.state.digest) if identity.firmware else "",
        booted_at=identity.booted_at,
        identity=equipment.state.digest(told) if told.strip("\0") else "",
        certificate="" if certificate is None else certificate.whole,
        run_state=identity.run_state,
    )
