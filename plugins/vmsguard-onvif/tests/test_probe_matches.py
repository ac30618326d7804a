"""Answers to discovery probes: what is taken from them, and that nothing they hold gets any further."""

from __future__ import annotations

import random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from vmsguard_onvif.discovery_probe import WsDiscovery
from vmsguard_onvif.probe_matches import LARGEST, parse_answer

from vmsguard.errors import ProtocolViolation
from vmsguard.model.discovery import Answer, Claim

OLD = ("http://schemas.xmlsoap.org/ws/2005/04/discovery", "http://schemas.xmlsoap.org/ws/2004/08/addressing")
NEW = ("http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01", "http://www.w3.org/2005/08/addressing")
SCOPES = (
    "onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/Profile/Streaming "
    "onvif://www.onvif.org/name/Gate%203 onvif://www.onvif.org/hardware/DS-2CD onvif://www.onvif.org/location/kim "
    "onvif://www.onvif.org/MAC/00:11:22:33:44:55"
)
ONE = (
    "<d:ProbeMatch><a:EndpointReference><a:Address>{identity}</a:Address></a:EndpointReference>"
    "<d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types><d:Scopes>{scopes}</d:Scopes>"
    "<d:XAddrs>{addresses}</d:XAddrs></d:ProbeMatch>"
)


def one(
    identity: str = "urn:uuid:AB-1", scopes: str = SCOPES, addresses: str = "http://192.0.2.7/onvif/device_service"
) -> str:
    return ONE.format(identity=identity, scopes=scopes, addresses=addresses)


def answer(
    *matches: str,
    to: str = "urn:uuid:q",
    discovery: str = OLD[0],
    addressing: str = OLD[1],
    soap: str = "http://www.w3.org/2003/05/soap-envelope",
    body: str = "ProbeMatches",
) -> bytes:
    return (
        f'<s:Envelope xmlns:s="{soap}" xmlns:d="{discovery}" xmlns:a="{addressing}"><s:Header>'
        f"<a:RelatesTo> {to} </a:RelatesTo></s:Header><s:Body><d:{body}>{''.join(matches)}"
        f"</d:{body}></s:Body></s:Envelope>"
    ).encode()


CLAIM = Claim(
    identity="uuid:ab-1",
    addresses=("http://192.0.2.7/onvif/device_service",),
    types=("NetworkVideoTransmitter", "Device"),
    names=("Gate 3",),
    hardware=("DS-2CD",),
    profiles=("Streaming",),
)


@pytest.mark.parametrize("discovery", [OLD[0], NEW[0]])
@pytest.mark.parametrize("addressing", [OLD[1], NEW[1]])
@pytest.mark.parametrize(
    "soap", ["http://www.w3.org/2003/05/soap-envelope", "http://schemas.xmlsoap.org/soap/envelope/"]
)
def test_a_match_is_read_in_either_version_and_in_any_mixture(discovery: str, addressing: str, soap: str) -> None:
    told = answer(one(), discovery=discovery, addressing=addressing, soap=soap)

    assert Answer("uuid:q", (CLAIM,)) == parse_answer(told)


def test_places_and_mac_addresses_are_not_taken() -> None:
    told = repr(parse_answer(answer(one())))

    assert "kim" not in told
    assert "00:11" not in told


def test_a_match_without_the_list_around_it_is_read() -> None:
    told = answer(one()).replace(b"<d:ProbeMatches>", b"").replace(b"</d:ProbeMatches>", b"")

    assert Answer("uuid:q", (CLAIM,)) == parse_answer(told)


def test_no_match_at_all_is_an_answer_without_claims() -> None:
    assert Answer("uuid:q", ()) == parse_answer(answer())


@pytest.mark.parametrize(
    ("datagram", "why"),
    [
        (b"", "an empty reply"),
        (b"\xff\xfe\x00", "not in an encoding that is read"),
        (b"hello", "not well-formed XML"),
        (answer(one())[:-9], "not well-formed XML"),
        (b"<a/>", "not a SOAP envelope"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]>' + answer(one()), "a document type, which SOAP forbids"),
        (answer(one(), to=""), "it does not say what it answers"),
        (answer(one(), to="x" * 600), "it does not say what it answers"),
        (answer(one(), body="Hello"), "no probe match"),
        (answer(one(), body="Probe"), "no probe match"),
        (answer(one(), discovery="urn:other"), "no probe match"),
        (answer(*[one()] * 17), "more than 16 devices in one answer"),
        (answer(one(identity="i" * 600)), "an identity that is none"),
        (answer(one(scopes=" " * LARGEST)), "larger than WS-Discovery allows"),
        (answer("<d:x>" * 300 + "</d:x>" * 300), "not well-formed XML"),
    ],
)
def test_what_is_no_probe_match_is_refused_in_our_own_words(datagram: bytes, why: str) -> None:
    with pytest.raises(ProtocolViolation) as caught:
        parse_answer(datagram)

    assert why == caught.value.detail


def test_a_claim_is_bounded_and_printable() -> None:
    scopes = " ".join(f"onvif://www.onvif.org/name/{number}{'n' * 80}" for number in range(250))
    hostile = "onvif://www.onvif.org/hardware/%1b[31m%E2%80%AEdrow%0A%c2%9b0m"
    told = parse_answer(answer(one(scopes=f"{hostile} {scopes}", addresses="http://h/\u202e " + "a " * 300)))
    (claim,) = told.claims

    assert ("\ufffd[31m\ufffddrow\ufffd\ufffd0m",) == claim.hardware
    assert ("http://h/\ufffd", "a") == claim.addresses
    assert [64] * 8 == [len(name) for name in claim.names]


def test_a_value_of_a_scope_may_be_cut_in_the_middle_of_what_it_encodes() -> None:
    told = parse_answer(answer(one(scopes="onvif://www.onvif.org/name/" + "%ea%b0%80" * 200)))

    assert ("가" * 64,) == told.claims[0].names


TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)


@given(identity=TEXT, scopes=TEXT, addresses=TEXT, to=TEXT)
def test_whatever_a_device_writes_is_one_printable_line_or_refused(
    identity: str, scopes: str, addresses: str, to: str
) -> None:
    def safe(text: str) -> str:
        return "".join(f"&#{ord(char)};" for char in text)

    told = answer(one(safe(identity), "onvif://www.onvif.org/name/" + safe(scopes), safe(addresses)), to=safe(to))
    try:
        found = parse_answer(told)
    except ProtocolViolation:
        return

    (claim,) = found.claims
    texts = [found.to, claim.identity, *claim.addresses, *claim.names, *claim.hardware, *claim.profiles, *claim.types]
    assert [] == [text for text in texts if not text.isprintable()]


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_or_read(datagram: bytes) -> None:
    with pytest.raises(ProtocolViolation):
        parse_answer(datagram)


@given(st.data())
def test_an_answer_that_is_changed_anywhere_is_refused_or_read(data: st.DataObject) -> None:
    told = bytearray(answer(one(), one("urn:uuid:2")))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(told) - 1))
        told[at : at + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=6))
    try:
        found = parse_answer(bytes(told))
    except ProtocolViolation:
        return

    assert len(found.claims) <= 2


def test_questions_are_asked_in_both_versions_under_ids_of_their_own() -> None:
    numbers = random.Random(7)
    questions = WsDiscovery().questions(lambda: UUID(int=numbers.getrandbits(128), version=4))

    asked = [(question.id, etree.fromstring(question.datagram)) for question in questions]
    assert 4 == len({told for told, _ in asked})
    types = ("dn:NetworkVideoTransmitter", "tds:Device")
    told = [(etree.QName(probe).namespace, probe[0].text) for _, root in asked for probe in root[1]]
    assert [(version[0], kind) for version in (OLD, NEW) for kind in types] == told
    assert [told for told, _ in asked] == [(root[0][1].text or "").removeprefix("urn:") for _, root in asked]
    for _, root in asked:
        (named,) = root[1][0]
        assert named.text is not None
        assert named.nsmap[named.text.partition(":")[0]].startswith("http://www.onvif.org/ver10/")
