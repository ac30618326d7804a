"""Datagrams to candidates: matching, doubles, bounds, and what a device may not make us believe."""

from __future__ import annotations

import pytest

from vmsguard.errors import ProtocolViolation
from vmsguard.fleet import gather_answers
from vmsguard.fleet.gather_answers import MOST_IDENTITIES, MOST_OF_ONE, Gathering, Unread, candidate_id
from vmsguard.model.discovery import Answer, Candidate, Claim

HOME = "http://192.0.2.7/onvif/device_service"


def gather(*heard: tuple[str, Answer | None], interface: str = "eth0") -> Gathering:
    """What was gathered of answers by their senders; None is a datagram that cannot be read."""
    gathering = Gathering(frozenset({"q"}))
    for sender, answer in heard:

        def read(datagram: bytes, answer: Answer | None = answer) -> Answer:
            if answer is None:
                raise ProtocolViolation("a device", "Probe", "not well-formed XML")
            return answer

        gathering.hear(b"", sender, interface=interface, driver="onvif", read=read)
    return gathering


def says(identity: str = "uuid:1", *addresses: str, to: str = "q", name: str = "") -> Answer:
    return Answer(to, (Claim(identity=identity, addresses=addresses, names=(name,) if name else ()),))


def test_answers_of_one_device_are_one_candidate() -> None:
    found = gather(
        ("192.0.2.7", says("uuid:1", HOME, name="a")),
        ("192.0.2.7", says("uuid:1", HOME, name="b")),
        ("192.0.2.7", says("uuid:1", HOME, name="a")),
    ).candidates()

    expected = Candidate(
        id=candidate_id("uuid:1"),
        driver="onvif",
        address="192.0.2.7",
        interface="eth0",
        url=HOME,
        names=("a", "b"),
    )
    assert (expected,) == found


def test_an_answer_to_a_question_that_was_not_ours_is_ignored_and_counted() -> None:
    gathering = gather(("192.0.2.7", says(to="another")), ("192.0.2.7", says(to="")))

    assert () == gathering.candidates()
    assert {"answers to questions that were not ours": 2} == gathering.ignored


def test_who_answers_so_that_nobody_can_read_it_is_named_unless_it_also_answers_well() -> None:
    gathering = gather(("192.0.2.7", None), ("192.0.2.8", None), ("192.0.2.8", says()))

    assert (Unread("192.0.2.7", "not well-formed XML"),) == gathering.without_answer()


def test_a_copied_identity_hides_no_device() -> None:
    told = gather(
        ("192.0.2.7", says("uuid:1", HOME)), ("192.0.2.66", says("uuid:1", "http://192.0.2.66/"))
    ).candidates()

    assert ["192.0.2.7", "192.0.2.66"] == [one.address for one in told]
    assert 2 == len({one.id for one in told})
    note = "{} says to be the same device: one with several addresses, or a copied identity"
    assert [(note.format("192.0.2.66"),), (note.format("192.0.2.7"),)] == [one.warnings for one in told]


def test_a_device_that_also_answers_from_its_link_local_address_is_told_once() -> None:
    told = gather(("fe80::7", says("uuid:1", HOME)), ("192.0.2.7", says("uuid:1", HOME))).candidates()

    assert [("192.0.2.7", ())] == [(one.address, one.warnings) for one in told]


def test_without_an_identity_the_address_makes_the_id() -> None:
    told = gather(("192.0.2.7", says("", HOME)), ("192.0.2.8", says("", "http://192.0.2.8/"))).candidates()

    assert [candidate_id("", "192.0.2.7"), candidate_id("", "192.0.2.8")] == [one.id for one in told]
    assert {("it states no identity; its id changes with its address",)} == {one.warnings for one in told}


def test_an_id_shows_nothing_of_the_identity_and_stays_the_same() -> None:
    # The last of these digits are a MAC address on many devices.
    assert "cam-5e54ed20dc" == candidate_id("uuid:2419d68a-2dd2-21b2-a205-001122334455")


@pytest.mark.parametrize(
    ("sender", "addresses", "url", "warnings"),
    [
        ("192.0.2.7", (HOME,), HOME, ()),
        ("192.0.2.7", ("http://192.0.2.7:8080/x?token=1#y",), "http://192.0.2.7:8080/x", ()),
        ("192.0.2.7", ("http://[::ffff:192.0.2.7]/x",), "http://[::ffff:192.0.2.7]/x", ()),
        (
            "fe80::7",
            ("http://[fe80:0::7%25eth0]/x",),
            "http://[fe80:0::7%25eth0]/x",
            ("its address holds in its own network only; give it a lasting one before it is enrolled",),
        ),
        (
            "192.0.2.7",
            ("http://[fe80::7]/x", HOME),
            HOME,
            ("it also names fe80::7, which holds in its own network only; not used",),
        ),
        (
            "192.0.2.7",
            (HOME, "http://169.254.1.2/"),
            HOME,
            ("it also names 169.254.1.2, which holds in its own network only; not used",),
        ),
        ("192.0.2.7", (HOME, "http://evil.example/"), HOME, ("it names another host, evil.example; not followed",)),
        ("192.0.2.7", (HOME, "http://198.51.100.1/"), HOME, ("it names another host, 198.51.100.1; not followed",)),
    ],
)
def test_only_an_address_at_the_sender_is_used(
    sender: str, addresses: tuple[str, ...], url: str, warnings: tuple[str, ...]
) -> None:
    (told,) = gather((sender, says("uuid:1", *addresses))).candidates()

    assert (url, warnings) == (told.url, told.warnings)


@pytest.mark.parametrize(
    "address",
    [
        "http://admin:x@192.0.2.7/",
        "rtsp://192.0.2.7/",
        "192.0.2.7",
        "http://192.0.2.7:99999/",
        "http://[192.0.2.7/",
        "http://192.0.2.7/\ufffd\u202e",
        "http:///x",
    ],
)
def test_an_address_that_is_none_is_a_warning_and_not_repeated(address: str) -> None:
    (told,) = gather(("192.0.2.7", says("uuid:1", address))).candidates()

    assert "" == told.url
    assert (
        "an address it names is not used: no address of HTTP, or one with a login",
        "it names no address of its own where it answers",
    ) == told.warnings


def test_endless_answers_of_one_sender_are_not_read_and_hide_nobody() -> None:
    reads = 0

    def read(datagram: bytes) -> Answer:
        nonlocal reads
        reads += 1
        return says(f"uuid:{reads}")

    gathering = Gathering(frozenset({"q"}))
    for _ in range(10_000):
        gathering.hear(b"", "192.0.2.66", interface="", driver="onvif", read=read)
    gathering.hear(b"", "192.0.2.7", interface="", driver="onvif", read=lambda _: says("uuid:own", HOME))

    told = gathering.candidates()
    assert MOST_OF_ONE == reads
    assert {"192.0.2.66": MOST_IDENTITIES, "192.0.2.7": 1} == {
        sender: sum(one.address == sender for one in told) for sender in ("192.0.2.66", "192.0.2.7")
    }
    assert {
        "192.0.2.66 answers as more than 16 devices; the others are left out",
        "192.0.2.66 sent more than 32 answers; the later ones were not read",
    } == gathering.not_said
    assert {"more answers than one device sends": 10_000 - MOST_OF_ONE} == gathering.ignored


def test_more_senders_and_devices_than_there_is_room_for_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather_answers, "MOST_CANDIDATES", 5)
    monkeypatch.setattr(gather_answers, "MOST_SOURCES", 8)

    gathering = gather(*((f"192.0.2.{number}", says(f"uuid:{number}")) for number in range(1, 20)))

    assert 5 == len(gathering.candidates())
    assert {
        "more than 5 devices answered; the others are left out",
        "more than 8 senders answered",
    } == gathering.not_said
