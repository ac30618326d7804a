"""Everything that lives beside an agent's loop: notifications, health pages, watchdog, sign of life, its socket."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vmsguard.agent.agent import Agent, AgentPart
from vmsguard.agent.control.asked_orders import AskedOrders
from vmsguard.agent.control.asked_runs import AskedRuns
from vmsguard.agent.control.server import ControlServer, Peer, Tell
from vmsguard.agent.control.server import Handler as ControlHandler
from vmsguard.agent.execution.executor import Handler, Lease
from vmsguard.agent.execution.last_looks import LastLooks
from vmsguard.agent.execution.tasks import Outcome, TaskRef
from vmsguard.agent.fleet_in_force import FleetInForce
from vmsguard.agent.health.dead_man import DeadMan
from vmsguard.agent.health.metrics import AgentMetrics
from vmsguard.agent.health.part import HealthPart
from vmsguard.agent.health.probes import ProbeServer
from vmsguard.agent.health.service_manager import ServiceManager
from vmsguard.agent.health.vitals import Vitals
from vmsguard.agent.notifications.alert import Alert
from vmsguard.agent.notifications.notifier import Notifier
from vmsguard.agent.notifications.part import NotificationsPart
from vmsguard.agent.notifications.send import sender
from vmsguard.agent.standing_now import picture_of, situation_of, status_line
from vmsguard.agent.uplink.hearing import HubHearing
from vmsguard.errors import EvidenceError, StateError, VmsguardError
from vmsguard.evidence.log import EvidenceLog
from vmsguard.fleet.load_config import Config
from vmsguard.fleet.secrets import SecretStore
from vmsguard.model.notification_routes import Urgency
from vmsguard.run.equipment import Equipment
from vmsguard.run.run_id import new_run_id

__all__ = ["Beside"]


@dataclass
class Beside:
    """Made before the agent, because the agent tells it; given the agent before it begins."""

    config: Config
    secrets: SecretStore
    equipment: Equipment
    environment: Mapping[str, str]
    exit_code_of: Callable[[VmsguardError], int]
    hub: Callable[[], HubHearing] | None = None
    """How it stands with the hub, where the configuration names one."""

    def __post_init__(self) -> None:
        clock, log = self.equipment.clock, self.equipment.log
        self._agent: Agent | None = None
        self._looked_at: datetime | None = None
        self._turns = 0
        self.metrics = AgentMetrics(self._picture, clock)
        self.vitals = Vitals(
            clock=clock,
            checks={
                "state": self._state_works,
                "evidence": self._evidence_works,
                "executor": self._executor_works,
            },
        )
        self._notifier = Notifier(
            self.config.notifications,
            self.equipment.state,
            sender(self.secrets, clock),
            origin=self.config.evidence.origin,
            clock=clock,
            situation=lambda: situation_of(self.equipment.state, self._in_force, self._looks),
            log=log,
        )
        self._notifications = NotificationsPart(self._notifier, log)

    def tell(self, alerts: Iterable[Alert]) -> None:
        """Count, log and keep alerts for the routes that want them."""
        told = tuple(alerts)
        for alert in told:
            self.metrics.alerted(alert.code)
            self.equipment.log.warning(alert.code, site=alert.site, subject=alert.subject, target=alert.target)
        try:
            self._notifier.tell(told)
        except StateError:
            # What pages cannot wait in a state that keeps nothing now: a duty that ends, the state itself, its disk.
            pages = [alert for alert in told if alert.kind.urgency is Urgency.PAGE]
            if pages:
                self._notifications.tell_directly(pages)
            if len(pages) < len(told):
                raise

    def counted(self, handler: Handler) -> Handler:
        """The same handler, with every task it carries out in the metrics."""

        async def carry_out(ref: TaskRef, lease: Lease) -> Outcome:
            begun, ended = self.equipment.clock.monotonic(), "failed"
            try:
                outcome = await handler(ref, lease)
                ended = type(outcome).__name__.lower()
                return outcome
            finally:
                self.metrics.task_ended(ref.kind, ended, self.equipment.clock.monotonic() - begun)

        return carry_out

    def parts(self, agent: Agent) -> Sequence[AgentPart]:
        """What is started with the agent, in this order, and stopped the other way round."""
        self._agent = agent
        settings = self.config.agent
        probes = None
        if settings.health is not None:
            host, port = settings.health
            probes = ProbeServer(self.vitals, self.metrics, host=host, port=port)
        dead_man = None
        if settings.sign_of_life:
            dead_man = DeadMan(self._sign_of_life, settings.sign_of_life_every, self.vitals, self.equipment.log)
        manager = ServiceManager.from_environment(self.environment)
        return (
            ControlServer(
                settings.socket, self._handlers(agent), exit_code_of=self.exit_code_of, log=self.equipment.log
            ),
            self._notifications,
            HealthPart(
                self.vitals, manager, status=self._status_line, look=self._look, probes=probes, dead_man=dead_man
            ),
        )

    def _handlers(self, agent: Agent) -> dict[str, ControlHandler]:
        """What may be asked over the socket."""
        runs = AskedRuns(agent, self.config.evidence.origin, lambda: new_run_id(self.equipment.clock))
        return {
            "status": self._status,
            "in-force": runs.in_force,
            "run": runs.run,
            "explain": runs.explain,
            **AskedOrders(agent).handlers,
        }

    async def tell_waiting(self, agent: Agent) -> None:
        """Send once what the routes are due, for an agent that does not go on; what fails waits for the next."""
        self._agent = agent
        await self._notifications.stop()

    def _look(self) -> None:
        """Tick the vitals if the loop went round since the last look."""
        agent = self._agent
        if agent is None:
            return
        if agent.turns != self._turns:
            self._turns = agent.turns
            self.vitals.tick()
        if agent.last_round is not None and agent.last_round != self._looked_at:
            self._looked_at = agent.last_round
            self.metrics.reconciled(agent.last_round)

    @property
    def _in_force(self) -> FleetInForce:
        assert self._agent is not None
        return self._agent.in_force

    @property
    def _looks(self) -> LastLooks:
        assert self._agent is not None
        return self._agent.looks

    def _picture(self) -> Any:
        equipment = self.equipment
        return picture_of(
            equipment.state,
            self._in_force,
            self.config.evidence.origin,
            equipment.evidence.size,
            equipment.clock.now(),
        )

    def _status_line(self) -> str:
        try:
            return status_line(self.equipment.state, self._in_force, self.equipment.clock.now())
        except StateError as error:
            return f"the state cannot be read: {error.message}"

    async def _status(self, arguments: Mapping[str, Any], peer: Peer, tell: Tell) -> dict[str, Any]:
        """What ``vmsguard agent status`` shows."""
        agent = self._agent
        assert agent is not None
        health = agent.executor.health()
        return {
            "status": self._status_line(),
            "alive": self.vitals.alive,
            "not_ready": self.vitals.troubles(),
            "running": health.running,
            "waiting": health.waiting,
            "workers": health.workers,
            "pauses": self._pauses(),
            "first_deletions": [
                {"target": target, "site": self._site_of(target), "recordings": count}
                for target, count in self._looks.waiting()
            ],
            "last_round": None if agent.last_round is None else _utc(agent.last_round),
            "hub": None if self.hub is None else self._hub(self.hub()),
        }

    def _hub(self, heard: HubHearing) -> dict[str, Any]:
        """Policies of the hub are in force once the fleet was loaded with them."""
        in_force = not self._in_force.trouble and not self._in_force.source.changed()
        return {"trouble": heard.trouble, "policies": heard.policies, "policies_in_force": in_force}

    def _site_of(self, target: str) -> str:
        """Empty where it has left the inventory since it was looked at."""
        found = self._in_force.target(target)
        return "" if found is None else found.site

    def _pauses(self) -> list[dict[str, Any]]:
        """Those that stand; none where the state cannot be read, which the answer says in another place."""
        try:
            standing = self.equipment.state.pauses(self.equipment.clock.now())
        except StateError:
            return []
        return [
            {
                "scope": one.scope.value,
                "name": one.name,
                "by": one.by,
                "until": None if one.until is None else _utc(one.until),
                "duties": one.duties,
                "reason": one.reason,
            }
            for one in standing
        ]

    def _sign_of_life(self) -> str:
        told = self.config.agent.sign_of_life
        return self.secrets.text(told) if told.startswith("secret://") else told

    def _state_works(self) -> None:
        self.equipment.state.note_time(self.equipment.clock.now())

    def _executor_works(self) -> None:
        health = None if self._agent is None else self._agent.executor.health()
        if health is not None and not health.ready:
            raise VmsguardError(health.why)

    def _evidence_works(self) -> None:
        log = self.equipment.evidence
        if log.broken:
            raise EvidenceError(log.broken)
        if isinstance(log, EvidenceLog) and log.disk_full:
            raise EvidenceError(
                "the disk is full: only deletions and stops are recorded, from the room set aside for them",
                hint="make room on the disk of the evidence; the agent goes on by itself",
            )


def _utc(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
