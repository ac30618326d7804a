"""Why a control is, or is not, proven impossible at its place: each proof there is, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from msgspec.structs import replace

from vmsguard.controls.firmware import confirmed_until, firmware_matches, fresh
from vmsguard.controls.papers import flaw
from vmsguard.controls.view import View
from vmsguard.engine.impossible import UNSEEN, proof_of, proof_of_change
from vmsguard.engine.judge import Judgement
from vmsguard.engine.why_facts import reason_why
from vmsguard.engine.why_model import ProofWhy, Reason
from vmsguard.evidence.redact import safe_text
from vmsguard.model.changes import CORE_VERBS, Change
from vmsguard.model.ledger import ImpossibilityProof
from vmsguard.model.manifest import Identity
from vmsguard.model.pack import Document
from vmsguard.model.vocabulary import WHOLE, Role, Stage

__all__ = ["proof_why"]

STATEMENT = "vendor-statement"


def proof_why(judgement: Judgement, kinds: Collection[str]) -> ProofWhy:
    """The proof that opens the gate for this control, or every reason why there is none."""
    requirement, view = judgement.requirement, judgement.view
    found = proof_of(requirement.control, judgement.params, view, kinds)
    told = ProofWhy(
        control=requirement.control.id,
        place=judgement.place,
        state="missing" if not found else "unseen" if found == UNSEEN else "proven",
        kind="" if found in ("", UNSEEN) else found,
    )
    if not found:
        return replace(told, reasons=tuple(dict.fromkeys(_missing(judgement, view, kinds))))
    used = [proof for proof in view.snapshot.proofs if _is_of(proof, judgement, found)]
    if not used:
        return told
    return replace(told, proven_at=min(one.proven_at for one in used), expires=min(one.expires for one in used))


def _is_of(proof: ImpossibilityProof, judgement: Judgement, kind: str) -> bool:
    endpoint = judgement.endpoint
    return (
        endpoint is not None
        and (proof.target, proof.kind) == (endpoint.target, kind)
        and proof.verb in judgement.requirement.control.verbs
        and proof.proven_at <= judgement.view.now < proof.expires
    )


def _missing(judgement: Judgement, view: View, kinds: Collection[str]) -> Iterator[Reason]:
    control, endpoint = judgement.requirement.control, view.endpoint
    if endpoint is None or endpoint.role is not Role.DEVICE:
        yield Reason("own-equipment", "" if endpoint is None else endpoint.role.value)
        return
    if not control.verbs:
        yield Reason("nothing-to-switch", control.id)
        return
    identity = view.identity
    seen = view.snapshot.targets.get(endpoint.target)
    if identity is None or seen is None or seen.manifest is None:
        yield Reason("target-not-read", endpoint.target)
        return
    if identity.fabricates:
        yield Reason("proof-of-a-liar", endpoint.target)
        return
    if not identity.firmware:
        yield Reason("firmware-not-known", endpoint.target)
    asked = control.enforce(judgement.params, view, seen.manifest)
    needed = [change for change in asked if not _deletes(change)]
    if asked and not needed:
        yield Reason("only-deletes", control.id)
        return
    if not needed:
        yield Reason("nothing-to-refuse", endpoint.target)
    open_changes = [change for change in needed if not proof_of_change(change, view, kinds)]
    for change in open_changes:
        flaws = [flaw for proof in view.snapshot.proofs for flaw in _proof_flaws(proof, change, view, identity, kinds)]
        yield from flaws or [Reason("never-refused", change.id)]
    if identity.as_administrator is not True:
        yield Reason("not-administrator", endpoint.target)
    if STATEMENT in kinds:
        yield from _statement_flaws(view, identity, [control.id, *(change.verb for change in open_changes)])


def _plain(text: str) -> str:
    """What a device calls itself, where that is short and plain: anything may stand in that field."""
    return safe_text(text, lambda _: "…") or "?"


def _deletes(change: Change) -> bool:
    """The way out of "cannot be switched off" is to delete, so a deletion that is refused opens nothing."""
    spec = CORE_VERBS.get(change.verb)
    return spec is not None and spec.stage is Stage.PURGING


def _proof_flaws(
    proof: ImpossibilityProof, change: Change, view: View, identity: Identity, kinds: Collection[str]
) -> Iterator[Reason]:
    """What keeps a stored proof about the same verb at the same target from counting for this change."""
    if (proof.target, proof.verb) != (change.target, change.verb):
        return
    if view.endpoint is None or proof.channel not in (view.endpoint.channel, WHOLE):
        yield Reason("proof-elsewhere", f"{proof.target}/{proof.channel}")
    elif proof.item != change.item:
        yield Reason("proof-of-another", f"{proof.verb} {proof.item}")
    elif proof.kind not in kinds:
        yield Reason("proof-kind", proof.kind)
    elif proof.firmware != identity.firmware:
        yield Reason("proof-firmware", f"{_plain(proof.firmware)} / {_plain(identity.firmware)}")
    elif view.now >= proof.expires:
        yield Reason("proof-expired", proof.expires.isoformat())
    elif view.now < proof.proven_at:
        yield Reason("proof-not-yet", proof.proven_at.isoformat())


def _statement_flaws(view: View, identity: Identity, names: Iterable[str]) -> Iterator[Reason]:
    wanted = tuple(dict.fromkeys(names))
    about = [document for document in view.documents(STATEMENT) if _is_about(document, identity)]
    if not about:
        yield Reason("no-statement", _plain(identity.model))
    for document in about:
        told = _statement_flaw(document, view, identity, wanted)
        if told is not None:
            yield told


def _is_about(document: Document, identity: Identity) -> bool:
    model = document.details.get("model")
    return isinstance(model, str) and model.casefold() == identity.model.casefold()


def _statement_flaw(document: Document, view: View, identity: Identity, names: tuple[str, ...]) -> Reason | None:
    wrong = flaw(document, view.now)
    if wrong:
        return reason_why(wrong)
    if not fresh(document, view.now):
        return Reason("statement-old", f"{document.id}, {confirmed_until(document).isoformat()}")
    if not firmware_matches(document.details.get("firmware"), identity.firmware):
        return Reason("statement-firmware", document.id)
    if not set(names) & set(document.details.get("impossible") or ()):
        return Reason("statement-silent", f"{document.id}: {', '.join(names)}")
    return None
