"""A running ZoneMinder as tests use it: its address, its database, its disk, and monitors made for a test."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from real_program import free_port, listening, missing_programs, unavailable, until

from vmsguard.model.inventory import Limits, Target
from vmsguard.model.vocabulary import Role
from vmsguard.net.login import Login

__all__ = ["RealZoneMinder", "running_zoneminder"]

HERE = Path(__file__).parent / "zoneminder"
DIRECTORY = Path(os.environ.get("VMSGUARD_ZM_DIR", "/var/tmp/vmsguard-zm"))
PORT = int(os.environ.get("VMSGUARD_ZM_PORT", "8095"))
PROGRAMS = (
    "mariadbd",
    "mariadb",
    "mariadb-install-db",
    "apache2",
    "php",
    "zmpkg.pl",
    "zmc",
    "ffmpeg",
    "curl",
    "setpriv",
)
CONFIGURATION = (
    "select * from Monitors order by Id",
    "select Name, Value from Config where Name not like 'ZM\\_DYN%' order by Name",
    "select * from Users order by Id",
    "select * from Storage order by Id",
    "select * from Filters order by Id",
    "select * from States order by Id",
    "select Id, MonitorId, StartDateTime, EndDateTime, Archived, StorageId from Events order by Id",
)


@dataclass
class RealZoneMinder:
    """One running server. ``user`` may do everything; ``source`` is the URL of a live picture."""

    base_url: str
    storage_path: Path
    source: str
    user: str = "admin"
    password: str = "only-for-tests-7Qm2"  # as in zoneminder/settings.sh
    _token: str = ""

    @property
    def login(self) -> Login:
        return Login("secret://test/zoneminder", self.user, self.password)

    def target(self, **options: str) -> Target:
        """The server as an enrolled recorder whose storage is visible."""
        return Target(
            id="zm-real",
            site="test",
            role=Role.RECORDER,
            driver="zoneminder",
            url=self.base_url,
            options={"storage_path": str(self.storage_path), **options},
            limits=Limits(requests_per_second=1000.0, deadline_seconds=30.0),
        )

    def rest(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, Any]:
        """Status and decoded body of one request to the REST interface, as any other client would send it."""
        if not self._token:
            body = urllib.parse.urlencode({"user": self.user, "pass": self.password}).encode()
            with urllib.request.urlopen(f"{self.base_url}/api/host/login.json", body, timeout=30) as reply:
                self._token = json.load(reply)["access_token"]
        url = f"{self.base_url}/api/{urllib.parse.quote(path)}?token={self._token}"
        sent = None if form is None else urllib.parse.urlencode(form).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(url, sent, method=method), timeout=60) as reply:
                status, told = reply.status, reply.read()
        except urllib.error.HTTPError as error:
            status, told = error.code, error.read()
        return status, json.loads(told) if told.strip() else None

    def sql(self, statement: str) -> list[list[str]]:
        """The rows of one statement, as the database's root."""
        command = ["mariadb", "--no-defaults", "-uroot", "-S", str(DIRECTORY / "db/mysqld.sock"), "-N", "-B", "zm"]
        done = subprocess.run([*command, "-e", statement], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr.splitlines()[-1]
        return [line.split("\t") for line in done.stdout.splitlines()]

    def create_monitor(self, name: str, *, function: str = "Record", source: str | None = None) -> str:
        """A new monitor's id; without a source of its own it shows the live picture."""
        fields = {
            "Name": name,
            "Type": "Ffmpeg",
            "Path": self.source if source is None else source,
            "Function": function,
            "Enabled": "1",
            "Width": "320",
            "Height": "240",
            "Colours": "4",
            "SaveJPEGs": "3",
            "VideoWriter": "0",
            "SectionLength": "5",
            "MinSectionLength": "3",
            "ImageBufferCount": "10",
        }
        told = self.rest("POST", "monitors.json", {f"Monitor[{field}]": value for field, value in fields.items()})
        assert (200, {"message": "Saved"}) == told
        return self.sql(f"select max(Id) from Monitors where Name = '{name}'")[0][0]

    def set_function(self, monitor: str, function: str) -> None:
        """What a person in the web console, or another program, does."""
        told = self.rest("POST", f"monitors/{monitor}.json", {"Monitor[Function]": function})
        assert (200, {"message": "Saved"}) == told

    def change_state(self, name: str) -> None:
        """Put another run state into force, as a person does: ZoneMinder restarts, with what the state defines.

        ``stop`` and ``start`` are states too: of its daemons, while database and web server go on.
        """
        assert 200 == self.rest("GET", f"states/change/{name}.json")[0]

    def stop(self) -> None:
        """End daemons, web server and database, as a machine that is shut down does."""
        subprocess.run([HERE / "stop.sh"], timeout=120, check=True)

    def start(self) -> None:
        """Start them again, with what lies on the disk."""
        started = subprocess.run([HERE / "start.sh"], capture_output=True, text=True, timeout=240, check=False)
        assert started.returncode == 0, started.stderr
        self._token = ""  # the secret that tokens are signed with is made anew

    def remove_monitor(self, monitor: str) -> None:
        """The monitor, its rows and its files; ZoneMinder itself leaves the latter two."""
        self.rest("DELETE", f"monitors/{monitor}.json")
        self.sql(f"delete from Events where MonitorId = {monitor}")
        shutil.rmtree(self.storage_path / monitor, ignore_errors=True)

    def add_event(
        self, monitor: str, *, age: timedelta = timedelta(days=2), archived: bool = False
    ) -> tuple[str, Path]:
        """A closed event as if recorded some time ago: its id and its directory with two pictures in it."""
        start = datetime.now(UTC) - age
        end = start + timedelta(minutes=5)
        self.sql(
            "insert into Events (MonitorId, StorageId, Name, Cause, StartDateTime, EndDateTime, Width, Height, "
            "Length, Frames, SaveJPEGs, Archived, Scheme, Notes, StateId) values "
            f"({monitor}, 0, 'test', 'Continuous', '{start:%F %T}', '{end:%F %T}', 320, 240, 300, 2, 3, "
            f"{int(archived)}, 'Medium', '', 1)"
        )
        (id_,) = self.sql(f"select max(Id) from Events where MonitorId = {monitor}")[0]
        directory = self.storage_path / monitor / f"{start:%F}" / id_
        directory.mkdir(parents=True)
        for number in (1, 2):
            (directory / f"{number:05}-capture.jpg").write_bytes(b"\xff\xd8\xff\xd9")
        for place in (directory.parents[1], directory.parents[0], directory, *directory.iterdir()):
            shutil.chown(place, "www-data", "www-data")
        return id_, directory

    def events(self, monitor: str, *, closed: bool = False) -> list[str]:
        """Ids of the monitor's events in the database."""
        condition = " and EndDateTime is not null" if closed else ""
        return [row[0] for row in self.sql(f"select Id from Events where MonitorId = {monitor}{condition} order by Id")]

    def files(self, monitor: str) -> int:
        """How many files of the monitor are on disk."""
        return sum(1 for path in (self.storage_path / monitor).rglob("*") if path.is_file())

    def set_config(self, name: str, value: str) -> None:
        self.sql(f"update Config set Value = '{value}' where Name = '{name}'")

    def digest(self) -> str:
        """A digest of configuration, accounts and events; stands still while nothing records."""
        told = [self.sql(statement) for statement in CONFIGURATION]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


@contextmanager
def running_zoneminder() -> Iterator[RealZoneMinder]:
    """Start a ZoneMinder and a live picture on 127.0.0.1, and take both away again."""
    missing = missing_programs(*PROGRAMS)
    if missing:
        unavailable(missing)
    if os.geteuid() != 0:
        unavailable("starting ZoneMinder's daemons as www-data needs root")
    with open(f"{DIRECTORY}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one instance per machine: another run of the tests waits
        port = free_port()
        source = subprocess.Popen([sys.executable, HERE / "mjpeg_source.py", str(port)])
        try:
            server = RealZoneMinder(f"http://127.0.0.1:{PORT}/zm", DIRECTORY / "events", f"http://127.0.0.1:{port}/")
            server.start()
            until(lambda: listening(port), seconds=20, what="the live picture")
            yield server
        finally:
            source.kill()
            source.wait()
            subprocess.run([HERE / "stop.sh", "--purge"], timeout=120, check=True)
