"""``vmsguard hub run``: the hub, until a signal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from vmsguard.agent.jetstream.connection import NatsSettings
    from vmsguard.evidence.keys import SigningKey
    from vmsguard.hub.copies import Copies
    from vmsguard.hub.hub_file import HubFile
    from vmsguard.hub.server_standing import ServerWatch

__all__ = ["run"]


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False, metavar="[HUB_FILE]")
def run(file: Path | None) -> None:
    """Take the evidence of every site in HUB_FILE (./hub.yaml unless given) until SIGTERM or SIGINT.

    Each log becomes a folder that vmsguard evidence verify reads, the same files with the same bytes. Only what the
    log's own key signed is taken, and a site is told that its records are here once they are on the disk. What cannot
    be true (another key, a history that was rewritten) is refused, kept, and told on standard error and by
    vmsguard hub status; the other sites go on. A NATS server that is away is waited for, which is told there too.
    Exit codes: 0 stopped in order; 2 hub file, key, directory, or a first login that the server refuses or that it
    does not deserve: its certificate is not trusted, or it does not encrypt.
    """
    import asyncio
    import os
    import sys

    import structlog

    from vmsguard.agent.jetstream.connection import settings_of
    from vmsguard.fleet.secrets import SecretStore
    from vmsguard.hub.copies import Copies
    from vmsguard.hub.hub_file import load_hub_file
    from vmsguard.hub.server_standing import ServerWatch
    from vmsguard.model.clock import SystemClock

    hub = load_hub_file(file)
    secrets = SecretStore(hub.file.parent, os.environ)
    key = hub.signing_key(secrets)
    settings = settings_of(hub.nats, secrets)
    log: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
        structlog.WriteLoggerFactory(file=sys.stderr)(),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(0),
    )
    with Copies(hub, SystemClock(), log) as copies:
        for site in hub.sites:
            if not site.keys:
                log.error("the trust file names no key of this log: nothing of it can be taken", origin=site.origin)
        sites = "1 site" if len(hub.sites) == 1 else f"{len(hub.sites)} sites"
        click.echo(f"hub of {sites} in {hub.directory}; vmsguard hub status tells how they stand")
        click.echo(f"sites count what it confirms where agent: nats: hub: has: key: {key.vkey}")
        watch = ServerWatch(hub.server, SystemClock(), log)
        try:
            asyncio.run(_run(hub, settings, copies, key, watch, log))
        finally:
            watch.stopped()
    click.echo("stopped in order")


async def _run(
    hub: HubFile,
    settings: NatsSettings,
    copies: Copies,
    key: SigningKey,
    watch: ServerWatch,
    log: FilteringBoundLogger,
) -> None:
    import asyncio
    import signal

    from vmsguard.hub.receive import receive

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    await receive(settings, [site.domain for site in hub.sites], copies, key, stop, watch, log)
