"""``vmsguard evidence anchor``: have somebody outside vouch for the newest head."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vmsguard.cli.evidence.anchor_results import anchors_json, print_anchors
from vmsguard.cli.evidence.plain_text import print_line
from vmsguard.cli.evidence.verdict_command import VerdictCommand
from vmsguard.cli.output import format_option
from vmsguard.errors import UsageError

if TYPE_CHECKING:
    from vmsguard.cli.evidence.anchor_results import Closing
    from vmsguard.cli.own_log import OwnLog
    from vmsguard.evidence.anchor.anchoring import Wanted
    from vmsguard.evidence.anchor.local_head import LocalHead
    from vmsguard.evidence.anchor.outcome import Outcome
    from vmsguard.evidence.note import VerifierKey
    from vmsguard.evidence.trust import Trust
    from vmsguard.fleet.read_anchors import AnchorsConfig

__all__ = ["anchor"]

_ROLLED_BACK_OR_FORKED = 1
_SOME_NOT = 2
_NOBODY = 3


@click.command(cls=VerdictCommand)
@click.argument("directory", type=click.Path(path_type=Path), required=False)
@click.option("--witness", "witnesses", multiple=True, help="URL of a witness; may be given several times.")
@click.option("--witness-key", "vkeys", multiple=True, help="VKEY of a witness whose cosignature counts; repeatable.")
@click.option("--trust", type=click.Path(path_type=Path), help="A trust file that names witnesses (C2SP tlog-policy).")
@click.option("--tsa", "authorities", multiple=True, help="URL of a timestamping authority (RFC 3161); repeatable.")
@click.option(
    "--tsa-root",
    "roots",
    multiple=True,
    type=click.Path(path_type=Path),
    help="PEM certificates that tokens must lead to; repeatable.",
)
@click.option(
    "--key", "key_file", type=click.Path(path_type=Path), help="The log's signing key.  [default: the configured one]"
)
@format_option
@click.pass_context
def anchor(
    ctx: click.Context,
    directory: Path | None,
    witnesses: tuple[str, ...],
    vkeys: tuple[str, ...],
    trust: Path | None,
    authorities: tuple[str, ...],
    roots: tuple[Path, ...],
    key_file: Path | None,
    output: str,
) -> None:
    """Have witnesses cosign the newest head, and authorities stamp it with the time.

    Without --witness and --tsa those of the configuration are asked. What they give lies below anchors/, and the
    log records it; for a copy of a log that is not one's own, anchors/ alone is written. Exits 0 if all
    gave what they were asked for, 1 if one knows another or a longer history of this log (rollback, fork), 2 if some
    gave nothing, 3 if nobody did.
    """
    from vmsguard.cli.installation import config_path
    from vmsguard.evidence.anchor.anchoring import anchor_head
    from vmsguard.evidence.anchor.local_head import LocalHead
    from vmsguard.evidence.anchor.outcome import Contradicted
    from vmsguard.evidence.disk import Disk
    from vmsguard.evidence.trust import load_trust

    own, configured = _own_log(config_path(ctx), directory, key_file)
    rules = load_trust(trust) if trust else None
    wanted = _wanted(witnesses, vkeys, authorities, _read_all(roots), rules, configured)
    log_keys = (*(key.verifier for key in (own.keys if own else ())), *(rules.logs if rules else ()))
    folder = own.directory if own else directory or Path("evidence")
    if own:
        _require_unlocked(folder)
    local = LocalHead(folder, log_keys)
    outcomes = asyncio.run(anchor_head(local, wanted, Disk()))
    contradicted = any(isinstance(outcome, Contradicted) for outcome in outcomes)
    closing: Closing | None = None
    if own is not None and not contradicted and _record(own, local, outcomes):
        closing = _close(folder, log_keys, wanted, outcomes)
    if output == "json":
        print_line(anchors_json(local.head, outcomes, closing))
    else:
        print_anchors(local.head, outcomes, closing)
    ctx.exit(_exit_code([*outcomes, *(closing.outcomes if closing else ())]))


def _exit_code(outcomes: Sequence[Outcome]) -> int:
    from vmsguard.evidence.anchor.outcome import Contradicted, NotAnchored

    if any(isinstance(outcome, Contradicted) for outcome in outcomes):
        return _ROLLED_BACK_OR_FORKED
    missing = sum(isinstance(outcome, NotAnchored) for outcome in outcomes)
    return 0 if not missing else _NOBODY if missing == len(outcomes) else _SOME_NOT


def _close(folder: Path, keys: Sequence[VerifierKey], wanted: Wanted, outcomes: Sequence[Outcome]) -> Closing:
    """Have the witnesses cosign the head over the records about their cosignatures too.

    That one is not recorded, or there were no end to it; an auditor who demands witnesses would never be content.
    """
    import msgspec

    from vmsguard.cli.evidence.anchor_results import Closing
    from vmsguard.evidence.anchor.anchoring import anchor_head
    from vmsguard.evidence.anchor.local_head import LocalHead
    from vmsguard.evidence.anchor.outcome import Anchored
    from vmsguard.evidence.disk import Disk

    made = [one for one in outcomes if isinstance(one, Anchored) and one.kind == "witness"]
    again = msgspec.structs.replace(wanted, witnesses=tuple(dict.fromkeys(one.url for one in made)), authorities=())
    local = LocalHead(folder, keys)
    return Closing(local.head, tuple(asyncio.run(anchor_head(local, again, Disk()))) if made else ())


def _own_log(
    config_file: Path | None, directory: Path | None, key_file: Path | None
) -> tuple[OwnLog | None, AnchorsConfig | None]:
    """The log to record in, and the anchors of its configuration; no log for a directory that is not one's own."""
    from vmsguard.cli.own_log import log_of
    from vmsguard.fleet.load_config import DEFAULT_NAME, load_config

    if config_file is None and directory is not None and not Path(DEFAULT_NAME).exists():
        return (log_of(None, directory, key_file) if key_file else None), None
    config = load_config(config_file)
    evidence = config.evidence
    if directory is None or directory.resolve() == evidence.directory.resolve():
        return log_of(config_file, directory, key_file), evidence.anchors
    return (log_of(config_file, directory, key_file) if key_file else None), evidence.anchors


def _wanted(
    witnesses: tuple[str, ...],
    vkeys: tuple[str, ...],
    authorities: tuple[str, ...],
    roots: tuple[bytes, ...],
    rules: Trust | None,
    configured: AnchorsConfig | None,
) -> Wanted:
    """Who the options name; whom the configuration names if they name nobody. Its keys count in any case."""
    from vmsguard.evidence.anchor.anchoring import Authority, Wanted
    from vmsguard.evidence.anchor.exchange import checked_url

    known = configured.witnesses if configured else ()
    keys = [_witness_key(vkey) for vkey in vkeys]
    keys += [*(rules.witnesses.values() if rules else ()), *(one.key for one in known)]
    asked = tuple(Authority(checked_url(url), roots) for url in authorities)
    if not witnesses and not authorities and configured:
        witnesses = tuple(one.url for one in known)
        asked = tuple(Authority(checked_url(one.url), roots or _read_all(one.roots)) for one in configured.authorities)
    if not witnesses and not asked:
        raise UsageError(
            "nobody is named who could vouch for the log",
            hint="name them with --witness URL or --tsa URL, or under evidence: anchors: in the configuration",
        )
    if witnesses and not keys:
        raise UsageError(
            "no key of a witness is known: anybody could have cosigned",
            hint="give --witness-key VKEY, or --trust FILE with its witness line",
        )
    urls = tuple(dict.fromkeys(checked_url(url) for url in witnesses))
    return Wanted(witnesses=urls, keys=tuple(dict.fromkeys(keys)), authorities=asked)


def _witness_key(vkey: str) -> VerifierKey:
    from vmsguard.evidence.note import COSIGNATURE, VerifierKey

    key = VerifierKey.parse(vkey)
    if key.kind != COSIGNATURE:
        raise UsageError(
            f"the key of {key.name} is not a witness's", hint="--witness-key takes what `evidence witness keygen` told"
        )
    return key


def _read_all(files: Sequence[Path]) -> tuple[bytes, ...]:
    """PEM files, each with at least one certificate."""
    from vmsguard.evidence.anchor.tokens import load_roots

    found = []
    for file in files:
        try:
            data = file.read_bytes()
        except OSError as error:
            raise UsageError(f"{file} cannot be read: {error.strerror}", hint="check --tsa-root") from error
        load_roots(data)
        found.append(data)
    return tuple(found)


def _require_unlocked(directory: Path) -> None:
    """Nobody is asked while another process writes: what they give could not be recorded."""
    from vmsguard.evidence.lock import WriterLock

    if directory.is_dir():
        WriterLock(directory).release()


def _record(own: OwnLog, local: LocalHead, outcomes: Sequence[Outcome]) -> bool:
    """Record what was had, if anything was."""
    from vmsguard.evidence.anchor.anchoring import record_anchors
    from vmsguard.evidence.anchor.outcome import Anchored
    from vmsguard.model.clock import SystemClock

    if not any(isinstance(outcome, Anchored) for outcome in outcomes):
        return False
    with own.opened(SystemClock()) as log:
        record_anchors(log, local, outcomes)
    return True
