"""Where the fleet of an agent stands now, as its state has it: what monitoring reads and messages are grouped by."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from vmsguard.agent.fleet_in_force import FleetInForce
from vmsguard.agent.health.metrics import Picture, SiteAge
from vmsguard.agent.last_looks import LastLooks
from vmsguard.agent.notifications.root_cause import Situation
from vmsguard.model.ledger import Duty
from vmsguard.state.store import State

__all__ = ["picture_of", "situation_of", "status_line"]


def picture_of(state: State, in_force: FleetInForce, origin: str, evidence_size: int, now: datetime) -> Picture:
    """The numbers of a scrape; evidence counts as unsent only where a hub is expected to confirm it."""
    sites = in_force.sites
    by_site: dict[str, list[Duty]] = defaultdict(list)
    for duty in state.duties():
        by_site[sites.get(duty.camera, "")].append(duty)
    confirmed = state.confirmed_evidence(origin)
    return Picture(
        ages=tuple(_age(site, duties, now) for site, duties in sorted(by_site.items())),
        due=sum(work.next_due <= now for work in state.all_work()),
        unsent_evidence=0 if confirmed is None else max(0, evidence_size - confirmed),
        unsent_notifications=state.unsent_count(),
        paused=len(state.pauses(now)),
    )


def situation_of(state: State, in_force: FleetInForce, looks: LastLooks) -> Situation:
    """Which targets are silent or refuse their login, and who owns whom; what causes are told from."""
    inventory = in_force.fleet.inventory
    silent = frozenset(work.target for work in state.all_work() if looks.silent(work.target, work.attempt))
    refused = {target: credential for credential, breaker in state.breakers().items() for target in breaker.refused_by}
    systems = {
        ref.target: camera.managed_by
        for camera in inventory.cameras.values()
        if camera.managed_by
        for ref in camera.endpoints
    }
    targets = {name: target.site for name, target in inventory.targets.items()}
    return Situation(targets=targets, unreachable=silent, refused=refused, systems=systems)


def status_line(state: State, in_force: FleetInForce, now: datetime) -> str:
    """One line for the service manager: counts alone."""
    work = state.all_work()
    due = sum(one.next_due <= now for one in work)
    late = sum(duty.next_due < now for duty in state.duties())
    trouble = f"; files not taken over: {in_force.trouble.splitlines()[0]}" if in_force.trouble else ""
    return f"{len(work)} targets, {due} due, {late} duties late{trouble}"


def _age(site: str, duties: list[Duty], now: datetime) -> SiteAge:
    begun = [(duty.next_due - timedelta(seconds=duty.max_gap_seconds), duty) for duty in duties]
    return SiteAge(
        site=site,
        oldest_cutoff=min(since for since, _ in begun),
        share=max((now - since).total_seconds() / duty.max_gap_seconds for since, duty in begun),
        duties=len(duties),
        missed=sum(duty.next_due < now for duty in duties),
    )
