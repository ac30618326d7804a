"""Devices that ask for a login in ways of their own, or do not mean it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from vmsguard.simulator.access import Access
from vmsguard.simulator.call import Operation, Service
from vmsguard.simulator.device_state import Device
from vmsguard.simulator.faults import Fault
from vmsguard.simulator.personas.persona import Persona, Reply
from vmsguard.simulator.soap import fault_envelope

__all__ = [
    "PreAuthNeedsAuth",
    "RefusesLoginInHttp200",
    "RefusesLoginInHttp400",
    "RefusesLoginInWords",
    "RefusesLoginWithoutFault",
    "RtspWithoutLogin",
    "TwoChallenges",
    "WrongPasswordReads",
]


class WrongPasswordReads(Persona):
    """Any login, whatever its password, reads what the Device service has; changes want the right one."""

    name: ClassVar[str] = "wrong-password-reads"

    def admits(self, service: Service, operation: Operation) -> bool:
        return service.name == "device" and not operation.writes


class PreAuthNeedsAuth(Persona):
    """Even its clock and its list of services want a login, which needs the clock."""

    name: ClassVar[str] = "pre-auth-needs-auth"

    def access(self, operation: Operation) -> Access:
        return Access.READ_SYSTEM if operation.access is Access.PRE_AUTH else operation.access


class RtspWithoutLogin(Persona):
    """Snapshots want the login that is configured, RTSP serves anybody."""

    name: ClassVar[str] = "rtsp-without-login"
    guards_streams = False

    def shape(self, device: Device) -> None:
        device.media_auth = True


class TwoChallenges(Persona):
    """Offers Basic before Digest, in two headers; what takes only the first has no way in."""

    name: ClassVar[str] = "two-challenges"

    def challenges(self, honest: str) -> tuple[str, ...]:
        return ('Basic realm="onvif"', honest)


class _RefusesLogin(Persona):
    def refusal(self, fault: Fault, honest: Callable[[Fault], Reply]) -> Reply:
        raise NotImplementedError

    def fault(self, fault: Fault, honest: Callable[[Fault], Reply]) -> Reply:
        return self.refusal(fault, honest) if fault.subcodes == ("NotAuthorized",) else honest(fault)


class RefusesLoginInHttp200(_RefusesLogin):
    """A refused login is a proper fault under HTTP 200."""

    name: ClassVar[str] = "refuses-login-in-http-200"

    def refusal(self, fault: Fault, honest: Callable[[Fault], Reply]) -> Reply:
        return replace(honest(fault), status=200, challenges=())


class RefusesLoginInHttp400(_RefusesLogin):
    """A refused login is a proper fault under HTTP 400, as of devices that know only UsernameToken."""

    name: ClassVar[str] = "refuses-login-in-http-400"

    def refusal(self, fault: Fault, honest: Callable[[Fault], Reply]) -> Reply:
        return replace(honest(fault), status=400, challenges=())


class RefusesLoginWithoutFault(_RefusesLogin):
    """A refused login is HTTP 401 with its challenge and no body."""

    name: ClassVar[str] = "refuses-login-without-fault"

    def refusal(self, fault: Fault, honest: Callable[[Fault], Reply]) -> Reply:
        return replace(honest(fault), body=b"")


class RefusesLoginInWords(_RefusesLogin):
    """A refused login is a fault without a code for it, under HTTP 500: its text alone tells."""

    name: ClassVar[str] = "refuses-login-in-words"

    def refusal(self, fault: Fault, honest: Callable[[Fault], Reply]) -> Reply:
        return Reply(500, fault_envelope(Fault("Sender", (), "Authentication failed")))
