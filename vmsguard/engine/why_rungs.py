"""Why each alternative of a rule is open or stayed shut: proof by proof, exception by exception."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from vmsguard.engine.compile import CompiledRung
from vmsguard.engine.judge import Judgement
from vmsguard.engine.ladder import Climb, Rung
from vmsguard.engine.why_controls import Asking, controls_why
from vmsguard.engine.why_facts import reasons_why
from vmsguard.engine.why_model import GrantWhy, RungWhy
from vmsguard.engine.why_proofs import proof_why
from vmsguard.model.pack import ExceptionGrant, ExceptionType, ImpossibleGate
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.vocabulary import Verdict
from vmsguard.policy.exceptions import Denied, decide

__all__ = ["decided_by", "grant_why", "replaced_by", "rungs_why"]

_FAILING = (Verdict.FAIL, Verdict.UNKNOWN)


def decided_by(found: Climb, rungs: Sequence[CompiledRung]) -> int | None:
    """0 where the first requirement holds, else the number of the rung that does; None where neither does."""
    if found.verdict is not Verdict.PASS:
        return None
    return 0 if found.held_by is None else _number(found.held_by, rungs)


def replaced_by(found: Climb, rungs: Sequence[CompiledRung]) -> dict[int, int]:
    """By the identity of a judgement, the number of the rung that stands in for it."""
    standing = [found.held_by] if found.held_by is not None else list(reversed(found.rungs))
    return {id(one): _number(rung, rungs) for rung in standing for one in rung.replaced}


def _number(opened: Rung, rungs: Sequence[CompiledRung]) -> int:
    return next(number for number, rung in enumerate(rungs, start=1) if rung.gate is opened.gate)


def rungs_why(
    found: Climb, asking: Asking, snapshot: CameraSnapshot, grants: Sequence[ExceptionGrant]
) -> tuple[RungWhy, ...]:
    """Every rung of the rule in order, also those that nobody had to try."""
    rungs = asking.compiled.rungs
    opened = {_number(rung, rungs): rung for rung in found.rungs}
    last = decided_by(found, rungs)
    failing = [one for one in found.base if one.outcome.verdict in _FAILING]
    told = []
    for number, rung in enumerate(rungs, start=1):
        tried = bool(failing) and (last is None or 0 < number <= last)
        told.append(_rung(number, rung, opened.get(number), failing if tried else None, asking, snapshot, grants))
    return tuple(replace(one, holds_the_rule=one.number == last) for one in told)


def _rung(
    number: int,
    rung: CompiledRung,
    opened: Rung | None,
    failing: Sequence[Judgement] | None,
    asking: Asking,
    snapshot: CameraSnapshot,
    grants: Sequence[ExceptionGrant],
) -> RungWhy:
    gate = rung.gate
    impossible = isinstance(gate, ImpossibleGate)
    told = RungWhy(
        number=number,
        gate="if_impossible" if impossible else "if_excepted",
        accepts=gate.proofs if isinstance(gate, ImpossibleGate) else (gate.exception_type,),
        state="not-tried" if failing is None else "shut" if opened is None else "open",
    )
    if opened is not None:
        told = replace(
            told,
            verdict=opened.verdict.value,
            because=opened.because,
            replaces=tuple(_named(one) for one in opened.replaced),
            asks=controls_why(opened.asked, asking),
        )
    if failing is None:
        return told
    if isinstance(gate, ImpossibleGate):
        return replace(told, proofs=tuple(proof_why(one, gate.proofs) for one in failing))
    kind = asking.rules.pack.exception_types[gate.exception_type]
    return replace(
        told,
        lifts=kind.lifts,
        nothing_to_lift=not any(one.requirement.control.id in kind.lifts for one in failing),
        grants=tuple(_grants(kind, asking, snapshot, _latest(snapshot, failing[0].view.now), grants)),
    )


def _latest(snapshot: CameraSnapshot, now: datetime) -> datetime:
    """The time exceptions are decided at: a clock that was set back revives none (policy-packs 6.1, 5)."""
    return now if snapshot.not_before is None else max(now, snapshot.not_before)


def _grants(
    kind: ExceptionType,
    asking: Asking,
    snapshot: CameraSnapshot,
    now: datetime,
    grants: Sequence[ExceptionGrant],
) -> Iterable[GrantWhy]:
    """What names this camera for this gate, decided as the ladder decides it."""
    pack, rule, camera = asking.rules.pack, asking.compiled.rule, snapshot.camera
    for grant in grants:
        named = (grant.pack, grant.rule, grant.type) == (pack.id, rule.id, kind.id)
        if not named or camera.id not in grant.cameras:
            continue
        decided = decide(
            grant, kind, pack, rule, camera, snapshot.documents, now, snapshot.first_seen_use, others=grants
        )
        reasons = decided.reasons if isinstance(decided, Denied) else ()
        yield replace(grant_why(grant), valid=not isinstance(decided, Denied), reasons=reasons_why(reasons))


def grant_why(grant: ExceptionGrant) -> GrantWhy:
    """An exception as its file states it, undecided."""
    return GrantWhy(
        id=grant.id,
        pack=grant.pack,
        rule=grant.rule,
        type=grant.type,
        valid=False,
        legal_basis=": ".join(part for part in (grant.legal_basis_kind, grant.legal_basis) if part),
        starts=grant.starts,
        expires=grant.expires,
    )


def _named(judgement: Judgement) -> str:
    control = judgement.requirement.control.id
    return f"{control} at {judgement.place}" if judgement.place else control
