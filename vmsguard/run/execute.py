"""Apply: send planned changes, each once, each after its intent is on disk; conclude nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from msgspec import json
from msgspec.structs import replace

from vmsguard.engine.purges import deletes_what_was_before
from vmsguard.errors import (
    AuthRejected,
    DriverError,
    EvidenceError,
    NotSupported,
    Refused,
    StateError,
    Unreachable,
    VmsguardError,
)
from vmsguard.model.changes import Receipt
from vmsguard.model.fact_values import AnnouncedDeletion
from vmsguard.model.facts import Fact, FactKey
from vmsguard.model.inventory import Inventory, Target
from vmsguard.model.ledger import ImpossibilityProof, PriorValue
from vmsguard.model.manifest import Identity
from vmsguard.model.plan import PlannedChange
from vmsguard.model.vocabulary import WHOLE, Stage, Why
from vmsguard.net.wire import Exchange
from vmsguard.plugin.driver import Driver
from vmsguard.run.credentials import note_accepted, note_refusal, refused_elsewhere
from vmsguard.run.equipment import Equipment
from vmsguard.run.firmware import kept_firmware
from vmsguard.run.reach import why_of
from vmsguard.run.session import driver_session, within
from vmsguard.run.time_budget import MOST_SECONDS
from vmsguard.run.together import together

__all__ = ["CHANGE_SECONDS", "PROOF_LIFETIME", "Sent", "send_changes"]

PROOF_LIFETIME = timedelta(days=180)
"""After this an impossibility must be proven again (DESIGN 5); our number, no source gives one."""

PERMIT_LIFETIME = timedelta(minutes=2)
CHANGE_SECONDS = PERMIT_LIFETIME.total_seconds()
"""How long a driver may take over one change: without its permit it could send nothing more anyway."""

_JOB_POLLS = 30
_FATAL = (EvidenceError, StateError)
"""Without evidence and without the value that stood there before nothing may be applied, anywhere."""


@dataclass(frozen=True)
class Sent:
    """What became of one change on the wire: ``accepted``, or why it was not."""

    planned: PlannedChange
    outcome: str
    """``accepted refused unsupported failed skipped``."""
    code: str = ""
    proof: ImpossibilityProof | None = None
    identity: Identity | None = None
    announced: tuple[AnnouncedDeletion, ...] = ()
    """Deletions that the target told of by itself meanwhile: its word, beside which fresh sessions still look."""
    left: bool = True
    """Whether its intent was recorded, so that a request may have left; False: nothing was sent."""


async def send_changes(
    changes: Sequence[PlannedChange],
    inventory: Inventory,
    prior: Mapping[FactKey, Fact],
    equipment: Equipment,
    *,
    run: str,
    confirmed_count: int | None = None,
) -> list[Sent]:
    """Every change of a plan sent once, owners before owned, one session per target, in plan order.

    A change that fails does not stop the next one of its target unless the login or the link is gone: a
    failed step never undoes a protective one. Raises ``EvidenceError`` or ``StateError`` as soon as an
    intent or a prior value cannot be kept; what other targets have in hand is cancelled, and nothing is
    sent after that.
    """
    sent: list[Sent] = []
    done = 0
    equipment.progress("apply", 0, len(changes))
    for _, rank in groupby(sorted(changes, key=lambda planned: planned.owner_rank), key=lambda p: p.owner_rank):
        by_target: dict[str, list[PlannedChange]] = {}
        for planned in rank:
            by_target.setdefault(planned.change.target, []).append(planned)
        gate = asyncio.Semaphore(equipment.in_flight)

        async def one(target: Target, todo: list[PlannedChange], gate: asyncio.Semaphore = gate) -> list[Sent]:
            nonlocal done
            async with gate:
                result = await _to_target(target, todo, prior, equipment, run, confirmed_count)
            done += len(todo)
            equipment.progress("apply", done, len(changes))
            return result

        batches = await together(one(inventory.targets[name], todo) for name, todo in sorted(by_target.items()))
        sent.extend(outcome for batch in batches for outcome in batch)
    return sent


async def _to_target(
    target: Target,
    todo: Sequence[PlannedChange],
    prior: Mapping[FactKey, Fact],
    equipment: Equipment,
    run: str,
    confirmed_count: int | None,
) -> list[Sent]:
    try:
        if target.login.read and not target.login.change:
            # Whoever gave us a login that only reads did not mean us to write without one.
            return [Sent(planned, "failed", "no-change-login", left=False) for planned in todo]
        blocked = refused_elsewhere(target, equipment, for_change=True)
        if blocked:
            return [Sent(planned, "failed", Why.BREAKER_OPEN.value, left=False) for planned in todo]
        async with driver_session(target, equipment, for_change=True) as (driver, _):
            async with within(target, "open", driver.manifest(None).bound.base):
                identity = await driver.open()
            note_accepted(target, identity, equipment, for_change=True)
            return await _in_session(driver, identity, todo, prior, equipment, run, confirmed_count)
    except _FATAL:
        raise
    except Exception as error:  # noqa: BLE001 - the plugin border: one target's failure stops no other
        why = _told(error, equipment, target=target.id)
        if isinstance(error, AuthRejected):
            note_refusal(target, equipment, for_change=True)
        return [Sent(planned, "failed", why.value, left=False) for planned in todo]


def _told(error: Exception, equipment: Equipment, **where: str) -> Why:
    """The reason behind an error; a driver's own bug is logged with its traceback."""
    if not isinstance(error, VmsguardError):
        equipment.log.error("driver failed", error=type(error).__name__, exc_info=True, **where)
    return why_of(error)[0]


async def _in_session(
    driver: Driver,
    identity: Identity,
    todo: Sequence[PlannedChange],
    prior: Mapping[FactKey, Fact],
    equipment: Equipment,
    run: str,
    confirmed_count: int | None,
) -> list[Sent]:
    sent: list[Sent] = []
    gone = ""
    lost = 0
    # A change has its own limit, and a thousand of them that each use it up would hold the run for a day.
    ends = equipment.clock.monotonic() + (driver.target.limits.session_seconds or MOST_SECONDS)
    for planned in todo:
        if not gone and equipment.clock.monotonic() > ends:
            gone = Why.OUT_OF_TIME.value
        if gone:
            sent.append(Sent(planned, "skipped", gone, left=False))
            continue
        if planned.stage is Stage.PURGING and sent and sent[-1].planned.stage is not Stage.PURGING:
            # What was just told to stop may still be finishing a file; deleted too early, it comes back.
            await equipment.sleep(max(entry.planned.settle_seconds for entry in sent))
        try:
            equipment.state.add_prior_values(_prior_values(planned, prior, equipment, run))
        except TypeError as error:
            # A driver's value that cannot be kept could not be put back either.
            sent.append(Sent(planned, "failed", _told(error, equipment, target=driver.target.id).value, left=False))
            continue
        outcome = await _send(driver, identity, planned, equipment, run, confirmed_count)
        sent.append(outcome)
        lost = lost + 1 if outcome.code == "unreachable" else 0
        # One lost reply is a lost reply; two in a row are a lost link, and each further try costs a deadline.
        if outcome.code in {Why.AUTH.value, Why.CERTIFICATE.value} or lost > 1:
            gone = outcome.code
    return sent


async def _send(
    driver: Driver,
    identity: Identity,
    planned: PlannedChange,
    equipment: Equipment,
    run: str,
    confirmed_count: int | None,
) -> Sent:
    planned = _up_to_now(planned, equipment)
    change = planned.change
    seq = equipment.evidence.append(
        "apply.intent",
        run=run,
        durable=True,
        change=change.id,
        verb=change.verb,
        camera=planned.causes[0].camera if planned.causes else "",
        target=change.target,
        channel=change.channel,
        arguments=dict(change.arguments),
        causes=[[cause.pack, cause.rule, cause.control] for cause in planned.causes],
        single_person=planned.destructive,
        confirmed_count=confirmed_count if planned.destructive and confirmed_count is not None else 0,
    )
    permit = equipment.permits.issue(run, change.id, seq, PERMIT_LIFETIME)
    asked, exchanged = _requests(driver), len(_exchanges(driver))
    try:
        try:
            async with asyncio.timeout(CHANGE_SECONDS):
                receipt = await driver.change(change, permit)
        except TimeoutError as error:
            raise Unreachable(change.target, change.verb, "no end within the life of the permit") from error
        sent = await _accepted(driver, planned, receipt, identity, equipment)
    except _FATAL:
        raise
    except Exception as error:  # noqa: BLE001 - the plugin border: recorded as failed, never as done
        sent = _not_accepted(planned, identity, error, equipment, run, answered=_requests(driver) > asked)
        if isinstance(error, AuthRejected):
            note_refusal(driver.target, equipment, for_change=True)
    finally:
        equipment.permits.revoke(permit)
    equipment.evidence.append(
        "apply.result",
        run=run,
        durable=True,
        cause=[seq],
        change=change.id,
        target=change.target,
        channel=change.channel,
        outcome=sent.outcome,
        code=sent.code,
        announced=len(sent.announced) or None,
        exchanges=[exchange._asdict() for exchange in _exchanges(driver)[exchanged:]] or None,
    )
    return sent


def _up_to_now(planned: PlannedChange, equipment: Equipment) -> PlannedChange:
    """What was stored before recording stopped includes what was stored since the plan was made."""
    if "cutoff" not in planned.change.arguments or not deletes_what_was_before(planned):
        return planned
    now = equipment.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    return replace(planned, change=replace(planned.change, arguments={**planned.change.arguments, "cutoff": now}))


def _requests(driver: Driver) -> int:
    return sum(driver.ctx.http.requests.values())


def _exchanges(driver: Driver) -> Sequence[Exchange]:
    """Every request of the session so far, reads of the change among them."""
    return () if driver.ctx.http.wire is None else driver.ctx.http.wire.exchanges


async def _accepted(
    driver: Driver, planned: PlannedChange, receipt: Receipt, identity: Identity, equipment: Equipment
) -> Sent:
    """Wait for the product's own job where it has one; ``accepted`` is still only its word."""
    if receipt.reported != "accepted-later":
        return Sent(planned, "accepted", receipt.reported, identity=identity, announced=receipt.announced)
    for _ in range(_JOB_POLLS):
        try:
            async with within(driver.target, "poll", 1):
                state = await driver.poll(receipt)
        except Exception as error:  # noqa: BLE001 - accepted it was; that its job cannot be seen takes nothing back
            _told(error, equipment, target=driver.target.id)
            return Sent(planned, "accepted", "job-not-seen", identity=identity)
        if state.done:
            return Sent(planned, "failed" if state.failed else "accepted", "job-ended", identity=identity)
        await equipment.sleep(planned.settle_seconds)
    return Sent(planned, "accepted", "job-not-ended", identity=identity)


def _not_accepted(
    planned: PlannedChange, identity: Identity, error: Exception, equipment: Equipment, run: str, *, answered: bool
) -> Sent:
    if isinstance(error, NotSupported):
        # A driver that asked nothing speaks of its own limits, not of the device's.
        proof = _proof(planned, identity, error, equipment, run) if answered else None
        return Sent(planned, "unsupported", "not-supported", proof, identity)
    if isinstance(error, Refused):
        return Sent(planned, "refused", error.code or "refused", identity=identity)
    if isinstance(error, Unreachable):
        # The request may have arrived: the read-back decides, nothing is sent again (onvif-clients 6).
        return Sent(planned, "failed", "unreachable", identity=identity)
    return Sent(planned, "failed", _told(error, equipment, change=planned.change.id).value, identity=identity)


def _proof(
    planned: PlannedChange, identity: Identity, error: DriverError, equipment: Equipment, run: str
) -> ImpossibilityProof | None:
    """A definitive refusal counts as proof only from a proven administrator's session (DESIGN 5).

    A target that answers anything proves nothing by refusing, and a purge that is refused opens no rung.
    """
    if identity.as_administrator is not True or identity.fabricates or planned.stage is Stage.PURGING:
        return None
    now = equipment.clock.now()
    return ImpossibilityProof(
        target=planned.change.target,
        channel=WHOLE if planned.scope == "whole" else planned.change.channel,
        verb=planned.change.verb,
        item=planned.change.item,
        firmware=kept_firmware(identity.firmware, equipment.state.digest),
        kind="refused",
        detail=error.operation,
        proven_at=now,
        expires=now + PROOF_LIFETIME,
        run=run,
    )


def _prior_values(
    planned: PlannedChange, prior: Mapping[FactKey, Fact], equipment: Equipment, run: str
) -> Iterable[PriorValue]:
    now = equipment.clock.now()
    for key in planned.cites:
        fact = prior.get(key)
        if fact is not None:
            yield PriorValue(
                run=run,
                change=planned.change.id,
                target=key.target,
                channel=key.channel,
                fact=f"{key.name}@{key.layer.value}",
                value=json.encode(fact.reading).decode(),
                at=now,
            )
