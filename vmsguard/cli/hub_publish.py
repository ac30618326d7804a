"""``vmsguard hub publish``: sign a folder of policies and hand it to the sites."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from vmsguard.hub.hub_file import HubFile

__all__ = ["publish"]

_SECONDS = 30.0
"""That the server may take for one answer: a person waits for it."""


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--hub", "file", type=click.Path(path_type=Path), help="The hub file; ./hub.yaml unless given.")
@click.option("--key", "key_file", required=True, type=click.Path(path_type=Path), help="A key `evidence keygen` made.")
@click.option("--name", required=True, help="The key's name, as the sites' policy_key has it.")
@click.option("--number", required=True, type=click.IntRange(min=1), help="Higher than any before it.")
@click.option("--good-for", default="P90D", show_default=True, help="For how long, as ISO 8601; publish anew by then.")
@click.pass_context
def publish(
    ctx: click.Context, directory: Path, file: Path | None, key_file: Path, name: str, number: int, good_for: str
) -> None:
    """Sign the policies in DIRECTORY and hand them to every site, at once or when its link returns.

    Each pack has to say what its tests.yaml means, as for vmsguard policy test; nothing is published otherwise.
    A site takes them over only if its configuration names this key, the number is higher than any it took before, and
    all its files are without mistakes with them. What they ask changes a device only as far as the site's own
    vmsguard.lock accepts it. Sites whose newest bundle is past its time keep it in force and tell their people.
    Exit codes: 0 the hub's server has it; 2 not published.
    """
    import asyncio
    from datetime import UTC, datetime

    from vmsguard.agent.uplink.policy_bundle import make_bundle
    from vmsguard.errors import UsageError
    from vmsguard.evidence.keys import SigningKey
    from vmsguard.hub.hub_file import load_hub_file
    from vmsguard.policy.syntax.durations import parse_duration
    from vmsguard.policy.syntax.yaml_files import KINDS, documents_of

    hub = load_hub_file(file)
    try:
        until = datetime.now(UTC) + parse_duration(good_for)
    except ValueError as error:
        wrong, instead = error.args
        raise UsageError(f"--good-for: {wrong}", hint=instead) from error
    documents_of([directory], KINDS)  # what is no document of ours is told here, and not by every site
    _must_be_as_meant(ctx, directory)
    key = SigningKey.load(key_file, name)
    asyncio.run(_publish(hub, number, make_bundle(directory, number, until, key)))
    click.echo(f"published as number {number}, good until {until:%Y-%m-%d}")
    click.echo(f"sites that take it have: policy_key: {key.vkey}")


def _must_be_as_meant(ctx: click.Context, directory: Path) -> None:
    """Judge the cases beside every pack of the folder; raises ``UsageError`` where one is not as meant, or has none."""
    from vmsguard.cli.policy_sources import catalogue_of
    from vmsguard.cli.policy_tests import PackTested
    from vmsguard.errors import UsageError
    from vmsguard.policy.load_pack import load_packs
    from vmsguard.policy.load_policy_tests import TESTS_FILE

    catalogue = catalogue_of(ctx)
    packs = load_packs((directory,), catalogue).values()
    tested = [PackTested(pack, Path(pack.origin).with_name(TESTS_FILE), catalogue, mutate=False) for pack in packs]
    wrong = [one for one in tested if not one.as_meant]
    for one in wrong:
        for line in one.lines():
            click.echo(line, err=True)
    if wrong:
        names = ", ".join(one.pack.id for one in wrong)
        raise UsageError(f"not as its tests mean, and not published: {names}", hint="see vmsguard policy test PACK")


async def _publish(hub: HubFile, number: int, message: bytes) -> None:
    import os

    from vmsguard.agent.jetstream.connection import connect, settings_of
    from vmsguard.agent.jetstream.ending import end
    from vmsguard.fleet.secrets import SecretStore
    from vmsguard.hub.hand_on_policies import hand_on

    settings = settings_of(hub.nats, SecretStore(hub.file.parent, os.environ))
    client = await connect(settings, "vmsguard hub publish")
    try:
        await hand_on(client.jetstream(domain=settings.domain or None, timeout=_SECONDS), number, message)
    finally:
        await end(client)
