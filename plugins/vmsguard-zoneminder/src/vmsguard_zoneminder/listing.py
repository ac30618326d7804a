"""Complete lists from ZoneMinder: past the silent cap of 100 rows a page, and steady while rows come and go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from vmsguard.errors import DeviceFault, ProtocolViolation
from vmsguard_zoneminder import rows
from vmsguard_zoneminder.local_time import Opened, offset_of, opened_in
from vmsguard_zoneminder.session import NO_SUCH_THING, Session

__all__ = ["config_value", "event_offset", "events_after", "monitors", "open_events", "storage_areas", "users"]

_PAGE = 1000
"""What we ask for. 1.36.33 applies 100 without a word; the reply's own ``nextPage`` decides."""
_LOG_PAGES = 3
_EVENTS_ASKED_FOR = 3
_MAX_PAGES = 10_000


async def monitors(session: Session) -> list[rows.MonitorRow]:
    """Every monitor that is not marked deleted, in the order of ids."""
    reply = await session.read("monitors.json", rows.MonitorsReply, "monitors", needs="Monitors=View")
    kept = [row for row in reply.monitors if not row.monitor.deleted]
    return sorted(kept, key=lambda row: row.monitor.id)


async def events_after(session: Session, monitor: int | None = None) -> list[rows.Event]:
    """Every event, of one monitor or of all, in the order of ids.

    Pages go by id and not by number: an event deleted between two pages shifts numbered pages, and the
    list would miss one.
    """
    found: list[rows.Event] = []
    last = 0
    for _ in range(_MAX_PAGES):
        condition = f"Id >:{last}" + ("" if monitor is None else f"/MonitorId:{monitor}")
        reply = await _events(session, f"events/index/{condition}.json")
        page = [row.event for row in reply.events]
        ids = [event.id for event in page]
        if ids != sorted(set(ids)) or (ids and ids[0] <= last):
            raise ProtocolViolation(session.target.id, "events", "the list is not in the order that was asked for")
        found.extend(page)
        if not page or reply.pagination is None or not reply.pagination.next_page:
            return found
        last = ids[-1]
    raise ProtocolViolation(session.target.id, "events", "the list does not end")


async def open_events(session: Session) -> list[rows.Event]:
    """The events that have no end yet."""
    # An empty value makes the condition IS NULL; "IS" as an operator is a server error in 1.36.
    reply = await _events(session, "events/index/EndDateTime:.json")
    page = [row.event for row in reply.events]
    if any(event.end_date_time for event in page):
        raise ProtocolViolation(session.target.id, "events", "closed events in a list of open ones")
    if reply.pagination is not None and reply.pagination.next_page:
        return [event for event in await events_after(session) if not event.end_date_time]
    return page


async def _events(session: Session, path: str) -> rows.EventsReply:
    wanted = {"limit": str(_PAGE), "sort": "Id", "direction": "asc"}
    return await session.read(path, rows.EventsReply, "events", params=wanted, needs="Events=View")


async def storage_areas(session: Session) -> list[rows.StorageArea]:
    reply = await session.read("storage.json", rows.StorageReply, "storage", needs="System=View")
    return [row.storage for row in reply.storage]


async def users(session: Session) -> list[rows.User]:
    """Every account; the list comes in pages of 20."""
    found: dict[int, rows.User] = {}
    for page in range(1, _MAX_PAGES):
        reply = await session.read(f"users/index/page:{page}.json", rows.UsersReply, "users", needs="System=View")
        found.update({row.user.id: row.user for row in reply.users})
        if reply.pagination is None or not reply.pagination.next_page:
            return list(found.values())
    raise ProtocolViolation(session.target.id, "users", "the list does not end")


async def config_value(session: Session, name: str) -> str | None:
    """One setting by name, or None where this release has no such setting.

    The whole list is never asked for: it holds the database password and the token secret.
    """
    try:
        reply = await session.read(f"configs/viewByName/{name}.json", rows.ConfigReply, "configs")
    except DeviceFault as fault:
        if fault.code == NO_SUCH_THING:
            return None
        raise
    return "" if reply.config.value is None else str(reply.config.value)


async def event_offset(session: Session, events: Iterable[rows.Event]) -> timedelta | None:
    """How far ZoneMinder's local times are from UTC, or None where the log does not tell.

    The log may speak of other events than these, of other monitors or newer: a few of them are asked for.
    """
    opened = await _opened_lately(session)
    starts = {event.id: event.start_date_time for event in events}
    named = [one.event for one in opened]
    for missing in [id_ for id_ in named if id_ not in starts][:_EVENTS_ASKED_FOR]:
        if any(id_ in starts for id_ in named):
            break
        reply = await _events(session, f"events/index/Id:{missing}.json")
        starts.update({row.event.id: row.event.start_date_time for row in reply.events})
    return offset_of(opened, starts)


async def _opened_lately(session: Session) -> Sequence[Opened]:
    """The first reports of new events that a few pages of the log hold, newest first."""
    for page in range(1, _LOG_PAGES + 1):
        wanted = {"limit": "100", "page": str(page), "sort": "Id", "direction": "desc"}
        reply = await session.read("logs.json", rows.LogsReply, "logs", params=wanted, needs="System=View")
        opened = opened_in(row.log for row in reply.logs)
        if opened or reply.pagination is None or not reply.pagination.next_page:
            return opened
    return ()
