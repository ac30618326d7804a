"""What was decided on every exception that names a camera, for all that ask about exceptions themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from vmsguard.model.inventory import Camera
from vmsguard.model.pack import Document, ExceptionGrant, Pack
from vmsguard.model.snapshot import ExceptionStanding
from vmsguard.policy.exceptions import Denied, decide

__all__ = ["standings_of"]


def standings_of(
    camera: Camera,
    packs: Mapping[str, Pack],
    grants: Sequence[ExceptionGrant],
    documents: Iterable[Document],
    now: datetime,
    first_seen_use: datetime | None,
) -> tuple[ExceptionStanding, ...]:
    """The standing of each exception that names the camera and lifts a rule of these packs."""
    papers = tuple(documents)
    found = []
    for grant in grants:
        pack = packs.get(grant.pack)
        if pack is None or camera.id not in grant.cameras:
            continue
        rule = next((rule for rule in pack.rules if rule.id == grant.rule), None)
        kind = pack.exception_types.get(grant.type)
        if rule is None or kind is None:
            continue
        decided = decide(grant, kind, pack, rule, camera, papers, now, first_seen_use, others=grants)
        reasons = decided.reasons if isinstance(decided, Denied) else ()
        found.append(ExceptionStanding(grant=grant, type=kind, reasons=reasons))
    return tuple(found)
