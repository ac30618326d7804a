"""Orders that people give a running agent over its socket: pauses, approvals, retirements, certificates."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from msgspec import Struct, to_builtins

from vmsguard.agent.agent import Agent
from vmsguard.agent.control.frames import understood
from vmsguard.agent.control.orders import keep_approval, keep_retirement, require_known
from vmsguard.agent.control.server import Handler, Peer, Tell
from vmsguard.errors import UsageError
from vmsguard.model.duty_watch import Retirement
from vmsguard.model.inventory import Target
from vmsguard.model.standing_orders import Pause, PauseScope
from vmsguard.model.trust import TargetTrust
from vmsguard.policy.syntax.suggest import did_you_mean
from vmsguard.run.trust_accept import accepted, keep_accepted, waiting_for

__all__ = [
    "AcceptAsked",
    "ApprovalAsked",
    "ApprovalsAsked",
    "AskedOrders",
    "PauseAsked",
    "Reach",
    "Resumed",
    "RetirementAsked",
    "TrustAsked",
]


class Reach(Struct, frozen=True, forbid_unknown_fields=True):
    """All targets, those of a site, or one."""

    scope: PauseScope
    name: str = ""


class PauseAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reach: Reach
    by: str
    until: datetime | None = None
    reason: str = ""
    duties: bool = False

    def pause(self, now: datetime) -> Pause:
        """As it is kept, from now on."""
        return Pause(
            scope=self.reach.scope,
            name=self.reach.name,
            by=self.by,
            since=now,
            until=self.until,
            reason=self.reason,
            duties=self.duties,
        )


class Resumed(Struct, frozen=True):
    ended: int
    """How many pauses."""
    left: tuple[Reach, ...] = ()
    """Those that stand."""


class ApprovalAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    target: str
    count: int
    days: int
    by: str


class ApprovalsAsked(Struct, frozen=True, forbid_unknown_fields=True):
    """One or many; none is kept where one of them names no target."""

    approvals: tuple[ApprovalAsked, ...]


class RetirementAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    camera: str
    kind: str
    sha256: str
    dated: date
    by: str

    def retirement(self, now: datetime) -> Retirement:
        """As it is kept."""
        return Retirement(camera=self.camera, kind=self.kind, sha256=self.sha256, dated=self.dated, by=self.by, at=now)


class TrustAsked(Struct, frozen=True, forbid_unknown_fields=True):
    target: str


class AcceptAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    target: str
    fingerprint: str
    by: str


class AskedOrders:
    """Keeps and records them, with the user id of whoever gave them."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    @property
    def handlers(self) -> dict[str, Handler]:
        return {
            "pause": self._pause,
            "resume": self._resume,
            "approve": self._approve,
            "retire": self._retire,
            "trust-waiting": self._trust_waiting,
            "trust-accept": self._trust_accept,
        }

    async def _pause(self, arguments: Mapping[str, Any], peer: Peer, tell: Tell) -> None:
        asked = understood(arguments, PauseAsked)
        self._agent.orders.pause(asked.pause(self._agent.equipment.clock.now()), peer.uid)

    async def _resume(self, arguments: Mapping[str, Any], peer: Peer, tell: Tell) -> dict[str, Any]:
        reach = understood(arguments, Reach)
        now = self._agent.equipment.clock.now()
        ended = self._agent.orders.resume(reach.scope, reach.name, peer.uid, now)
        left = self._agent.equipment.state.pauses(now)
        told: dict[str, Any] = to_builtins(Resumed(ended, tuple(Reach(one.scope, one.name) for one in left)))
        return told

    async def _approve(self, arguments: Mapping[str, Any], peer: Peer, tell: Tell) -> None:
        asked = understood(arguments, ApprovalsAsked).approvals
        for one in asked:
            self._target(one.target)
        equipment = self._agent.equipment
        now = equipment.clock.now()
        for done, one in enumerate(asked, 1):
            expires = now + timedelta(days=one.days)
            keep_approval(equipment.state, equipment.evidence, one.target, one.count, one.by, now, expires, peer.uid)
            tell("approve", done, len(asked))
            await asyncio.sleep(0)  # each is on the disk by itself: what is due meanwhile is not held up

    async def _retire(self, arguments: Mapping[str, Any], peer: Peer, tell: Tell) -> None:
        asked = understood(arguments, RetirementAsked)
        self._agent.take_over_files()
        equipment = self._agent.equipment
        state = equipment.state
        if asked.camera in self._agent.in_force.as_in_the_files.inventory.cameras:
            raise UsageError(f"{asked.camera} is in the inventory", hint="take it out there first; retire what is gone")
        require_known(state, asked.camera)
        keep_retirement(state, equipment.evidence, asked.retirement(equipment.clock.now()), peer.uid)

    async def _trust_waiting(self, arguments: Mapping[str, Any], peer: Peer, tell: Tell) -> dict[str, Any]:
        """What of the target can be accepted."""
        told: dict[str, Any] = to_builtins(self._seen(understood(arguments, TrustAsked).target))
        return told

    async def _trust_accept(self, arguments: Mapping[str, Any], peer: Peer, tell: Tell) -> dict[str, Any]:
        asked = understood(arguments, AcceptAsked)
        equipment = self._agent.equipment
        held = accepted(self._seen(asked.target), asked.fingerprint, by=asked.by, at=equipment.clock.now())
        keep_accepted(equipment.evidence, equipment.state, held, peer.uid)
        equipment.state.wake_work([asked.target], equipment.clock.now())
        told: dict[str, Any] = to_builtins(held)
        return told

    def _seen(self, target: str) -> TargetTrust:
        return waiting_for(self._target(target), self._agent.equipment.state.trust(target))

    def _target(self, name: str) -> Target:
        found = self._agent.in_force.target(name)
        if found is None:
            targets = self._agent.in_force.fleet.inventory.targets
            raise UsageError(f"there is no target {name!r}", hint=did_you_mean(name, targets))
        return found
