"""SOAP 1.2 requests as bytes, written directly: serialising through a WSDL costs twenty times as much."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from vmsguard_onvif.namespaces import PREFIXES, SCHEMA, SOAP12

__all__ = ["action", "envelope", "escape", "headers", "leaf"]

# XML 1.0 section 2.2: these cannot stand in a document, not even as a character reference.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}
)


def escape(value: str) -> str:
    """A value made safe for element text and attributes; raises ``ValueError`` for what XML cannot hold."""
    if value.isascii() and value.isalnum():
        return value
    if _NOT_XML.search(value):
        raise ValueError("a value holds characters that XML cannot carry")
    return value.translate(_ESCAPES)


def leaf(name: str, value: str) -> str:
    """One element with text, the text escaped; ``name`` is ours and is not."""
    return f"<{name}>{escape(value)}</{name}>"


def envelope(namespace: str, operation: str, inner: str = "", security: str = "") -> bytes:
    """A complete request: the operation's element with ``inner`` (already escaped) and a security header.

    The operation's namespace has the prefix of ``PREFIXES``; ``tt`` is the common schema.
    """
    before, between, after = _frame(namespace, operation)
    header = f"<s:Header>{security}</s:Header>" if security else ""
    return f"{before}{header}{between}{inner}{after}".encode()


@lru_cache(maxsize=256)
def _frame(namespace: str, operation: str) -> tuple[str, str, str]:
    """What every request of an operation has in common, around its header and its arguments."""
    prefix = PREFIXES[namespace]
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{SOAP12}" xmlns:tt="{SCHEMA}" '
        f'xmlns:{prefix}="{namespace}">',
        f"<s:Body><{prefix}:{operation}>",
        f"</{prefix}:{operation}></s:Body></s:Envelope>",
    )


def action(namespace: str, operation: str) -> str:
    return f"{namespace}/{operation}"


@lru_cache(maxsize=256)
def headers(namespace: str, operation: str, *, with_action: bool = True, action_is: str = "") -> Mapping[str, str]:
    """HTTP headers of a request. Pelco wants the action in the content type, Illustra breaks on it."""
    told = f'; action="{action_is or action(namespace, operation)}"' if with_action else ""
    return {"Content-Type": f"application/soap+xml; charset=utf-8{told}"}
