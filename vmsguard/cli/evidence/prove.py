"""``vmsguard evidence prove``: one record and its proof, or the proof between two heads."""

from __future__ import annotations

from pathlib import Path

import click

from vmsguard.errors import UsageError

__all__ = ["prove"]


@click.command()
@click.argument("directory", type=click.Path(path_type=Path), default=Path("evidence"))
@click.option("--seq", type=click.IntRange(min=0), help="The record's sequence number.")
@click.option("--id", "identity", help="The record's id.")
@click.option(
    "--from", "old", type=click.Path(path_type=Path), help="A head saved earlier: prove that the log continues it."
)
@click.option(
    "--under", type=click.Path(path_type=Path), help="Prove under this head (anchors/N.note), not the newest one."
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Where the proof goes.  [default: SEQ.tlog-proof]"
)
def prove(
    directory: Path, seq: int | None, identity: str | None, old: Path | None, under: Path | None, output: Path | None
) -> None:
    """Prove one record, or that the log continues a head saved earlier.

    Writes the record as SEQ.json and a C2SP tlog-proof beside it. Whoever has both and your vkey checks them
    with `evidence check-proof`, without the log. With --from, the proof has the form a witness is sent.
    """
    if sum(wanted is not None for wanted in (seq, identity, old)) != 1:
        raise UsageError("say what to prove", hint="give one of --seq N, --id ID and --from OLD_CHECKPOINT")
    if old is not None:
        if under is not None:
            raise UsageError("--under is for records", hint="leave it out; --from proves the newest head")
        _prove_continuation(directory, old, output)
        return
    from vmsguard.evidence.proving.proof import find_record, prove_record

    number = find_record(directory, identity or "") if seq is None else seq
    proven = prove_record(directory, number, under)
    proof_file = output or Path(f"{number}.tlog-proof")
    record_file = proof_file.with_suffix(".json")
    _write(record_file, proven.line + b"\n", other_than=proof_file)
    _write(proof_file, proven.proof.to_bytes())
    head = proven.proof.head
    click.echo(f"record  {record_file}")
    click.echo(f"proof   {proof_file}: record {number} of {head.size} in {head.origin}")
    click.echo(f"check   vmsguard evidence check-proof {record_file} {proof_file} --trust FILE")


def _prove_continuation(directory: Path, old: Path, output: Path | None) -> None:
    from vmsguard.evidence.proving.proof import prove_consistency, read_head
    from vmsguard.evidence.proving.proof_file import Continuation

    saved, _ = read_head(old)
    hashes, head, note = prove_consistency(directory, saved)
    proof_file = output or Path(f"{saved.size}-{head.size}.consistency")
    _write(proof_file, Continuation(saved.size, tuple(hashes), note).to_bytes(), other_than=old)
    click.echo(f"proof   {proof_file}: the log's {head.size} records continue the saved {saved.size}")
    click.echo(f"check   vmsguard evidence check-proof {old} {proof_file} --trust FILE")


def _write(path: Path, data: bytes, *, other_than: Path | None = None) -> None:
    """Write a new file; an existing one is only ever written again with what it holds."""
    if path == other_than:
        raise UsageError(f"record and proof cannot both be {path}", hint="end the name in .tlog-proof")
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError as error:
        if not path.is_file() or path.read_bytes() != data:
            raise UsageError(f"{path} exists and is not overwritten", hint="name another file with -o") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", hint="name another file with -o") from error
