"""A running motion as tests use it: its files, its web control, its process, and a live picture for its cameras."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from real_program import free_port, listening, missing_programs, unavailable, until

from vmsguard.model.inventory import Limits, Target
from vmsguard.model.vocabulary import Role
from vmsguard.net.login import Login

__all__ = ["RealMotion", "live_picture", "need_motion"]

SOURCE = Path(__file__).parent / "zoneminder" / "mjpeg_source.py"
USER, PASSWORD = "admin", "only-for-tests-7Qm2"
RECORDS = {"emulate_motion": "on", "picture_output": "on", "movie_output": "on", "movie_max_time": "60"}


def need_motion() -> None:
    """Skip, or fail where real programs are required, if motion is not installed."""
    missing = missing_programs("motion", "ffmpeg", "curl", "setpriv")
    if missing:
        unavailable(missing)


@contextmanager
def live_picture() -> Iterator[str]:
    """The URL of a live picture on 127.0.0.1, for as long as the block lasts."""
    port = free_port()
    source = subprocess.Popen([sys.executable, SOURCE, str(port)])
    try:
        until(lambda: listening(port), seconds=20, what="the live picture")
        yield f"http://127.0.0.1:{port}/"
    finally:
        source.kill()
        source.wait()


@dataclass
class RealMotion:
    """One motion in a folder of its own; camera 1 records, further ones do not, unless told otherwise."""

    folder: Path
    source: str
    main: Mapping[str, str] = field(default_factory=dict)
    cameras: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: {"1": RECORDS})
    user: str = ""
    """The account it runs as, where that may not write its own files; empty for the account of the tests."""
    port: int = 0
    _process: subprocess.Popen[bytes] | None = None

    @property
    def config_path(self) -> Path:
        return self.folder / "motion.conf"

    @property
    def footage(self) -> Path:
        return self.folder / "footage"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def login(self) -> Login:
        return Login("secret://test/motion", USER, PASSWORD)

    def target(self, **options: str) -> Target:
        """The server as an enrolled recorder whose files are visible."""
        return Target(
            id="motion-real",
            site="test",
            role=Role.RECORDER,
            driver="motion",
            url=self.url,
            options={"storage_path": str(self.footage), **options},
            limits=Limits(requests_per_second=1000.0, deadline_seconds=10.0),
        )

    def write_files(self) -> None:
        """motion.conf and a file per camera, as a person writes them."""
        self.port = self.port or free_port()
        self.footage.mkdir(parents=True, exist_ok=True)
        own = {
            "webcontrol_port": str(self.port),
            "webcontrol_interface": "1",
            "webcontrol_parms": "3",
            "webcontrol_authentication": f"{USER}:{PASSWORD}",
            "webcontrol_auth_method": "2",
            **self.main,
        }
        lines = [f"{name} {value}" for name, value in own.items()]
        for number, parameters in self.cameras.items():
            told = {
                "camera_id": number,
                "netcam_url": self.source,
                "netcam_userpass": "viewer:hunter2",
                "width": "320",
                "height": "240",
                "framerate": "5",
                "movie_output": "off",
                "target_dir": str(self.footage / number),
                **parameters,
            }
            path = self.folder / f"camera-{number}.conf"
            path.write_text("".join(f"{name} {value}\n" for name, value in told.items()))
            lines.append(f"camera {path}")
        self.config_path.write_text("\n".join(["# written by a person", *lines, ""]))
        if self.user:
            for place in (self.footage, *self.footage.iterdir()):
                shutil.chown(place, self.user)

    def start(self) -> None:
        """Start it with the files as they are, and wait until its web control answers."""
        command = ["motion", "-n", "-c", str(self.config_path)]
        if self.user:
            command = ["setpriv", f"--reuid={self.user}", "--clear-groups", *command]
        with open(self.folder / "motion.log", "ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        until(lambda: listening(self.port), seconds=20, what="motion's web control", every=0.1)

    def kill(self) -> None:
        """End it at once, as a loss of power does."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def start_again(self) -> None:
        """What a restart of the machine is to it."""
        self.kill()
        self.start()

    def ask(self, path: str) -> tuple[int, str]:
        """Status and text of one request, as any other client would send it."""
        # motion writes the digest's algorithm in small letters, which urllib does not take.
        command = ["curl", "-s", "--anyauth", "-u", f"{USER}:{PASSWORD}", "-w", "%{http_code}", f"{self.url}/{path}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
        return int(done.stdout[-3:]), done.stdout[:-3]

    def set(self, camera: str, name: str, value: str) -> str:
        """What a person at the web control does: change one parameter in memory."""
        status, text = self.ask(f"{camera}/config/set?{name}={urllib.parse.quote(value)}")
        assert 200 == status
        return text

    def get(self, camera: str, name: str) -> str:
        """What the web control reads back."""
        return self.ask(f"{camera}/config/get?query={name}")[1].splitlines()[1].partition(" = ")[2].strip()

    def add_file(self, camera: str, name: str, *, age: timedelta = timedelta(days=2)) -> Path:
        """A file as if recorded some time ago."""
        path = self.footage / camera / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\xff\xd8\xff\xd9")
        written = (datetime.now(UTC) - age).timestamp()
        os.utime(path, (written, written))
        return path

    def files(self, camera: str) -> list[Path]:
        return sorted(path for path in (self.footage / camera).rglob("*") if path.is_file())

    def bytes_of(self, camera: str) -> int:
        return sum(path.stat().st_size for path in self.files(camera))

    def recorded(self, camera: str) -> bool:
        """Whether a picture and a movie of the camera are on disk."""
        return {".jpg", ".mkv"} <= {path.suffix for path in self.files(camera)}

    def wait_for_footage(self, camera: str = "1") -> None:
        until(lambda: self.recorded(camera), seconds=30, what="pictures and a movie")

    def digest(self) -> str:
        """Everything it is set to, in memory and in its files, and what lies on its disk."""
        numbers = ["0", *self.cameras]
        memory = [self.ask(f"{number}/{what}")[1] for number in numbers for what in ("config/list", "detection/status")]
        files = [path.read_text() for path in sorted(self.folder.glob("*.conf"))]
        footage = [str(path) for path in sorted(self.footage.rglob("*"))]
        return "\n".join([*memory, *files, *footage])
