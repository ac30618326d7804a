"""Which of the ids that devices choose may be written as they are: those made of technical words and small numbers.

A device's id is meant to be opaque, and is whatever somebody typed: an analytics rule is called after the person
it looks for, a source after the room. So an id is written only where every part of it is a word of the trade or
a small number (``VideoSource_1``, ``job-2``, ``0_c22_s1``); of any other a pseudonym is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

__all__ = ["plain_argument", "plain_change", "plain_id", "plain_place"]

Pseudonym: TypeAlias = Callable[[str], str]

_LONGEST = 64
_MOST_DIGITS = 4
"""Of all numbers together: enough to tell channels apart, too few for a plate, a face or a telephone."""

_WORDS = """
    action active alarm all analytics app application archive area attribute audio auto axis body broker camera
    cell cgi ch channel classification cloud cmd cms codec color command conf config configuration connect content
    continuous count counter counting crossing default defined deletion description destination detect detection
    detector device digital direct disk door dvr edge email encoder encoding engine enter entry event exit export
    external face feature field file fixed flow footage forensic format ftp full function gallery gate generic
    global group h264 h265 hd hdd heat high hls home hook hot http human id image in index input instance internal
    intrusion io ip item job jpeg key known layout leave left library licence license light line linear link list
    live local log login loitering low main manual map mask media meta metadata mjpeg mode module monitor motion
    mpeg4 mqtt multi multicast nas net network nfs none number nvr object occupancy off on onvif option out output
    overlay people person plate playback player policy polygon port position post presence preset primary privacy
    profile protocol ptz pull push queue radiometric radiometry receiver recognition record recorder recording
    region regular remote replay role rtc rtmp rtp rtsp rule scene schedule scheduled scope sd second secondary
    segment sensor server service set shape share sip smart smb snapshot sound source src srt standard state
    static storage store stream sub subject summary supported switch system tamper tampering target task
    temperature text thermal thermometry third thumbnail timer token top topic track traffic transfer trash
    trigger tripwire type unit universal unknown uplink upload usb user vca vehicle verification video view
    virtual visible visual vms wan watch webrtc websocket whole zone
"""
_WORD = "|".join(sorted(set(_WORDS.split()), key=lambda word: (-len(word), word)))
_PLAIN = re.compile(
    # Words may run together (VideoSourceConfiguration); one letter may stand alone or before a number (c22).
    # Atomic throughout: a device must not be able to make this slow.
    rf"[ _.:/#*()-]*+(?:(?>(?:{_WORD})(?:s(?![a-z]))?|[a-z](?![a-z])|[0-9]++)[ _.:/#*()-]*+)*+",
    re.IGNORECASE | re.ASCII,
)
_DIGIT = re.compile(r"[0-9]")
_PSEUDONYM = re.compile(r"hmac-sha256:[0-9a-f]{32}")
_OPERATORS = re.compile(r"[a-z0-9][a-z0-9.-]{0,127}")
"""What an inventory calls a target or a camera."""
_OURS = frozenset(("count", "seconds"))
_NUMBER = re.compile(r"[0-9]{1,15}")
_CHANGE = re.compile(r"([a-z0-9][a-z0-9.-]{0,127})/(.*):([a-z][a-z0-9_.]{0,63})\((.*)\)", re.DOTALL)


def plain_id(text: str, pseudonym: Pseudonym) -> str:
    """An id that a device chose, or its pseudonym; a pseudonym stays what it is."""
    if len(text) <= _LONGEST:
        if _PSEUDONYM.fullmatch(text):
            return text
        if _PLAIN.fullmatch(text) and len(_DIGIT.findall(text)) <= _MOST_DIGITS:
            return text
    return pseudonym(text)


def plain_place(text: str, pseudonym: Pseudonym) -> str:
    """A target or a camera as the operator calls it, or ``target/channel`` with the channel as ``plain_id``."""
    name, slash, channel = text.partition("/")
    if not _OPERATORS.fullmatch(name):
        return plain_id(text, pseudonym)
    return f"{name}/{plain_id(channel, pseudonym)}" if slash else name


def plain_change(text: str, pseudonym: Pseudonym) -> str:
    """The id of a change, ``target/channel:verb(argument=value,...)``, with what the device chose as ``plain_id``."""
    parts = _CHANGE.fullmatch(text)
    if parts is None:
        return plain_id(text, pseudonym)
    target, channel, verb, item = parts.groups()
    return f"{target}/{plain_id(channel, pseudonym)}:{verb}({_arguments(item, pseudonym)})"


def _arguments(item: str, pseudonym: Pseudonym) -> str:
    """Values may hold commas and equals signs of their own; then nobody can tell them apart."""
    values = [part.partition("=") for part in item.split(",")] if item else []
    if all(equals and re.fullmatch(r"[a-z][a-z0-9_]{0,31}", name) for name, equals, _ in values):
        return ",".join(f"{name}={plain_argument(name, value, pseudonym)}" for name, _, value in values)
    return plain_id(item, pseudonym)


def plain_argument(name: str, value: str, pseudonym: Pseudonym) -> str:
    """The value of a change's argument; seconds and counts are ours, however many digits they have."""
    return value if name in _OURS and _NUMBER.fullmatch(value) else plain_id(value, pseudonym)
