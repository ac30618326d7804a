"""Keeps the duties of a run: records what was met, missed or newly owed, and moves their next time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from vmsguard.controls.deletion import gap_of
from vmsguard.engine.compile import CompiledRule
from vmsguard.evidence.writer import EvidenceWriter
from vmsguard.model.duty_watch import AlarmLevel, DutyWatch
from vmsguard.model.ledger import Deletion, Duty
from vmsguard.model.results import Result
from vmsguard.model.vocabulary import Qualifier, Verdict
from vmsguard.policy.in_force import zone_of
from vmsguard.run.calendar_days import day_of, days_between
from vmsguard.run.duties import (
    DutyKey,
    Happened,
    enrolled,
    key_of,
    latest_deletion,
    no_longer_owed,
    owed,
    regauged,
    settle,
)
from vmsguard.run.fleet import Fleet
from vmsguard.run.remembered import last_camera, last_target
from vmsguard.state.store import State

__all__ = ["keep_duties", "record_duty", "remember_enrolled"]

_HELD = "held"
"""The code of a control at which a hold alone keeps what is left: the duty is missed all the same."""


def keep_duties(
    log: EvidenceWriter,
    state: State,
    run: str,
    fleet: Fleet,
    results: Sequence[Result],
    before: Iterable[Deletion],
    now: datetime,
    *,
    enrol: bool,
) -> None:
    """Settle every duty of this run's cameras, and with ``enrol`` begin those that a rule asks for now.

    ``before`` are the deletions that were verified before this run. Evidence is written first: a crash in
    between repeats a record and loses none.
    """
    earlier = tuple(before)
    asked = owed(results, _gaps(fleet))
    # Of a part of a fleet that is the duties of its cameras, and those that a disposal on record has ended.
    owing = None if fleet.among is None else fleet.among | state.retired_owing()
    duties = state.duties(cameras=owing)
    done = state.deletions(None if owing is None else {key[3] for key in (*map(key_of, duties), *asked)})
    by_rule: dict[tuple[str, str, str], list[Result]] = {key[:3]: [] for key in (*map(key_of, duties), *asked)}
    for result in results:
        if (told := by_rule.get((result.camera, result.pack, result.rule))) is not None:
            told.append(result)
    judged = {camera.id for camera in fleet.cameras}
    retired = state.retirements(owing).keys()
    watches = {key_of(watch): watch for watch in state.duty_watches(cameras=owing)}
    known: set[DutyKey] = set()
    begun: list[Duty] = []
    for duty in duties:
        key = key_of(duty)
        known.add(key)
        if duty.camera not in judged and duty.camera in fleet.inventory.cameras:
            continue
        why = no_longer_owed(duty, by_rule[key[:3]], fleet.inventory.cameras, asked=key in asked, retired=retired)
        if why:
            record_duty(log, run, [Happened("duty.ended", duty, code=why)])
            state.drop_duty(duty)
            continue
        deletion, gap = asked.get(key, (None, timedelta(seconds=duty.max_gap_seconds)))
        moved, changed = regauged(duty, gap)
        place = (duty.target, duty.channel)
        moved, happened = settle(
            moved,
            latest_deletion(done, *place),
            latest_deletion(earlier, *place),
            now,
            holds=deletion is not None and deletion.verdict is Verdict.PASS,
        )
        if deletion is not None and deletion.reason.partition(":")[0] == _HELD:
            happened = [replace(one, code=_HELD) if one.event == "duty.missed" else one for one in happened]
        if changed or happened:
            days = _days(happened, watches.get(key), _zone(fleet, duty))
            record_duty(log, run, [*changed, *days, *happened])
            state.put_duty(moved)
            _keep_watch(state, fleet, moved, happened, now)
    for key, (result, gap) in asked.items() if enrol else ():
        if key in known or any(one.qualifier is Qualifier.EXCEPTION for one in by_rule[key[:3]] if not one.control):
            continue
        duty, happened = enrolled(result, gap, latest_deletion(done, *key[3:]), now)
        record_duty(log, run, happened)
        state.put_duty(duty)
        state.note_day(duty, _zone(fleet, duty), None)
        begun.append(duty)
    if begun:
        remember_enrolled(state, fleet, {duty.camera for duty in begun}, now)


def remember_enrolled(state: State, fleet: Fleet, cameras: Iterable[str], now: datetime) -> None:
    """Keep these cameras and their targets as they are enrolled, should the inventory lose them."""
    found = [camera for name in sorted(cameras) if (camera := fleet.inventory.cameras.get(name)) is not None]
    targets = sorted({ref.target for camera in found for ref in camera.endpoints})
    state.remember_enrolled(
        [last_target(fleet.inventory.targets[name], now) for name in targets],
        [last_camera(camera, now) for camera in found],
    )


def _days(happened: Iterable[Happened], watch: DutyWatch | None, zone: str) -> Iterator[Happened]:
    """The calendar days that passed without a verified deletion before the one that was verified now."""
    for one in happened:
        if watch is not None and one.verified and one.at is not None:
            for day in days_between(one.duty, replace(watch, zone=zone), day_of(one.at, zone)):
                yield Happened("duty.day_missed", one.duty, day=day.isoformat())


def _keep_watch(state: State, fleet: Fleet, duty: Duty, happened: Iterable[Happened], now: datetime) -> None:
    """Keep the calendar day of a verified deletion, and of a miss without one that the duty is overdue."""
    for one in happened:
        if one.event == "duty.missed" and not one.verified:
            state.tell_alarm(duty, AlarmLevel.MISS, now)
        elif one.verified and one.at is not None:
            zone = _zone(fleet, duty)
            state.note_day(duty, zone, day_of(one.at, zone))


def _zone(fleet: Fleet, duty: Duty) -> str:
    """Whose calendar days the duty counts."""
    camera = fleet.inventory.cameras.get(duty.camera)
    site = "" if camera is None else camera.site
    packs = [rules for rules in fleet.rules.get(site, ()) if rules.pack.id == duty.pack]
    return zone_of(packs[0].pack, packs[0].zone).key if packs else "UTC"


def record_duty(log: EvidenceWriter, run: str, happened: Iterable[Happened], *, durable: bool = False) -> None:
    """One record for each thing that happened to duties."""
    for one in happened:
        duty = one.duty
        log.append(
            one.event,
            run=run,
            durable=durable,
            camera=duty.camera,
            target=duty.target,
            channel=duty.channel,
            pack=duty.pack,
            rule=duty.rule,
            due=duty.next_due,
            at=one.at,
            gap_seconds=one.gap_seconds,
            max_gap_seconds=duty.max_gap_seconds,
            reason_code=one.code,
            day=one.day,
        )


def _gaps(fleet: Fleet) -> Mapping[tuple[str, str], timedelta]:
    """The longest gap that each rule allows, by pack and rule; of several the shortest."""
    gaps: dict[tuple[str, str], timedelta] = {}
    for rules in {id(rules): rules for site in fleet.rules.values() for rules in site}.values():
        for compiled in rules.rules:
            if allowed := _allowed(compiled):
                gaps[(rules.pack.id, compiled.rule.id)] = min(allowed)
    return gaps


def _allowed(compiled: CompiledRule) -> list[timedelta]:
    everything = (*compiled.require, *(one for rung in compiled.rungs for one in rung.require))
    gaps = [gap_of(one.control.id, one.params) for one in everything]
    return [gap for gap in gaps if gap is not None]
