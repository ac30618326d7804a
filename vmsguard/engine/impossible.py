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
from vmsguard.model.vocabulary import WHOLE, Role, Stage

__all__ = ["STORED_KINDS", "proof_of", "proof_of_change"]

STORED_KINDS = frozenset({"capability", "refused"})


def proof_of(control: Control, params: Any, view: View, kinds: Collection[str]) -> str:
    """The kind of proof that nothing can make this control pass at the endpoint; empty where there is none.

    Every single change that would be needed must be proven impossible: one service that refuses to stop
    is no excuse for the next one that could.
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
    return found[0] if found and all(found) else ""


def _deletes(verb: str) -> bool:
    """A purge that is refused opens no rung: the way out of "cannot be switched off" is to delete."""
    spec = CORE_VERBS.get(verb)
    return spec is not None and spec.stage is Stage.PURGING


def proof_of_change(change: Change, view: View, kinds: Collection[str]) -> str:
    """The kind of a valid proof that the change cannot be made at the endpoint, for the firmware it now runs."""
    endpoint, identity = view.endpoint, view.identity
    if endpoint is None or identity is None or endpoint.role is not Role.DEVICE or identity.fabricates:
        return ""
    for proof in view.snapshot.proofs:
        if (
            proof.kind in STORED_KINDS
            and proof.kind in kinds
            and (proof.verb, proof.item) == (change.verb, change.item)
            and proof.target == endpoint.target
            and proof.channel in (endpoint.channel, WHOLE)
            and bool(proof.firmware)
            and proof.firmware == identity.firmware
            and proof.proven_at <= view.now < proof.expires
        ):
            return proof.kind
    return "vendor-statement" if "vendor-statement" in kinds and _stated(change.verb, view) else ""


def _stated(name: str, view: View) -> bool:
    identity = view.identity
    if identity is None or identity.fabricates:
        return False
    return any(name in (document.details.get("impossible") or ()) for document in vendor_statements(view))
