"""What is remembered of duties besides their next time: alarms, calendar days, where they are done, and retirements."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from msgspec.structs import replace
from sqlalchemy import ColumnElement, delete, exists, select, update

from vmsguard.model.duty_watch import AlarmLevel, DutyWatch, LastCamera, LastTarget, Retirement
from vmsguard.model.ledger import Duty
from vmsguard.model.outbox import Notice
from vmsguard.state import tables as t
from vmsguard.state.rows import from_row, insert_new, rows_among, upsert
from vmsguard.state.stored import Stored

__all__ = ["DutyWatches"]


class DutyWatches(Stored):
    """Alarms that were told, days that were met, targets as they were, cameras that are gone."""

    def duty_watches(
        self, targets: Collection[str] | None = None, cameras: Collection[str] | None = None
    ) -> tuple[DutyWatch, ...]:
        """One for every duty at these targets, of these cameras, or at all."""
        c = t.duties.c
        query = select(t.duties).order_by(c.next_due, *t.duties.primary_key)
        column, wanted = (c.target, targets) if cameras is None else (c.camera, cameras)
        with self._database.read() as connection:
            found = (from_row(DutyWatch, row) for row in rows_among(connection, query, column, wanted))
            return tuple(replace(watch, alarm=AlarmLevel(watch.alarm)) for watch in found)

    def tell_alarm(self, duty: Duty, level: AlarmLevel, now: datetime, notices: Iterable[Notice] = ()) -> bool:
        """Keep that this level is told of the gap ending at ``duty.next_due``, and with it what is to be sent.

        False, and nothing is kept, where the duty is gone or due at another time now, or the same or more was told.
        """
        c, levels = t.duties.c, list(AlarmLevel)
        told_less = [one.value for one in levels[: levels.index(level)]]
        fresh = (c.alarm_due.is_(None)) | (c.alarm_due != duty.next_due) | c.alarm.in_(told_less)
        told = update(t.duties).where(*_this(duty), c.next_due == duty.next_due, fresh)
        with self._database.write() as connection:
            values = {"alarm": level.value, "alarm_due": duty.next_due, "alarm_at": now}
            if connection.execute(told.values(values)).rowcount != 1:
                return False
            insert_new(connection, t.outbox, notices)
            return True

    def note_day(self, duty: Duty, zone: str, day: date | None) -> bool:
        """Keep the calendar a duty goes by and its last day met; False where the duty is gone."""
        noted = update(t.duties).where(*_this(duty))
        with self._database.write() as connection:
            return connection.execute(noted.values(zone=zone, last_day=day)).rowcount == 1

    # where duties are carried out

    def remember_enrolled(self, targets: Iterable[LastTarget], cameras: Iterable[LastCamera]) -> None:
        """Keep targets and cameras as the inventory has them now."""
        with self._database.write() as connection:
            upsert(connection, t.last_targets, targets)
            upsert(connection, t.last_cameras, cameras)

    def last_targets(self) -> Mapping[str, LastTarget]:
        with self._database.read() as connection:
            query = select(t.last_targets).order_by(t.last_targets.c.target)
            return {row.target: from_row(LastTarget, row) for row in connection.execute(query)}

    def last_cameras(self) -> Mapping[str, LastCamera]:
        with self._database.read() as connection:
            query = select(t.last_cameras).order_by(t.last_cameras.c.camera)
            return {row.camera: from_row(LastCamera, row) for row in connection.execute(query)}

    def forget_enrolled(self, targets: Iterable[str], cameras: Iterable[str]) -> None:
        """Forget targets and cameras that no duty needs any more."""
        with self._database.write() as connection:
            for target in targets:
                connection.execute(delete(t.last_targets).where(t.last_targets.c.target == target))
            for camera in cameras:
                connection.execute(delete(t.last_cameras).where(t.last_cameras.c.camera == camera))

    # retirements

    def retire(self, retirement: Retirement) -> None:
        """Keep the disposal record of a camera; a newer one takes the earlier one's place."""
        with self._database.write() as connection:
            upsert(connection, t.retirements, [retirement])

    def retirements(self, cameras: Collection[str] | None = None) -> Mapping[str, Retirement]:
        """By camera, of these or of all."""
        with self._database.read() as connection:
            query = select(t.retirements).order_by(t.retirements.c.camera)
            found = rows_among(connection, query, t.retirements.c.camera, cameras)
            return {row.camera: from_row(Retirement, row) for row in found}

    def retired_owing(self) -> frozenset[str]:
        """The cameras whose disposal is on record and that still have a duty, until a run ends it."""
        # The retired are few, and each is looked for among the many duties by its name.
        owing = exists().where(t.duties.c.camera == t.retirements.c.camera)
        query = select(t.retirements.c.camera).where(owing)
        with self._database.read() as connection:
            return frozenset(connection.execute(query).scalars())

    def drop_retirement(self, camera: str) -> None:
        """Forget a retirement: the inventory has the camera again."""
        with self._database.write() as connection:
            connection.execute(delete(t.retirements).where(t.retirements.c.camera == camera))


def _this(duty: Duty) -> list[ColumnElement[bool]]:
    return [column == getattr(duty, column.name) for column in t.duties.primary_key]
