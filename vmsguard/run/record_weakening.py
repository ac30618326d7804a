"""Records that less is asked than before: cameras that left the inventory or a pack's scope, packs that ask less.

Edge case 27 of the policies: a selector or a tag that changes takes a camera out of every rule at once, and
nothing fails any more. That must not happen unseen.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from vmsguard.evidence.writer import EvidenceWriter
from vmsguard.model.inventory import Camera
from vmsguard.model.ledger import ScopeEntry
from vmsguard.model.lock import LockState
from vmsguard.model.results import Finding
from vmsguard.model.truth import Truth
from vmsguard.model.vocabulary import Mode
from vmsguard.run.fleet import Fleet
from vmsguard.run.judge import Judged
from vmsguard.run.weakening import Weakening, content_of, pack_weakenings, scope_weakenings
from vmsguard.state.store import State

__all__ = ["record_enrolled", "record_weakening"]

_ENROLLED = ""
_NAMED = 8
_ORDER = list(Mode)


def record_weakening(log: EvidenceWriter, state: State, run: str, fleet: Fleet, judged: Judged) -> tuple[Finding, ...]:
    """Say what is asked of fewer cameras or not at all since the run before, and remember what is asked now.

    The same as findings, for whoever looks at the run. A run that was narrowed compares the cameras it judged, and
    leaves the others as they were. Evidence is written first: a crash in between repeats a record and loses none.
    """
    cameras = fleet.inventory.cameras
    looked_at = {evaluation.camera for evaluation in judged.evaluations}
    if not fleet.enrolled:
        record_enrolled(log, state, run, fleet)
    before = {(entry.camera, entry.pack): entry for entry in state.scopes(looked_at)}
    attributes = {name: _attributes(cameras[name], state) for name in looked_at}
    now = _scopes(fleet, judged, attributes)
    compared = [entry for entry in before.values() if entry.pack != _ENROLLED]
    packs = {rules.pack.id: rules.pack for site in fleet.rules.values() for rules in site}
    assigned = {(camera.id, rules.pack.id) for camera in fleet.cameras for rules in fleet.rules.get(camera.site, ())}
    digests = {name: pack.digest for name, pack in packs.items()}
    known = state.pack_contents()
    contents = [content_of(pack) for _, pack in sorted(packs.items())]
    weaker = (
        *scope_weakenings(compared, now, digests, attributes, assigned),
        *(
            each
            for content in contents
            if content.pack in known
            for each in pack_weakenings(known[content.pack], content)
        ),
    )
    for one in weaker:
        log.append(
            "policy.weakened",
            run=run,
            durable=True,
            pack=one.pack,
            rule=one.rule,
            control=one.control,
            code=one.code,
            cameras=list(one.cameras),
            author="" if one.code in _NOT_BY_THE_PACK else _who_accepted(fleet, one.pack),
            old_sha256=one.old_sha256,
            new_sha256=one.new_sha256,
        )
    left = [entry for entry in compared if (entry.camera, entry.pack) not in now]
    entered = [entry for key, entry in now.items() if before.get(key) != entry]
    changed = [content for content in contents if known.get(content.pack) != content]
    if entered or left or changed:
        state.remember_scope(entered, left, changed)
    return tuple(_shown(one) for one in weaker)


def record_enrolled(log: EvidenceWriter, state: State, run: str, fleet: Fleet) -> None:
    """Say which cameras came and went since the inventory was looked at last, and remember it as it is now.

    For a whole inventory: a run about a part of it cannot tell, and leaves that to whoever took the files over.
    """
    cameras = fleet.inventory.cameras
    remembered = state.cameras_in_scope(_ENROLLED)
    gone = state.scopes(state.cameras_in_scope() - cameras.keys())
    new = sorted(cameras.keys() - remembered)
    _record_inventory(log, run, remembered, cameras.keys())
    if new or gone:
        entered = [ScopeEntry(camera=name, pack=_ENROLLED, sha256="", mode="", attributes="") for name in new]
        state.remember_scope(entered, gone, ())


_NOT_BY_THE_PACK = frozenset({"attributes-changed", "device-tells-otherwise", "mode-lowered", "unassigned"})
"""What inventories, devices and assignments bring about, which no lock accepts: nobody is known to have decided it."""


_TOLD = {
    "attributes-changed": "what the inventory says of these cameras changed, and the pack concerns them no more",
    "condition-added": "a rule applies on another condition than before",
    "control-dropped": "a rule no longer requires",
    "device-tells-otherwise": "by what the devices say the pack concerns these cameras no more",
    "mode-lowered": "the pack is applied to these cameras in a lower mode",
    "rule-dropped": "the pack no longer has the rule",
    "selection-changed": "the pack selects otherwise, and concerns these cameras no more",
    "severity-lowered": "the pack takes a rule less seriously",
    "terms-changed": "a rule asks on other terms, which may be looser",
    "unassigned": "no assignment names the pack for these cameras any more",
    "way-out-added": "a rule can be met another way than before",
}


def _shown(one: Weakening) -> Finding:
    what = " ".join(part for part in (one.control, f"({one.rule})" if one.control else one.rule) if part)
    cameras = ", ".join(one.cameras[:_NAMED]) + (" and more" if len(one.cameras) > _NAMED else "")
    told = ": ".join(part for part in (_TOLD[one.code], what or cameras) if part)
    return Finding(
        code="asks-less",
        subject=one.pack,
        message=f"less is asked than at the run before: {told}",
        next_step="it is in the evidence as policy.weakened; where nobody meant it, undo the change",
    )


def _record_inventory(log: EvidenceWriter, run: str, remembered: Collection[str], enrolled: Collection[str]) -> None:
    gone, new = sorted(set(remembered) - set(enrolled)), set(enrolled) - set(remembered)
    if remembered and (gone or new):
        log.append(
            "scope.changed",
            run=run,
            durable=True,
            added=len(new),
            removed=len(gone),
            total=len(enrolled),
            code="inventory-changed",
            gone=gone,
        )


def _scopes(fleet: Fleet, judged: Judged, attributes: Mapping[str, str]) -> dict[tuple[str, str], ScopeEntry]:
    """What concerns each camera that was judged now, and what may concern it too."""
    found: dict[tuple[str, str], ScopeEntry] = {}
    sites = {camera.id: camera.site for camera in fleet.cameras}
    for evaluation in judged.evaluations:
        for rules in fleet.rules.get(sites[evaluation.camera], ()):
            name = rules.pack.id
            if evaluation.in_scope.get(name, Truth.FALSE) is Truth.FALSE:
                continue
            before = found.get((evaluation.camera, name))
            mode = rules.mode if before is None else max(rules.mode, Mode(before.mode), key=_ORDER.index)
            found[(evaluation.camera, name)] = ScopeEntry(
                camera=evaluation.camera,
                pack=name,
                sha256=rules.pack.digest,
                mode=mode.value,
                attributes=attributes[evaluation.camera],
            )
    return found


def _attributes(camera: Camera, state: State) -> str:
    """A keyed digest of what people say about a camera, its site included."""
    told = {name: attribute.value for name, attribute in camera.attributes.items()}
    return state.digest(json.dumps([camera.site, told], sort_keys=True))


def _who_accepted(fleet: Fleet, pack: str) -> str:
    pinned = fleet.lock.pack(pack)
    if pinned is None or pinned.state is not LockState.ACCEPTED or pinned.accepted is None:
        return ""
    return pinned.accepted.by
