"""The leases under which this context works, for whatever it asks of its agent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from vmsguard.model.work import Lease

__all__ = ["fenced_by", "leases_here"]

_HELD: ContextVar[tuple[tuple[object, Lease], ...]] = ContextVar("held", default=())


@contextmanager
def fenced_by(line: object, lease: Lease) -> Iterator[None]:
    """Within it everything that goes over this line, from here and from tasks that are started here, carries it."""
    before = _HELD.set((*_HELD.get(), (line, lease)))
    try:
        yield
    finally:
        _HELD.reset(before)


def leases_here(line: object) -> tuple[Lease, ...]:
    return tuple(lease for of, lease in _HELD.get() if of is line)
