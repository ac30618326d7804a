from __future__ import annotations

import pytest
from vmsguard_onvif.faults import Where
from vmsguard_onvif.namespaces import DEVICE, SOAP11, SOAP12
from vmsguard_onvif.reply import response

from vmsguard.errors import AuthRejected, DeviceFault, DriverError, NotSupported, ProtocolViolation, Refused

WHERE = Where("cam", "GetUsers")


def soap12(*names: str, text: str = "no") -> bytes:
    inner = ""
    for name in reversed(names[1:]):
        inner = f"<s:Subcode><s:Value>{name}</s:Value>{inner}</s:Subcode>"
    return (
        f'<s:Envelope xmlns:s="{SOAP12}"><s:Body><s:Fault><s:Code><s:Value>{names[0]}</s:Value>{inner}</s:Code>'
        f'<s:Reason><s:Text xml:lang="en">{text}</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>'
    ).encode()


def outcome(content: bytes, status: int = 200) -> DriverError:
    with pytest.raises(DriverError) as raised:
        response(content, status, DEVICE, WHERE)
    return raised.value


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("s:Receiver", "ter:ActionNotSupported"), NotSupported),
        (("s:Receiver", "ter:ActionNotSupported", "ter:NotImplemented"), NotSupported),
        (("s:Sender", "ter:ActionNotSupported", "ter:NoSuchService"), NotSupported),
        (("s:Sender", "ter:UnknownAction"), NotSupported),
        (("ter:ActionNotSupported",), NotSupported),
        (("s:Sender", "ter:Action", "ter:FixedRules"), Refused),
        (("s:Sender", "ter:Action", "ter:FixedModules"), Refused),
        (("s:Sender", "ter:Action", "ter:DeletionOfFixedProfile"), Refused),
        (("s:Receiver", "ter:Action", "ter:CannotDelete"), Refused),
        (("s:Receiver", "ter:Action", "ter:ConfigurationConflict"), Refused),
        (("s:Sender", "ter:OperationProhibited"), Refused),
        (("s:Sender", "ter:NotAuthorized"), AuthRejected),
        (("s:Sender", "ter:InvalidArgVal", "ter:NoRecordingJob"), DeviceFault),
        (("s:Receiver", "ter:Action"), DeviceFault),
        (("s:Receiver", "ter:ActionFailed"), DeviceFault),
        (("s:Receiver",), DeviceFault),
    ],
)
def test_codes_decide_whatever_the_http_status(names: tuple[str, ...], expected: type, status: int) -> None:
    assert type(outcome(soap12(*names), status)) is expected


def test_words_without_a_code_prove_nothing() -> None:
    error = outcome(soap12("s:Receiver", text="Optional action not implemented, not supported"))
    assert type(error) is DeviceFault
    assert (error.code, error.subcodes) == ("Receiver", ())


@pytest.mark.parametrize("text", ["Sender not Authorized", "Unauthorized", "Authentication failed"])
def test_a_refused_login_in_words_is_not_tried_again(text: str) -> None:
    assert type(outcome(soap12("s:Sender", text=text))) is AuthRejected


def test_an_undeclared_prefix_is_read_all_the_same() -> None:
    error = outcome(soap12("env:Sender", "ter:InvalidArgVal", "ter:NoProfile"))
    assert isinstance(error, DeviceFault)
    assert error.subcodes == ("InvalidArgVal", "NoProfile")


def test_a_refusal_carries_its_code() -> None:
    error = outcome(soap12("s:Sender", "ter:Action", "ter:FixedRules"))
    assert isinstance(error, Refused)
    assert error.code == "FixedRules"


def test_a_soap_1_1_fault_is_a_fault() -> None:
    content = (
        f'<e:Envelope xmlns:e="{SOAP11}"><e:Body><e:Fault><faultcode>e:Server</faultcode>'
        "<faultstring>nope</faultstring></e:Fault></e:Body></e:Envelope>"
    ).encode()
    assert type(outcome(content)) is DeviceFault


def test_what_a_device_writes_enters_no_message() -> None:
    error = outcome(soap12("s:Receiver", "ter:Kim <secret> 010-1234", text="patient Kim at 10.0.0.7"))
    assert "Kim" not in str(error)
    assert "10.0.0.7" not in str(error)


GOOD = f'<s:Envelope xmlns:s="{SOAP12}"><s:Body><d:GetUsersResponse xmlns:d="{DEVICE}"/></s:Body></s:Envelope>'


@pytest.mark.parametrize(
    "content",
    [
        "",
        "  \r\n",
        "<html><body>login</body></html>",
        GOOD[:-3],
        f"\r\n<?xml version='1.0'?>{GOOD}",
        GOOD + "\x00",
        f'<!DOCTYPE a [<!ENTITY b "c">]>{GOOD}',
        GOOD.replace("GetUsersResponse", "GetScopesResponse"),
        GOOD.replace(DEVICE, "http://www.onvif.org/ver10/media/wsdl"),
        f'<s:Envelope xmlns:s="{SOAP12}"><s:Body/></s:Envelope>',
        f'<s:Envelope xmlns:s="{SOAP12}"/>',
        f'<s:Envelope xmlns:s="{SOAP12}"><s:Body>{"<a>" * 300}{"</a>" * 300}</s:Body></s:Envelope>',
    ],
    ids=[
        "empty", "blank", "html", "cut-off", "text-before", "nul-after", "doctype",
        "other-operation", "other-namespace", "empty-body", "no-body", "too-deep",
    ],
)  # fmt: skip
def test_what_is_no_answer_is_a_protocol_violation(content: str) -> None:
    assert type(outcome(content.encode())) is ProtocolViolation


def test_an_answer_in_soap_1_1_is_no_answer_and_says_so() -> None:
    error = outcome(GOOD.replace(SOAP12, SOAP11).encode())
    assert (type(error), error.detail) == (
        ProtocolViolation,
        "an answer in SOAP 1.1, which ONVIF does not speak",
    )


def test_a_refusal_of_our_version_of_soap_names_it() -> None:
    error = outcome(
        f'<e:Envelope xmlns:e="{SOAP11}"><e:Body><e:Fault><faultcode>e:VersionMismatch</faultcode>'
        "<faultstring>SOAP 1.1 only</faultstring></e:Fault></e:Body></e:Envelope>".encode(),
        500,
    )
    assert (type(error), error.code) == (DeviceFault, "VersionMismatch")


def test_a_response_counts_only_with_success() -> None:
    assert response(GOOD.encode(), 200, DEVICE, WHERE).tag.endswith("GetUsersResponse")
    assert type(outcome(GOOD.encode(), 500)) is ProtocolViolation
