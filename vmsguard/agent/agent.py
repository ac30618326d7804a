"""The loop: what is due is read from the state, again and again, and handed to the executor; no queue is believed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from vmsguard.agent.execution.executor import Executor, Handler
from vmsguard.agent.execution.last_looks import LastLooks
from vmsguard.agent.execution.tasks import WATCH, TaskRef
from vmsguard.agent.fleet_in_force import FleetInForce
from vmsguard.agent.notifications.alert import Alert
from vmsguard.agent.orders.standing_orders import Orders
from vmsguard.agent.room_to_record import AfterAFullDisk, RoomToRecord
from vmsguard.agent.schedule.aims import aims_by_target
from vmsguard.agent.schedule.calendar_alarms import CalendarAlarms
from vmsguard.agent.schedule.clock_was_set import Step, after_set_back, in_doubt_since
from vmsguard.agent.schedule.duty_clock import DutyClock, Tell
from vmsguard.agent.schedule.pace import Pace
from vmsguard.agent.schedule.sweeps import first_sweep, next_look
from vmsguard.agent.schedule.wall_clock import TOLERANCE, WallClockWatch
from vmsguard.agent.schedule.watch_list import WatchList
from vmsguard.agent.settings import AgentSettings
from vmsguard.errors import EvidenceError, StateError, VmsguardError
from vmsguard.evidence.log import EvidenceLog
from vmsguard.model.work import WORKER, Work, WorkEntry
from vmsguard.run.equipment import Equipment
from vmsguard.run.record_weakening import record_enrolled

__all__ = ["Agent", "AgentPart"]

_AT_ONCE = 1000
"""How much due work is read in one round."""

_STATE_PATIENCE = 60.0
"""Seconds without a state until people are told: a database that is restarted is no alarm."""

_BEAT_WITHOUT_ROOM = timedelta(hours=1)

_ALARMS_AT_LEAST = timedelta(minutes=1)
"""Duties that began since the last look have alarms of their own."""


class AgentPart(Protocol):
    """Something that lives beside the loop: health, metrics, a socket, notifications."""

    async def start(self) -> None: ...

    async def stop(self) -> None:
        """Called once, also where starting another part failed."""
        ...


@dataclass
class Agent:
    """One site's agent. ``begin`` once, then ``round`` again and again; ``run`` does both until it is told to stop."""

    equipment: Equipment
    in_force: FleetInForce
    executor: Executor
    handler: Handler
    settings: AgentSettings
    tell: Tell
    parts: Sequence[AgentPart] = ()
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    looks: LastLooks = field(default_factory=LastLooks)
    give_back_left: Callable[[], None] = lambda: None
    """Ends the leases of tasks of this process that ended while the state was away."""
    last_round: datetime | None = field(default=None, init=False)
    """When the loop last went round without trouble."""
    turns: int = field(default=0, init=False)
    """How often it went round, with or without: a state that is away is no reason to start the agent anew."""
    trouble: str = field(default="", init=False)
    """What keeps it from going round."""

    def __post_init__(self) -> None:
        equipment, settings = self.equipment, self.settings
        self._wall = WallClockWatch(equipment.clock)
        self._duties = DutyClock(equipment.state, equipment.evidence, self.tell)
        self.orders = Orders(equipment.state, equipment.evidence)
        log = equipment.evidence
        self._room = RoomToRecord(log, self.tell) if isinstance(log, EvidenceLog) else None
        self._calendar = CalendarAlarms(equipment.state, self.tell)
        self._pace = Pace(settings.starts_per_second, settings.seed)
        self._alarms: datetime | None = None
        self._reload = self._beat = equipment.clock.monotonic()
        self._watches = WatchList(settings.watch.total_seconds(), settings.seed)
        self._enrolment_told = False
        self._forward: list[Step] = []
        self._steps: list[tuple[datetime, timedelta, datetime]] = []
        self._unscheduled = False
        self._sites: frozenset[str] = frozenset()
        self._full = self._stopped = self._regained = False
        self._after_a_full_disk = AfterAFullDisk(equipment.state)
        self._failing: float | None = None

    # life

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set; then begin nothing, finish or hand back what is in hand, and return.

        Raises ``EvidenceError`` once nothing can be recorded any more: who restarts it opens the log anew.
        """
        self.begin()
        async with self._serving():
            while not stop.is_set():
                await self.round_in_spite_of_the_state()
                await self._pause(stop)

    async def run_once(self, idle: Callable[[], Awaitable[None]]) -> None:
        """Work off what is due now, targets that were never looked at among it; ``idle`` waits for the executor."""
        self.begin()
        state, clock = self.equipment.state, self.equipment.clock
        state.wake_work((work.target for work in state.all_work() if work.last_done is None), clock.now())
        async with self._serving():
            while True:
                await self.round(watch=False)
                if not state.due_work(clock.now(), 1):
                    await idle()  # only at the end: a slow target holds up nobody whose turn has come
                    if not state.due_work(clock.now(), 1):
                        return
                await self.sleep(self.settings.tick_seconds)

    def begin(self) -> None:
        """Take over what a process before this one left: its leases are over, and what is due is due now."""
        equipment, now = self.equipment, self.equipment.clock.now()
        # A worker may live on in the middle of a write: what it holds runs out, or it hands it back.
        equipment.state.end_leases(but=WORKER)
        self.in_force.refresh(now)
        self._schedule(now)
        latest = equipment.state.highest_time()
        if latest is not None and latest - now > TOLERANCE:
            self._set_back(now, now)
        self._heartbeat()

    @contextlib.asynccontextmanager
    async def _serving(self) -> AsyncIterator[None]:
        stopping = asyncio.Event()
        started: list[AgentPart] = []
        serving = asyncio.ensure_future(self.executor.serve(self.handler, stopping))
        try:
            for part in self.parts:
                await part.start()
                started.append(part)
            yield
        finally:
            stopping.set()
            try:
                await serving
            finally:
                for part in reversed(started):
                    await part.stop()

    async def _pause(self, stop: asyncio.Event) -> None:
        waiting = [asyncio.ensure_future(stop.wait()), asyncio.ensure_future(self.sleep(self.settings.tick_seconds))]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for one in waiting:
            one.cancel()

    # one round

    async def round_in_spite_of_the_state(self) -> None:
        """One round; a state that cannot be read or written now may be again in the next, and the loop goes on."""
        try:
            await self.round()
            self._failing = None
        except StateError as error:
            self._troubled(error)
            self._state_failed()
        except EvidenceError as error:
            if self.equipment.evidence.broken:
                self._evidence_stopped()
                raise
            self._troubled(error)  # the disk filled up in this very round: the next one says so
        self.turns += 1

    def _troubled(self, error: VmsguardError) -> None:
        if error.message != self.trouble:
            self.equipment.log.error("nothing is scheduled", why=error.message, hint=error.hint)
        self.trouble = error.message

    def _evidence_stopped(self) -> None:
        if not self._stopped:
            self._stopped = True
            self.tell([Alert(code="evidence-stopped", site="", subject="evidence", at=self.equipment.clock.now())])

    def _state_failed(self) -> None:
        """Have people told of a state that stays away, once a minute: whether they were is not kept anywhere."""
        clock = self.equipment.clock
        if self._room is not None:
            self._room.look_ahead()
        if self._failing is None:
            self._failing = clock.monotonic()
        elif clock.monotonic() >= self._failing + _STATE_PATIENCE:
            self._failing = clock.monotonic()
            self.tell([Alert(code="state-stopped", site="", subject="state", at=clock.now())])

    async def round(self, *, watch: bool = True) -> None:
        """Look at the clock, the files, the orders and the duties, then hand over what is due.

        While the disk of the evidence is full nothing is done that could only be recorded later.
        """
        equipment = self.equipment
        now, monotonic = equipment.clock.now(), equipment.clock.monotonic()
        if equipment.evidence.broken:
            self._evidence_stopped()
            raise EvidenceError(
                f"the evidence log is broken: {equipment.evidence.broken}",
                hint="mend the storage and start the agent again; its duties are overdue first",
            )
        recording = self._recording(now)
        if monotonic >= self._beat:
            self._heartbeat()  # before anything that a state which is away could stop: the agent lives
        self._look_after_a_full_disk(now)
        self._look_at_clock(now)
        if recording:
            self._follow_clock()
        if monotonic >= self._reload:
            self._reload = monotonic + self.settings.reload.total_seconds()
            self._unscheduled = self.in_force.refresh(now) or self._unscheduled
        if self._unscheduled:
            self._schedule(now)
            self._unscheduled = False
        if recording:
            self._tell_enrolment()
            self.orders.look(now)
        if self._alarms is None or now >= self._alarms:
            told = self._duties.tick(now, self.in_force.sites)
            self._calendar.look(self.in_force.fleet, now)
            # A full disk can be read from: without this nobody would hear why no lease is given.
            equipment.state.note_time(now)
            self._alarms = min(told or now + _ALARMS_AT_LEAST, now + _ALARMS_AT_LEAST)
        self.give_back_left()
        await self.executor.dispatch(self._due(now, monotonic))
        if watch:
            await self.executor.dispatch(self._to_watch(monotonic))
        self.last_round, self.trouble = now, ""

    def _due(self, now: datetime, monotonic: float) -> list[TaskRef]:
        """What may begin now, most overdue first."""
        state = self.equipment.state
        waiting: Sequence[Work] = state.due_work(now, _AT_ONCE)
        if len(waiting) == _AT_ONCE:
            # More may be due than was read, and all that was read may be one site's, whose link is down.
            each = state.due_work_at_each(now, self._sites, self._pace.most)
            waiting = sorted({*waiting, *each}, key=lambda work: (work.next_due, work.target))
        gone = {work.target for work in waiting if self.in_force.target(work.target) is None}
        if gone:
            state.drop_work(gone)
        here = [work for work in waiting if work.target not in gone]
        return [TaskRef(work.site, work.target, attempt=work.attempt) for work in self._pace.admit(here, monotonic)]

    def _to_watch(self, monotonic: float) -> Iterable[TaskRef]:
        for name in self._watches.due(monotonic):
            target = self.in_force.target(name)
            if target is not None:
                yield TaskRef(target.site, name, WATCH)

    def _tell_enrolment(self) -> None:
        """Record once of the files in force who came and who went: a task knows only of its own target."""
        if not self._enrolment_told:
            record_enrolled(self.equipment.evidence, self.equipment.state, "", self.in_force.fleet)
            self._enrolment_told = True

    def take_over_files(self) -> None:
        """Have the files in force as they are at this moment."""
        now = self.equipment.clock.now()
        if self.in_force.refresh(now):
            self._schedule(now)

    def look_in_time(self) -> None:
        """Have every target looked at in time for what somebody else did to its duties."""
        self._schedule(self.equipment.clock.now())

    def _schedule(self, now: datetime) -> None:
        """Have every target looked at in time for its sweep, its duties and what changes by itself."""
        state, settings = self.equipment.state, self.settings
        self._watches.keep(
            (target.id for target in self.in_force.targets_with_cameras()), self.equipment.clock.monotonic()
        )
        self._enrolment_told = False
        self._sites = frozenset(target.site for target in self.in_force.targets_with_cameras())
        aims = aims_by_target(state, now)
        entries = [
            WorkEntry(
                target=target.id,
                site=target.site,
                next_due=next_look(
                    first_sweep(now, settings.sweep, settings.seed, target.id),
                    aims.get(target.id, {}).values(),
                    self.in_force.edges.after(now, self.in_force.cameras_at(target.id)),
                ),
            )
            for target in self.in_force.targets_with_cameras()
        ]
        state.schedule_work(entries)

    def _heartbeat(self) -> None:
        # Where room is short it is deletions that it is for: less is promised then.
        every = max(self.settings.heartbeat, _BEAT_WITHOUT_ROOM) if self._full else self.settings.heartbeat
        seconds = every.total_seconds()
        self.equipment.evidence.append("heartbeat", durable=True, interval=int(seconds))
        self._beat = self.equipment.clock.monotonic() + seconds

    def _recording(self, now: datetime) -> bool:
        """Whether everything can be recorded."""
        before, room = self._full, self._room
        # It may have been full and have room again between two rounds: what ran meanwhile waits for that all the same.
        filled = before or (room is not None and room.log.disk_full)
        self._full = room is not None and not room.look(now)
        if self._full is not before:
            self._beat = self.equipment.clock.monotonic()
        self._regained = self._regained or (filled and not self._full)
        return not self._full

    def _look_after_a_full_disk(self, now: datetime) -> None:
        again, self._regained = self._regained, False
        self._after_a_full_disk.there_is_room(again, now)

    def _look_at_clock(self, now: datetime) -> None:
        before = self._wall.last
        step = self._wall.look()
        if step:
            self._steps.append((before, step, now))
            self._alarms = None

    def _follow_clock(self) -> None:
        """Put right what each step of the clock left behind; one at which that failed is followed again."""
        while self._steps:
            before, step, now = self._steps[0]
            self.tell([Alert(code="clock-jumped", site="", subject="agent", at=now)])
            if step < timedelta():
                self._set_back(in_doubt_since(self._forward, -step, now), now)
            else:
                # Nobody can tell it from a machine that slept: the time counts, and all is looked at.
                state = self.equipment.state
                state.wake_work([work.target for work in state.all_work()], now)
                self._forward.append(Step(before, step))
            self._steps.pop(0)

    def _set_back(self, since: datetime, now: datetime) -> None:
        equipment, lease = self.equipment, timedelta(seconds=self.settings.lease_seconds)
        places = after_set_back(equipment.state, equipment.evidence, since, now, lease)
        equipment.log.warning("the clock was set back", deletions_in_doubt=places)
