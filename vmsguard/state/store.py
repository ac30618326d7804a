"""The state store: one small transaction per call, so a kill between calls leaves nothing half said."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Select, case, delete, func, not_, select, update

from vmsguard.model.clock import Clock
from vmsguard.model.ledger import (
    Breaker,
    Deletion,
    Duty,
    HeldPurge,
    ImpossibilityProof,
    PackContent,
    PriorValue,
    ScopeEntry,
    Standing,
    WitnessMemory,
)
from vmsguard.model.trust import TargetTrust
from vmsguard.state import tables as t
from vmsguard.state.clock_set_back import ClockSetBack
from vmsguard.state.database import Database
from vmsguard.state.duty_times import DutyTimes
from vmsguard.state.duty_watches import DutyWatches
from vmsguard.state.last_seen import Remembered
from vmsguard.state.leases_at_once import LeasesAtOnce
from vmsguard.state.lock import exclusive_run
from vmsguard.state.migrate import bring_up_to_date
from vmsguard.state.outbox import Outbox
from vmsguard.state.overview import Overview
from vmsguard.state.put_back import PutBack
from vmsguard.state.rows import from_row, insert_new, insert_rows, raise_number, rows_among, upsert
from vmsguard.state.standing_orders import StandingOrders
from vmsguard.state.work import WorkLedger

__all__ = ["DELETIONS_KEPT", "TARGETS_THAT_OPEN_A_BREAKER", "State"]

TARGETS_THAT_OPEN_A_BREAKER = 3
DELETIONS_KEPT = timedelta(days=31)
"""Older ones are looked at only after a clock was set back; one set back by more finds none, and the next deletion
counts as the first of its place, which a person approves."""
_FORGOTTEN_AT_ONCE = 100
"""A state of many years has thousands for each place, and nobody waits for all of them to go."""
_SALT = "instance-salt"
_HIGHEST_TIME = "highest-time"


class State(
    Overview,
    PutBack,
    WorkLedger,
    LeasesAtOnce,
    DutyWatches,
    DutyTimes,
    StandingOrders,
    Outbox,
    Remembered,
    ClockSetBack,
):
    """What this instance must not forget. Raises ``StateError`` and nothing else from the database."""

    def __init__(self, database: Database, clock: Clock, salt: bytes) -> None:
        super().__init__(database, clock)
        self._salt = salt

    @classmethod
    def open(cls, url: str, *, clock: Clock, entropy: Callable[[int], bytes] = secrets.token_bytes) -> State:
        """The store at a database URL (``sqlite:///path``, ``sqlite://`` for memory), migrated if need be."""
        database = Database(url)
        try:
            bring_up_to_date(database)
            return cls(database, clock, _instance_salt(database, entropy))
        except BaseException:
            database.close()
            raise

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def run_lock(self, lock_file: Path) -> AbstractContextManager[None]:
        """Held for one run; a second run gets ``StateError`` with the pid of the first."""
        return exclusive_run(lock_file)

    @property
    def salt(self) -> bytes:
        """The key of ``digest``, for the other processes of this installation."""
        return self._salt

    def digest(self, text: str) -> str:
        """A keyed digest: tells equal texts apart from others here, and nothing to who lacks our salt."""
        return hashlib.blake2b(text.encode(), key=self._salt, digest_size=16).hexdigest()

    # deletions

    def add_deletion(self, deletion: Deletion) -> None:
        """Keep a verified deletion; of its place those go that are older by ``DELETIONS_KEPT`` and reached less far.

        What is read of a place is the one that reached furthest, and those before it only where the clock is set back.
        The evidence has all of them.
        """
        with self._database.write() as connection:
            insert_new(connection, t.deletions, [deletion])
            connection.execute(delete(t.deletions).where(t.deletions.c.id.in_(_outlived(deletion))))

    def deletions(self, targets: Collection[str] | None = None) -> tuple[Deletion, ...]:
        """Per target, channel and store the deletion that reached furthest: all before its cutoff is gone.

        Those at these targets, or all.
        """
        place = (t.deletions.c.target, t.deletions.c.channel, t.deletions.c.store)
        order = (t.deletions.c.cutoff.desc(), t.deletions.c.ended.desc(), t.deletions.c.id.desc())
        ranked = select(
            t.deletions, func.row_number().over(partition_by=place, order_by=order).label("rank")
        ).subquery()
        query = select(ranked).where(ranked.c.rank == 1).order_by(ranked.c.target, ranked.c.channel, ranked.c.store)
        with self._database.read() as connection:
            found = rows_among(connection, query, ranked.c.target, targets)
            return tuple(from_row(Deletion, row) for row in found)

    def put_held_purge(self, purge: HeldPurge) -> None:
        """Keep a purge that left held footage; the newest of a place takes the earlier one's."""
        with self._database.write() as connection:
            upsert(connection, t.held_purges, [purge])

    def held_purges(self, targets: Collection[str] | None = None) -> tuple[HeldPurge, ...]:
        """Those at these targets, or all."""
        query = select(t.held_purges).order_by(*t.held_purges.primary_key)
        with self._database.read() as connection:
            found = rows_among(connection, query, t.held_purges.c.target, targets)
            return tuple(from_row(HeldPurge, row) for row in found)

    # proofs of impossibility

    def add_proof(self, proof: ImpossibilityProof) -> None:
        """Keep a proof; a newer one of the same kind for the same firmware takes its place."""
        with self._database.write() as connection:
            upsert(connection, t.impossibility_proofs, [proof])

    def proofs(self, now: datetime, targets: Collection[str] | None = None) -> tuple[ImpossibilityProof, ...]:
        """Proofs that have not expired, at these targets or at all; whether the firmware is still theirs is for the
        reader to see.
        """
        table = t.impossibility_proofs
        query = select(table).where(table.c.expires > now).order_by(table.c.target, table.c.channel, table.c.verb)
        with self._database.read() as connection:
            found = rows_among(connection, query, table.c.target, targets)
            return tuple(from_row(ImpossibilityProof, row) for row in found)

    def ended_proofs(self, now: datetime) -> tuple[ImpossibilityProof, ...]:
        """Proofs that count no more; what tells a person why a fallback that was open is shut."""
        table = t.impossibility_proofs
        query = select(table).where(table.c.expires <= now).order_by(table.c.target, table.c.channel, table.c.verb)
        with self._database.read() as connection:
            return tuple(from_row(ImpossibilityProof, row) for row in connection.execute(query))

    # breakers

    def record_refusal(self, credential: str, target: str) -> Breaker:
        """The breaker after one more target refused the credential; it opens at the third distinct target."""
        with self._database.write() as connection:
            insert_rows(connection, t.breakers, [{"credential": credential, "opened_at": None}])
            insert_rows(connection, t.breaker_refusals, [{"credential": credential, "target": target}])
            breaker = _breaker(connection, credential)
            if breaker.opened_at is None and len(breaker.refused_by) >= TARGETS_THAT_OPEN_A_BREAKER:
                opened = t.breakers.update().where(t.breakers.c.credential == credential)
                connection.execute(opened.values(opened_at=self._clock.now()))
                breaker = _breaker(connection, credential)
            return breaker

    def clear_refusals(self, credential: str) -> None:
        """Close the breaker: the credential was accepted, or a person changed it."""
        with self._database.write() as connection:
            connection.execute(delete(t.breakers).where(t.breakers.c.credential == credential))

    def breakers(self) -> Mapping[str, Breaker]:
        """Every credential that some target refused, with its breaker."""
        refused: dict[str, list[str]] = {}
        by_target = select(t.breaker_refusals).order_by(t.breaker_refusals.c.target)
        with self._database.read() as connection:
            for row in connection.execute(by_target):
                refused.setdefault(row.credential, []).append(row.target)
            opened = connection.execute(select(t.breakers))
            return {
                row.credential: Breaker(
                    credential=row.credential,
                    refused_by=tuple(refused.get(row.credential, ())),
                    opened_at=row.opened_at,
                )
                for row in opened
            }

    def breaker(self, credential: str) -> Breaker | None:
        """The breaker of a credential; None where no target ever refused it."""
        with self._database.read() as connection:
            found = connection.execute(select(t.breakers).where(t.breakers.c.credential == credential)).first()
            return None if found is None else _breaker(connection, credential)

    # prior values

    def add_prior_values(self, values: Iterable[PriorValue]) -> None:
        """Keep what stood there before; the first value of a run's change stays, a repeat does not replace it."""
        with self._database.write() as connection:
            insert_new(connection, t.prior_values, values)

    def prior_values(self, run: str) -> tuple[PriorValue, ...]:
        """In the order they were kept."""
        query = select(t.prior_values).where(t.prior_values.c.run == run).order_by(t.prior_values.c.id)
        with self._database.read() as connection:
            return tuple(from_row(PriorValue, row) for row in connection.execute(query))

    # duties

    def put_duty(self, duty: Duty) -> None:
        """Keep a duty and its next time; ``enrolled_at`` stays that of the first enrolment."""
        with self._database.write() as connection:
            upsert(connection, t.duties, [duty], lambda _: {"enrolled_at": t.duties.c.enrolled_at})

    def duties(
        self, targets: Collection[str] | None = None, cameras: Collection[str] | None = None
    ) -> tuple[Duty, ...]:
        """Those at these targets, those of these cameras, or all; most overdue first."""
        c = t.duties.c
        query = select(t.duties).order_by(c.next_due, c.camera, c.pack, c.rule, c.target)
        column, wanted = (c.target, targets) if cameras is None else (c.camera, cameras)
        with self._database.read() as connection:
            found = [from_row(Duty, row) for row in rows_among(connection, query, column, wanted)]
        return tuple(sorted(found, key=lambda duty: duty.next_due))

    def drop_duty(self, duty: Duty) -> None:
        """Forget a duty that nothing asks for any more."""
        keys = [column == getattr(duty, column.name) for column in t.duties.primary_key]
        with self._database.write() as connection:
            connection.execute(delete(t.duties).where(*keys))

    # exceptions in force

    def exceptions_in_force(self, cameras: Collection[str] | None = None) -> frozenset[tuple[str, str]]:
        """``(exception, camera)`` of those granted when their camera was judged last; of these cameras, or of all."""
        table = t.exceptions_in_force
        with self._database.read() as connection:
            found = rows_among(connection, select(table), table.c.camera, cameras)
            return frozenset((row.exception, row.camera) for row in found)

    def change_exceptions_in_force(self, granted: Iterable[tuple[str, str]], ended: Iterable[tuple[str, str]]) -> None:
        """Keep what is granted now, and forget what no longer is."""
        table = t.exceptions_in_force
        with self._database.write() as connection:
            insert_rows(connection, table, [{"exception": name, "camera": camera} for name, camera in granted])
            for name, camera in ended:
                connection.execute(delete(table).where(table.c.exception == name, table.c.camera == camera))

    # holds in force

    def holds_in_force(
        self, cameras: Collection[str] | None = None
    ) -> Mapping[tuple[str, str], tuple[datetime, datetime | None]]:
        """By ``(hold, camera)`` the start and the end known of those in force when their camera was judged last.

        Those of these cameras, or of all.
        """
        table = t.holds_in_force
        with self._database.read() as connection:
            found = rows_among(connection, select(table), table.c.camera, cameras)
            return {(row.hold, row.camera): (row.starts, row.ends) for row in found}

    def change_holds_in_force(
        self,
        placed: Mapping[tuple[str, str], tuple[datetime, datetime | None]],
        over: Iterable[tuple[str, str]],
    ) -> None:
        """Keep what is in force now, and forget what no longer is."""
        table = t.holds_in_force
        with self._database.write() as connection:
            for hold, camera in (*over, *placed):
                connection.execute(delete(table).where(table.c.hold == hold, table.c.camera == camera))
            rows = [
                {"hold": hold, "camera": camera, "starts": starts, "ends": ends}
                for (hold, camera), (starts, ends) in placed.items()
            ]
            insert_rows(connection, table, rows)

    # the clock

    def highest_time(self) -> datetime | None:
        """The latest time any run was at; None before the first one."""
        query = select(t.meta.c.value).where(t.meta.c.name == _HIGHEST_TIME)
        with self._database.read() as connection:
            told = connection.execute(query).scalar()
        return None if told is None else datetime.fromisoformat(told)

    def note_time(self, now: datetime) -> None:
        """Keep the time of a run; an earlier one never replaces a later one."""
        told = now.astimezone(UTC).isoformat(timespec="microseconds")  # of one length, so that text sorts like time
        with self._database.write() as connection:
            insert_rows(connection, t.meta, [{"name": _HIGHEST_TIME, "value": told}])
            later = update(t.meta).where(t.meta.c.name == _HIGHEST_TIME, t.meta.c.value < told)
            connection.execute(later.values(value=told))

    # scope

    def scopes(self, cameras: Collection[str] | None = None) -> tuple[ScopeEntry, ...]:
        """Which pack concerned which of these cameras, or of all, when it was judged last."""
        query = select(t.scopes).order_by(*t.scopes.primary_key)
        with self._database.read() as connection:
            found = rows_among(connection, query, t.scopes.c.camera, cameras)
            return tuple(from_row(ScopeEntry, row) for row in found)

    def cameras_in_scope(self, pack: str | None = None) -> frozenset[str]:
        """Cameras of which there is an entry, of this pack (``""``: that they are enrolled) or of any."""
        query = select(t.scopes.c.camera).distinct()
        if pack is not None:
            query = query.where(t.scopes.c.pack == pack)
        with self._database.read() as connection:
            return frozenset(connection.execute(query).scalars())

    def pack_contents(self) -> Mapping[str, PackContent]:
        """By pack, what it asked when it was applied last."""
        with self._database.read() as connection:
            found = (from_row(PackContent, row) for row in connection.execute(select(t.pack_contents)))
            return {content.pack: content for content in found}

    def remember_scope(
        self, entered: Iterable[ScopeEntry], left: Iterable[ScopeEntry], contents: Iterable[PackContent]
    ) -> None:
        """Keep what concerns which camera now, forget what no longer does, and keep what the packs ask."""
        with self._database.write() as connection:
            for entry in left:
                gone = (t.scopes.c.camera == entry.camera, t.scopes.c.pack == entry.pack)
                connection.execute(delete(t.scopes).where(*gone))
            upsert(connection, t.scopes, entered)
            upsert(connection, t.pack_contents, contents)

    # evidence

    def evidence_size(self, origin: str) -> int:
        """How many records of the log were known to be under a signed head; 0 for a log nobody knows."""
        table = t.evidence_sizes
        with self._database.read() as connection:
            return connection.execute(select(table.c.size).where(table.c.origin == origin)).scalar() or 0

    def remember_evidence_size(self, origin: str, size: int) -> None:
        """Keep how long the log is; it never shrinks."""
        table = t.evidence_sizes
        with self._database.write() as connection:
            raise_number(connection, table, {"origin": origin}, "size", size)

    # what witnesses saw

    def remember_sightings(self, memories: Iterable[WitnessMemory]) -> None:
        """Keep what each probe last saw; a sighting that knows of no success leaves the known one standing."""
        table = t.witness_memory
        with self._database.write() as connection:
            upsert(
                connection,
                table,
                memories,
                lambda new: {"positive_at": func.coalesce(new.positive_at, table.c.positive_at)},
            )

    def witness_memory(self, targets: Collection[str] | None = None) -> tuple[WitnessMemory, ...]:
        """Of these targets, or of all."""
        query = select(t.witness_memory).order_by(*t.witness_memory.primary_key)
        with self._database.read() as connection:
            found = rows_among(connection, query, t.witness_memory.c.target, targets)
            return tuple(from_row(WitnessMemory, row) for row in found)

    # what targets showed of themselves

    def trust(self, target: str) -> TargetTrust | None:
        """What is known of one target; None before the first contact."""
        query = select(t.target_trust).where(t.target_trust.c.target == target)
        with self._database.read() as connection:
            found = connection.execute(query).first()
            return None if found is None else from_row(TargetTrust, found)

    def trusts(self, targets: Collection[str] | None = None) -> Mapping[str, TargetTrust]:
        """What is known of these targets, or of all, by target."""
        query = select(t.target_trust).order_by(t.target_trust.c.target)
        with self._database.read() as connection:
            found = rows_among(connection, query, t.target_trust.c.target, targets)
            return {row.target: from_row(TargetTrust, row) for row in found}

    def unrecorded_trusts(self) -> tuple[TargetTrust, ...]:
        """Of targets whose key was learned and is not in the evidence yet."""
        table = t.target_trust
        query = select(table).where(not_(table.c.recorded), table.c.key != "").order_by(table.c.target)
        with self._database.read() as connection:
            return tuple(from_row(TargetTrust, row) for row in connection.execute(query))

    def put_trusts(self, trusts: Iterable[TargetTrust]) -> None:
        """Keep what is known now of these targets."""
        with self._database.write() as connection:
            upsert(connection, t.target_trust, trusts)

    # standings

    def put_standings(self, standings: Iterable[Standing]) -> None:
        """Keep the newest verdicts; ``since`` stays as long as the verdict does."""
        table = t.standings
        with self._database.write() as connection:
            upsert(
                connection,
                table,
                standings,
                lambda new: {"since": case((table.c.verdict == new.verdict, table.c.since), else_=new.since)},
            )

    def standings(self, camera: str | None = None, *, among: Collection[str] | None = None) -> tuple[Standing, ...]:
        """Of one camera, of those ``among``, or of all."""
        query = select(t.standings).order_by(*t.standings.primary_key)
        cameras = among if camera is None else [camera]
        with self._database.read() as connection:
            found = rows_among(connection, query, t.standings.c.camera, cameras)
            return tuple(from_row(Standing, row) for row in found)

    # first observed use

    def note_first_uses(self, seen: Mapping[str, datetime]) -> None:
        """Remember when recognition was first seen in use, by camera; an earlier time wins, never a later one."""
        if not seen:
            return
        with self._database.write() as connection:
            insert_rows(connection, t.first_uses, [{"camera": camera, "at": at} for camera, at in seen.items()])
            for camera, at in seen.items():
                earlier = t.first_uses.update().where(t.first_uses.c.camera == camera, t.first_uses.c.at > at)
                connection.execute(earlier.values(at=at))

    def first_uses(self, cameras: Collection[str] | None = None) -> Mapping[str, datetime]:
        """By camera, of these or of all."""
        with self._database.read() as connection:
            found = rows_among(connection, select(t.first_uses), t.first_uses.c.camera, cameras)
            return {row.camera: row.at for row in found}


def _outlived(deletion: Deletion) -> Select[tuple[int]]:
    c = t.deletions.c
    return (
        select(c.id)
        .where(
            c.target == deletion.target,
            c.channel == deletion.channel,
            c.store == deletion.store,
            c.cutoff < deletion.cutoff - DELETIONS_KEPT,
            c.ended < deletion.ended - DELETIONS_KEPT,
        )
        .order_by(c.cutoff)
        .limit(_FORGOTTEN_AT_ONCE)
    )


def _breaker(connection: Connection, credential: str) -> Breaker:
    refusals = t.breaker_refusals
    refused = select(refusals.c.target).where(refusals.c.credential == credential).order_by(refusals.c.target)
    opened = select(t.breakers.c.opened_at).where(t.breakers.c.credential == credential)
    return Breaker(
        credential=credential,
        refused_by=tuple(connection.execute(refused).scalars()),
        opened_at=connection.execute(opened).scalar_one(),
    )


def _instance_salt(database: Database, entropy: Callable[[int], bytes]) -> bytes:
    stored = select(t.meta.c.value).where(t.meta.c.name == _SALT)
    with database.read() as connection:
        found = connection.execute(stored).scalar_one_or_none()
    if found is None:
        with database.write() as connection:
            # Whoever comes second keeps the salt of the first.
            insert_rows(connection, t.meta, [{"name": _SALT, "value": entropy(32).hex()}])
            found = connection.execute(stored).scalar_one()
    return bytes.fromhex(found)
