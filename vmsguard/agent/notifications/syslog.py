"""Alerts as syslog lines: RFC 5424, over TCP with octet counting (RFC 6587), over UDP, or to the machine's socket."""

from __future__ import annotations

import asyncio
import socket

from vmsguard.agent.notifications.message import Message
from vmsguard.agent.notifications.notifier import NotSent
from vmsguard.model.notification_routes import Syslog, Urgency

__all__ = ["send_syslog", "syslog_line"]

_SECONDS = 10
_FACILITY = 13
"""``log audit`` of RFC 5424, table 1."""
_SEVERITY = {Urgency.PAGE: 1, Urgency.WARN: 4, Urgency.NOTE: 5}
_ENTERPRISE = 32473
"""The number kept for examples (RFC 5612); vmsguard has none of its own."""
_LONGEST = 2048
"""What every receiver must take over UDP is 480 octets, what it should is 2048 (RFC 5424, 6.1)."""


def syslog_line(message: Message, hostname: str) -> bytes:
    """One line with the title as text and the message's id as its MSGID's detail; no line break in it."""
    priority = _FACILITY * 8 + _SEVERITY[message.urgency]
    stamp = message.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    groups = " ".join(f"{group['code']}/{group['cause']}/{group['count']}" for group in message.data["groups"])
    data = f'[vmsguard@{_ENTERPRISE} id="{message.id}" groups="{_escaped(groups)}"]'
    line = f"<{priority}>1 {stamp} {hostname or '-'} vmsguard - {message.urgency} {data} {message.title}"
    return line.replace("\n", " ").encode()[:_LONGEST]


def _escaped(value: str) -> str:
    for special in '\\"]':
        value = value.replace(special, "\\" + special)
    return value


async def send_syslog(way: Syslog, message: Message, hostname: str) -> None:
    """Hand one line to the receiver; raises ``NotSent`` where that fails. UDP never tells whether it arrived."""
    line = syslog_line(message, hostname)
    try:
        async with asyncio.timeout(_SECONDS):
            await asyncio.to_thread(_send, way, line)
    except (OSError, TimeoutError) as error:
        raise NotSent(f"the syslog receiver could not be reached: {type(error).__name__}") from error


def _send(way: Syslog, line: bytes) -> None:
    if way.address.startswith("/"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as local:
            local.settimeout(_SECONDS)
            local.connect(way.address)
            local.send(line)
        return
    host, _, port = way.address.rpartition(":")
    if way.protocol == "tcp":
        with socket.create_connection((host.strip("[]"), int(port)), _SECONDS) as stream:
            stream.sendall(b"%d %s" % (len(line), line))
        return
    family, kind, protocol, _, address = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind, protocol) as datagrams:
        datagrams.settimeout(_SECONDS)
        datagrams.sendto(line, address)
