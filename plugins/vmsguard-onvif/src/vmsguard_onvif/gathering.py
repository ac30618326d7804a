"""One observation pass: every reply is asked for at most once, and what went wrong becomes a reading."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from vmsguard.errors import (
    AuthRejected,
    CertificateRefused,
    DeviceFault,
    DriverError,
    GuardTripped,
    NotSupported,
    ProtocolViolation,
    Unreachable,
)
from vmsguard.model.facts import Absent, Unknown
from vmsguard.model.vocabulary import Why
from vmsguard_onvif.canary import answers_anything
from vmsguard_onvif.elements import Element
from vmsguard_onvif.namespaces import DEVICE, PREFIXES
from vmsguard_onvif.session import Session

__all__ = ["MOST_BYTES", "Answer", "Answered", "Gathering", "Unanswered", "unanswered"]

T = TypeVar("T")

MOST_BYTES = 64 * 1024 * 1024
"""Of the replies of one pass; those of a recorder of 500 channels are 35 MB."""

_SERVICE_NAMES = {
    "trt": "Media",
    "tr2": "Media2",
    "tan": "Analytics",
    "trc": "Recording",
    "tse": "Search",
    "trp": "Replay",
    "trv": "Receiver",
    "tev": "Events",
    "tmd": "DeviceIO",
    "tth": "Thermal",
    "tup": "Uplink",
    "tptz": "PTZ",
    "tam": "AppManagement",
    "tcr": "Credential",
    "tab": "AuthenticationBehavior",
}


@dataclass(frozen=True)
class Answered(Generic[T]):
    value: T


@dataclass(frozen=True)
class Unanswered:
    """Why there is no value: proof that the function is not there, or a reason why nobody could tell."""

    reading: Absent | Unknown
    codes: tuple[str, ...] = ()
    """The local names of the fault's code and subcodes, where it was a fault."""


Answer: TypeAlias = Answered[T] | Unanswered


class Gathering:
    """Asks a session for replies during one pass and remembers them; a later pass asks again.

    After the device stopped answering, or refused a login that was never accepted, nothing more is sent.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._answers: dict[tuple[str, str, str], Answer[Any]] = {}
        self._stopped: Unanswered | None = None
        self._received_before = session.received

    async def ask(
        self,
        namespace: str,
        operation: str,
        inner: str = "",
        *,
        parse: Callable[[Element], T],
        capability: str = "",
        alone: bool = False,
    ) -> Answer[T]:
        """The parsed reply, or why there is none. ``capability`` names the flag that would rule it out.

        ``alone``: silence here says nothing of other services. Devices are seen that list an Events service and
        drop its connections while all else answers.
        """
        key = (namespace, operation, inner)
        known: Answer[T] | None = self._answers.get(key)
        if known is None:
            known = self._answers[key] = await self._fetch(namespace, operation, inner, parse, capability, alone)
        return known

    def refused(self, namespace: str, capability: str = "") -> Unanswered | None:
        """Why a service's operation need not be asked for: not listed, or ruled out by its capabilities."""
        service = self.session.services.get(namespace)
        if service is None:
            if namespace == DEVICE:
                return None
            hidden = self.hidden(namespace)
            if hidden is not None:
                return hidden
            return self.absence(f"{self.session.services.operation} lists no {_name(namespace)} service")
        if capability and service.flag(capability) is False:
            return self.absence(f"the {_name(namespace)} service says {capability}=false")
        return None

    def hidden(self, namespace: str) -> Unanswered | None:
        """Why not even the absence of an unlisted service can be told: the device's list has no place for it."""
        services = self.session.services
        if services.get(namespace) is not None or services.has_place_for(namespace):
            return None
        told = f"{services.operation} has no place for the {_name(namespace)} service"
        return Unanswered(Unknown(Why.UNSUPPORTED_UNPROVEN, told))

    def absence(self, proof: str) -> Unanswered:
        """Absence as far as this device can be believed.

        It counts only from a device that refused our impossible operation with the fault the standard
        asks for. One that answers anything, or refuses in its own words, proves nothing by not listing.
        """
        return _absence(self.session, proof)

    async def _fetch(
        self,
        namespace: str,
        operation: str,
        inner: str,
        parse: Callable[[Element], T],
        capability: str,
        alone: bool,
    ) -> Answer[T]:
        refused = self.refused(namespace, capability)
        if refused is not None:
            return refused
        if self._stopped is not None:
            return self._stopped
        if self.session.received - self._received_before > MOST_BYTES:
            # All of a pass is kept until its end: many replies of the largest size are one that is far larger.
            told = (
                f"{operation}: not asked, for the replies of this pass were more than {MOST_BYTES >> 20} MiB together"
            )
            self._stopped = Unanswered(Unknown(Why.PROTOCOL, told))
            return self._stopped
        try:
            value = await self.session.read(namespace, operation, inner, parse=parse)
            # An empty list is often good news, and one that was made up looks like it.
            if value == () and namespace != DEVICE and await answers_anything(self.session, namespace):
                detail = f"{operation}: an empty list from a service that answers operations that cannot exist"
                return Unanswered(Unknown(Why.FABRICATED, detail))
            return Answered(value)
        except CertificateRefused:
            raise
        except DriverError as error:
            answer = unanswered(self.session, error)
            silent = isinstance(error, Unreachable) and not alone
            if silent or (isinstance(error, AuthRejected) and not self.session.login_accepted):
                self._stopped = answer
            return answer


def _name(namespace: str) -> str:
    return _SERVICE_NAMES.get(PREFIXES[namespace], "Device")


def unanswered(session: Session, error: DriverError) -> Unanswered:
    """The reading that an error of a read stands for."""
    detail = f"{error.operation}: {error.detail}"
    if isinstance(error, NotSupported):
        return _absence(session, detail)
    if isinstance(error, AuthRejected):
        return Unanswered(Unknown(Why.AUTH, detail))
    if isinstance(error, Unreachable):
        return Unanswered(Unknown(Why.UNREACHABLE, detail))
    why = Why.PROTOCOL if isinstance(error, ProtocolViolation | GuardTripped) else Why.FAULT
    codes = (error.code, *error.subcodes) if isinstance(error, DeviceFault) else ()
    return Unanswered(Unknown(why, detail), codes)


def _absence(session: Session, proof: str) -> Unanswered:
    if session.fabricates:
        return Unanswered(Unknown(Why.FABRICATED, proof))
    if session.trusts_absence:
        return Unanswered(Absent(proof))
    return Unanswered(Unknown(Why.UNSUPPORTED_UNPROVEN, proof))
