"""A worker's connection to its agent: the state, the log, and whom to tell."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from msgspec import Raw

from vmsguard._version import __version__
from vmsguard.agent.notifications.alert import Alert
from vmsguard.agent.workers.frames import Hello, encode
from vmsguard.agent.workers.line import Line
from vmsguard.agent.workers.remote_evidence import RemoteEvidence
from vmsguard.agent.workers.remote_looks import RemoteLooks
from vmsguard.agent.workers.remote_state import RemoteState
from vmsguard.model.work import Lease

__all__ = ["AgentLine", "connect_to_agent"]


class AgentLine:
    """What a worker has of its agent. Once the line is broken everything here raises ``AgentGone``, for good."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.owner = line.welcome.owner
        """In whose name leases are to be asked for."""
        self.state = RemoteState(line)
        self.evidence = RemoteEvidence(line)
        self.looks = RemoteLooks(line)

    def tell(self, alerts: Iterable[Alert]) -> None:
        """Have people told."""
        told = tuple(alerts)
        if told:
            self._line.ask("tell", Raw(encode(told)))

    def task_ended(self, kind: str, outcome: str, seconds: float) -> None:
        """Have a task that ended here counted."""
        self._line.ask("task.ended", Raw(encode((kind, outcome, seconds))))

    @property
    def gone(self) -> bool:
        """Whether the line is known to be broken."""
        return self._line.gone

    @property
    def held(self) -> tuple[Lease, ...]:
        """Leases that were taken over this line and not given back: once it broke, for the next line to give back.

        Left out are those under which something was announced that has no result. It may still be on its way to the
        target, which nobody else is to ask anything before such a lease has run out.
        """
        in_hand = self.evidence.in_hand
        return tuple(lease for lease in self.state.held.values() if lease.target not in in_hand)

    async def until_gone(self) -> None:
        """Return once the agent has hung up, whether or not anything is asked meanwhile."""
        await self._line.until_gone()

    def close(self) -> None:
        self._line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def connect_to_agent(path: Path, name: str, *, left: Iterable[Lease] = ()) -> AgentLine:
    """The line to the agent that listens there, for the worker of this name.

    ``left`` are the leases ``held`` of a line before this one that broke. They are given back now, so no task may be
    at work under them any more: the targets need not wait until they run out.

    Raises ``AgentGone`` where none answers, and ``UsageError`` where it does not take us.
    """
    line = AgentLine(Line(path, Hello(name, __version__)))
    try:
        for lease in left:
            line.state.give_back(lease)
    except BaseException:
        line.close()
        raise
    return line
