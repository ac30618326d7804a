"""Safety measures: who can log in, and whether media and footage are encrypted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from vmsguard.controls.base import Control, NoParams
from vmsguard.controls.judging import (
    Off,
    absent,
    fabricates,
    failed,
    flag,
    judge_off,
    listed,
    passed,
    unknown,
    unknown_from,
    weakest,
)
from vmsguard.controls.view import View, reason_of
from vmsguard.model.facts import Absent, Fact, Unknown
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import Role, Why

__all__ = ["SecurityAccessLeast", "SecurityStorageEncrypted", "SecurityStreamEncrypted"]

_LEAST = "no default account, no access without a login"
_RTSP = frozenset({"rtsp", "rtsps"})
_NOT_LOOKED = (
    "whether RTSP asks for a login was not seen: switch RTSP off at the target, or let vmsguard reach a stream of it"
)
_ENCRYPTED = "stored footage is encrypted"


class SecurityAccessLeast(Control):
    id = "security.access.least"
    roles = frozenset({Role.DEVICE, Role.RECORDER, Role.RELAY})
    enforceable: ClassVar[bool] = False
    by_readings: ClassVar[bool] = True
    says: ClassVar = {
        "en": "Nobody gets in without an account of their own.",
        "ko": "개별 계정 없이 접근할 수 없다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return frozenset({"access.accounts", "access.anonymous", "stream.open_to_all", "stream.services"})

    def judge(self, params: NoParams, view: View) -> Outcome:
        accounts, anonymous = view.fact("access.accounts"), view.fact("access.anonymous")
        described = view.fact("stream.open_to_all")
        told = listed(accounts)
        defaults = () if told is None else tuple(account.id for account in told.values if account.default)
        left = (*(f"default account {account}" for account in defaults),)
        left += ("answers without a login",) if flag(anonymous) is True else ()
        left += ("describes a stream over RTSP without a login",) if flag(described) is True else ()
        if left:
            return failed(f"open-access: {len(left)} ways in", _LEAST, offenders=defaults, left=left)
        blind = [fact for fact in (accounts, anonymous) if isinstance(fact.reading, Unknown)]
        if blind:
            return unknown_from(blind, _LEAST)
        if told is None:
            return unknown(Why.UNSUPPORTED_UNPROVEN, "the target has no list of accounts", _LEAST)
        if not told.complete:
            return unknown(Why.INCOMPLETE, "not every account is listed", _LEAST, left=(told.missing or "accounts",))
        by: tuple[Fact, ...] = (described,)
        if flag(described) is None:
            by = view.layers("stream.services")
            if not _no_rtsp(by, view):
                return _not_looked(described)
        return passed("least: no default account, no anonymous access", _LEAST, weakest((accounts, anonymous, *by)))


def _no_rtsp(services: Iterable[Fact], view: View) -> bool:
    """Whether the target surely has no RTSP on, now or by what is stored: then nobody is let in by it."""
    named = False
    for fact in services:
        if isinstance(fact.reading, Absent):
            continue
        told = listed(fact)
        if told is None or not told.complete:
            return False
        if any(service.kind in _RTSP and service.enabled is not False for service in told.values):
            return False
        named = named or bool(told.values)
    return named or not fabricates(view)


def _not_looked(described: Fact) -> Outcome:
    reading = described.reading
    if not isinstance(reading, Unknown) or reading.why is Why.NO_DRIVER_FACT:
        return unknown(Why.NOT_READ, _NOT_LOOKED, _LEAST)
    return unknown(reading.why, _NOT_LOOKED, _LEAST, left=(f"{described.key.name}: {reason_of(reading)}",))


def _plain(service: Any) -> bool | None:
    return False if service.encrypted else service.enabled


_PLAIN = Off("unencrypted media service", _plain, "media leaves encrypted or not at all")


class SecurityStreamEncrypted(Control):
    id = "security.stream.encrypted"
    roles = frozenset({Role.DEVICE, Role.RECORDER, Role.RELAY})
    enforceable: ClassVar[bool] = False
    by_readings: ClassVar[bool] = True
    says: ClassVar = {
        "en": "Pictures travel encrypted.",
        "ko": "영상을 암호화하여 전송한다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return frozenset({"stream.services"})

    def judge(self, params: NoParams, view: View) -> Outcome:
        return judge_off(_PLAIN, view.layers("stream.services"), view)


class SecurityStorageEncrypted(Control):
    id = "security.storage.encrypted"
    roles = frozenset({Role.DEVICE, Role.RECORDER})
    enforceable: ClassVar[bool] = False
    says: ClassVar = {
        "en": "Stored pictures are encrypted.",
        "ko": "저장된 영상을 암호화한다.",
    }

    def reads(self, params: NoParams) -> frozenset[str]:
        return frozenset({"storage.encrypted"})

    def judge(self, params: NoParams, view: View) -> Outcome:
        fact = view.fact("storage.encrypted")
        if isinstance(fact.reading, Unknown):
            return unknown_from([fact], _ENCRYPTED)
        if isinstance(fact.reading, Absent):
            return absent([fact], _ENCRYPTED, view)
        encrypted = flag(fact)
        if encrypted is None:
            return unknown(Why.PROTOCOL, "the answer is no yes or no", _ENCRYPTED)
        if encrypted:
            return passed("encrypted: stored footage is encrypted", _ENCRYPTED, fact.basis)
        return failed("plain: stored footage is not encrypted", _ENCRYPTED, basis=fact.basis)
