"""Requests are parsed strictly, and text in an answer cannot become markup."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from vmsguard.simulator.faults import Fault
from vmsguard.simulator.soap import element, fault_envelope, parse_request, response_envelope

ENV = 'xmlns:env="http://www.w3.org/2003/05/soap-envelope"'
CALL = '<a:GetUsers xmlns:a="urn:a"/>'


def envelope(body: str) -> bytes:
    return f"<env:Envelope {ENV}><env:Body>{body}</env:Body></env:Envelope>".encode()


def test_a_request_is_told_by_its_qualified_name() -> None:
    request = parse_request(envelope(f"<!-- note -->{CALL}"))
    assert (request.namespace, request.operation, request.header) == ("urn:a", "GetUsers", None)


@pytest.mark.parametrize(
    ("body", "code", "subcodes"),
    [
        (b"", "Sender", ("WellFormed",)),
        (envelope(CALL)[:-3], "Sender", ("WellFormed",)),
        (b'<!DOCTYPE x [<!ENTITY e "v">]>' + envelope(CALL), "Sender", ("WellFormed",)),
        (envelope(CALL).replace(b"2003/05", b"1999/99"), "VersionMismatch", ()),
        (envelope(""), "Sender", ("InvalidArgs",)),
        (envelope(CALL + CALL), "Sender", ("InvalidArgs",)),
        (b"<html/>", "VersionMismatch", ()),
    ],
)
def test_what_is_no_single_request_is_a_fault(body, code, subcodes) -> None:
    with pytest.raises(Fault) as caught:
        parse_request(body)
    assert (caught.value.code, caught.value.subcodes) == (code, subcodes)


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"])))
def test_text_stays_text(value) -> None:
    root = etree.fromstring(response_envelope(element("tt:Name", value)))
    (name,) = root[0]
    assert (len(name), name.text or "") == (0, value)


def test_subcodes_nest_in_their_order() -> None:
    root = etree.fromstring(fault_envelope(Fault("Sender", ("InvalidArgVal", "NoProfile"), "a < b")))
    values = [value.text for value in root.iter("{*}Value")]
    assert values == ["env:Sender", "ter:InvalidArgVal", "ter:NoProfile"]
    assert root.findtext(".//{*}Text") == "a < b"


async def test_a_malformed_request_gets_a_fault_over_http(run) -> None:
    async with run({"id": "cam"}) as caller:
        answer = await caller.post("cam", "device_service", b"not xml")
        assert (answer.status, answer.fault) == (400, ("Sender", "WellFormed"))
