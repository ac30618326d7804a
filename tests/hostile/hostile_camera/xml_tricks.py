"""What a camera can do with XML: trees far larger than their bytes, entities, and answers to other questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hostile_camera.case import Case
from hostile_camera.http_tricks import everywhere
from hostile_camera.ordinary import REPLIES, envelope, fault, response
from hostile_camera.server import Trick, says
from vmsguard.model.vocabulary import Why

__all__ = ["XML_CASES"]

PROTOCOL = Why.PROTOCOL
TOO_MANY = "GetCapabilities: more elements or attributes than any reply needs"
BROKEN = "GetCapabilities: not well-formed XML"
DOCTYPE = "GetCapabilities: a document type, which SOAP forbids"
ENCODED = "GetCapabilities: not in an encoding that is read"


def body(inner: str | Callable[[], str]) -> Mapping[str, Trick]:
    """The inside of the SOAP body, or what makes it."""
    return both(lambda: envelope(inner() if callable(inner) else inner))


def both(document: bytes | Callable[[], bytes]) -> Mapping[str, Trick]:
    """For the list of services in both its forms, which comes first and without which nothing else is asked."""
    return {name: says(document) for name in ("GetServices", "GetCapabilities")}


def document(prologue: str, inner: str = "<tds:GetServicesResponse/>", encoding: str = "UTF-8") -> Mapping[str, Trick]:
    plain = envelope(inner).decode().partition("?>")[2]
    text = f'<?xml version="1.0" encoding="{encoding}"?>{prologue}{plain}'
    return both(text.encode("utf-16" if encoding == "UTF-16" else "cp037" if encoding == "IBM037" else "utf-8"))


def laughs(generations: int = 9) -> str:
    grown = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, generations + 1))
    return f'<!DOCTYPE x [<!ENTITY l0 "{"ha" * 50}">{grown}]>'


def attributes(count: int) -> str:
    told = " ".join(f"a{n:x}=''" for n in range(count))
    return f"<tds:GetServicesResponse {told}/>"


def namespaces(count: int) -> str:
    return " ".join(f"xmlns:n{n:x}='u'" for n in range(count))


XML_CASES: Mapping[str, Case] = {
    "20,000 levels": Case(body("<a>" * 20_000 + "</a>" * 20_000), PROTOCOL, BROKEN),
    "a million elements": Case(body(lambda: f"<a>{'<a/>' * 1_000_000}</a>"), PROTOCOL, TOO_MANY),
    "800,000 attributes": Case(body(lambda: attributes(800_000)), PROTOCOL, TOO_MANY),
    "400,000 namespaces": Case(body(lambda: f"<a {namespaces(400_000)}/>"), PROTOCOL, TOO_MANY),
    "7 MB in one text node": Case(
        body(lambda: f"<tds:GetServicesResponse>{'x' * 7_000_000}</tds:GetServicesResponse>"),
        PROTOCOL,
        "GetCapabilities: the answer to another operation",
    ),
    "7 MB in one address": Case(
        both(
            lambda: response(
                "GetServices",
                "<tds:Service><tds:Namespace>http://www.onvif.org/ver10/media/wsdl</tds:Namespace><tds:XAddr>http://x/"
                f"{'x' * 7_000_000}</tds:XAddr></tds:Service>",
            )
        ),
        PROTOCOL,
        "GetCapabilities: the answer to another operation",
    ),
    "a namespace nobody declared": Case(body("<nobody:GetServicesResponse/>"), PROTOCOL, BROKEN),
    "an internal subset": Case(document("<!DOCTYPE x [<!ELEMENT x ANY>]>"), PROTOCOL, DOCTYPE),
    "a billion laughs": Case(document(laughs(), "<a>&l9;</a>"), PROTOCOL, DOCTYPE),
    "a billion laughs in an attribute": Case(document(laughs(), '<a b="&l9;"/>'), PROTOCOL, DOCTYPE),
    "an external entity": Case(
        document('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>', "<a>&e;</a>"), PROTOCOL, DOCTYPE
    ),
    "parameter entities": Case(
        document('<!DOCTYPE x [<!ENTITY % e SYSTEM "file:///etc/hostname"> %e;]>'), PROTOCOL, DOCTYPE
    ),
    "an external subset": Case(document('<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">'), PROTOCOL, DOCTYPE),
    "an entity nobody declared": Case(body("<a>&e;</a>"), PROTOCOL, BROKEN),
    "UTF-7, in which < is not <": Case(document("", "+ADw-a/+AD4-", "UTF-7"), PROTOCOL, ENCODED),
    "EBCDIC": Case(document("", encoding="IBM037"), PROTOCOL, ENCODED),
    "UTF-16": Case(document("", encoding="UTF-16"), PROTOCOL, ENCODED),
    "an encoding nobody has": Case(document("", encoding="x-nobody"), PROTOCOL, ENCODED),
    "control characters": Case(body("<a>\x01\x1b[2J</a>"), PROTOCOL, BROKEN),
    "bytes that are no UTF-8": Case(both(envelope("<a/>").replace(b"<a/>", b"<a>\xff\xfe</a>")), PROTOCOL, BROKEN),
    "no XML": Case(both(b"<html><body>Log in<br></body></html>"), PROTOCOL, BROKEN),
    "an empty body": Case(body(""), PROTOCOL, "GetCapabilities: an empty SOAP body"),
    "no envelope": Case(both(b"<a/>"), PROTOCOL, "GetCapabilities: not a SOAP envelope"),
    "the body of another operation": Case(
        body(f"<trc:GetRecordingsResponse>{REPLIES['GetRecordings'][1]}</trc:GetRecordingsResponse>"),
        PROTOCOL,
        "GetCapabilities: the answer to another operation",
    ),
    "the right name in another namespace": Case(
        body("<trc:GetCapabilitiesResponse/>"), PROTOCOL, "GetCapabilities: the answer to another operation"
    ),
    "a fault of 1,000 codes": Case(
        both(fault().replace(b"<s:Subcode>", b"<s:Subcode><s:Value>ter:X</s:Value>" * 1_000)), PROTOCOL, BROKEN
    ),
    "a fault whose code is markup": Case(
        both(fault(subcode="[red]x[/]&#x202e;" + "y" * 100_000)),
        Why.FAULT,
        "GetCapabilities: fault Sender (HTTP 200)",
    ),
    "everything is the same reply": Case(
        everywhere(says(response("GetDeviceInformation", REPLIES["GetDeviceInformation"][1]))),
        PROTOCOL,
        "GetSystemDateAndTime: the answer to another operation",
    ),
}
