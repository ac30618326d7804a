"""Where the fleet of an agent stands now, as its state has it: what monitoring reads and messages are grouped by."""

from __future__ import annotations

from datetime import datetime

from vmsguard.agent.execution.last_looks import LastLooks
from vmsguard.agent.fleet_in_force import FleetInForce
from vmsguard.agent.health.metrics import Picture
from vmsguard.agent.notifications.root_cause import Situation
from vmsguard.model.counted import counted
from vmsguard.state.store import State

__all__ = ["picture_of", "situation_of", "status_line"]


def picture_of(state: State, in_force: FleetInForce, origin: str, evidence_size: int, now: datetime) -> Picture:
    """The numbers of a scrape; evidence counts as unsent only where a hub is expected to confirm it."""
    confirmed = state.confirmed_evidence(origin)
    return Picture(
        ages=state.gap_ages(now),
        due=state.standing_counts(now).due,
        unsent_evidence=0 if confirmed is None else max(0, evidence_size - confirmed),
        unsent_notifications=state.unsent_count(),
        paused=len(state.pauses(now)),
    )


def situation_of(state: State, in_force: FleetInForce, looks: LastLooks) -> Situation:
    """Which targets are silent or refuse their login, and who owns whom; what causes are told from."""
    inventory = in_force.fleet.inventory
    silent = frozenset(target for target, attempt in state.failing_work().items() if looks.silent(target, attempt))
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
    standing = state.standing_counts(now)
    trouble = f"; files not taken over: {in_force.trouble.splitlines()[0]}" if in_force.trouble else ""
    late = counted(standing.late, "duty", "duties")
    return f"{counted(standing.targets, 'target')}, {standing.due} due, {late} late{trouble}"
