"""Kills at random, and what must hold after each; the chance is seeded, the moments are the machine's."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from history import (
    broken_sequence,
    false_deletions,
    interleaved_runs,
    late_deletions,
    overlapping_runs,
    still_recording,
    unannounced_writes,
)
from kept_site import KeptSite, Program
from nats_server import NatsServer

from vmsguard.evidence.problems import Level

__all__ = ["Killer", "Pace"]

_BY_HAND_AT_MOST = 2
"""A third reversal within a day pauses what undoes it: that is another test's matter."""


@dataclass(frozen=True)
class Pace:
    """How often; in seconds."""

    kills: int
    between: tuple[float, float]
    down: tuple[float, float]
    by_hand: int
    """Cameras that a person switches on after each kill."""


@dataclass
class Killer:
    """Kills processes of a site, starts them again, and looks at what they left."""

    site: KeptSite
    pace: Pace
    seed: int
    killed: Counter[str] = field(default_factory=Counter)
    began: float = 0.0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._by_hand: Counter[str] = Counter()

    def run(self) -> None:
        """The kills of the pace; the site is up before and after.

        Of all processes each is killed once before any is killed again, so that a tenth of the kills is a tenth of each
        kind. Meanwhile one worker hangs for longer than its leases last, and goes on as if nothing had happened.
        """
        self.began = time.time()
        self.site.start()
        victims: list[Program | NatsServer] = []
        hanging: tuple[Program, int] | None = None
        for _ in range(self.pace.kills):
            if not victims:
                self._go_on(hanging)
                victims = self._all()
                hanging = self._hang()
            time.sleep(self._random.uniform(*self.pace.between))
            self._ended_by_themselves()
            self._kill(victims.pop())
            self._switch_on()
        time.sleep(self.site.lease)
        self._go_on(hanging)

    def _all(self) -> list[Program | NatsServer]:
        site = self.site
        everything = [*site.workers, site.agent, *([] if site.nats is None else [site.nats])]
        self._random.shuffle(everything)
        return everything

    def _hang(self) -> tuple[Program, int] | None:
        if not self.site.workers:
            return None
        worker = self._random.choice(self.site.workers)
        assert worker.process is not None
        worker.process.send_signal(signal.SIGSTOP)
        self.killed["hanging"] += 1
        return worker, worker.process.pid

    def _go_on(self, hanging: tuple[Program, int] | None) -> None:
        """Unless it was killed meanwhile."""
        if hanging is not None:
            worker, pid = hanging
            if worker.process is not None and worker.process.pid == pid:
                worker.process.send_signal(signal.SIGCONT)

    def _kill(self, victim: Program | NatsServer) -> None:
        self.killed["nats" if isinstance(victim, NatsServer) else victim.name.partition("-")[0]] += 1
        victim.kill()
        if victim is self.site.agent:
            assert [] == self.broken(), "after a kill of the agent"
        time.sleep(self._random.uniform(*self.pace.down))
        victim.start()

    def _ended_by_themselves(self) -> None:
        ended = [program.name for program in self.site.programs if not program.alive]
        assert not ended, f"ended by themselves: {ended}\n{self.site.told()}"

    def _switch_on(self) -> None:
        """As a person at the camera would: recording is on again where it may not be."""
        free = sorted(name for name in self.site.thermal() if self._by_hand[name] < _BY_HAND_AT_MOST)
        for name in self._random.sample(free, min(len(free), self.pace.by_hand)):
            self._by_hand[name] += 1
            self.site.ask_camera(int(name[2:]), "by-hand")

    def broken(self) -> list[str]:
        """What may be at no time, whoever was killed when; asked while nobody writes."""
        asked, records = self.site.asked(), self.site.records()
        report = self.site.verified()
        return [
            *(f"{problem.kind}: {problem.message}" for problem in report.problems if problem.level is Level.TAMPERED),
            *overlapping_runs(asked),
            *interleaved_runs(records),
            *unannounced_writes(asked, records),
            *false_deletions(asked, records, self.site.ledger()),
            *broken_sequence(records),
        ]

    def settled(self) -> bool:
        """Whether every camera that obeys was emptied twice, and none records that may not."""
        asked = self.site.asked()
        emptied = Counter(one.target for one in asked if one.what == "purge" and one.left == 0)
        return all(emptied[name] > 1 for name in self.site.honest()) and not still_recording(asked, self.site.thermal())

    def left_undone(self, ended: float) -> list[str]:
        """What is wrong in the end, when all processes stopped in order."""
        slack = self.site.gap + self.site.lease
        asked = self.site.asked()
        return [
            *(
                f"{problem.kind}: {problem.message}"
                for problem in self.site.verified().problems
                if problem.level is not Level.NOTICE
            ),
            *late_deletions(asked, self.site.honest(), self.began, ended, slack),
            *still_recording(asked, self.site.thermal()),
        ]

    def numbers(self) -> dict[str, Any]:
        """What came of it; ``redone`` are changes that were announced, cut short, and so looked at anew."""
        records = self.site.records()
        redone = sum(one["event"] == "apply.result" and one["outcome"] == "interrupted" for one in records)
        purges = sum(one.what == "purge" for one in self.site.asked())
        told = {"cameras": self.site.count, "killed": dict(self.killed), "redone": redone}
        return {**told, "purges": purges, "switched_on": self._by_hand.total(), "records": len(records)}
