"""Every error vmsguard raises, in one tree; each carries data and the command line formats it.

::

    VmsguardError                       .hint says what to do next
    ├── ConfigError                     file, line, column: configuration, inventory, secrets
    │   ├── PolicyError                 a pack, assignment, exception or document file
    │   └── SecretMissing               a secret:// reference that resolves to nothing
    ├── Problems                        several ConfigErrors found in one reading
    ├── UsageError                      what was asked for cannot be done that way
    ├── EvidenceError                   the log cannot be written, or is not what it was
    │   └── EvidenceInUse               another process writes it
    ├── StateError                      the state store cannot be opened, or another run holds it
    │   ├── LeaseLost                   somebody else works at the target now; nothing was written
    │   ├── AgentGone                   the agent that a worker works for does not answer; nobody knows what it wrote
    │   └── NotForWorkers               what only the agent itself does
    ├── PluginError                     a plugin that does not load or breaks its contract
    └── DriverError                     target, operation
        ├── Unreachable                 no answer: refused, reset, timed out, too slow, too large
        │   └── OutOfTime               it answered, but all of it together took longer than one target may
        ├── AuthRejected                the device refused our login; never retried
        ├── NotSupported                a definitive "this function does not exist here"
        ├── Refused                     the function exists, the device will not do it (fixed, locked, busy)
        ├── DeviceFault                 any other fault, with code and subcodes
        ├── ProtocolViolation           an answer that is not an answer: wrong body, broken XML, another operation
        └── GuardTripped                our own limits: foreign host, redirect, write without permit
            ├── CertificateRefused      not the certificate the target is held to; no request was sent
            └── LoginWeakened           the target asks for the login in a weaker way than before; it got none
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

__all__ = [
    "AgentGone",
    "AuthRejected",
    "CertificateRefused",
    "ConfigError",
    "DeviceFault",
    "DriverError",
    "EvidenceError",
    "EvidenceInUse",
    "GuardTripped",
    "LeaseLost",
    "LoginWeakened",
    "NotForWorkers",
    "NotSupported",
    "OutOfTime",
    "PluginError",
    "PolicyError",
    "Problems",
    "ProtocolViolation",
    "Refused",
    "SecretMissing",
    "StateError",
    "Unreachable",
    "UsageError",
    "VmsguardError",
]


class VmsguardError(Exception):
    """The root: a message for people, and a hint that says what to do next."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message


class ConfigError(VmsguardError):
    """A mistake in a file a person wrote, with the place where it stands (1-based line and column)."""

    def __init__(
        self,
        message: str,
        *,
        file: str | Path | None = None,
        line: int | None = None,
        column: int | None = None,
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.file = None if file is None else str(file)
        self.line = line
        self.column = column

    @property
    def place(self) -> str:
        """``file:line:column`` as far as it is known; empty if nothing is."""
        parts = [str(part) for part in (self.file, self.line, self.column) if part is not None]
        return ":".join(parts)

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class PolicyError(ConfigError):
    """A mistake in a pack, assignment, exception or document file."""


class SecretMissing(ConfigError):
    """A ``secret://`` reference that resolves to nothing; carries the reference, never a value."""

    def __init__(self, reference: str, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reference = reference


class Problems(VmsguardError):
    """All mistakes of one reading at once, in file order, so that nobody fixes them one run at a time."""

    def __init__(self, problems: Sequence[ConfigError]) -> None:
        super().__init__(f"{len(problems)} problem{'s' if len(problems) != 1 else ''} found")
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class UsageError(VmsguardError):
    """What was asked for cannot be done that way; nothing was changed."""


class EvidenceError(VmsguardError):
    """The evidence log cannot be written, or is not what it was; nothing may be applied after it."""


class EvidenceInUse(EvidenceError):
    """Another process writes the log: a run, or the agent for as long as it lives."""


class StateError(VmsguardError):
    """The state store cannot be opened, is newer than this program, or another run holds it."""


class LeaseLost(StateError):
    """The lease on a target ended or passed to another worker: the write it was to protect did not happen."""

    def __init__(self, target: str) -> None:
        super().__init__(
            f"{target}: the lease on it is no longer ours; nothing was written",
            hint="drop what was being done: whoever holds the lease now looks at the target anew",
        )
        self.target = target


class AgentGone(StateError):
    """The line to the agent ended before it answered: what was asked may have been done, and is not asked again."""

    def __init__(self, message: str = "the agent does not answer", *, hint: str = "") -> None:
        super().__init__(message, hint=hint or "what was begun is given up; go on once the agent is there again")


class NotForWorkers(StateError):
    """A worker asked for what only the agent does; nothing was changed."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what}: no worker may do that", hint="have the agent do it: its state and its log are its own"
        )
        self.what = what


class PluginError(VmsguardError):
    """A plugin that does not load, clashes with another, or breaks its contract."""

    def __init__(self, plugin: str, message: str, *, hint: str = "") -> None:
        super().__init__(f"plugin {plugin}: {message}", hint=hint)
        self.plugin = plugin


class DriverError(VmsguardError):
    """Something between us and a target: which target, which operation. Messages hold no reply text."""

    def __init__(self, target: str, operation: str, message: str, *, hint: str = "") -> None:
        super().__init__(f"{target}: {operation}: {message}", hint=hint)
        self.target = target
        self.operation = operation
        self.detail = message


class Unreachable(DriverError):
    """No usable answer: refused, reset, timed out, dripping, or larger than the cap."""


class OutOfTime(Unreachable):
    """Each request was answered in time, all of them together were not: the session was ended, the run goes on."""


class AuthRejected(DriverError):
    """The target refused our login. Never retried: retries lock accounts (Hikvision: 30 minutes)."""


class NotSupported(DriverError):
    """A definitive "this function does not exist here" (ONVIF Core: ter:ActionNotSupported)."""


class Refused(DriverError):
    """The function exists and the device will not do it: fixed rule, in use, prohibited, locked."""

    def __init__(self, target: str, operation: str, message: str, *, code: str = "", hint: str = "") -> None:
        super().__init__(target, operation, message, hint=hint)
        self.code = code


class DeviceFault(DriverError):
    """A fault that proves neither support nor absence; ``code`` and ``subcodes`` as local names."""

    def __init__(
        self, target: str, operation: str, message: str, *, code: str = "", subcodes: Sequence[str] = ()
    ) -> None:
        super().__init__(target, operation, message)
        self.code = code
        self.subcodes = tuple(subcodes)


class ProtocolViolation(DriverError):
    """An answer that is not an answer to what was asked: broken XML, an empty body, another operation."""


class GuardTripped(DriverError):
    """Our own guard stopped the request: foreign host, redirect, pin mismatch, write without a live permit."""


class CertificateRefused(GuardTripped):
    """The target showed another certificate than it is held to; nothing but the TLS handshake was sent."""


class LoginWeakened(GuardTripped):
    """The target asks for the login in a weaker way than it did before; it was given no password."""
