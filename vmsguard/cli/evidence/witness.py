"""``vmsguard evidence witness``: cosign the heads of other people's logs, so that they cannot take them back."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vmsguard.cli.evidence.plain_text import plain, print_line
from vmsguard.cli.output import format_option, make_console
from vmsguard.errors import UsageError

if TYPE_CHECKING:
    from vmsguard.evidence.anchor.witness import Witness
    from vmsguard.evidence.note import VerifierKey

__all__ = ["keygen", "serve", "status", "witness"]

_HERE = "127.0.0.1:8750"


@click.group()
def witness() -> None:
    """Cosign the heads of other logs (C2SP tlog-witness), so that they cannot take them back."""


@witness.command()
@click.option("--name", required=True, help="The witness's name: a URL without scheme, such as example.org/witness.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Where the private key goes.")
def keygen(name: str, output: Path) -> None:
    """Make a witness's key; print the line for the trust files of auditors and of `evidence anchor`."""
    from vmsguard.evidence.anchor.witness_key import WitnessKey

    key = WitnessKey.generate(name)
    key.save(output)
    click.echo(f"private key  {output} (mode 0600; keep it away from the logs it will cosign)")
    click.echo("")
    click.echo("Give this line to auditors and to the logs' operators, for their trust files:")
    click.echo("")
    click.echo(key.trust_line)


@witness.command()
@click.option("--key", required=True, type=click.Path(path_type=Path), help="The key `witness keygen` made.")
@click.option(
    "--state", required=True, type=click.Path(path_type=Path), help="Its memory: never put back an older one."
)
@click.option("--trust", type=click.Path(path_type=Path), help="Cosign the logs of this trust file (C2SP tlog-policy).")
@click.option("--log", "logs", multiple=True, help="Cosign the log with this vkey; may be given several times.")
@click.option("--listen", default=_HERE, show_default=True, help="HOST:PORT; port 0 takes a free one.")
@click.option("--once", is_flag=True, help="Answer one request for a cosignature, and end.")
def serve(key: Path, state: Path, trust: Path | None, logs: tuple[str, ...], listen: str, once: bool) -> None:
    """Run a witness until it is interrupted.

    It speaks plain HTTP: its answers are signed. Where others than this machine are to reach it, put a reverse
    proxy with TLS before it. One line of JSON on standard error tells each answer.
    """
    from vmsguard.evidence.anchor.witness import Witness
    from vmsguard.evidence.anchor.witness_key import WitnessKey
    from vmsguard.evidence.anchor.witness_server import is_loopback, parse_listen
    from vmsguard.evidence.anchor.witness_state import WitnessState
    from vmsguard.evidence.disk import Disk
    from vmsguard.model.clock import SystemClock

    host, port = parse_listen(listen)
    keys = _logs(trust, logs)
    signing = WitnessKey.load(key)
    kept = WitnessState(state, signing.verifier, Disk())
    try:
        if not is_loopback(host):
            click.echo(f"warning: {host} is not only this machine: put a reverse proxy with TLS before it", err=True)
        click.echo(signing.trust_line)
        asyncio.run(_serve(Witness(signing, keys, kept, SystemClock()), host, port, len(keys), once))
    finally:
        kept.close()


@witness.command()
@click.option("--state", required=True, type=click.Path(path_type=Path), help="The folder given to `serve`.")
@format_option
def status(state: Path, output: str) -> None:
    """Show which logs a witness has cosigned, how far, and when last."""
    from vmsguard.evidence.anchor.witness_state import read_cosigned

    told = [
        {
            "origin": one.head.origin,
            "size": one.head.size,
            "root": one.head.root_hex,
            "at": f"{datetime.fromtimestamp(one.time, UTC):%Y-%m-%dT%H:%M:%SZ}",
        }
        for one in read_cosigned(state)
    ]
    if output == "json":
        print_line({"logs": told})
        return
    from rich.table import Table

    table = Table("log", "records", "cosigned", "root", box=None, pad_edge=False, header_style="bold")
    for one in told:
        table.add_row(plain(str(one["origin"])), str(one["size"]), str(one["at"]), str(one["root"])[:16] + "…")
    console = make_console()
    console.print(table)
    if not told:
        console.print("nothing was cosigned yet")


def _logs(trust: Path | None, vkeys: tuple[str, ...]) -> list[VerifierKey]:
    from vmsguard.evidence.note import ED25519, VerifierKey
    from vmsguard.evidence.trust import load_trust

    keys = [*(load_trust(trust).logs if trust else ()), *(VerifierKey.parse(vkey) for vkey in vkeys)]
    if not keys:
        raise UsageError(
            "no log to cosign", hint="name them: --trust FILE with their log lines, or --log VKEY for each"
        )
    for key in keys:
        if key.kind != ED25519:
            raise UsageError(
                f"the key of {key.name} is not a log's", hint="--log takes the vkey `evidence keygen` told"
            )
    return keys


async def _serve(witness: Witness, host: str, port: int, logs: int, once: bool) -> None:
    import signal

    import structlog

    from vmsguard.evidence.anchor.witness_server import ServerLog, serving

    log: ServerLog = structlog.wrap_logger(
        structlog.WriteLoggerFactory(file=sys.stderr)(),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(0),
    )
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    async with serving(witness, host, port, log, answered=stop.set if once else None) as (address, bound):
        told = f"[{address}]" if ":" in address else address
        click.echo(f"cosigning {logs} log{'s' if logs != 1 else ''} at http://{told}:{bound}/")
        await stop.wait()
