"""Errors on their way from the agent to a worker: the same class, message and hint, and never a traceback."""

from __future__ import annotations

from collections.abc import Callable

from vmsguard.agent.workers.frames import Failure
from vmsguard.errors import (
    EvidenceError,
    EvidenceInUse,
    LeaseLost,
    NotForWorkers,
    StateError,
    UsageError,
    VmsguardError,
)

__all__ = ["error_of", "failure_of"]

_PLAIN: dict[str, Callable[..., VmsguardError]] = {
    one.__name__: one for one in (EvidenceError, EvidenceInUse, StateError, UsageError)
}


def failure_of(error: Exception) -> Failure:
    """What a worker is told; of an error outside the tree, which is a bug, no more than its class."""
    if isinstance(error, LeaseLost):
        return Failure("LeaseLost", error.message, error.hint, error.target)
    if isinstance(error, NotForWorkers):
        return Failure("NotForWorkers", error.message, error.hint, error.what)
    if isinstance(error, VmsguardError):
        kind = next(one.__name__ for one in type(error).__mro__ if one.__name__ in _PLAIN or one is VmsguardError)
        return Failure(kind if kind in _PLAIN else "StateError", error.message, error.hint)
    return Failure("StateError", f"the agent broke over it: {type(error).__name__}", "see the agent's log")


def error_of(failure: Failure) -> VmsguardError:
    """The error to be raised in the worker."""
    if failure.kind == "LeaseLost":
        return LeaseLost(failure.about)
    if failure.kind == "NotForWorkers":
        return NotForWorkers(failure.about)
    return _PLAIN.get(failure.kind, StateError)(failure.message, hint=failure.hint)
