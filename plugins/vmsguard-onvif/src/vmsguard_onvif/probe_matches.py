"""Answers to WS-Discovery probes: a datagram that anybody may have sent, as claims that nobody has to believe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from vmsguard.errors import ProtocolViolation
from vmsguard.model.discovery import Answer, Claim
from vmsguard_onvif.elements import Element, local
from vmsguard_onvif.faults import Where
from vmsguard_onvif.reply import body_of

__all__ = ["LARGEST", "parse_answer", "plain_id"]

LARGEST = 32_767
"""Octets of a message, at most (WS-Discovery, MAX_ENVELOPE_SIZE)."""

_WHERE = Where("a device", "Probe")
_DISCOVERY = (
    "http://schemas.xmlsoap.org/ws/2005/04/discovery",
    "http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01",
)
_ADDRESSING = ("http://schemas.xmlsoap.org/ws/2004/08/addressing", "http://www.w3.org/2005/08/addressing")
_MATCHES = frozenset(f"{{{namespace}}}ProbeMatches" for namespace in _DISCOVERY)
_MATCH = frozenset(f"{{{namespace}}}ProbeMatch" for namespace in _DISCOVERY)
_BOTH = (*_DISCOVERY, *_ADDRESSING)

_MOST_CLAIMS = 16
_MOST_VALUES = 8
"""Of one sort: addresses, names, types. Devices tell one or two."""
_MOST_WORDS = 256
"""Scopes looked at; devices tell ten or twenty."""
_LONGEST_ID = 512
_LONGEST_ADDRESS = 256
_LONGEST_HINT = 64

_SCOPE = "onvif://www.onvif.org/"
_KINDS = {"name": "names", "hardware": "hardware", "profile": "profiles"}
"""Scopes that help a person to recognise the device; places and MAC addresses are left where they are."""


def parse_answer(datagram: bytes) -> Answer:
    """What a datagram claims, cut to length and printable; raises ``ProtocolViolation`` if it is no probe match.

    Strict like every other reply: what does not parse as a whole is no answer, however much of it could be
    guessed. Namespaces of both versions are taken in any mixture, for devices mix them.
    """
    if len(datagram) > LARGEST:
        raise _violation("larger than WS-Discovery allows")
    first = body_of(datagram, _WHERE)
    if first.tag in _MATCHES:
        told = [child for child in first if child.tag in _MATCH]
    elif first.tag in _MATCH:
        told = [first]  # ipycam 1.3 leaves out the list around it
    else:
        raise _violation("no probe match")
    header = next((found for found in first.getroottree().getroot() if local(str(found.tag)) == "Header"), None)
    to = "" if header is None else _first_text(header, "RelatesTo", _ADDRESSING)
    if not to or len(to) > _LONGEST_ID:
        raise _violation("it does not say what it answers")
    if len(told) > _MOST_CLAIMS:
        raise _violation(f"more than {_MOST_CLAIMS} devices in one answer")
    return Answer(plain_id(to), tuple(_claim(one) for one in told))


def plain_id(told: str) -> str:
    """A message id as it is compared: devices change its case and drop the ``urn:``."""
    return _printable(told.strip().lower().removeprefix("urn:"), _LONGEST_ID)


def _claim(match: Element) -> Claim:
    reference = next(_children(match, "EndpointReference", _BOTH), None)
    identity = "" if reference is None else _first_text(reference, "Address", _BOTH)
    if len(identity) > _LONGEST_ID:
        raise _violation("an identity that is none")
    hints: dict[str, list[str]] = {name: [] for name in _KINDS.values()}
    for scope in _words(match, "Scopes"):
        kind, _, value = _after_prefix(scope).partition("/")
        if (name := _KINDS.get(kind.lower())) and value:
            hints[name].append(unquote(value[: 9 * _LONGEST_HINT], errors="replace"))
    return Claim(
        identity=plain_id(identity),
        addresses=_few(_words(match, "XAddrs"), _LONGEST_ADDRESS),
        types=_few((local(word) for word in _words(match, "Types")), _LONGEST_HINT),
        **{name: _few(values, _LONGEST_HINT) for name, values in hints.items()},
    )


def _after_prefix(scope: str) -> str:
    return scope[len(_SCOPE) :] if scope[: len(_SCOPE)].lower() == _SCOPE else ""


def _children(element: Element, name: str, namespaces: Iterable[str]) -> Iterator[Element]:
    return element.iterchildren(*(f"{{{namespace}}}{name}" for namespace in namespaces))


def _first_text(element: Element, name: str, namespaces: Iterable[str]) -> str:
    return next(((child.text or "").strip() for child in _children(element, name, namespaces)), "")


def _words(match: Element, name: str) -> list[str]:
    # ``maxsplit`` leaves the rest in one piece, which is dropped.
    return _first_text(match, name, _DISCOVERY).split(None, _MOST_WORDS)[:_MOST_WORDS]


def _few(values: Iterable[str], longest: int) -> tuple[str, ...]:
    """The first different values, printable and cut to length."""
    found: dict[str, None] = {}
    for value in values:
        if text := _printable(value, longest):
            found[text] = None
        if len(found) == _MOST_VALUES:
            break
    return tuple(found)


def _printable(text: str, longest: int) -> str:
    """Without control characters, direction marks and whatever else a terminal or a file would act on."""
    cut = text[:longest].strip()
    return (
        cut
        if cut.isprintable()
        else "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in cut)
    )


def _violation(why: str) -> ProtocolViolation:
    return ProtocolViolation(_WHERE.target, _WHERE.operation, why)
