"""The agent's state, as a worker sees it: calls that a worker may make go to the agent, others go nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from inspect import getattr_static
from types import TracebackType
from typing import Any, Self

from vmsguard.agent.workers.calls import AGENT_ONLY, IN_THE_WORKER, LEASES, READS, WRITES, state_call
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


def _forwarded(name: str) -> Callable[..., Any]:
    def call(self: RemoteState, *args: Any, **named: Any) -> Any:
        method = state_call(name)
        told = self._line.ask(f"state.{name}", method.encode_arguments(args, named))
        return method.answers.decode(told)

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
        if name in READS | WRITES | LEASES:
            setattr(RemoteState, name, _forwarded(name))
        elif name in AGENT_ONLY or (not name.startswith("_") and name not in own):
            setattr(RemoteState, name, _refused(name))


_complete()
