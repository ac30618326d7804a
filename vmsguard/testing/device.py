"""What the conformance kit needs of the thing a driver is tried against."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from enum import StrEnum

from vmsguard.model.inventory import Target
from vmsguard.net.login import Login

__all__ = ["Ability", "ContractDevice", "Fault"]


class Fault(StrEnum):
    """Ways in which a device fails on request."""

    TIMEOUT = "timeout"
    """Accepts requests and never answers."""
    UNAUTHORIZED = "unauthorized"
    """Refuses the login it took before."""
    NOT_SUPPORTED = "not-supported"
    """Says of what is optional, in its protocol's own words, that it does not exist."""
    GARBAGE = "garbage"
    """Answers with bytes that are no answer."""
    ACK_NO_EFFECT = "ack-no-effect"
    """Acknowledges changes and makes none."""


class Ability(StrEnum):
    """What a device of the kit can be asked for beyond being read."""

    DIGEST = "digest"
    WRITES = "writes"
    CHANNELS = "with_channels"
    TIMEOUT = "fault:timeout"
    UNAUTHORIZED = "fault:unauthorized"
    NOT_SUPPORTED = "fault:not-supported"
    GARBAGE = "fault:garbage"
    ACK_NO_EFFECT = "fault:ack-no-effect"


class ContractDevice(ABC):
    """One device, fresh for each test: a simulator, a cassette or a real program.

    It should offer something to switch off and to delete for every verb of the driver, or those tests
    show as skipped. What it cannot do stands in ``cannot`` with the reason, which the report shows.
    """

    cannot: Mapping[Ability, str] = {}

    @property
    @abstractmethod
    def target(self) -> Target:
        """The target as it would be enrolled."""

    @property
    @abstractmethod
    def read_login(self) -> Login | None:
        """The login of observing and planning."""

    @property
    @abstractmethod
    def change_login(self) -> Login | None:
        """The login of applying."""

    async def digest(self) -> str:
        """A digest of the device's inner state that any change of configuration or footage moves."""
        raise NotImplementedError

    async def writes(self) -> int:
        """How many state-changing requests have arrived so far."""
        raise NotImplementedError

    async def with_channels(self, count: int) -> None:
        """From now on the device has this many channels."""
        raise NotImplementedError

    async def fault(self, kind: Fault) -> None:
        """From now on the device fails in this way."""
        raise NotImplementedError
