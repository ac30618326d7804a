"""What ``vmsguard state restore`` does: a copy is made ready beside the state, recorded, and only then swapped in."""

from __future__ import annotations

import hashlib
import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from vmsguard._version import __version__
from vmsguard.cli.installation import run_lock_of
from vmsguard.cli.own_log import own_log
from vmsguard.errors import StateError
from vmsguard.evidence.show import Filter, read_records
from vmsguard.fleet.secrets import SecretStore
from vmsguard.model.clock import SystemClock
from vmsguard.run.duties_on_record import duties_on_record
from vmsguard.state.database import Database, sqlite_file
from vmsguard.state.lock import exclusive_run
from vmsguard.state.migrate import bring_up_to_date
from vmsguard.state.put_back import last_known, prepared, swap_in
from vmsguard.state.store import State

if TYPE_CHECKING:
    from datetime import datetime

    from vmsguard.fleet.load_config import Config

__all__ = ["restore_in_place", "restore_state"]


def restore_state(config: Config, backup: Path, by: str) -> list[str]:
    """Put a SQLite state back from a copy; what to tell of it."""
    clock, path = SystemClock(), sqlite_file(config.state)
    if path is None:
        raise StateError("the state is no file", hint="vmsguard state restore --already-back")
    kept = path.with_name(f"{path.name}.replaced-{clock.now():%Y%m%dT%H%M%S}Z")
    with exclusive_run(run_lock_of(config)), prepared(backup, path) as copy:
        with closing(Database(f"sqlite:///{copy}")) as database:
            bring_up_to_date(database, keep_copy=False)
        with State.open(f"sqlite:///{copy}", clock=clock) as state:
            known_until = state.highest_time()
            size, latest = last_known(path, config.evidence.origin)
            state.remember_evidence_size(config.evidence.origin, size)
            if latest is not None:
                state.note_time(latest)
            told = _record_and_distrust(config, state, by, known_until, hashlib.sha256(backup.read_bytes()).hexdigest())
        swap_in(copy, path, kept)
    if kept.exists():
        told.append(f"{kept} is the state as it was before")
    return [f"{path} is put back from {backup}", *told]


def restore_in_place(config: Config, by: str) -> list[str]:
    """Make a state unverified that its database's own tools have put back; what to tell of it."""
    with exclusive_run(run_lock_of(config)), State.open(config.state, clock=SystemClock()) as state:
        return [f"{state.where} was put back", *_record_and_distrust(config, state, by, state.highest_time(), "")]


def _record_and_distrust(config: Config, state: State, by: str, known_until: datetime | None, sha256: str) -> list[str]:
    """Evidence first: what a crash cuts off is done again, and no restore is unrecorded."""
    clock, origin, directory = SystemClock(), config.evidence.origin, config.evidence.directory
    duties = duties_on_record(read_records(directory, Filter(event="duty"))) if (directory / "log").is_dir() else {}
    before = {(one.camera, one.pack, one.rule, one.target, one.channel): one for one in state.duties()}
    newer = {key: duty for key, duty in duties.items() if key not in before or before[key].next_due < duty.next_due}
    own = own_log(config.evidence, SecretStore(config.folder, os.environ))
    with own.opened(clock, agent={"version": __version__}, at_least=state.evidence_size(origin)) as log:
        log.append(
            "state.restored",
            durable=True,
            approver=by,
            sha256=sha256,
            known_until=known_until,
            duties=len(before.keys() | newer.keys()),
            duties_updated=len(newer),
        )
        log.checkpoint()
        state.distrust(newer, clock.now())
        state.remember_evidence_size(origin, log.signed_size)
    return [
        f"{_until(known_until)}; nothing in it counts as verified",
        f"{len(before.keys() | newer.keys())} duties, {len(newer)} of them brought up to date from the evidence",
        "vmsguard check looks at everything anew",
    ]


def _until(known_until: datetime | None) -> str:
    return "it knew of no run" if known_until is None else f"it knew what was until {known_until:%Y-%m-%d %H:%M:%S} UTC"
