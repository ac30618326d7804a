"""Runs that people ask of a running agent: its state, its log and its devices, one at a time, beside its tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from typing import Any, TypeAlias, TypeVar

from msgspec import to_builtins
from msgspec.structs import replace as with_fields

from vmsguard.agent.agent import Agent
from vmsguard.agent.control.between_changes import BetweenChanges
from vmsguard.agent.control.files_compared import HowItStands, WhoseFiles, differences, digests_of
from vmsguard.agent.control.frames import Streamed, understood
from vmsguard.agent.control.held_targets import HeldTargets, hold_targets
from vmsguard.agent.control.server import Peer, Tell
from vmsguard.errors import UsageError, VmsguardError
from vmsguard.fleet.assemble_fleet import check_limit
from vmsguard.model.results import Result
from vmsguard.run.asked import AskedRun, carry_out
from vmsguard.run.equipment import Equipment, Progress
from vmsguard.run.explained import AskedExplanation, explain_fleet
from vmsguard.run.fleet import Fleet
from vmsguard.run.outcome import RunOutcome
from vmsguard.run.spool import SpooledResults

__all__ = ["AskedRuns", "LeasesLost"]

T = TypeVar("T")
_Job: TypeAlias = Callable[[Fleet, Equipment, str], Coroutine[Any, Any, T]]
"""A run under its id, over a fleet that is narrowed already."""

_EXPLAINED = 500
"""Cameras: what is seen of them is all in memory until they are explained."""
_WAITING = 4
"""So many runs may wait for their turn; who asks for more is told so."""
_TELL_EVERY = 0.1


class LeasesLost(VmsguardError):
    """A target of the run went to somebody else in the middle of it."""

    exit_code = 4

    def __init__(self) -> None:
        super().__init__(
            "the run was cut off: a target of it left the inventory or went to another worker",
            hint="run it again; what was sent is in the evidence",
        )


class AskedRuns:
    """Carries out what is asked for; ``new_run`` names runs."""

    def __init__(self, agent: Agent, origin: str, new_run: Callable[[], str]) -> None:
        self._agent = agent
        self._origin = origin
        self._new_run = new_run
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def in_force(self, arguments: Mapping[str, Any], peer: Peer, tell: Tell) -> dict[str, Any]:
        """Whether the agent goes by the files that the command sees; they are read again first."""
        whose = understood(arguments, WhoseFiles)
        if whose.origin != self._origin:
            raise UsageError(
                f"the agent there is that of {self._origin}, not of {whose.origin}",
                hint="name another path under agent: socket: for one of the two",
            )
        self._agent.take_over_files()
        in_force = self._agent.in_force
        differs = differences(whose.digests, digests_of(in_force.as_in_the_files)) if whose.digests else ()
        told: dict[str, Any] = to_builtins(HowItStands(differs, in_force.trouble))
        return told

    async def run(self, arguments: Mapping[str, Any], peer: Peer, tell: Tell) -> Streamed:
        """The run, its results in parts and the rest of the outcome behind them."""
        asked = understood(arguments, AskedRun)

        async def carried_out(tell: Progress) -> RunOutcome:
            outcome = await self._among_tasks(
                asked.limit, peer, tell, lambda fleet, equipment, run: carry_out(asked, fleet, equipment, run)
            )
            if asked.command == "apply":
                self._agent.look_in_time()
            return outcome

        outcome = await self._in_turn(tell, carried_out)
        return Streamed(_by_camera(outcome), to_builtins(with_fields(outcome, results=())))

    async def explain(self, arguments: Mapping[str, Any], peer: Peer, tell: Tell) -> Streamed:
        """Why cameras are judged as they are, one part each; nothing is recorded and no device changed."""
        asked = understood(arguments, AskedExplanation)
        count = len(asked.cameras) or len(self._agent.in_force.as_in_the_files.inventory.cameras)
        if count > _EXPLAINED:
            raise UsageError(
                f"{count} cameras are more than a running agent explains at a time",
                hint=f"name at most {_EXPLAINED} with --camera",
            )
        explained = await self._in_turn(
            tell,
            lambda tell: self._among_tasks(
                asked.cameras, peer, tell, lambda fleet, equipment, run: explain_fleet(asked, fleet, equipment, run)
            ),
        )
        return Streamed(
            (to_builtins(camera) for camera in explained.cameras), to_builtins(with_fields(explained, cameras=()))
        )

    async def _in_turn(self, tell: Tell, job: Callable[[Progress], Awaitable[T]]) -> T:
        """What ``job`` gives once it is its turn; raises ``UsageError`` where too many wait already."""
        if self._waiting >= _WAITING:
            raise UsageError("too many runs wait for their turn at the agent", hint="try again when they are over")
        self._waiting += 1
        try:
            if self._turn.locked():
                tell("wait for another run", 0, 1)
            async with self._turn:
                return await job(_now_and_then(tell, self._agent.equipment.clock.monotonic))
        finally:
            self._waiting -= 1

    async def _among_tasks(self, limit: tuple[str, ...], peer: Peer, tell: Progress, job: _Job[T]) -> T:
        """What ``job`` gives over these cameras, with no task at any of their targets meanwhile."""
        agent = self._agent
        state, clock = agent.equipment.state, agent.equipment.clock
        agent.take_over_files()
        whole = agent.in_force.as_in_the_files
        check_limit(limit, whole.inventory)
        fleet = replace(whole, limit=frozenset(limit))
        run = self._new_run()
        ttl = timedelta(seconds=agent.settings.lease_seconds)
        targets = frozenset(target.id for target in fleet.targets)
        async with hold_targets(state, clock, targets, f"asked:{run}", ttl, tell) as held:
            return await self._under_leases(job, fleet, run, held, peer, tell)

    async def _under_leases(
        self, job: _Job[T], fleet: Fleet, run: str, held: HeldTargets, peer: Peer, tell: Progress
    ) -> T:
        agent = self._agent
        between = BetweenChanges(agent.equipment.evidence, held.require)
        equipment = replace(agent.equipment, evidence=between, progress=tell, asked_by=peer.uid)
        with held.fenced():  # the task keeps this fence for as long as it lives
            task = asyncio.ensure_future(job(fleet, equipment, run))
        keeping = asyncio.ensure_future(held.keep(agent.sleep))
        try:
            await asyncio.wait({task, keeping}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                await keeping
                raise LeasesLost
            return await task
        finally:
            if not task.done():
                between.stop(task)
                await _ended(task)
            keeping.cancel()
            if task.cancelled() or task.exception() is not None:
                # Whether what was sent before worked is for the tasks of those targets to see.
                agent.equipment.state.wake_work(between.touched, agent.equipment.clock.now())


async def _ended(task: asyncio.Task[Any]) -> None:
    """Return once it ended, whoever tells us meanwhile to be quicker: it is in the middle of a change."""
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            continue


def _by_camera(outcome: RunOutcome) -> Iterator[Sequence[Result]]:
    results = outcome.results
    if isinstance(results, SpooledResults):
        yield from (told for _, told in results.by_camera())
        return
    for _, told in groupby(results, key=lambda result: result.camera):
        yield list(told)


def _now_and_then(tell: Tell, monotonic: Callable[[], float]) -> Progress:
    """The same with the tidings left out that nobody could read; the first and the last of a phase are told."""
    last: dict[str, float] = {}

    def told(phase: str, done: int, total: int) -> None:
        now = monotonic()
        if done >= total or now >= last.get(phase, float("-inf")) + _TELL_EVERY:
            last[phase] = now
            tell(phase, done, total)

    return told
