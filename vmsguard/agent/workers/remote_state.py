"""The agent's state, as a worker sees it: calls that a worker may make go to the agent, others go nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from inspect import getattr_static
from types import TracebackType
from typing import Any, Self

from vmsguard.agent.workers.calls import IN_THE_WORKER, LEASES, READS, WRITES, state_call
from vmsguard.agent.workers.fences import fenced_by
from vmsguard.agent.workers.line import Line
from vmsguard.errors import NotForWorkers
from vmsguard.model.work import Lease
from vmsguard.state.store import State

__all__ = ["RemoteState"]


class RemoteState(State):
    """A ``State`` for whoever works with one; what it raises is what the agent's would, or ``AgentGone``.

    What only the agent does raises ``NotForWorkers``.
    """

    def __init__(self, line: Line) -> None:
        # Nothing of the store's own is begun: there is no database here, and no method that would use one is left.
        self._line = line
        self._salt = line.welcome.salt
        self.held: dict[str, Lease] = {}
        """Leases that were taken over this line and not given back over it, by target."""

    def lease(self, target: str, owner: str, now: datetime, ttl: timedelta) -> Lease | None:
        """The right to work at the target until ``now + ttl``, by the agent's clock; None while somebody else has it.

        Raises ``StateError`` where the clock here is another than the agent's.
        """
        got: Lease | None = _ask(self, "lease", (target, owner, now, ttl))
        if got is not None:
            self.held[target] = got
        return got

    def finish(self, lease: Lease, next_due: datetime, attempt: int = 0, not_before: datetime | None = None) -> bool:
        done: bool = _ask(self, "finish", (lease, next_due, attempt, not_before))
        self._no_longer(lease)
        return done

    def give_back(self, lease: Lease) -> bool:
        done: bool = _ask(self, "give_back", (lease,))
        self._no_longer(lease)
        return done

    def _no_longer(self, lease: Lease) -> None:
        if self.held.get(lease.target) == lease:
            del self.held[lease.target]

    @contextmanager
    def fenced(self, lease: Lease) -> Iterator[None]:
        """Within it every write, to state and evidence alike, is refused once the lease is somebody else's."""
        with fenced_by(self._line, lease):
            yield

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """The line is closed by whoever connected it."""


def _ask(state: RemoteState, name: str, args: tuple[Any, ...], named: Mapping[str, Any] | None = None) -> Any:
    method = state_call(name)
    told = state._line.ask(f"state.{name}", method.encode_arguments(args, named or {}))
    return method.answers.decode(told)


def _forwarded(name: str) -> Callable[..., Any]:
    def call(self: RemoteState, *args: Any, **named: Any) -> Any:
        return _ask(self, name, args, named)

    call.__name__ = name
    call.__doc__ = getattr(State, name).__doc__
    return call


def _refused(name: str) -> object:
    def refuse(self: RemoteState, *args: Any, **named: Any) -> Any:
        raise NotForWorkers(name)

    return property(refuse) if isinstance(getattr_static(State, name), property) else refuse


def _complete() -> None:
    own = vars(RemoteState).keys() | IN_THE_WORKER
    for name in dir(State):
        if name in own:
            continue
        if name in READS | WRITES | LEASES:
            setattr(RemoteState, name, _forwarded(name))
        elif not name.startswith("_"):
            setattr(RemoteState, name, _refused(name))


_complete()
