"""What a camera can do with an envelope: encodings without a name, lures in the markup, two answers to one question."""

from __future__ import annotations

from collections.abc import Mapping

from hostile_camera.case import Case
from hostile_camera.ordinary import REPLIES, envelope, fault, response
from hostile_camera.server import Trick, says
from hostile_camera.xml_tricks import BROKEN, ENCODED, PROTOCOL, TOO_MANY, body, both
from vmsguard.model.vocabulary import Why

__all__ = ["SOAP_CASES"]

SERVICES = "<tds:GetServicesResponse/>"
ANOTHER = "GetCapabilities: the answer to another operation"
LURE = "http://127.0.0.2:9/x"


def bare(document: bytes) -> str:
    """Without its declaration."""
    return document.decode().partition("?>")[2]


def inside(document: bytes) -> str:
    """What its body holds."""
    return document.decode().partition("<s:Body>")[2].partition("</s:Body>")[0]


def encoded(encoding: str, *, declared: str = "") -> Mapping[str, Trick]:
    declaration = f"<?xml version='1.0' encoding='{declared}'?>" if declared else ""
    return both((declaration + bare(envelope(SERVICES))).encode(encoding))


def padded(encoding: str) -> Mapping[str, Trick]:
    """A declaration so long that whoever looks at its beginning does not see the encoding."""
    text = bare(envelope(f"<a>{'+ADw-a/+AD4-' * 600_000}</a>"))
    return both(f"<?xml version='1.0'{' ' * 200}encoding='{encoding}'?>{text}".encode())


def jobs(inner: str) -> Mapping[str, Trick]:
    """The envelope that comes as the answer to the question for recording jobs."""
    return {"GetRecordingJobs": says(envelope(inner))}


REAL = inside(response("GetRecordingJobs", REPLIES["GetRecordingJobs"][1]))
NONE = "<trc:GetRecordingJobsResponse/>"
JOBS: Mapping[str, Why] = {"recording.jobs": PROTOCOL}

SOAP_CASES: Mapping[str, Case] = {
    "UTF-16 without a mark, low end first": Case(encoded("utf-16-le"), PROTOCOL, ENCODED),
    "UTF-16 without a mark, high end first": Case(encoded("utf-16-be"), PROTOCOL, ENCODED),
    "UTF-32": Case(encoded("utf-32"), PROTOCOL, ENCODED),
    "UTF-32 without a mark": Case(encoded("utf-32-be"), PROTOCOL, ENCODED),
    "UTF-8 that says that it is UTF-16": Case(encoded("utf-8", declared="UTF-16"), PROTOCOL, ENCODED),
    "UTF-7 behind 200 blanks": Case(padded("UTF-7"), PROTOCOL, ENCODED),
    "HZ, in which a tilde begins another alphabet": Case(encoded("utf-8", declared="HZ"), PROTOCOL, ENCODED),
    "300,000 instructions": Case(body(lambda: "<?a?>" * 301_000), PROTOCOL, TOO_MANY),
    "300,000 comments": Case(body(lambda: "<!---->" * 301_000), PROTOCOL, TOO_MANY),
    "300,000 sections": Case(body(lambda: f"<a>{'<![CDATA[]]>' * 301_000}</a>"), PROTOCOL, TOO_MANY),
    "a million references to characters": Case(body(lambda: f"<a>{'&#120;' * 1_000_000}</a>"), PROTOCOL, ANOTHER),
    "a name of 3 MB": Case(body(lambda: f"<{'n' * 3_000_000}/>"), PROTOCOL, BROKEN),
    "a namespace of 3 MB": Case(body(lambda: f"<a xmlns='{'n' * 3_000_000}'/>"), PROTOCOL, ANOTHER),
    "an attribute twice": Case(body("<a b='1' b='2'/>"), PROTOCOL, BROKEN),
    "a style sheet elsewhere": Case(
        both(f"<?xml-stylesheet type='text/xsl' href='{LURE}'?>{bare(envelope('<a/>'))}".encode()), PROTOCOL, ANOTHER
    ),
    "a schema and an inclusion elsewhere": Case(
        body(
            f"<a xmlns:x='http://www.w3.org/2001/XInclude' xmlns:i='http://www.w3.org/2001/XMLSchema-instance' "
            f"i:schemaLocation='urn:x {LURE}' xml:base='{LURE}'><x:include href='file:///etc/hostname'/></a>"
        ),
        PROTOCOL,
        ANOTHER,
    ),
    "an envelope within the envelope": Case(both(envelope(bare(envelope(SERVICES)))), PROTOCOL, ANOTHER),
    "a document behind the document": Case(both(envelope(SERVICES) * 2), PROTOCOL, BROKEN),
    "two bodies, the first of them empty": Case(
        both(envelope(f"</s:Body><s:Body>{SERVICES}")), PROTOCOL, "GetCapabilities: an empty SOAP body"
    ),
    "two answers, of which the first says nothing": Case(jobs(NONE + REAL), facts=JOBS),
    "two answers, of which the second says nothing": Case(jobs(REAL + NONE), facts=JOBS),
    "an answer and a fault": Case(jobs(NONE + inside(fault())), facts=JOBS),
    "two bodies, the second with another answer": Case(jobs(f"{NONE}</s:Body><s:Body>{REAL}"), facts=JOBS),
    "an answer below another element": Case(jobs(f"<s:Wrapper>{NONE}</s:Wrapper>"), facts=JOBS),
    "a fault under 200 that says success": Case(
        jobs(inside(fault("s:Receiver", "ter:OK"))), facts={"recording.jobs": Why.FAULT}
    ),
    "the request back": Case(jobs("<trc:GetRecordingJobs/>"), facts=JOBS),
    "items in another namespace": Case(jobs(REAL.replace("trc:JobItem", "tds:JobItem")), facts=JOBS),
}
