"""The change that takes least away: a function that may run on, but for what breaks the rule, is not removed."""

from __future__ import annotations

from collections.abc import Iterable

from vmsguard.controls.view import View
from vmsguard.model.changes import Change
from vmsguard.model.manifest import Manifest

__all__ = ["least_change"]


def least_change(verbs: Iterable[str], argument: str, offender: str, view: View, manifest: Manifest) -> Change | None:
    """The first of these verbs that the driver has and the target has not definitively refused, else the last of them.

    ``verbs`` begin with what takes least away. None in a camera's own view, or without a verb.
    """
    endpoint = view.endpoint
    if endpoint is None:
        return None
    found: Change | None = None
    for verb in verbs:
        found = Change(verb, endpoint.target, endpoint.channel, {argument: offender})
        if manifest.verb(verb) is not None and not _refused(found, view):
            break
    return found


def _refused(change: Change, view: View) -> bool:
    """Whether the firmware that runs now is on record as having refused it, in words that are still valid."""
    identity = view.identity
    return identity is not None and any(
        (proof.target, proof.verb, proof.item) == (change.target, change.verb, change.item)
        and bool(proof.firmware)
        and proof.firmware == identity.firmware
        and proof.proven_at <= view.now < proof.expires
        for proof in view.snapshot.proofs
    )
