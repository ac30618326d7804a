"""Datagrams over loopback: what is sent, what is heard, and that the clock alone decides when it ends."""

from __future__ import annotations

import random
import resource
import socket
from collections.abc import Callable

import pytest
from answering_device import Responder, honest, match, message_id
from vmsguard_onvif.discovery_probe import WsDiscovery

from vmsguard.errors import UsageError
from vmsguard.fleet.discover import Discovery, Found, chosen_interfaces, host_address
from vmsguard.fleet.gather_answers import MOST_OF_ONE
from vmsguard.net.datagrams import Arrived, Asking, Sending, exchange
from vmsguard.net.interfaces import Interface, local_interfaces

Start = Callable[..., Responder]

LOOPBACK = Interface("lo", socket.if_nametoindex("lo"), "127.0.0.1", loopback=True, multicast=False)


def ask(*devices: Responder, seconds: float = 1.0) -> Found:
    """What is found when exactly these devices are asked."""
    discovery = Discovery([("onvif", WsDiscovery())], random.Random(11))
    return discovery.ask((), [("127.0.0.1" if one.group else one.address, one.port) for one in devices], seconds)


def test_a_device_is_found_by_its_address_and_hears_nothing_but_probes(device: Start) -> None:
    camera = device()

    found = ask(camera)

    assert [("127.0.0.1", "http://127.0.0.1/onvif/device_service", ("Gate 3",), ("M1",))] == [
        (one.address, one.url, one.names, one.hardware) for one in found.candidates
    ]
    assert [8] == [way.sent for way in found.ways]
    assert 8 == len(camera.heard)
    assert 4 == len({message_id(probe) for probe in camera.heard})
    assert [] == [probe for probe in camera.heard if b"Probe>" not in probe or b"Security" in probe]


def test_a_device_is_found_by_multicast_through_the_interface_that_is_named(device: Start) -> None:
    camera = device(group=True)
    discoverer = WsDiscovery()
    discoverer.port = camera.port  # type: ignore[misc]

    found = Discovery([("onvif", discoverer)], random.Random(12)).ask([LOOPBACK], (), 1.0)

    assert [("127.0.0.1", "lo")] == [(one.address, one.interface) for one in found.candidates]
    assert [("lo", "127.0.0.1", 8, "")] == [(way.interface, way.address, way.sent, way.problem) for way in found.ways]


def test_ids_of_questions_differ_from_run_to_run(device: Start) -> None:
    camera = device()
    for seed in (1, 2):
        Discovery([("onvif", WsDiscovery())], random.Random(seed)).ask((), [(camera.address, camera.port)], 0.7)

    assert 8 == len({message_id(probe) for probe in camera.heard})


@pytest.mark.parametrize(
    ("answers", "ignored", "why"),
    [
        (lambda probe: [b"\x00" * 100], "no answer that could be read", "not in an encoding that is read"),
        (lambda probe: [b""], "no answer that could be read", "an empty reply"),
        (lambda probe: [b"x" * 60_000], "no answer that could be read", "larger than WS-Discovery allows"),
        (lambda probe: [honest(probe)[0][:-20]], "no answer that could be read", "not well-formed XML"),
        (lambda probe: [probe], "no answer that could be read", "no probe match"),
    ],
    ids=["binary", "empty", "oversized", "cut", "its own question"],
)
def test_what_cannot_be_read_is_no_device_and_not_silence(
    device: Start, answers: Callable[[bytes], list[bytes]], ignored: str, why: str
) -> None:
    found = ask(device(answers))

    assert () == found.candidates
    # Eight large ones are more than a socket's buffer: on a busy machine the kernel drops some.
    assert [ignored] == list(found.ignored)
    assert found.ignored[ignored] in range(1, 9)
    assert [("127.0.0.1", why)] == [(one.address, one.why) for one in found.unread]


def test_an_answer_under_an_id_that_was_not_ours_is_ignored(device: Start) -> None:
    found = ask(device(lambda probe: [match("urn:uuid:00000000-0000-4000-8000-000000000000")]))

    assert ((), {"answers to questions that were not ours": 8}) == (found.candidates, found.ignored)


def test_endless_answers_take_no_more_time_and_memory_than_an_honest_one(
    device: Start, awake: Callable[[], float]
) -> None:
    def endless(probe: bytes) -> list[bytes]:
        return [match(message_id(probe), f"urn:uuid:{number}") for number in range(3000)]

    flood, honest_one = device(endless, "127.0.0.66"), device(address="127.0.0.7")
    before, begin = resource.getrusage(resource.RUSAGE_SELF), awake()

    found = ask(flood, honest_one, seconds=1.5)

    took = awake() - begin
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before.ru_maxrss
    # The answers of the flood itself, 3,000 of 900 bytes to each of 8 probes, are made in this process.
    assert (took < 3, grown < 64 * 1024) == (True, True), (took, grown)
    assert "127.0.0.7" in {one.address for one in found.candidates}
    assert sum(one.address == "127.0.0.66" for one in found.candidates) <= MOST_OF_ONE
    assert [told for told in found.incomplete if told.startswith("127.0.0.66 ")] == list(found.incomplete) != []


def test_a_lure_is_never_visited(device: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as lure:
        lure.setblocking(False)
        address = f"http://127.0.0.1:{lure.getsockname()[1]}/"
        found = ask(device(lambda probe: [match(message_id(probe), addresses=address)], "127.0.0.9"))
        with pytest.raises(BlockingIOError):
            lure.accept()

    assert ["it names another host, 127.0.0.1; not followed", "it names no address of its own where it answers"] == [
        told for one in found.candidates for told in one.warnings
    ]


def test_an_interface_that_cannot_send_is_told_and_stops_no_other(device: Start) -> None:
    camera = device()
    gone = Interface("gone0", 999_999, "192.0.2.254")
    to = ("127.0.0.1", camera.port)
    askings = [
        Asking(gone, socket.AF_INET, (Sending(0, to, b"?"),)),
        Asking(None, socket.AF_INET, (Sending(0, to, b"<MessageID>q</MessageID>"),)),
    ]
    heard: list[Arrived] = []

    exchange(askings, seconds=0.5, arrived=heard.append)

    assert [1] == [one.way for one in heard]
    assert ([0, 1], 1, []) == ([one.sent for one in askings], len(askings[0].problems), askings[1].problems)


def test_loopback_is_asked_only_where_it_is_named() -> None:
    wired = Interface("eth7", 7, "192.0.2.3")
    tunnel = Interface("tun0", 8, "192.0.2.4", multicast=False)

    assert (wired,) == chosen_interfaces((), [LOOPBACK, wired, tunnel])
    assert (LOOPBACK,) == chosen_interfaces(("lo",), [LOOPBACK, wired])
    assert (tunnel,) == chosen_interfaces(("192.0.2.4",), [LOOPBACK, wired, tunnel])
    with pytest.raises(UsageError, match="no interface 'eth9' that is up"):
        chosen_interfaces(("eth9",), [LOOPBACK, wired])
    with pytest.raises(UsageError, match="no network interface is up besides loopback"):
        chosen_interfaces((), [LOOPBACK])


def test_the_kernel_tells_of_loopback() -> None:
    assert LOOPBACK in local_interfaces()


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("127.0.0.1", ("127.0.0.1", 0)),
        ("127.0.0.1:3702", ("127.0.0.1", 3702)),
        ("::1", ("::1", 0)),
        ("[::1]:99", ("::1", 99)),
        ("[::1]", ("::1", 0)),
    ],
)
def test_a_host_is_named_with_or_without_a_port(told: str, expected: tuple[str, int]) -> None:
    assert expected == host_address(told)


@pytest.mark.parametrize("told", ["", ":3702", "127.0.0.1:99999", "no host", "a" * 300])
def test_what_is_no_host_is_a_mistake(told: str) -> None:
    with pytest.raises(UsageError, match="--host"):
        host_address(told)
