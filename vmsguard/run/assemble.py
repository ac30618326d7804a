"""Merge what every source says into one snapshot per camera: drivers, matching, ledger, witnesses, documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from vmsguard.model.fact_values import VerifiedDeletion
from vmsguard.model.facts import CAMERA_TARGET, Fact, FactKey, Items, Known
from vmsguard.model.inventory import ALL_CHANNELS, Camera, Endpoint, Inventory
from vmsguard.model.ledger import Deletion, HeldPurge, ImpossibilityProof
from vmsguard.model.pack import Document
from vmsguard.model.snapshot import CameraSnapshot, TargetSeen
from vmsguard.model.vocabulary import WHOLE, Basis, Why
from vmsguard.run.match import RecorderChannels, camera_addresses, match_recorders
from vmsguard.run.observe import TargetObservation

__all__ = ["assemble_snapshots", "expand_endpoints"]


def expand_endpoints(
    camera: Camera, inventory: Inventory, seen: Mapping[str, TargetObservation]
) -> tuple[Endpoint, ...]:
    """A camera's endpoints with ``all`` replaced by what the target lists now.

    A target that lists nothing keeps one endpoint for the whole, so that it is judged, as unknown.
    """
    endpoints: list[Endpoint] = []
    for ref in camera.endpoints:
        target = inventory.targets[ref.target]
        channels: Sequence[str] = ref.channels
        if ALL_CHANNELS in ref.channels:
            observation = seen.get(ref.target)
            listed = None if observation is None else observation.listed
            channels = tuple(channel.id for channel in listed or ()) or (WHOLE,)
        endpoints.extend(Endpoint(ref.target, channel, target.role) for channel in channels)
    return tuple(endpoints)


def assemble_snapshots(
    inventory: Inventory,
    cameras: Iterable[Camera],
    observations: Mapping[str, TargetObservation],
    *,
    now: datetime,
    deletions: Iterable[Deletion] = (),
    held: Iterable[HeldPurge] = (),
    proofs: Iterable[ImpossibilityProof] = (),
    papers_at: Callable[[str], tuple[Document, ...]] = lambda site: (),
    witnessed: Iterable[Fact] = (),
    first_uses: Mapping[str, datetime] | None = None,
    recorders: Mapping[str, Sequence[RecorderChannels]],
) -> dict[str, CameraSnapshot]:
    """One snapshot per camera; a fact appears in every camera that has an endpoint there.

    ``recorders`` are those of each site, with what they list; ``papers_at`` tells the papers as a site reads them.
    """
    by_place = _by_place(observations, witnessed, [*deletions, *held], now)
    proofs_by_target: dict[str, list[ImpossibilityProof]] = {}
    for proof in proofs:
        proofs_by_target.setdefault(proof.target, []).append(proof)
    snapshots: dict[str, CameraSnapshot] = {}
    papers: dict[str, tuple[Document, ...]] = {}
    for camera in cameras:
        if camera.site not in papers:
            papers[camera.site] = papers_at(camera.site)
        endpoints = expand_endpoints(camera, inventory, observations)
        facts: dict[FactKey, Fact] = {}
        for endpoint in endpoints:
            facts.update(by_place.get((endpoint.target, WHOLE), {}))
            facts.update(by_place.get((endpoint.target, endpoint.channel), {}))
            never = _ledger_fact(endpoint.target, endpoint.channel, (), now)
            facts.setdefault(never.key, never)
        targets = {endpoint.target for endpoint in endpoints}
        at_site = recorders.get(camera.site, [])
        if at_site:
            addresses = camera_addresses(camera, inventory.targets, observations)
            matches = match_recorders(camera, at_site, addresses)
            fact = _camera_fact("site.recorders", Items(matches), now, "inventory and channel lists")
            facts[fact.key] = fact
        snapshots[camera.id] = CameraSnapshot(
            camera=camera,
            endpoints=endpoints,
            facts=facts,
            targets={target: _seen(target, observations) for target in targets},
            documents=papers[camera.site],
            proofs=tuple(proof for target in sorted(targets) for proof in proofs_by_target.get(target, ())),
            first_seen_use=(first_uses or {}).get(camera.id),
        )
    return snapshots


def _seen(target: str, observations: Mapping[str, TargetObservation]) -> TargetSeen:
    observation = observations.get(target)
    if observation is None:
        return TargetSeen(target=target, why=Why.NOT_READ, detail="the target was left out of this run")
    return observation.seen


def _camera_fact(name: str, value: object, now: datetime, source: str) -> Fact:
    return Fact(FactKey(CAMERA_TARGET, WHOLE, name), Known(value), Basis.READ_BACK, now, source)


def _by_place(
    observations: Mapping[str, TargetObservation],
    witnessed: Iterable[Fact],
    deletions: Iterable[Deletion | HeldPurge],
    now: datetime,
) -> dict[tuple[str, str], dict[FactKey, Fact]]:
    places: dict[tuple[str, str], dict[FactKey, Fact]] = {}
    for observation in observations.values():
        for key, fact in observation.facts.items():
            places.setdefault((key.target, key.channel), {})[key] = fact
    for fact in witnessed:
        places.setdefault((fact.key.target, fact.key.channel), {})[fact.key] = fact
    ledger: dict[tuple[str, str], list[Deletion | HeldPurge]] = {}
    for deletion in deletions:
        ledger.setdefault((deletion.target, deletion.channel), []).append(deletion)
    for (target, channel), done in ledger.items():
        fact = _ledger_fact(target, channel, done, now)
        places.setdefault((target, channel), {})[fact.key] = fact
    return places


def _ledger_fact(target: str, channel: str, done: Sequence[Deletion | HeldPurge], now: datetime) -> Fact:
    """What the ledger knows of a place; an empty list is knowledge too: nothing was ever proven deleted."""
    values = tuple(_verified(entry) for entry in done)
    basis = Basis.OBSERVED if done and all(value.observed for value in values) else Basis.READ_BACK
    return Fact(FactKey(target, channel, "deletion.verified"), Known(Items(values)), basis, now, "ledger")


def _verified(entry: Deletion | HeldPurge) -> VerifiedDeletion:
    if isinstance(entry, HeldPurge):
        return VerifiedDeletion(entry.store, entry.cutoff, entry.ended, left=entry.left)
    return VerifiedDeletion(entry.store, entry.cutoff, entry.ended, entry.observed)
