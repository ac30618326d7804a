"""What a SOAP fault means for us, decided by its codes and hardly ever by its text (ONVIF Core, fault codes)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from vmsguard.errors import AuthRejected, DeviceFault, DriverError, NotSupported, Refused
from vmsguard_onvif.elements import Element, local
from vmsguard_onvif.namespaces import SOAP11, SOAP12

__all__ = ["LOGIN_HINT", "Where", "fault_error", "fault_names", "is_fault"]

LOGIN_HINT = "Check the login and its role on the device; it is not tried again, so that no account gets locked."

_FAULTS = frozenset({f"{{{SOAP12}}}Fault", f"{{{SOAP11}}}Fault"})
_S12 = f"{{{SOAP12}}}"
_AUTH = frozenset({"NotAuthorized", "FailedAuthentication", "InvalidSecurity", "InvalidSecurityToken"})
_ABSENT = frozenset({"ActionNotSupported", "UnknownAction", "NoSuchService", "OptionalActionNotImplemented"})
_REFUSED = frozenset(
    {
        "FixedRules",
        "FixedModules",
        "DeletionOfFixedProfile",
        "CannotDelete",
        "CannotDeleteReceiver",
        "ConfigurationConflict",
        "OperationProhibited",
    }
)
_STANDARD = (
    frozenset({"Sender", "Receiver", "Client", "Server", "VersionMismatch", "MustUnderstand", "DataEncodingUnknown"})
    | frozenset({"Action", "ActionFailed", "CriticalError", "InvalidArgs", "InvalidArgVal", "OutOfMemory"})
    | frozenset({"TagMismatch", "TagMissing", "Namespace", "WellFormed", "TooMany", "NotImplemented", "EmptyList"})
    | frozenset({"ConfigModify", "IncompleteConfiguration", "InvalidStreamSetup", "InvalidRecording", "InvalidToken"})
    | frozenset({"NoConfig", "NoEntity", "NoProfile", "NoRecording", "NoSource", "NoSuchService", "NoToken", "NoTrack"})
    | frozenset({"NoVideoSource", "NoRecordingJob", "PortInvalid", "ServiceNotSupported", "StreamConflict"})
    | _AUTH
    | _ABSENT
    | _REFUSED
)
"""Codes of SOAP and subcodes of ONVIF Core, Media, Recording and Search, as far as they are told."""
# Devices say it in words where they leave the code out; taking it as a refused login only stops retries.
_AUTH_WORDS = re.compile(
    r"not\s*authori[sz]ed|unauthori[sz]ed|authentication fail|failed authentication", re.IGNORECASE
)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")


class Where(NamedTuple):
    """Which target was asked for which operation."""

    target: str
    operation: str


def is_fault(element: Element) -> bool:
    return element.tag in _FAULTS


def fault_names(fault: Element) -> tuple[str, ...]:
    """The local names of code and subcodes, outermost first; a device may put a subcode where the code belongs.

    Prefixes are dropped unread: devices leave ``ter`` undeclared. What is no name is dropped.
    """
    found = [value.text or "" for value in fault.iter(f"{_S12}Value")]
    found += [code.text or "" for code in fault.iterchildren("faultcode")]
    # SOAP 1.1 has no subcodes; dotted and prefixed forms are seen.
    names = [local(name.strip()) for name in found]
    return tuple(name for name in names if _NAME.fullmatch(name))


def fault_error(fault: Element, status: int, where: Where) -> DriverError:
    """The error of our tree that a fault stands for.

    Without a subcode it is a ``DeviceFault``, whatever its words: "not implemented" in a text proves
    neither support nor absence.
    """
    names = fault_names(fault)
    known = frozenset(names)
    if known & _AUTH or status == 401 or (not _subcodes(names) and _AUTH_WORDS.search(_reason(fault))):
        return AuthRejected(where.target, where.operation, "the device refused the login", hint=LOGIN_HINT)
    refused = [name for name in names if name in _REFUSED]
    if refused:
        return Refused(where.target, where.operation, f"the device refuses it: {refused[-1]}", code=refused[-1])
    if known & _ABSENT:
        return NotSupported(where.target, where.operation, "the device does not have this function")
    return DeviceFault(
        where.target,
        where.operation,
        f"fault {_told(names) or 'without a code'} (HTTP {status})",
        code=names[0] if names else "",
        subcodes=_subcodes(names),
    )


def _told(names: Sequence[str]) -> str:
    """Names of the specifications as they are; whatever else a device puts there may be anything."""
    return "/".join(name if name in _STANDARD else "another" for name in names)


def _subcodes(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in {"Sender", "Receiver", "Client", "Server"})


def _reason(fault: Element) -> str:
    told = [found.text or "" for found in fault.iter(f"{_S12}Text")]
    told += [found.text or "" for found in fault.iterchildren("faultstring")]
    return " ".join(told)
