"""State and log for an order that a person gives where no agent runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime

import click

from vmsguard._version import __version__
from vmsguard.cli.installation import run_lock_of
from vmsguard.cli.own_log import own_log
from vmsguard.errors import VmsguardError
from vmsguard.evidence.log import EvidenceLog
from vmsguard.fleet.load_config import Config
from vmsguard.fleet.secrets import SecretStore
from vmsguard.model.clock import Clock, SystemClock
from vmsguard.state.store import State

__all__ = ["state_and_log"]


@contextmanager
def state_and_log(config: Config) -> Iterator[tuple[State, EvidenceLog | None, datetime]]:
    """The state, the log and the time; no log where it cannot be written now, which is said on standard error.

    Whoever has to stop the agent may not be able to read the log's key, and must be able to stop it all the same.
    """
    clock = SystemClock()
    with State.open(config.state, clock=clock) as state, ExitStack() as opened:
        log: EvidenceLog | None = None
        try:
            log = _log(config, state, clock, opened)
        except VmsguardError as error:
            click.echo(f"note: kept, and not in the evidence: {error}", err=True)
        yield state, log, clock.now()
        if log is not None:
            log.checkpoint()
            state.remember_evidence_size(config.evidence.origin, log.signed_size)


def _log(config: Config, state: State, clock: Clock, opened: ExitStack) -> EvidenceLog:
    opened.enter_context(state.run_lock(run_lock_of(config)))
    own = own_log(config.evidence, SecretStore(config.folder, os.environ))
    size = state.evidence_size(config.evidence.origin)
    return opened.enter_context(own.opened(clock, agent={"version": __version__}, at_least=size))
