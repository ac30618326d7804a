"""``vmsguard discover``: which devices answer in the networks of this machine; contacts nobody any further."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vmsguard.cli.output import format_option

if TYPE_CHECKING:
    from vmsguard.fleet.discover import Found
    from vmsguard.plugin.registry import Registry

__all__ = ["discover"]

_MOST_HOSTS = 1024


@click.command()
@click.option(
    "--interface",
    "interfaces",
    multiple=True,
    metavar="NAME",
    help="Ask through this interface, named by name or own address; may be repeated. "
    "All that are up and not loopback unless given.",
)
@click.option(
    "--host",
    "hosts",
    multiple=True,
    metavar="HOST[:PORT]",
    help="Ask this host alone, without multicast; may be repeated. It may be in another network.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0.5, 60),
    default=4.0,
    show_default=True,
    metavar="SECONDS",
    help="How long answers are waited for.",
)
@click.option(
    "-o",
    "--output",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write what answered to this new file, for vmsguard inventory import.",
)
@format_option
@click.pass_context
def discover(
    ctx: click.Context,
    interfaces: tuple[str, ...],
    hosts: tuple[str, ...],
    timeout: float,
    file: Path | None,
    output: str,
) -> None:
    """Ask the networks of this machine which cameras and recorders are there.

    Sends probes and waits for answers; nothing else is sent, and no login is used. Answers are hints that anybody
    in the network can send: nothing is enrolled by them. With --host and without --interface, only those hosts are
    asked. Exit codes: 0 asked, also where nothing answered; 2 usage, or nothing could be asked.
    """
    from dataclasses import replace

    from vmsguard.cli.discover_lines import show_found
    from vmsguard.cli.output import make_console, print_json
    from vmsguard.cli.policy_sources import config_of
    from vmsguard.errors import UsageError
    from vmsguard.fleet.candidates_file import candidates_text, candidates_value
    from vmsguard.fleet.enrolled_addresses import EnrolledAddresses, with_enrolment
    from vmsguard.fleet.load_inventory import load_inventory
    from vmsguard.fleet.write_whole import write_new
    from vmsguard.model.clock import SystemClock
    from vmsguard.plugin.loader import load_plugins

    if file is not None and file.exists():
        raise UsageError(f"{file} exists and is not overwritten", hint="name another file")
    config = config_of(ctx)
    registry = load_plugins(None if config is None or config.plugins is None else frozenset(config.plugins))
    enrolled = EnrolledAddresses(None if config is None else load_inventory(config.inventory))
    found = _ask(registry, interfaces, hosts, timeout)
    found = replace(found, candidates=with_enrolment(found.candidates, enrolled))
    now = SystemClock().now()
    if file is not None:
        write_new(file, candidates_text(found, now))
    if output == "json":
        print_json(candidates_value(found, now))
        return
    show_found(make_console(), found, enrolled, seconds=timeout)
    if file is not None:
        click.echo(f"written: {file}")
        click.echo(f"next: take out what is not yours, then vmsguard inventory import {file} --site SITE")


def _ask(registry: Registry, interfaces: tuple[str, ...], hosts: tuple[str, ...], seconds: float) -> Found:
    from random import SystemRandom

    from vmsguard.errors import UsageError
    from vmsguard.fleet.discover import Discovery, chosen_interfaces, host_address
    from vmsguard.net.interfaces import local_interfaces

    if len(hosts) > _MOST_HOSTS:
        raise UsageError(f"--host: more than {_MOST_HOSTS} hosts", hint="ask them in several runs")
    if not registry.discoverers:
        raise UsageError("no plugin that can discover devices is loaded", hint="install vmsguard-onvif")
    discoverers = [(one.entry.driver, registry.discoverer(name)) for name, one in registry.discoverers.items()]
    asked = tuple(dict.fromkeys(host_address(host) for host in hosts))
    through = chosen_interfaces(interfaces, local_interfaces()) if interfaces or not hosts else ()
    found = Discovery(discoverers, SystemRandom()).ask(through, asked, seconds)
    if not any(way.sent for way in found.ways):
        told = "; ".join(dict.fromkeys(way.problem for way in found.ways if way.problem))
        raise UsageError(
            f"nothing could be asked: {told}", hint="name an interface that has a network, or a host that has a route"
        )
    return found
