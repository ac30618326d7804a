"""A change on its way: its arguments, its permit, and the ways to send it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from vmsguard.errors import DeviceFault, DriverError, GuardTripped
from vmsguard.model.changes import Change, Permit
from vmsguard.model.facts import Unknown
from vmsguard.model.vocabulary import Role
from vmsguard_onvif.channels import not_listed
from vmsguard_onvif.elements import Element
from vmsguard_onvif.gathering import Answer, Answered, Unanswered
from vmsguard_onvif.message_definitions import Binding
from vmsguard_onvif.readings import Readings
from vmsguard_onvif.session import Session
from vmsguard_onvif.topology import Topology
from vmsguard_onvif.typed_writes import typed_write

__all__ = ["Order"]

T = TypeVar("T")


class Order:
    """One change being carried out; ``writes`` counts what was sent."""

    def __init__(self, readings: Readings, role: Role, change: Change, permit: Permit) -> None:
        self.readings = readings
        self.role = role
        self.change = change
        self.writes = 0
        self._permit = permit

    @property
    def session(self) -> Session:
        return self.readings.session

    def argument(self, name: str) -> str:
        """A mandatory argument; raises ``GuardTripped`` without it, before anything is sent."""
        value = self.change.arguments.get(name, "")
        if not value:
            raise self.stopped(f"the change names no {name}")
        return value

    async def typed(self, binding: Binding, operation: str, parameters: Mapping[str, Any]) -> None:
        self.writes += 1
        await typed_write(self.session, binding, operation, parameters, self._permit)

    async def enveloped(self, namespace: str, operation: str, inner: str) -> None:
        """For operations that onvif-zeep's definitions of 2014 do not have."""
        self.writes += 1
        await self.session.write(namespace, operation, inner, self._permit)

    @contextmanager
    def gone_is_done(self, *subcodes: str) -> Iterator[None]:
        """For deletions: what is not there any more is no failure; the read-back, not this, says that it is gone."""
        try:
            yield
        except DeviceFault as error:
            if not set(subcodes) & {error.code, *error.subcodes}:
                raise
            self.session.ctx.log.debug("it was gone already", operation=error.operation)

    async def read(self, namespace: str, operation: str, inner: str = "", *, parse: Callable[[Element], T]) -> T:
        return await self.session.read(namespace, operation, inner, parse=parse)

    def value(self, answer: Answer[T]) -> T:
        """The value of a reading that the change depends on; raises where it could not be read."""
        return self.own(answer.value if isinstance(answer, Answered) else answer)

    def own(self, found: T | Unanswered) -> T:
        """The same for what was worked out of readings."""
        if isinstance(found, Unanswered):
            told = found.reading.detail if isinstance(found.reading, Unknown) else found.reading.proof
            raise DeviceFault(
                self.session.target.id, self.change.verb, f"what is to be changed could not be read: {told}"
            )
        return found

    def topology(self, found: Topology | Unanswered) -> Topology:
        """The target's channels; raises where they could not be told."""
        if isinstance(found, Unanswered):
            raise not_listed(self.session.target.id, found)
        return found

    def no_lever(self, what: str) -> DriverError:
        """For what ONVIF shows but cannot switch; our inability, and so no proof of the device's."""
        return DeviceFault(self.session.target.id, self.change.verb, f"ONVIF cannot switch {what}", code="NoLever")

    def stopped(self, message: str, hint: str = "") -> GuardTripped:
        return GuardTripped(self.session.target.id, self.change.verb, message, hint=hint)
