"""SOAP 1.2 at both ends: strict parsing of a request, templates for responses and faults."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from vmsguard.simulator.faults import Fault, invalid_arguments

__all__ = [
    "ENVELOPE",
    "PREFIXES",
    "SoapRequest",
    "boolean",
    "element",
    "fault_envelope",
    "instant",
    "parse_request",
    "quoteattr",
    "response_envelope",
    "text",
]

ENVELOPE: Final = "http://www.w3.org/2003/05/soap-envelope"
PREFIXES: Final = {
    "env": ENVELOPE,
    "ter": "http://www.onvif.org/ver10/error",
    "tt": "http://www.onvif.org/ver10/schema",
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "trt": "http://www.onvif.org/ver10/media/wsdl",
    "tr2": "http://www.onvif.org/ver20/media/wsdl",
    "tan": "http://www.onvif.org/ver20/analytics/wsdl",
    "trc": "http://www.onvif.org/ver10/recording/wsdl",
    "tse": "http://www.onvif.org/ver10/search/wsdl",
    "trp": "http://www.onvif.org/ver10/replay/wsdl",
    "trv": "http://www.onvif.org/ver10/receiver/wsdl",
    "tev": "http://www.onvif.org/ver10/events/wsdl",
    "tup": "http://www.onvif.org/ver10/uplink/wsdl",
    "tth": "http://www.onvif.org/ver10/thermal/wsdl",
    "tam": "http://www.onvif.org/ver10/appmgmt/wsdl",
    "tcr": "http://www.onvif.org/ver10/credential/wsdl",
    "tab": "http://www.onvif.org/ver10/authenticationbehavior/wsdl",
    "pt": "http://www.onvif.org/ver10/pacs",
    "fc": "http://www.onvif.org/ver20/analytics/humanface",
    "bd": "http://www.onvif.org/ver20/analytics/humanbody",
    "wsnt": "http://docs.oasis-open.org/wsn/b-2",
    "wsa": "http://www.w3.org/2005/08/addressing",
    "wstop": "http://docs.oasis-open.org/wsn/t-1",
    "tns1": "http://www.onvif.org/ver10/topics",
    "ttr": "http://www.onvif.org/ver20/analytics/radiometry",
    "xs": "http://www.w3.org/2001/XMLSchema",
}
_DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in PREFIXES.items())
_HEAD = f'<?xml version="1.0" encoding="UTF-8"?>\n<env:Envelope {_DECLARED}><env:Body>'
_TAIL = "</env:Body></env:Envelope>"
# Requests come from whoever can reach the port: no DTD, no entities, no network, libxml2's own size limits.
_PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True)


@dataclass(frozen=True)
class SoapRequest:
    """One parsed request: the operation's element, its qualified name, and the header if there is one."""

    namespace: str
    operation: str
    element: etree._Element
    header: etree._Element | None


def parse_request(body: bytes) -> SoapRequest:
    """The request in a SOAP 1.2 envelope with exactly one body entry; anything else is a fault."""
    try:
        root = etree.fromstring(body, _PARSER)
    except etree.XMLSyntaxError as error:
        raise Fault("Sender", ("WellFormed",), "Well-formed Error") from error
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]  # the stubs give DocInfo no members
        raise Fault("Sender", ("WellFormed",), "Well-formed Error")
    if root.tag != f"{{{ENVELOPE}}}Envelope":
        raise Fault("VersionMismatch", (), "The envelope is not SOAP 1.2")
    bodies = root.findall(f"{{{ENVELOPE}}}Body")
    entries = [entry for found in bodies for entry in found if isinstance(entry.tag, str)]
    if len(bodies) != 1 or len(entries) != 1:
        raise invalid_arguments("The body holds no operation, or several")
    name = etree.QName(entries[0])
    return SoapRequest(name.namespace or "", name.localname, entries[0], root.find(f"{{{ENVELOPE}}}Header"))


def response_envelope(inner: str) -> bytes:
    return f"{_HEAD}{inner}{_TAIL}".encode()


def fault_envelope(fault: Fault) -> bytes:
    subcode = ""
    for name in reversed(fault.subcodes):
        subcode = f"<env:Subcode><env:Value>ter:{name}</env:Value>{subcode}</env:Subcode>"
    return response_envelope(
        f"<env:Fault><env:Code><env:Value>env:{fault.code}</env:Value>{subcode}</env:Code>"
        f'<env:Reason><env:Text xml:lang="en">{text(fault.reason)}</env:Text></env:Reason></env:Fault>'
    )


def text(value: object) -> str:
    """A value as XML text."""
    return escape(str(value))


def element(name: str, value: object) -> str:
    return f"<{name}>{text(value)}</{name}>"


def boolean(value: bool) -> str:
    return "true" if value else "false"


def instant(moment: datetime) -> str:
    """A UTC time to the millisecond, so that growth shows between two quick looks."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
