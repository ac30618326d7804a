"""A device's bytes as one checked element: strict XML, no entities, the right operation or an error."""

from __future__ import annotations

from lxml import etree

from vmsguard.errors import ProtocolViolation
from vmsguard_onvif.elements import Element, first
from vmsguard_onvif.faults import Where, fault_error, is_fault
from vmsguard_onvif.namespaces import SOAP11, SOAP12
from vmsguard_onvif.reply_limits import LARGE, objection

__all__ = ["body_of", "response"]

_ENVELOPES = {f"{{{namespace}}}Envelope": f"{{{namespace}}}Body" for namespace in (SOAP12, SOAP11)}
_OLD_BODY = f"{{{SOAP11}}}Body"


def _parser() -> etree.XMLParser:
    # Without huge_tree libxml2 keeps its own limits on depth (256) and text; the client caps the bytes, and
    # ``objection`` what they may become.
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )


_PARSER = _parser()
"""For what is parsed on the event loop. A parser is locked while it parses: large replies have one each, or the loop
would wait for their threads."""


def body_of(content: bytes, where: Where) -> Element:
    """The first element in the SOAP body; raises ``ProtocolViolation`` for anything that is no such reply.

    No second, forgiving parse: a truncated list of jobs would read as a shorter one.
    """
    if not content or content.isspace():
        raise ProtocolViolation(where.target, where.operation, "an empty reply")
    objected = objection(content)
    if objected:
        raise ProtocolViolation(where.target, where.operation, objected)
    try:
        root = etree.fromstring(content, _PARSER if len(content) < LARGE else _parser())
    except etree.XMLSyntaxError as error:
        raise ProtocolViolation(where.target, where.operation, "not well-formed XML") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise ProtocolViolation(where.target, where.operation, "a document type, which SOAP forbids")
    body_name = _ENVELOPES.get(root.tag)
    body = None if body_name is None else first(root, body_name)
    if body is None:
        raise ProtocolViolation(where.target, where.operation, "not a SOAP envelope")
    if not len(body):
        raise ProtocolViolation(where.target, where.operation, "an empty SOAP body")
    # WS-I Basic Profile, R2201: one element, so that nobody can choose which answer was given.
    if len(body) > 1 or next(body.itersiblings(body.tag), None) is not None:
        raise ProtocolViolation(where.target, where.operation, "more than one answer")
    return body[0]


def response(content: bytes, status: int, namespace: str, where: Where) -> Element:
    """The ``<operation>Response`` element of a reply; a fault or any other body raises from the error tree.

    Faults come with 200, 400, 401 and 500 alike; a response counts only with a 2xx.
    """
    told = body_of(content, where)
    if is_fault(told):
        raise fault_error(told, status, where)
    parent = told.getparent()
    if parent is not None and parent.tag == _OLD_BODY:
        # What was asked in SOAP 1.2 is answered in it, or refused (SOAP 1.2 part 1, appendix A).
        raise ProtocolViolation(where.target, where.operation, "an answer in SOAP 1.1, which ONVIF does not speak")
    if told.tag != f"{{{namespace}}}{where.operation}Response":
        raise ProtocolViolation(where.target, where.operation, "the answer to another operation")
    if not 200 <= status < 300:
        raise ProtocolViolation(where.target, where.operation, f"a response under HTTP status {status}")
    return told
