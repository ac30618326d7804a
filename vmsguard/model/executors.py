"""Executors by name, as data: who carries tasks from the scheduler to a handler."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["CORE_EXECUTORS", "ExecutorEntry"]


class ExecutorEntry(Struct, frozen=True, kw_only=True):
    """An executor's registration: data, and a ``module:factory`` string that nobody imports before it is configured."""

    name: str
    """What ``agent: executor:`` says to have it."""
    path: str
    api: int
    workers: bool = False
    """Whether tasks are carried out by worker processes; else by the agent's own."""


CORE_EXECUTORS = {
    entry.name: entry
    for entry in (
        ExecutorEntry(name="local", path="vmsguard.agent.execution.local_executor:local_executor", api=1),
        ExecutorEntry(name="nats", path="vmsguard.agent.jetstream.factory:nats_executor", api=1, workers=True),
    )
}
