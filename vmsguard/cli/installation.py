"""One installation opened for a command: configuration, policies, inventory, state, evidence and network."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import click
import structlog

from vmsguard._version import __version__
from vmsguard.cli.beside_agent import agent_runs, run_at_agent, say_what_differs
from vmsguard.cli.diagnostics import configure_logging
from vmsguard.cli.output import progress_bar
from vmsguard.cli.own_log import own_log
from vmsguard.errors import UsageError
from vmsguard.evidence.log import EvidenceLog
from vmsguard.fleet.assemble_fleet import fleet_of
from vmsguard.fleet.load_config import Config, load_config
from vmsguard.fleet.secrets import SecretStore, check_read_logins
from vmsguard.model.clock import Clock, SystemClock
from vmsguard.net.blocking import BlockingPool
from vmsguard.net.permits import PermitOffice
from vmsguard.net.pool import ConnectionPool
from vmsguard.plugin.loader import Registry, load_plugins
from vmsguard.run.asked import AskedRun
from vmsguard.run.asked import carry_out as run_asked
from vmsguard.run.equipment import Equipment, Instruments, Progress
from vmsguard.run.fleet import Fleet
from vmsguard.run.outcome import RunOutcome
from vmsguard.run.run_id import new_run_id
from vmsguard.state.database import sqlite_file
from vmsguard.state.store import State

__all__ = [
    "RUN_LOCK",
    "Installation",
    "carry_out",
    "config_path",
    "instruments_of",
    "look_with_instruments",
    "new_run_id",
    "open_installation",
    "parse_fail_on",
    "registry_of",
    "run_lock_of",
    "run_with_equipment",
]

T = TypeVar("T")

RUN_LOCK = ".vmsguard.lock"
"""The name of the file in which a run holds its lock."""


@dataclass(frozen=True)
class Installation:
    """Configuration and policies, loaded and checked; nothing is open and no device was spoken to."""

    config: Config
    registry: Registry
    fleet: Fleet
    secrets: SecretStore


def config_path(ctx: click.Context) -> Path | None:
    told: Any = (ctx.find_root().obj or {}).get("config")
    return None if told is None else Path(told)


def run_lock_of(config: Config) -> Path:
    """The file that is locked for one run at a time: beside the state, for the configuration may be read-only."""
    state = sqlite_file(config.state)
    return (config.evidence.directory.parent if state is None else state.parent) / RUN_LOCK


def open_installation(
    path: Path | None, *, limit: tuple[str, ...] = (), environment: dict[str, str] | None = None
) -> Installation:
    """Everything a run needs that can be checked without a device; raises ``Problems`` and ``SecretMissing``."""
    config = load_config(path)
    registry = registry_of(config)
    fleet = fleet_of(config, registry, limit=limit)
    secrets = SecretStore(
        config.folder, os.environ if environment is None else environment, sources=registry.secret_source
    )
    check_read_logins(fleet.targets, secrets)
    return Installation(config, registry, fleet, secrets)


def registry_of(config: Config) -> Registry:
    """The plugins that the configuration lets load."""
    return load_plugins(None if config.plugins is None else frozenset(config.plugins))


@contextmanager
def _opened(installation: Installation, clock: Clock) -> Iterator[tuple[State, EvidenceLog]]:
    config = installation.config
    origin = config.evidence.origin
    with State.open(config.state, clock=clock) as state, state.run_lock(run_lock_of(config)):
        own = own_log(config.evidence, installation.secrets)
        with own.opened(clock, agent={"version": __version__}, at_least=state.evidence_size(origin)) as log:
            try:
                yield state, log
            finally:
                state.remember_evidence_size(origin, log.signed_size)


def run_with_equipment(
    installation: Installation,
    job: Callable[[Equipment], Awaitable[T]],
    *,
    debug: bool = False,
    warnings: bool = False,
    clock: Clock | None = None,
) -> T:
    """What ``job`` returns, run with state and evidence open and the run lock held.

    Evidence is opened before anything is asked of a device: a log that cannot be written stops the run.
    ``warnings`` are for a job that nobody watches, whose standard error is a journal.
    """
    configure_logging(debug, warnings=warnings)
    own_clock: Clock = SystemClock() if clock is None else clock
    with _opened(installation, own_clock) as (state, log), progress_bar() as progress, BlockingPool() as blocking:

        async def main() -> T:
            async with ConnectionPool() as pool:
                instruments = instruments_of(installation, own_clock, pool, state, blocking, progress)
                return await job(Equipment(**instruments, evidence=log))

        return asyncio.run(main())


def look_with_instruments(
    installation: Installation,
    job: Callable[[Instruments], Awaitable[T]],
    *,
    debug: bool = False,
    clock: Clock | None = None,
) -> T:
    """What ``job`` returns, run with state open and the run lock held; there is no evidence it could write."""
    configure_logging(debug)
    own_clock: Clock = SystemClock() if clock is None else clock
    config = installation.config
    with (
        State.open(config.state, clock=own_clock) as state,
        state.run_lock(run_lock_of(config)),
        progress_bar() as progress,
        BlockingPool() as blocking,
    ):

        async def main() -> T:
            async with ConnectionPool() as pool:
                return await job(
                    Instruments(**instruments_of(installation, own_clock, pool, state, blocking, progress))
                )

        return asyncio.run(main())


def _longest_permit(config: Config) -> timedelta:
    """A lease is renewed at a third of its time: whoever hangs after that has no leave left when it ends."""
    return config.agent.lease / 2


def instruments_of(
    installation: Installation,
    clock: Clock,
    pool: ConnectionPool,
    state: State,
    blocking: BlockingPool,
    progress: Progress,
) -> dict[str, Any]:
    """What a run needs besides its evidence, by name."""
    return {
        "clock": clock,
        "random": random.SystemRandom(),
        "registry": installation.registry,
        "pool": pool,
        "login": installation.secrets.login,
        "state": state,
        "permits": PermitOffice(clock, _longest_permit(installation.config)),
        "run_blocking": blocking,
        "sleep": asyncio.sleep,
        "log": structlog.get_logger("vmsguard"),
        "progress": progress,
    }


def carry_out(ctx: click.Context, asked: AskedRun, *, agree: Callable[[], None] = lambda: None) -> RunOutcome:
    """What was asked for, carried out by the agent where one runs and in this process where none does.

    ``agree`` is asked once everything is loaded.
    """
    path, debug = config_path(ctx), ctx.find_root().obj["debug"]
    config = load_config(path)
    if agent_runs(config):
        configure_logging(debug)
        # With the same mistakes in the files as alone; the logins are the agent's business.
        say_what_differs(config, fleet_of(config, registry_of(config), limit=asked.limit))
        agree()
        return run_at_agent(config, asked)
    installation = open_installation(path, limit=asked.limit)
    agree()
    run = new_run_id(SystemClock())
    return run_with_equipment(
        installation,
        lambda equipment: run_asked(asked, installation.fleet, replace(equipment, asked_by=os.getuid()), run),
        debug=debug,
    )


def parse_fail_on(told: str | None) -> frozenset[str] | None:
    """The set behind ``--fail-on fail,unknown,incomplete``."""
    if told is None:
        return None
    words = frozenset(word.strip() for word in told.split(",") if word.strip())
    known = {"fail", "unknown", "incomplete"}
    if not words or words - known:
        raise UsageError(f"--fail-on: unknown word in {told!r}", hint="use fail, unknown, incomplete, comma-separated")
    return words
