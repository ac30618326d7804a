"""The SOAP faults a device answers with: code, subcodes, and the text beside them (ONVIF Core, fault codes)."""

from __future__ import annotations

__all__ = [
    "Fault",
    "action_refused",
    "invalid_argument",
    "invalid_arguments",
    "no_such_service",
    "not_authorized",
    "not_supported",
    "unable",
]


class Fault(Exception):
    """Raised by an operation; rendered by ``soap``."""

    def __init__(self, code: str, subcodes: tuple[str, ...], reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.subcodes = subcodes
        self.reason = reason

    @property
    def unsupported(self) -> bool:
        return bool(self.subcodes) and self.subcodes[0] == "ActionNotSupported"


def not_supported(detail: str = "NotImplemented") -> Fault:
    return Fault("Receiver", ("ActionNotSupported", detail), "Optional Action Not Implemented")


def no_such_service() -> Fault:
    return not_supported("NoSuchService")


def invalid_argument(detail: str, reason: str = "Argument Value Invalid") -> Fault:
    """A well-formed argument that names nothing or makes no sense: NoRecording, NoProfile, NoConfig ..."""
    return Fault("Sender", ("InvalidArgVal", detail), reason)


def invalid_arguments(reason: str) -> Fault:
    """An argument is missing or is not what its type says."""
    return Fault("Sender", ("InvalidArgs",), reason)


def action_refused(detail: str, reason: str = "Action Failed") -> Fault:
    """The operation exists and this one cannot be done: FixedRules, IncompleteConfiguration ..."""
    return Fault("Sender", ("Action", detail), reason)


def unable(detail: str, reason: str = "Action Failed") -> Fault:
    """As ``action_refused``, with the fault on the device's side: CannotDelete, ConfigurationConflict."""
    return Fault("Receiver", ("Action", detail), reason)


def not_authorized(reason: str = "Sender not Authorized") -> Fault:
    return Fault("Sender", ("NotAuthorized",), reason)
