"""``vmsguard state``: a copy is whole and private, and what is put back from one counts as verified no more."""

from __future__ import annotations

import json
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from postgres_server import PostgresServer

from vmsguard.cli.init import write_installation
from vmsguard.cli.installation import RUN_LOCK
from vmsguard.cli.main import main
from vmsguard.cli.own_log import own_log
from vmsguard.evidence.show import Filter, read_records
from vmsguard.fleet.load_config import load_config
from vmsguard.fleet.secrets import SecretStore
from vmsguard.model.clock import SystemClock
from vmsguard.model.duty_watch import LastTarget, Retirement
from vmsguard.model.last_seen import LastSeen
from vmsguard.model.ledger import Deletion, Duty, HeldPurge, ImpossibilityProof, Standing, WitnessMemory
from vmsguard.model.standing_orders import Approval
from vmsguard.model.work import WorkEntry
from vmsguard.state import State
from vmsguard.state.lock import exclusive_run
from vmsguard.state.tables import REVISION

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)
DUTY = Duty(
    camera="cam-1",
    pack="p",
    rule="r",
    target="t-1",
    channel="1",
    max_gap_seconds=86_400,
    next_due=NOW - HOUR,
    enrolled_at=NOW - 900 * HOUR,
)
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command of a new installation in the folder it is in."""
    write_installation(tmp_path, origin="example.org/site")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            main(list(arguments))
        told = capsys.readouterr()
        return int(stopped.value.code or 0), told.out, told.err

    assert 0 == run("doctor")[0]
    return run


def opened(folder: Path) -> State:
    return State.open(load_config(folder / "vmsguard.yaml").state, clock=SystemClock())


def fill(state: State) -> None:
    """Everything that a restore forgets, and some of what it keeps."""
    deletion = Deletion(
        target="t-1", channel="1", store="sd", cutoff=NOW, started=NOW, ended=NOW, count=1, observed=True, run="r-1"
    )
    state.add_deletion(deletion)
    state.put_held_purge(
        HeldPurge(target="t-1", channel="1", store="sd", cutoff=NOW, ended=NOW, count=1, left=1, run="r-1")
    )
    state.add_proof(
        ImpossibilityProof(
            target="t-1",
            channel="*",
            verb="v",
            firmware="1",
            item="i",
            kind="refused",
            detail="",
            proven_at=NOW,
            expires=NOW + HOUR,
            run="r-1",
        )
    )
    state.remember_sightings(
        [WitnessMemory(target="t-1", channel="1", proves="p", point="p", answered=True, at=NOW, positive_at=NOW)]
    )
    state.put_standings(
        [
            Standing(
                camera="cam-1",
                pack="p",
                rule="r",
                control="c",
                endpoint="t-1/1",
                verdict="pass",
                qualifier="",
                basis="",
                remediation="",
                reason="",
                since=NOW,
                checked_at=NOW,
            )
        ]
    )
    state.put_seen([LastSeen(target="t-1", at=NOW, firmware="1")])
    state.add_approval(Approval(what="first-purge", digest="aa", by="role:dpo", at=NOW, expires=NOW + 99 * HOUR))
    state.put_duty(DUTY)
    state.remember_enrolled([LastTarget(target="t-1", site="seoul", enrolled="{}", at=NOW)], [])
    state.schedule_work([WorkEntry(target="t-2", site="seoul", next_due=NOW + 99 * HOUR)])
    state.lease("t-2", "w-1", NOW, HOUR)
    state.retire(Retirement(camera="cam-9", kind="k", sha256="aa", dated=date(2026, 1, 1), by="role:it", at=NOW))
    state.note_time(NOW)


def record(folder: Path, event: str, duty: Duty) -> None:
    """What the evidence tells of a duty."""
    config = load_config(folder / "vmsguard.yaml")
    with own_log(config.evidence, SecretStore(config.folder, {})).opened(SystemClock()) as log:
        log.append(
            event,
            run="run-1",
            camera=duty.camera,
            target=duty.target,
            channel=duty.channel,
            pack=duty.pack,
            rule=duty.rule,
            due=duty.next_due,
            max_gap_seconds=duty.max_gap_seconds,
        )


def distrusted(state: State) -> None:
    assert ((), (), (), ()) == (state.standings(), state.witness_memory(), state.deletions(), state.held_purges())
    assert ((), {}, ()) == (state.proofs(NOW), state.seen(), state.approvals("first-purge", NOW))
    assert {"cam-9"} == set(state.retirements())
    work = {one.target: one for one in state.all_work()}
    assert {"t-1": "seoul", "t-2": "seoul"} == {name: one.site for name, one in work.items()}
    assert all(one.next_due <= datetime.now(UTC) and not one.owner for one in work.values())
    assert work["t-2"].token > 2**32


def test_a_copy_is_private_whole_and_one_file(run: Run, tmp_path: Path) -> None:
    with opened(tmp_path) as state:  # in use, with rows in its log
        fill(state)
        code, out, err = run("state", "backup", "copy.db")
        assert (0, "", f"copy.db: a copy of {tmp_path / 'state.db'}\n") == (code, err, out)
        duties = state.duties()

    assert 0o600 == stat.S_IMODE((tmp_path / "copy.db").stat().st_mode)
    assert ["copy.db"] == [path.name for path in tmp_path.glob("*copy*")]
    with closing(sqlite3.connect("copy.db")) as connection:
        assert "delete" == connection.execute("PRAGMA journal_mode").fetchone()[0]
    with State.open(f"sqlite:///{tmp_path / 'copy.db'}", clock=SystemClock()) as copy:
        assert duties == copy.duties()


def test_a_copy_overwrites_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    code, _, err = run("state", "backup", "mine")
    assert (2, "mine") == (code, (tmp_path / "mine").read_text())
    assert "is there already" in err
    code, _, err = run("state", "backup", "no/such/folder.db")
    assert 2 == code
    assert "cannot be written" in err


def test_what_is_put_back_counts_as_verified_no_more(run: Run, tmp_path: Path) -> None:
    with opened(tmp_path) as state:
        fill(state)
    assert 0 == run("state", "backup", "copy.db")[0]
    met = replace(DUTY, next_due=NOW + 20 * HOUR)
    later = replace(DUTY, camera="cam-2", next_due=NOW + 5 * HOUR, max_gap_seconds=36_000)
    for duty in (met, later):
        record(tmp_path, "duty.due", duty)
    record(tmp_path, "duty.due", replace(DUTY, camera="cam-3"))
    record(tmp_path, "duty.ended", replace(DUTY, camera="cam-3"))
    with opened(tmp_path) as state:
        state.note_time(NOW + HOUR)
        state.remember_evidence_size("example.org/site", 5)

    code, out, err = run("state", "restore", "copy.db", "--by", "role:it")
    assert (0, "") == (code, err)
    assert "2 duties, 2 of them brought up to date from the evidence" in out

    with opened(tmp_path) as state:
        distrusted(state)
        assert [
            replace(later, enrolled_at=NOW - 5 * HOUR),
            replace(met, enrolled_at=met.next_due - 24 * HOUR),
        ] == list(state.duties())
        assert NOW + HOUR == state.highest_time(), "a clock that was set back is still noticed"
        assert state.evidence_size("example.org/site") > 5, "a log that was put back is still noticed"
    (told,) = read_records(tmp_path / "evidence", Filter(event="state.restored"))
    assert ("role:it", 2, 2) == (told["approver"], told["duties"], told["duties_updated"])
    assert told["known_until"].startswith(f"{NOW:%Y-%m-%dT%H:%M:%S}")
    assert 0 == run("evidence", "verify", "--trust", "trust.policy")[0]


def test_the_state_as_it_was_is_kept_beside_the_one_put_back(run: Run, tmp_path: Path) -> None:
    with opened(tmp_path) as state:
        fill(state)
    assert 0 == run("state", "backup", "copy.db")[0]
    with opened(tmp_path) as state:
        state.put_duty(replace(DUTY, camera="cam-later"))
    assert 0 == run("state", "restore", "copy.db", "--by", "role:it")[0]

    (kept,) = tmp_path.glob("state.db.replaced-*Z")
    with State.open(f"sqlite:///{kept}", clock=SystemClock()) as before:
        assert {"cam-1", "cam-later"} == {duty.camera for duty in before.duties()}
    names = {path.name for path in tmp_path.glob("*state.db*")} - {f"{kept.name}{end}" for end in ("", "-wal", "-shm")}
    assert {"state.db"} == names - {"state.db-wal", "state.db-shm"}
    assert 0o600 == stat.S_IMODE((tmp_path / "state.db").stat().st_mode)


def test_a_copy_of_an_earlier_schema_is_put_back(run: Run, tmp_path: Path) -> None:
    dump = (Path(__file__).parent / "dumps" / "0001.sqlite.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(tmp_path / "old.db")) as connection:
        connection.executescript(dump)
    assert 0 == run("state", "restore", "old.db", "--by", "role:it")[0]
    with opened(tmp_path) as state:
        assert {"cam-1", "cam-2"} == {duty.camera for duty in state.duties()}
        assert () == state.standings()
    with closing(sqlite3.connect(tmp_path / "old.db")) as connection:
        assert ("0001",) == connection.execute("SELECT version_num FROM alembic_version").fetchone()


def test_a_damaged_state_is_replaced_and_kept(run: Run, tmp_path: Path) -> None:
    with opened(tmp_path) as state:
        fill(state)
    assert 0 == run("state", "backup", "copy.db")[0]
    (tmp_path / "state.db").write_bytes(b"no database any more" * 400)
    assert 2 == run("state", "show")[0]
    assert 0 == run("state", "restore", "copy.db", "--by", "role:it")[0]
    (kept,) = tmp_path.glob("state.db.replaced-*Z")
    assert kept.read_bytes().startswith(b"no database")
    with opened(tmp_path) as state:
        assert [DUTY.camera] == [duty.camera for duty in state.duties()]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "it has no table alembic_version"),
        ("CREATE TABLE other (x)", "it has no table alembic_version"),
        (
            "CREATE TABLE alembic_version (version_num); INSERT INTO alembic_version VALUES ('9999');"
            "CREATE TABLE meta (name, value); CREATE TABLE duties (camera)",
            f"the state has schema 9999, this program knows {REVISION}",
        ),
        (None, "file is not a database"),
    ],
)
def test_what_is_no_copy_of_a_state_is_refused_and_nothing_is_changed(
    run: Run, tmp_path: Path, content: str | None, said: str
) -> None:
    with opened(tmp_path) as state:
        fill(state)
    if content is None:
        (tmp_path / "copy.db").write_text("no database, and longer than the header of one" * 9)
    else:
        with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
            connection.executescript(content)
    code, _, err = run("state", "restore", "copy.db", "--by", "role:it")

    assert 2 == code
    assert said in err
    with opened(tmp_path) as state:
        assert (DUTY,) == state.duties()
        assert 1 == len(state.standings())
    assert [] == list(read_records(tmp_path / "evidence", Filter(event="state.restored")))
    assert [] == [*tmp_path.glob("*.restoring*"), *tmp_path.glob("*.part"), *tmp_path.glob("*replaced*")]


def test_nothing_is_put_back_while_a_run_is_at_work(run: Run, tmp_path: Path) -> None:
    assert 0 == run("state", "backup", "copy.db")[0]
    with exclusive_run(tmp_path / RUN_LOCK):
        code, _, err = run("state", "restore", "copy.db", "--by", "role:it")
    assert 2 == code
    assert "another run holds" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ("restore", "--by", "role:it"),
        ("restore", "copy.db", "--already-back", "--by", "role:it"),
        ("restore", "copy.db"),
        ("restore", "copy.db", "--by", "Erika Mustermann"),
        ("restore", "nothing.db", "--by", "role:it"),
    ],
)
def test_what_is_asked_wrongly_is_told(run: Run, arguments: tuple[str, ...]) -> None:
    assert 0 == run("state", "backup", "copy.db")[0]
    assert 2 == run("state", *arguments)[0]


def test_what_is_in_the_state_is_shown(run: Run, tmp_path: Path) -> None:
    with opened(tmp_path) as state:
        fill(state)
    code, out, _ = run("state", "show", "--format", "json")
    told = json.loads(out)
    assert (0, REVISION, str(tmp_path / "state.db")) == (code, told["schema"], told["where"])
    assert (1, 1, 1, 0, 1) == tuple(
        told[name] for name in ("duties", "duties_overdue", "targets_with_work", "targets_due", "leases")
    )
    assert 1 == told["rows"]["standings"]
    code, out, _ = run("state", "show")
    assert 0 == code
    assert "1, 1 overdue, the next by" in out


def test_a_state_on_a_server_is_copied_by_its_own_tools_and_distrusted_here(
    run: Run, tmp_path: Path, postgres: PostgresServer, postgres_url: str
) -> None:
    config = tmp_path / "vmsguard.yaml"
    config.write_text(
        "\n".join(line for line in config.read_text().splitlines() if not line.startswith("state:"))
        + f"\nstate: {postgres_url}\n"
    )
    with opened(tmp_path) as state:
        fill(state)
    code, _, err = run("state", "backup", "copy.db")
    assert (2, True) == (code, "pg_dump" in err)
    code, _, err = run("state", "restore", "copy.db", "--by", "role:it")
    assert (2, True) == (code, "pg_restore" in err)
    assert 0 == run("state", "restore", "--already-back", "--by", "role:it")[0]
    with opened(tmp_path) as state:
        distrusted(state)
        assert [NOW - 25 * HOUR] == [duty.enrolled_at for duty in state.duties()]
    assert 1 == len(list(read_records(tmp_path / "evidence", Filter(event="state.restored"))))
