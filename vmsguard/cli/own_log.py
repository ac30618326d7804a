"""The log of one's own that a command writes: where it lies and which keys sign it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click
from msgspec import Struct

from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog
from vmsguard.fleet.load_config import EvidenceConfig, load_config
from vmsguard.fleet.secrets import SecretStore
from vmsguard.model.clock import Clock

__all__ = ["OwnLog", "log_of", "own_log"]


class OwnLog(Struct, frozen=True):
    directory: Path
    keys: tuple[SigningKey, ...]
    """The newest first: while a key is rotated, the one before it signs too."""

    @contextmanager
    def opened(
        self, clock: Clock, *, agent: Mapping[str, str] | None = None, at_least: int = 0
    ) -> Iterator[EvidenceLog]:
        """The log, open and under its lock; what could not be done for its sealed segments is told at the end."""
        key, *also = self.keys
        with EvidenceLog.open(
            self.directory, origin=key.name, key=key, also=also, clock=clock, agent=agent, at_least=at_least
        ) as log:
            yield log
        for trouble in log.troubles:
            click.echo(f"evidence: {trouble}; the next run tries again", err=True)


def own_log(config: EvidenceConfig, secrets: SecretStore) -> OwnLog:
    """The log of a configuration."""
    references = (config.key, *((config.previous_key,) if config.previous_key else ()))
    keys = tuple(SigningKey.load(secrets.path(reference), config.origin) for reference in references)
    return OwnLog(config.directory, keys)


def log_of(config_file: Path | None, directory: Path | None, key_file: Path | None) -> OwnLog:
    """The log in ``directory`` with a key file, or what of the two is not given from the configuration.

    Under a key file alone the log has the origin that its checkpoint states; the key must have signed that.
    """
    if key_file is not None and directory is not None:
        from vmsguard.evidence.founding import read_head

        return OwnLog(directory, (SigningKey.load(key_file, read_head(directory).origin),))
    import os

    config = load_config(config_file)
    configured = config.evidence
    folder = configured.directory if directory is None else directory
    if key_file is not None:
        return OwnLog(folder, (SigningKey.load(key_file, configured.origin),))
    return OwnLog(folder, own_log(configured, SecretStore(config.folder, os.environ)).keys)
