"""``vmsguard hub status``: how the evidence of each site stands at the hub."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from vmsguard.cli.evidence.plain_text import plain
from vmsguard.cli.output import format_option, make_console, print_json

__all__ = ["status"]


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False, metavar="[HUB_FILE]")
@format_option
def status(file: Path | None, output: str) -> None:
    """Say how far the evidence of each site in HUB_FILE (./hub.yaml unless given) is here, and how old it is.

    It reads the hub's files: no hub needs to run. A site from which nothing came for longer than silent_after is
    unknown, whatever its last records said. While a hub runs, its NATS server is told of too. Exit codes: 0 every site
    was heard; 2 the hub file; 3 something was refused, or a copy is damaged; 4 none of these, and a site is unknown or
    the hub's NATS server is away.
    """
    from vmsguard.hub.hub_file import load_hub_file
    from vmsguard.hub.hub_status import Hearing, standings
    from vmsguard.hub.server_standing import read_server

    hub, now = load_hub_file(file), datetime.now(UTC)
    found, server = standings(hub, now), read_server(hub.server, now)
    if output == "json":
        import msgspec

        print_json({"sites": [msgspec.to_builtins(one) for one in found], "server": msgspec.to_builtins(server)})
    else:
        from rich.table import Table

        table = Table("log", "state", "records", "newest", "age", box=None, pad_edge=False, header_style="bold")
        for one in found:
            table.add_row(
                plain(one.origin), one.hearing, str(one.size), _to_the_second(one.newest), _age(one.age_seconds)
            )
        console = make_console()
        console.print(table)
        for one in found:
            if one.trouble:
                console.print(plain(f"{one.origin}: {one.trouble}"))
            if one.kept:
                console.print(plain(f"  kept: {one.kept}"))
        if server is None:
            console.print("no hub runs here, or it has not begun")
        elif server.trouble:
            since = f" since {_to_the_second(server.since)}" if server.since else ""
            console.print(plain(f"nothing is taken{since}: {server.trouble}"))
            if server.hint:
                console.print(plain(f"  next: {server.hint}"))
    hearings = {one.hearing for one in found}
    if hearings & {Hearing.REFUSED, Hearing.DAMAGED}:
        raise click.exceptions.Exit(3)
    if Hearing.UNKNOWN in hearings or (server is not None and server.trouble):
        raise click.exceptions.Exit(4)


def _to_the_second(moment: str) -> str:
    return f"{moment[:19]}Z" if moment else "-"


def _age(seconds: int | None) -> str:
    if seconds is None:
        return "-"
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"
