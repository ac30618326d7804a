"""From the bytes of a request to the reply of one device: parse, find, authenticate, authorise, perform."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from vmsguard.simulator.access import Access, allows
from vmsguard.simulator.authentication import HttpDigest, UsernameTokens
from vmsguard.simulator.call import Arguments, Call, Operation, Service, World
from vmsguard.simulator.device_state import Device
from vmsguard.simulator.faults import Fault, no_such_service, not_authorized, not_supported
from vmsguard.simulator.personas import Manner, Persona, Reply, persona_named
from vmsguard.simulator.services import BY_PATH
from vmsguard.simulator.services.pull_points import PATH, PULL_POINTS
from vmsguard.simulator.soap import SoapRequest, fault_envelope, parse_request, response_envelope
from vmsguard.simulator.subscriptions import Subscription

__all__ = ["Received", "Session", "answer"]

_WRITES: Final = {
    name: operation.writes
    for service in (*BY_PATH.values(), *PULL_POINTS)
    for name, operation in service.operations.items()
}
"""Whether an operation that somebody defined changes a device."""
_BY_NAMESPACE: Final = {service.namespace: service for service in BY_PATH.values()}
_SECOND: Final = timedelta(seconds=1)
_WRITING_WORDS: Final = ("Set", "Delete", "Remove", "Start", "Stop", "Create", "Modify", "Add")


@dataclass(frozen=True)
class Received:
    """One HTTP request to a device, as far as ONVIF cares."""

    path: str
    """The last part of the URL's path: ``device_service``."""
    method: str
    uri: str
    authorization: str
    body: bytes


@dataclass
class Session:
    """What a running device remembers between requests and forgets when it is switched off."""

    device: Device
    digest: HttpDigest
    tokens: UsernameTokens = field(default_factory=UsernameTokens)
    searches: dict[str, list[str]] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    requests: int = 0
    writes: int = 0
    drops: int = 0
    """How many of the next writes lose their reply."""
    last_write: str = ""
    arrivals: deque[datetime] = field(default_factory=deque)
    """When the requests of the last second came."""
    refused_logins: int = 0
    """Requests that carried a login and were turned away; what locks an account on a real device."""

    @property
    def persona(self) -> Persona:
        return persona_named(self.device.persona)

    def overloads(self, now: datetime) -> bool:
        """Note a request, and whether it is one too many within this second."""
        if not self.persona.busiest:
            return False
        while self.arrivals and now - self.arrivals[0] >= _SECOND:
            self.arrivals.popleft()
        self.arrivals.append(now)
        return len(self.arrivals) > self.persona.busiest


def _is_write(name: str) -> bool:
    """Would this operation change a device? Judged by name for operations nobody defined."""
    return _WRITES.get(name, name.startswith(_WRITING_WORDS))


def answer(
    session: Session,
    received: Received,
    world: World,
    around_write: tuple[Callable[[Session], None], Callable[[Session], None]],
) -> Reply:
    """The reply of a device; ``around_write`` is called just before and just after something may change.

    It brings footage up to date, too; a read that needs footage does so itself.
    """
    session.requests += 1
    persona = session.persona
    delay = 0.0
    try:
        request = parse_request(received.body)
        delay = persona.delay(request.operation)
        writing = _is_write(request.operation)
        session.writes += writing
        reply = persona.instead(session.device, request)
        if reply is None:
            reply = _perform(session, received, request, world, around_write)
    except Fault as fault:
        reply = persona.fault(fault, lambda honest: _faulty(session, honest))
    return replace(reply, delay=delay) if delay else reply


def _perform(
    session: Session,
    received: Received,
    request: SoapRequest,
    world: World,
    around_write: tuple[Callable[[Session], None], Callable[[Session], None]],
) -> Reply:
    service, operation = _find(session, received.path, request)
    _authorise(session, received, request, service, operation, world)
    host = session.persona.host(world.host())
    call = Call(
        session.device,
        world,
        Arguments(request.element),
        host,
        session.searches,
        session.subscriptions,
        received.path,
    )
    before, after = around_write
    if operation.writes:
        before(session)
    content = session.persona.perform(call, service, request.operation, operation)
    if operation.writes:
        session.last_write = request.operation
        after(session)
    manner = session.persona.manner_after(operation)
    if operation.writes and session.drops:
        session.drops -= 1
        manner = Manner.DROP
    name = f"{service.prefix}:{request.operation}Response"
    return Reply(200, response_envelope(f"<{name}>{content}</{name}>"), manner)


def _find(session: Session, path: str, request: SoapRequest) -> tuple[Service, Operation]:
    service = _pull_point(request) if path.startswith(PATH) else BY_PATH.get(path)
    if session.persona.one_address and not path:
        service = _BY_NAMESPACE.get(request.namespace)
    if service is None or not service.has(session.device):
        raise no_such_service()
    if request.namespace != service.namespace:
        raise not_supported()
    if request.operation == "GetServiceCapabilities" and request.operation not in service.operations:
        return service, Operation(lambda call: service.capabilities(call.device), Access.PRE_AUTH)
    operation = service.operations.get(request.operation)
    if operation is None:
        raise not_supported()
    return service, operation


def _pull_point(request: SoapRequest) -> Service | None:
    return next((service for service in PULL_POINTS if service.namespace == request.namespace), None)


def _authorise(
    session: Session, received: Received, request: SoapRequest, service: Service, operation: Operation, world: World
) -> None:
    device = session.device
    access = session.persona.access(operation)
    if access is Access.PRE_AUTH or device.auth == "none":
        return
    account = None
    # HTTP first, then the token: the order of ONVIF Core, authentication over HTTP.
    if device.auth in ("digest", "both") and received.authorization:
        account = session.digest.check(received.authorization, received.method, received.uri, device)
    if account is None and device.auth in ("wsse", "both"):
        account = session.tokens.check(request.header, device, world.now())
    if account is None:
        given = bool(received.authorization) or (request.header is not None and len(request.header) > 0)
        if given and session.persona.admits(service, operation):
            return
        session.refused_logins += given
        raise not_authorized()
    if not allows(account.level, access):
        raise Fault("Sender", ("NotAuthorized", "OperationProhibited"), "The account's level does not allow this")


def _faulty(session: Session, fault: Fault) -> Reply:
    """HTTP 400 for Sender, 500 for Receiver (SOAP 1.2); a missing login is 401 where HTTP Digest is spoken."""
    if fault.subcodes == ("NotAuthorized",) and session.device.auth in ("digest", "both"):
        return Reply(401, fault_envelope(fault), challenges=session.persona.challenges(session.digest.challenge()))
    return Reply(500 if fault.code == "Receiver" else 400, fault_envelope(fault))
