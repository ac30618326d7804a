"""Asks the networks of this machine, and hosts that a person names, which devices are there."""

from __future__ import annotations

import random
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from vmsguard.errors import UsageError
from vmsguard.fleet.gather_answers import Gathering, Unread
from vmsguard.model.discovery import Candidate, Question, Way
from vmsguard.net.datagrams import Arrived, Asking, Sending, exchange
from vmsguard.net.interfaces import Interface
from vmsguard.plugin.discoverer import Discoverer

__all__ = ["Discovery", "Found", "chosen_interfaces", "host_address"]

_REPEATS = 2
"""UDP loses datagrams: each question is sent this many times (WS-Discovery 1.1, MULTICAST_UDP_REPEAT)."""
_APART = (0.05, 0.25)
"""Seconds between the two, at random, so that several askers do not stay in step (UDP_MIN_DELAY, UDP_MAX_DELAY)."""
_MOST_SOCKETS = 64
"""For hosts that are asked one by one."""
_SPREAD = 0.3
"""Seconds over which the first ones are spread."""


@dataclass(frozen=True)
class Found:
    """What came of one discovery. ``incomplete`` says why the list may lack a device that answered."""

    candidates: tuple[Candidate, ...]
    ways: tuple[Way, ...]
    unread: tuple[Unread, ...] = ()
    ignored: Mapping[str, int] = field(default_factory=dict)
    incomplete: tuple[str, ...] = ()


@dataclass(frozen=True)
class Discovery:
    """One round of questions. ``random`` makes the ids that answers have to know, so it has to be a good one."""

    discoverers: Sequence[tuple[str, Discoverer]]
    """Each with the driver that speaks to what answers."""
    random: random.Random
    send: Callable[..., None] = exchange

    def ask(self, interfaces: Sequence[Interface], hosts: Sequence[tuple[str, int]], seconds: float) -> Found:
        """Ask through the interfaces by multicast, and the hosts one by one; port 0 is the protocol's own."""
        asked_by: list[tuple[str, Discoverer]] = []
        askings: list[Asking] = []
        ids: set[str] = set()
        for driver, discoverer in self.discoverers:
            questions = discoverer.questions(self._fresh)
            ids.update(one.id for one in questions)
            for asking in _askings(discoverer, interfaces, hosts, questions, self._times):
                asked_by.append((driver, discoverer))
                askings.append(asking)
        gathering = Gathering(frozenset(ids))

        def hear(arrived: Arrived) -> None:
            (driver, discoverer), interface = asked_by[arrived.way], askings[arrived.way].interface
            gathering.hear(
                arrived.data,
                arrived.sender,
                interface="" if interface is None else interface.name,
                driver=driver,
                read=discoverer.read,
            )

        self.send(askings, seconds=seconds, arrived=hear)
        return Found(
            candidates=gathering.candidates(),
            ways=tuple(_ways(askings)),
            unread=gathering.without_answer(),
            ignored=dict(gathering.ignored),
            incomplete=tuple(sorted(gathering.not_said)),
        )

    def _fresh(self) -> UUID:
        return UUID(int=self.random.getrandbits(128), version=4)

    def _times(self) -> Iterator[float]:
        at = self.random.uniform(0, _SPREAD)
        for _ in range(_REPEATS):
            yield at
            at += self.random.uniform(*_APART)


def chosen_interfaces(named: Sequence[str], there: Sequence[Interface]) -> tuple[Interface, ...]:
    """The interfaces of these names or addresses; without any, all that can multicast and are not loopback."""
    if not named:
        found = tuple(one for one in there if one.multicast and not one.loopback)
        if not found:
            raise UsageError(
                "no network interface is up besides loopback",
                hint="connect one, name one with --interface, or ask a camera by its address with --host",
            )
        return found
    for name in named:
        if not any(name in (one.name, one.address) for one in there):
            known = ", ".join(dict.fromkeys(one.name for one in there))
            raise UsageError(f"--interface: there is no interface {name!r} that is up", hint=f"there is {known}")
    return tuple(one for one in there if one.name in named or one.address in named)


def host_address(told: str) -> tuple[str, int]:
    """The address and port behind ``HOST`` or ``HOST:PORT`` as a person wrote it; port 0 if none was told."""
    host, port = told, 0
    before, colon, after = told.rpartition(":")
    if colon and after.isdecimal() and after.isascii() and (":" not in before or before.endswith("]")):
        host, port = before, int(after)
    host = host.removeprefix("[").removesuffix("]")
    if not host or port > 65535:
        raise UsageError(f"--host: {told!r} is no host", hint="write a name or an address, with :PORT where it differs")
    try:
        found = socket.getaddrinfo(host, port or None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as error:
        raise UsageError(
            f"--host: {told!r} cannot be looked up", hint="write its address, or check the name"
        ) from error
    address = found[0][4][0]
    return str(address), port


def _askings(
    discoverer: Discoverer,
    interfaces: Sequence[Interface],
    hosts: Sequence[tuple[str, int]],
    questions: Sequence[Question],
    times: Callable[[], Iterator[float]],
) -> Iterator[Asking]:
    for interface in interfaces:
        groups = [group for group in discoverer.groups if _family(group) == interface.family]
        to = [(group, discoverer.port) for group in groups]
        yield Asking(interface, interface.family, _sendings(to, questions, times))
    for family in (socket.AF_INET, socket.AF_INET6):
        to = [(host, port or discoverer.port) for host, port in hosts if _family(host) == family]
        # A socket for each, as long as there are not too many: one that is flooded loses what the others answer there.
        for number in range(min(len(to), _MOST_SOCKETS)):
            yield Asking(None, family, _sendings(to[number::_MOST_SOCKETS], questions, times))


def _sendings(
    to: Sequence[tuple[str, int]], questions: Sequence[Question], times: Callable[[], Iterator[float]]
) -> tuple[Sending, ...]:
    return tuple(Sending(at, address, question.datagram) for address in to for question in questions for at in times())


def _family(address: str) -> int:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _ways(askings: Sequence[Asking]) -> Iterator[Way]:
    """One per interface, and one per family of addresses for all hosts that were asked by name."""
    for interface in dict.fromkeys(one.interface for one in askings if one.interface is not None):
        yield _way(interface.name, interface.address, [one for one in askings if one.interface == interface])
    for family in dict.fromkeys(one.family for one in askings if one.interface is None):
        yield _way("", "", [one for one in askings if one.interface is None and one.family == family])


def _way(interface: str, address: str, askings: Sequence[Asking]) -> Way:
    problems = dict.fromkeys(problem for one in askings for problem in one.problems)
    sent = sum(one.sent for one in askings)
    return Way(interface=interface, address=address, sent=sent, problem="; ".join(problems))
