"""Small sentences that every part of an explanation needs, in one language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from vmsguard.cli.explaining.words_en import ENGLISH
from vmsguard.cli.explaining.words_ko import KOREAN
from vmsguard.engine.why_model import CitationWhy, FactWhy, PackWhy, Reason, RuleWhy
from vmsguard.model.pack import Pack, Profile
from vmsguard.model.vocabulary import WHOLE
from vmsguard.policy.plain_words import one_of
from vmsguard.report.words.reasons import REASONS
from vmsguard.report.words.reasons_ko import REASONS_KO
from vmsguard.report.words.wording import Words, look_up

__all__ = ["TABLES", "Line", "Sentences"]

TABLES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "ko": KOREAN}

_OF_RULES = re.compile(r"(\d+) of (\d+) rules")
_LISTED = re.compile(r"(\d+) listed(, not complete)?")
"""Counts that the engine writes in English; a language puts them in its own words."""

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


class Line(Struct, frozen=True):
    """One sentence, how deep it stands, and the verdict that is told in it."""

    level: int
    text: str
    verdict: str = ""
    item: bool = False
    """One of a list."""


class Sentences:
    """What can be said in one language; device words are quoted as they are, less what a terminal would act on."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._table = TABLES[lang]

    def say(self, key: str, *parts: object) -> str:
        return self._table[key].format(*parts)

    def known(self, key: str) -> bool:
        return key in self._table

    def words(self, code: str) -> Words:
        """A reason code in words; English where this language has none yet."""
        if self.lang == "ko" and code in REASONS_KO:
            return REASONS_KO[code]
        return look_up(REASONS, code)

    def reason(self, reason: Reason) -> str:
        """The sentence of the code, and what was seen in brackets."""
        told = self.words(reason.code).told
        if not reason.detail:
            return told
        counted = _OF_RULES.fullmatch(reason.detail)
        detail = reason.detail if counted is None else self.say("of rules", *counted.groups())
        return f"{told.removesuffix('.')} ({detail})."

    def outcome(self, verdict: str, reason: Reason) -> str:
        """Why a control says what it says; of one that holds the sentence is enough."""
        return self.words(reason.code).told if verdict == "pass" and reason.code in REASONS else self.reason(reason)

    def verdict(self, verdict: str, qualifier: str = "") -> str:
        told = self.say(verdict)
        return f"{told} ({self.say(qualifier)})" if qualifier not in ("", "direct") else told

    def title(self, named: PackWhy | RuleWhy | CitationWhy | Pack | Profile) -> str:
        """The title in the reader's language where there is one."""
        return named.native_title if self.lang == "ko" and named.native_title else named.title

    def values(self, values: Iterable[str]) -> str:
        """``a, b or c``."""
        return one_of(tuple(values), self.say("or"))

    def decisive(self, place: str) -> str:
        """``CONTROL at ENDPOINT``, as the engine names what decided."""
        control, _, endpoint = place.partition(" at ")
        return self.say("at", control, endpoint) if endpoint else control

    def place(self, target: str, channel: str) -> str:
        if not target:
            return self.say("of camera")
        return self.say("of whole", target) if channel == WHOLE else self.say("of channel", target, channel)

    def moment(self, at: datetime | None) -> str:
        """A moment with its offset, to the minute."""
        return "?" if at is None else at.isoformat(sep=" ", timespec="minutes")

    def age(self, seconds: int) -> str:
        if seconds < _MINUTE:
            return self.say("just now")
        for size, unit, key in ((_HOUR, _MINUTE, "minutes"), (2 * _DAY, _HOUR, "hours")):
            if seconds < size:
                return self.say(key, seconds // unit)
        return self.say("days", seconds // _DAY)

    def fact(self, fact: FactWhy, *, layered: bool) -> str:
        """A fact with its place, its value, how and when it is known; ``layered`` names the layer as well."""
        name = f"{fact.name} ({self.say(fact.layer)})" if layered else fact.name
        place, age = self.place(fact.target, fact.channel), self.age(fact.age_seconds)
        if fact.state == "unknown":
            return self.say("unknown value", name, place, fact.shows, age)
        if fact.state == "absent":
            return self.say("absent value", name, place, fact.shows, self.say(fact.basis), age)
        listed = _LISTED.fullmatch(fact.shows)
        shows = fact.shows
        if listed is not None:
            shows = self.say("listed in part" if listed[2] else "listed", listed[1])
        return self.say("value", name, place, shows, self.say(fact.basis), age)
