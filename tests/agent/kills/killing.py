"""Kills at random, and what must hold after each; the chance is seeded, the moments are the machine's."""

from __future__ import annotations

import random
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
        """The kills of the pace, spread over the kinds of process; the site is up before and after."""
        self.began = time.time()
        self.site.start()
        for _ in range(self.pace.kills):
            time.sleep(self._random.uniform(*self.pace.between))
            self._ended_by_themselves()
            self._kill_one()
            self._switch_on()

    def _kill_one(self) -> None:
        site = self.site
        victims: list[Program | None] = [*site.workers, site.agent, site.agent]
        if site.nats is not None:
            victims.append(None)
        victim = self._random.choice(victims)
        self.killed["nats" if victim is None else victim.name.partition("-")[0]] += 1
        if victim is None:
            assert site.nats is not None
            site.nats.kill()
        else:
            victim.kill()
        if victim is site.agent:
            assert [] == self.broken(), "after a kill of the agent"
        time.sleep(self._random.uniform(*self.pace.down))
        if victim is None:
            assert site.nats is not None
            site.nats.start()
        else:
            victim.start()

    def _ended_by_themselves(self) -> None:
        ended = [program.name for program in self.site.programs if not program.alive]
        assert [] == ended, self.site.told()

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
        """Whether every camera was emptied twice since the last kill, and none records that may not."""
        asked = self.site.asked()
        since = max((one.ended for one in asked if one.what == "by-hand"), default=self.began)
        emptied = Counter(one.target for one in asked if one.what == "purge" and one.left == 0)
        fresh = {one.target for one in asked if one.what == "purge" and one.left == 0 and one.cutoff > since}
        honest = self.site.honest()
        return honest <= fresh and all(emptied[name] > 1 for name in honest) and not self.still_recording()

    def still_recording(self) -> list[str]:
        return still_recording(self.site.asked(), self.site.thermal())

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
