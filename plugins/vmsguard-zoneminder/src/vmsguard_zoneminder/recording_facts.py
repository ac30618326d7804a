"""Facts about what a monitor records and what lies in ZoneMinder's storage areas; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

from vmsguard.model.fact_values import ExternalDestination, RecordingJob, Store, StoredRecording
from vmsguard.model.facts import Items, Known, Reading, Unknown
from vmsguard.model.vocabulary import Why
from vmsguard_zoneminder.local_time import as_utc
from vmsguard_zoneminder.monitor_setting import Setting
from vmsguard_zoneminder.rows import Event, StorageArea

__all__ = [
    "ENCRYPTION",
    "RETENTION",
    "StorageSight",
    "external_storage",
    "footage",
    "runtime_jobs",
    "store_of",
    "stored_jobs",
    "stores",
]

RETENTION = Unknown(
    Why.NO_DRIVER_FACT,
    "ZoneMinder has no retention setting; deleting filters are not visible in its REST interface",
)
ENCRYPTION = Unknown(Why.NO_DRIVER_FACT, "ZoneMinder does not know whether the disk below it is encrypted")

_UNSEEN_STORES = (
    "copies and moves made by filters, exports and uploads by users, frames in caches, and event files without a row "
    "are not visible in ZoneMinder's REST interface"
)


def stored_jobs(monitor: int, setting: Setting) -> Reading:
    """What the monitor is set to do; ``Enabled`` is not asked, because a disabled ``Record`` goes on writing."""
    return Known(Items((RecordingJob(str(monitor), setting.records, setting.trigger),)))


def runtime_jobs(monitor: int, setting: Setting, status: str | None, writing: Collection[int] | None) -> Reading:
    """What the monitor does: an open event is being written, a stopped process writes nothing.

    ``writing`` holds the monitors with an open event, None if that could not be read. A monitor set to
    record that has no open event right now proves nothing: it may be between two events.
    """
    active: bool | None = None
    if setting.records is False and status == "NotRunning":
        active = False  # an event that a killed process left open is a row, not a writer
    elif writing is not None and monitor in writing:
        active = True
    elif writing is not None and setting.records is False:
        active = False
    return Known(Items((RecordingJob(str(monitor), active, setting.trigger),)))


class StorageSight:
    """Whether a second look at the disk can check what the rows of a channel say.

    A row that is gone does not prove that its files are: fast delete, a directory the web server may not
    write to and an unmounted storage area all answer 200. Only a visible storage path tells.
    """

    def __init__(
        self,
        *,
        storage_path: str,
        shows_something: bool,
        areas: Sequence[StorageArea] | Unknown,
        fast_delete: bool | Unknown | None,
    ) -> None:
        self._path = storage_path.rstrip("/")
        self._shows_something = shows_something
        self._areas = areas
        self._fast_delete = fast_delete

    def gap(self, used: Collection[str]) -> str:
        """Why the rows alone are not all there is, for a channel that uses these stores; empty if they are."""
        if not self._path:
            return (
                "ZoneMinder drops rows even where files stay, and the files are not visible from here: "
                "set the target's option storage_path to where they can be seen"
            )
        if not self._shows_something:
            return "storage_path shows nothing: it is missing, closed to this program, or empty as an unmounted one is"
        if isinstance(self._fast_delete, Unknown):
            return "ZM_OPT_FAST_DELETE could not be read: rows may go before their files"
        if self._fast_delete:
            return "ZM_OPT_FAST_DELETE is on: rows go, files stay until ZoneMinder's audit runs"
        if isinstance(self._areas, Unknown):
            return "storage areas could not be listed (needs System=View): files may lie outside storage_path"
        outside = sorted(set(used) - self._seen())
        return f"files in storage areas outside storage_path: {', '.join(outside)}" if outside else ""

    def _seen(self) -> set[str]:
        assert not isinstance(self._areas, Unknown)
        if len(self._areas) == 1:
            return {str(self._areas[0].id)}
        return {str(area.id) for area in self._areas if area.path.rstrip("/") == self._path}


def footage(
    events: Iterable[Event], offset: timedelta | None, sight: StorageSight, areas: Sequence[StorageArea] | Unknown
) -> Reading:
    """The channel's events as recordings; complete only where the files can be looked at as well."""
    told = tuple(events)
    used = {store_of(event.storage_id, areas) for event in told}
    used |= {str(event.secondary_storage_id) for event in told if event.secondary_storage_id}
    if not used:
        used = {store_of(None, areas)}
    recordings = tuple(
        StoredRecording(
            id=str(event.id),
            store=store_of(event.storage_id, areas),
            start=as_utc(event.start_date_time, offset),
            end=as_utc(event.end_date_time, offset),
            open=not event.end_date_time,
            locked=bool(event.archived),
        )
        for event in told
    )
    gap = sight.gap(used)
    return Known(Items(recordings, complete=not gap, missing=gap))


def store_of(storage_id: int | None, areas: Sequence[StorageArea] | Unknown) -> str:
    """The storage area of an event as a store id; 0 stands for the first area."""
    if storage_id:
        return str(storage_id)
    if isinstance(areas, Unknown) or not areas:
        return "default"
    return str(min(area.id for area in areas))


def stores(areas: Sequence[StorageArea] | Unknown, orphans: int | None) -> Reading:
    """The storage areas; never complete. ``orphans`` counts event rows of monitors that are gone."""
    if isinstance(areas, Unknown):
        return areas
    missing = _UNSEEN_STORES
    if orphans:
        missing += f"; {orphans} events belong to monitors that no longer exist"
    return Known(Items(tuple(Store(str(area.id), "footage") for area in areas), complete=False, missing=missing))


def external_storage(areas: Sequence[StorageArea] | Unknown, used: Collection[str] | None) -> Reading:
    """Storage areas that are not local disks; ``used`` holds the areas that monitors record to."""
    if isinstance(areas, Unknown):
        return areas
    outside = tuple(
        ExternalDestination(str(area.id), area.type, None if used is None else str(area.id) in used)
        for area in areas
        if area.type != "local"
    )
    return Known(
        Items(
            outside,
            complete=False,
            missing="whether a local storage path is a network mount, and where filters copy events to, is not shown",
        )
    )
