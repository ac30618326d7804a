"""Writes through onvif-zeep: it builds the typed message, we send it through the guarded client and read the reply."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from lxml import etree

from vmsguard.errors import DriverError, GuardTripped
from vmsguard.model.changes import Permit
from vmsguard.model.vocabulary import Effect
from vmsguard.net.client import Reply
from vmsguard_onvif.faults import Where
from vmsguard_onvif.message_definitions import Binding, definition
from vmsguard_onvif.namespaces import SOAP12
from vmsguard_onvif.session import Session

__all__ = ["typed_write"]


async def typed_write(
    session: Session, binding: Binding, operation: str, parameters: Mapping[str, Any], permit: Permit
) -> None:
    """Send one typed change once; returns when the device gave the right response, which proves nothing.

    zeep's own reading of the reply is not used: it returns None for success and for a wrong body alike.
    """
    transport = _HopTransport(session, binding, operation, permit, asyncio.get_running_loop())
    await session.ctx.run_blocking(_build_and_send, session, binding, operation, parameters, transport)
    where = Where(session.target.id, operation)
    if transport.error is not None:
        raise transport.error
    if transport.reply is None:
        raise GuardTripped(where.target, where.operation, "the message was not built; nothing was sent")
    await session.accept_write(binding.namespace, transport.reply, where)


def _build_and_send(
    session: Session, binding: Binding, operation: str, parameters: Mapping[str, Any], transport: _HopTransport
) -> None:
    """Runs in a thread: zeep blocks. What it raises after the reply arrived is about a reply we read ourselves."""
    try:
        found = definition(binding.file)
    except FileNotFoundError as error:
        raise GuardTripped(
            session.target.id,
            operation,
            "onvif-zeep's message definitions are missing; nothing was sent",
            hint="Install vmsguard-onvif again with pip, in an environment without onvif-zeep-async.",
        ) from error
    from onvif import ONVIFError, ONVIFService
    from zeep import Client, Settings

    settings = Settings(strict=True, raw_response=True)
    client = Client(  # type: ignore[no-untyped-call]
        wsdl=found.document, wsse=_Security(session, operation), transport=transport, settings=settings
    )
    service = ONVIFService(
        session.path(binding.namespace, operation),
        "",
        "",
        found.path,
        zeep_client=client,
        binding_name=binding.qualified_name,
    )
    try:
        getattr(service, operation)(dict(parameters))
    except ONVIFError as error:
        if transport.reply is None and transport.error is None:
            raise GuardTripped(
                session.target.id, operation, f"the message could not be built: {type(error.__context__).__name__}"
            ) from None


class _HopTransport:
    """zeep's transport interface over the guarded client: hops from zeep's thread back to the event loop."""

    def __init__(
        self, session: Session, binding: Binding, operation: str, permit: Permit, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._session = session
        self._binding = binding
        self._operation = operation
        self._permit = permit
        self._loop = loop
        self.reply: Reply | None = None
        self.error: DriverError | None = None

    def post_xml(self, address: str, envelope: Any, headers: Mapping[str, str]) -> None:
        """Send once; the address zeep was given is ours, and its headers are replaced by ours."""
        if self.reply is not None or self.error is not None:
            raise RuntimeError("a change is sent once")
        body = etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")
        sending = self._session.post(self._binding.namespace, self._operation, body, Effect.WRITE, self._permit)
        try:
            # The guarded client has the deadline; waiting here without one cannot outlast it.
            self.reply = asyncio.run_coroutine_threadsafe(sending, self._loop).result()
        except DriverError as error:
            self.error = error

    def load(self, url: str) -> bytes:
        raise RuntimeError("definitions are loaded once, from files")


class _Security:
    """zeep's WS-Security interface over the session's token: stateless, with the device's own time."""

    def __init__(self, session: Session, operation: str) -> None:
        self._session = session
        self._operation = operation

    def apply(self, envelope: Any, headers: Any) -> tuple[Any, Any]:
        told = self._session.security(self._operation)
        if told:
            from zeep.wsdl.utils import get_or_create_header

            parsed = etree.fromstring(f'<s:Header xmlns:s="{SOAP12}">{told}</s:Header>')
            get_or_create_header(envelope).extend(list(parsed))  # type: ignore[no-untyped-call]
        return envelope, headers

    def verify(self, envelope: Any) -> None:
        """Replies carry no security header."""
