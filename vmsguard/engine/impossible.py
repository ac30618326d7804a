"""When a change is proven impossible: a stored refusal of this firmware, or the maker's word about it.

A manifest that declares a verb absent is no proof, only a driver's limit. Recorders and destinations are
the operator's own and never qualify (DESIGN 5).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from vmsguard.controls.base import Control
from vmsguard.controls.firmware import vendor_statements
from vmsguard.controls.view import View
from vmsguard.model.changes import CORE_VERBS, Change
from vmsguard.model.fact_catalogue import CORE_FACTS
from vmsguard.model.facts import Known, Unknown
from vmsguard.model.ledger import ImpossibilityProof
from vmsguard.model.vocabulary import WHOLE, Role, Stage

__all__ = ["STORED_KINDS", "UNSEEN", "proof_of", "proof_of_change"]

UNSEEN = "unseen"
"""In place of a proof: what was refused is proven, but not everything that might be possible was seen."""

_BY_CORE = frozenset(name for name, spec in CORE_FACTS.items() if spec.by_core)

STORED_KINDS = frozenset({"capability", "refused"})


def proof_of(control: Control, params: Any, view: View, kinds: Collection[str]) -> str:
    """The kind of proof that nothing can make this control pass at the endpoint; empty where there is none.

    Every single change that would be needed must be proven impossible: one service that refuses to stop
    is no excuse for the next one that could. Where some of them may not have been seen it is ``UNSEEN``.
    """
    if view.endpoint is None or view.endpoint.role is not Role.DEVICE or not control.verbs:
        return ""
    if "vendor-statement" in kinds and _stated(control.id, view):
        return "vendor-statement"
    seen = view.snapshot.targets.get(view.endpoint.target)
    if seen is None or seen.manifest is None:
        return ""
    needed = [change for change in control.enforce(params, view, seen.manifest) if not _deletes(change.verb)]
    found = [proof_of_change(change, view, kinds) for change in needed]
    if not all(found):
        return ""
    if not _blind(control, params, view):
        return found[0] if found else ""
    verbs = [verb for verb in control.verbs if not _deletes(verb)]
    return (
        UNSEEN if found or any(_refused(proof, view, kinds) and proof.verb in verbs for proof in _stored(view)) else ""
    )


def _blind(control: Control, params: Any, view: View) -> bool:
    """Whether something that would have to be changed may not have been seen."""
    names = control.reads(params)
    for fact in view.cited:
        if fact.key.name not in names or fact.key.name in _BY_CORE:
            continue
        told = fact.reading
        if isinstance(told, Unknown) or (isinstance(told, Known) and not getattr(told.value, "complete", True)):
            return True
    return False


def _deletes(verb: str) -> bool:
    """A purge that is refused opens no rung: the way out of "cannot be switched off" is to delete."""
    spec = CORE_VERBS.get(verb)
    return spec is not None and spec.stage is Stage.PURGING


def proof_of_change(change: Change, view: View, kinds: Collection[str]) -> str:
    """The kind of a valid proof that the change cannot be made at the endpoint, for the firmware it now runs."""
    endpoint, identity = view.endpoint, view.identity
    if endpoint is None or identity is None or endpoint.role is not Role.DEVICE or identity.fabricates:
        return ""
    for proof in _stored(view):
        if (proof.verb, proof.item) == (change.verb, change.item) and _refused(proof, view, kinds):
            return proof.kind
    return "vendor-statement" if "vendor-statement" in kinds and _stated(change.verb, view) else ""


def _stored(view: View) -> tuple[ImpossibilityProof, ...]:
    return view.snapshot.proofs


def _refused(proof: ImpossibilityProof, view: View, kinds: Collection[str]) -> bool:
    """Whether a stored proof is of a kind the gate takes, of this endpoint, its firmware, and still valid."""
    endpoint, identity = view.endpoint, view.identity
    return (
        endpoint is not None
        and identity is not None
        and not identity.fabricates
        and proof.kind in STORED_KINDS
        and proof.kind in kinds
        and proof.target == endpoint.target
        and proof.channel in (endpoint.channel, WHOLE)
        and bool(proof.firmware)
        and proof.firmware == identity.firmware
        and proof.proven_at <= view.now < proof.expires
    )


def _stated(name: str, view: View) -> bool:
    identity = view.identity
    if identity is None or identity.fabricates:
        return False
    return any(name in (document.details.get("impossible") or ()) for document in vendor_statements(view))
