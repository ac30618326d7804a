"""The verbs: each reads the monitor first, sends what is needed once, and reports; none concludes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from vmsguard.errors import DeviceFault, NotSupported, Refused
from vmsguard.model.changes import Change, Permit, Receipt
from vmsguard.model.held_window import HeldWindow, read_windows
from vmsguard_zoneminder import listing, purge_selection, rows
from vmsguard_zoneminder.monitor_setting import setting_of
from vmsguard_zoneminder.sending_facts import GATEWAYS, ZMS, flag_of
from vmsguard_zoneminder.session import DENIED, NO_SUCH_THING, Session

__all__ = ["send"]

_COMMANDS = {"event-start-command": "EventStartCommand", "event-end-command": "EventEndCommand"}
_EDIT_MONITORS = "Monitors=Edit"
_EDIT_EVENTS = "Events=Edit"


async def send(session: Session, change: Change, permit: Permit) -> Receipt:
    """Send one change; the receipt says what ZoneMinder reported."""
    match change.verb:
        case "recording.stop":
            return await _stop_recording(session, change, permit)
        case "stream.stop":
            return await _stop_stream(session, change, permit)
        case "push.stop":
            return await _stop_push(session, change, permit)
        case "footage.purge":
            return await _purge(session, change, permit)
    raise NotSupported(session.target.id, change.verb, "this driver has no such verb")


async def _stop_recording(session: Session, change: Change, permit: Permit) -> Receipt:
    job = change.arguments.get("job", change.channel)
    if job != change.channel:
        raise _unknown_argument(session, change, "job")
    setting = setting_of(await _monitor(session, job, change.verb))
    # A monitor that captures nothing records nothing: Function=Monitor would switch its pictures on again.
    if setting.records is False:
        return _already(session, change)
    return await _save(session, change, permit, job, setting.form_to_stop_recording())


async def _stop_stream(session: Session, change: Change, permit: Permit) -> Receipt:
    service = change.arguments.get("service", "")
    monitor = await _monitor(session, change.channel, change.verb)
    if service == ZMS:
        setting = setting_of(monitor)
        if setting.captures is False:
            return _already(session, change)
        return await _save(session, change, permit, change.channel, setting.form_to_stop_capturing())
    for gateway in GATEWAYS:
        flag = flag_of(monitor, gateway)
        if gateway.id == service and flag is not None:
            if not flag:
                return _already(session, change)
            return await _save(session, change, permit, change.channel, {f"Monitor[{gateway.field}]": "0"})
    raise _unknown_argument(session, change, "service")


async def _stop_push(session: Session, change: Change, permit: Permit) -> Receipt:
    id_, _, kind = change.arguments.get("destination", "").partition(":")
    field = _COMMANDS.get(kind)
    if not id_.isdecimal() or (field is None and kind != "mqtt"):
        # Filters and options are ZoneMinder's own to change, but no monitor setting that we may touch.
        raise _unknown_argument(session, change, "destination")
    monitor = await _monitor(session, id_, change.verb)
    if field is None:
        if not monitor.mqtt_enabled:
            return _already(session, change)
        return await _save(session, change, permit, id_, {"Monitor[MQTT_Enabled]": "0"})
    told = monitor.event_start_command if kind == "event-start-command" else monitor.event_end_command
    if not told:
        return _already(session, change)
    return await _save(session, change, permit, id_, {f"Monitor[{field}]": ""})


async def _purge(session: Session, change: Change, permit: Permit) -> Receipt:
    """Delete event by event. Archived events are left: lifting that protection is not ours to decide. Held ones too."""
    if not change.channel.isdecimal():
        raise _unknown_argument(session, change, "channel")
    cutoff = _cutoff(session, change)
    held = _held(session, change)
    named = frozenset(filter(None, change.arguments.get("recordings", "").split(",")))
    requested_at = session.ctx.clock.now()
    events = await listing.events_after(session, int(change.channel))
    offset = None
    if cutoff < requested_at or held:
        try:
            offset = await listing.event_offset(session, events)
        except Refused as error:
            if error.code != DENIED:
                raise
    chosen = purge_selection.select(events, cutoff=cutoff, named=named, offset=offset, now=requested_at, held=held)
    if chosen.undecided:
        raise Refused(
            session.target.id,
            change.verb,
            f"the age of {len(chosen.undecided)} events cannot be told: the zone of their times is not known",
            code="times-unknown",
            hint="Name the recordings, or give the account System=View so that the log can be read. Nothing was sent.",
        )
    for event in chosen.delete:
        await _delete(session, event, permit, change.verb)
    if chosen.locked:
        raise Refused(
            session.target.id,
            change.verb,
            f"{len(chosen.locked)} archived events were left, {len(chosen.delete)} others were sent for deletion",
            code="archived",
            hint="Decide for each archived event whether it must be kept, and un-archive the rest in ZoneMinder.",
        )
    reported = "accepted" if chosen.delete else "already"
    return Receipt(change.id, requested_at, reported, requests=len(chosen.delete))


async def _delete(session: Session, event: int, permit: Permit, operation: str) -> None:
    try:
        await session.delete(f"events/{event}.json", permit, operation, needs=_EDIT_EVENTS)
    except DeviceFault as fault:
        if fault.code != NO_SUCH_THING:  # gone before we came: a filter or a person was faster
            raise


async def _monitor(session: Session, id_: str, operation: str) -> rows.Monitor:
    if not id_.isdecimal():
        raise DeviceFault(session.target.id, operation, "no such monitor", code=NO_SUCH_THING)
    reply = await session.read(f"monitors/{id_}.json", rows.MonitorReply, operation, needs="Monitors=View")
    return reply.monitor.monitor


async def _save(session: Session, change: Change, permit: Permit, id_: str, form: Mapping[str, str]) -> Receipt:
    requested_at = session.ctx.clock.now()
    await session.save(f"monitors/{id_}.json", form, permit, change.verb, needs=_EDIT_MONITORS)
    return Receipt(change.id, requested_at, "accepted")


def _already(session: Session, change: Change) -> Receipt:
    return Receipt(change.id, session.ctx.clock.now(), "already", requests=0)


def _cutoff(session: Session, change: Change) -> datetime:
    try:
        cutoff = datetime.fromisoformat(change.arguments.get("cutoff", ""))
    except ValueError:
        raise _unknown_argument(session, change, "cutoff") from None
    if cutoff.tzinfo is None:
        raise _unknown_argument(session, change, "cutoff")
    return cutoff


def _held(session: Session, change: Change) -> tuple[HeldWindow, ...]:
    try:
        return read_windows(change.arguments.get("held", ""))
    except ValueError:
        raise _unknown_argument(session, change, "held") from None


def _unknown_argument(session: Session, change: Change, name: str) -> DeviceFault:
    # Not NotSupported: that would count as proof that the product cannot do it.
    return DeviceFault(
        session.target.id, change.verb, f"argument {name} names nothing this driver can change", code="argument"
    )
