"""Runs, what each looked at, and the packs and rules it applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from vmsguard.report.model import RunTold
from vmsguard.report.records import Planned, PolicyTold, Record, RuleTold, RunEndTold, ScopeTold

__all__ = ["AppliedPack", "Run", "RunBook", "reviews_of"]


class Run:
    """One run as far as the log has told of it."""

    __slots__ = ("ended", "exit", "first_seq", "id", "last_seq", "planned", "scope", "started")

    def __init__(self, record: Record) -> None:
        self.id = record.run
        self.started = record.ts
        self.first_seq = self.last_seq = record.seq
        self.planned: Planned | None = None
        self.scope: ScopeTold | None = None
        self.ended: datetime | None = None
        self.exit: int | None = None

    @property
    def command(self) -> str:
        return "" if self.planned is None else self.planned.command

    @property
    def pairs(self) -> int | None:
        return None if self.planned is None else self.planned.pairs

    @property
    def limited(self) -> bool:
        return self.scope is not None and self.scope.limited

    def told(self, origin: str) -> RunTold:
        return RunTold(
            id=self.id,
            command=self.command,
            mode="" if self.planned is None else self.planned.mode,
            started=self.started,
            ended=self.ended,
            exit_code=self.exit,
            first_seq=self.first_seq,
            last_seq=self.last_seq,
            limited=self.limited,
            origin=origin,
        )


class AppliedPack:
    """A pack as one run applied it: in one way or in several, with its rules."""

    __slots__ = ("rules", "run", "ways")

    def __init__(self, run: str) -> None:
        self.run = run
        self.ways: list[PolicyTold] = []
        self.rules: dict[str, RuleTold] = {}

    @property
    def mode(self) -> str:
        """Every mode it was applied in."""
        return ", ".join(sorted({way.mode for way in self.ways if way.mode}))


class RunBook:
    """Follows everything that belongs to a run."""

    def __init__(self) -> None:
        self.runs: dict[str, Run] = {}
        self.packs: dict[str, AppliedPack] = {}
        self.newest_whole: Run | None = None
        """The newest run that ended and that nobody had narrowed."""

    def follow(self, record: Record) -> Run:
        """The run the record belongs to, with what the record tells of it."""
        run = self.runs.get(record.run)
        if run is None:
            run = self.runs[record.run] = Run(record)
        run.last_seq = record.seq
        match record:
            case Planned():
                run.planned = record
            case ScopeTold():
                run.scope = record
            case RunEndTold():
                run.ended, run.exit = record.ts, record.exit
                if not run.limited:
                    self.newest_whole = run
            case PolicyTold() | RuleTold():
                self._follow_pack(record, run)
            case _:
                pass
        return run

    def _follow_pack(self, record: PolicyTold | RuleTold, run: Run) -> None:
        """A run that was narrowed names only the sites it was narrowed to, so it renews no pack that is known."""
        pack = self.packs.get(record.pack)
        if pack is None or (pack.run != run.id and not run.limited):
            pack = self.packs[record.pack] = AppliedPack(run.id)
        if pack.run != run.id:
            return
        if isinstance(record, PolicyTold):
            pack.ways.append(record)
        else:
            pack.rules[record.rule] = record


def reviews_of(books: Iterable[RunBook]) -> Mapping[str, date]:
    """Pack id to the earliest day by which its texts are to be read again."""
    found: dict[str, date] = {}
    for book in books:
        for name, pack in book.packs.items():
            for way in pack.ways:
                try:
                    day = date.fromisoformat(way.reviewed_next)
                except ValueError:
                    continue
                found[name] = min(day, found.get(name, day))
    return dict(sorted(found.items()))
