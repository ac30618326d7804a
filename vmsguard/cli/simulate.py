"""``vmsguard simulate``: run a fleet of simulated cameras and recorders until it is stopped."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vmsguard.cli.file_schema import MODELINE, SCHEMA_FILE

if TYPE_CHECKING:
    from vmsguard.simulator import Simulator

__all__ = ["simulate"]

_FILE = click.Path(dir_okay=False, path_type=Path)
_SHOWN = 12
"""Devices told one by one before the table says how many more there are."""


@click.command()
@click.argument("fleet", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--state", type=_FILE, help="Keep the devices' state in this file; a restart continues on the same ports."
)
@click.option("--write-inventory", type=_FILE, help="Write the inventory that matches the fleet.")
@click.option("--http-port", type=click.IntRange(1, 65535), help="Take this HTTP port in place of the fleet's.")
@click.option("--ready-file", type=_FILE, help="Create this file once every port answers; it holds the HTTP port.")
def simulate(
    fleet: Path, state: Path | None, write_inventory: Path | None, http_port: int | None, ready_file: Path | None
) -> None:
    """Run the simulated cameras and recorders of FLEET on loopback, until Ctrl-C."""
    from vmsguard.simulator import Simulator

    simulator = Simulator(fleet, state_file=state, http_port=http_port)
    asyncio.run(_serve(simulator, write_inventory, ready_file))


async def _serve(simulator: Simulator, inventory_file: Path | None, ready_file: Path | None) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with simulator:
        if inventory_file is not None:
            _write_inventory(inventory_file, simulator.inventory())
        _print_table(simulator, inventory_file)
        if ready_file is not None:
            ready_file.write_text(f"{simulator.http_port}\n", encoding="utf-8")  # noqa: ASYNC240 - once, before serving
        await stopped.wait()
    click.echo("stopped")


def _write_inventory(path: Path, inventory: dict[str, Any]) -> None:
    import yaml

    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # thousands of cameras take seconds in pure Python
    head = f"{MODELINE}{SCHEMA_FILE}\n" if (path.parent / SCHEMA_FILE).exists() else ""
    text = yaml.dump(inventory, Dumper=dumper, sort_keys=False, allow_unicode=True)
    path.write_text(head + text, encoding="utf-8")


def _print_table(simulator: Simulator, inventory_file: Path | None) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("device", "persona", "site", "records", "RTSP", title=f"{len(simulator.ids())} simulated devices")
    for device_id in simulator.ids()[:_SHOWN]:
        device, truth = simulator.camera(device_id).state, simulator.camera(device_id).truth
        rtsp = str(device.rtsp_port) if device.runs("RTSP") else "off"
        table.add_row(device.id, device.persona, device.site, "yes" if truth.records else "no", rtsp)
    console = Console()
    console.print(table)
    if len(simulator.ids()) > _SHOWN:
        console.print(f"… and {len(simulator.ids()) - _SHOWN} more")
    console.print(f"each at http://{simulator.host()}/<device>/onvif/device_service", soft_wrap=True)
    if inventory_file is not None:
        console.print(f"inventory written to {inventory_file}", soft_wrap=True)
    console.print("Ctrl-C stops")
