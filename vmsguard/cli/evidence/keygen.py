"""``vmsguard evidence keygen``: the log's signing key."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["keygen"]


@click.command()
@click.option("--origin", required=True, help="The log's name: a URL without scheme, such as example.org/site-a.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Where the private key goes.")
def keygen(origin: str, output: Path) -> None:
    """Make a signing key; print its public half and the line for an auditor's trust file."""
    from vmsguard.evidence.keys import SigningKey

    key = SigningKey.generate(origin)
    key.save(output)
    click.echo(f"private key  {output} (mode 0600; keep it away from the evidence)")
    click.echo(f"vkey         {key.vkey}")
    click.echo("")
    click.echo("Give these lines to the auditor as a trust file, on another way than the evidence:")
    click.echo("")
    click.echo(f"log {key.vkey}")
    click.echo("quorum none")
