"""A small motion for tests: the text web control as recorded from 4.5.1, with memory, files and a restart.

It is no motion: it records nothing and serves no picture. What the real one does is shown in tests/real/.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType

from aiohttp import web

NOT_UNDERSTOOD = "Bad Request \nThe server did not understand your request. \n"
PAGE_NOT_UNDERSTOOD = (
    "<!DOCTYPE html>\n<html>\n<body>\n<p>Bad Request</p>\n"
    "<p>The server did not understand your request.</p>\n</body>\n</html>\n"
)
LEVELS: Mapping[str, int] = {
    "camera_name": 1,
    "camera_id": 2,
    "target_dir": 1,
    "netcam_url": 1,
    "netcam_userpass": 2,
    "text_left": 1,
    "emulate_motion": 1,
    "on_event_start": 3,
    "on_event_end": 3,
    "on_picture_save": 3,
    "on_area_detected": 3,
    "on_motion_detected": 3,
    "on_movie_start": 3,
    "on_movie_end": 3,
    "on_camera_lost": 3,
    "on_camera_found": 3,
    "picture_output": 1,
    "picture_output_motion": 1,
    "picture_filename": 1,
    "snapshot_interval": 1,
    "snapshot_filename": 1,
    "movie_output": 1,
    "movie_output_motion": 1,
    "movie_max_time": 1,
    "movie_passthrough": 1,
    "movie_filename": 1,
    "movie_extpipe_use": 2,
    "movie_extpipe": 3,
    "timelapse_interval": 1,
    "timelapse_filename": 1,
    "video_pipe": 2,
    "video_pipe_motion": 2,
    "webcontrol_port": 2,
    "webcontrol_localhost": 2,
    "webcontrol_auth_method": 3,
    "webcontrol_authentication": 3,
    "stream_port": 1,
    "stream_localhost": 2,
    "stream_auth_method": 3,
    "stream_authentication": 3,
    "stream_tls": 3,
    "database_type": 2,
}
"""Parameters in motion's order, with the webcontrol_parms from which on it shows them."""
FACTORY = {
    **dict.fromkeys(LEVELS, ""),
    "camera_id": "0",
    "target_dir": ".",
    "emulate_motion": "off",
    "picture_output": "off",
    "picture_output_motion": "off",
    "picture_filename": "%v-%Y%m%d%H%M%S-%q",
    "snapshot_interval": "0",
    "snapshot_filename": "%v-%Y%m%d%H%M%S-snapshot",
    "movie_output": "on",
    "movie_output_motion": "off",
    "movie_max_time": "120",
    "movie_passthrough": "off",
    "movie_filename": "%v-%Y%m%d%H%M%S",
    "movie_extpipe_use": "off",
    "timelapse_interval": "0",
    "timelapse_filename": "%Y%m%d-timelapse",
    "webcontrol_localhost": "on",
    "webcontrol_auth_method": "0",
    "stream_port": "0",
    "stream_localhost": "on",
    "stream_auth_method": "0",
    "stream_tls": "off",
}
_OF_MAIN = {name for name in LEVELS if name.startswith("webcontrol_")}


class FakeMotion:
    """State and server in one; ``async with`` starts it on a free port of 127.0.0.1.

    ``folder`` holds its files: ``motion.conf``, a file per camera, and ``footage/<number>``.
    """

    def __init__(self, folder: Path, *, release: str = "4.5.1", password: str = "s3cret pässword", level: int = 3):
        self.folder = folder
        self.release = release
        self.password = password
        self.level = level
        self.memory: dict[str, dict[str, str]] = {"0": dict(FACTORY)}
        self.stored: dict[str, dict[str, str]] = {"0": dict(FACTORY)}
        self.paused: set[str] = set()
        self.write_requests = 0
        self.restarts = 0
        self.seen: list[str] = []
        self.before_reply: Callable[[web.Request], web.StreamResponse | None] = lambda request: None
        self.effective = True
        self.writable = True
        """Whether motion may write its own files; it answers the same either way."""
        self.spoilt: dict[Path, datetime] = {}
        self._away = 0.0
        self._runner: web.AppRunner | None = None
        self.port = 0

    @property
    def footage(self) -> Path:
        return self.folder / "footage"

    def add_camera(self, number: int, **parameters: str) -> None:
        """A camera, in memory and in a file of its own."""
        directory = self.footage / str(number)
        directory.mkdir(parents=True, exist_ok=True)
        told = {
            **self.memory["0"],
            "camera_name": f"hall {number}",
            "camera_id": str(number),
            "target_dir": str(directory),
            "netcam_url": f"rtsp://viewer:hunter2@192.0.2.{number % 250}:8554/s{number}?channel=2&password=hunter2",
            "netcam_userpass": "viewer:hunter2",
            "picture_output": "on",
            **parameters,
        }
        self.memory[str(number)] = dict(told)
        self.stored[str(number)] = dict(told)
        self._write_files(str(number))

    def set_both(self, number: int, **parameters: str) -> None:
        """Parameters in memory and in the file."""
        self.memory[str(number)] |= parameters
        self.stored[str(number)] |= parameters
        self._write_files()

    def add_file(self, number: int, name: str, *, age: timedelta = timedelta(days=2), size: int = 4) -> Path:
        """A file as if written some time ago."""
        path = self.footage / str(number) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\xff" * size)
        written = (datetime.now(UTC) - age).timestamp()
        os.utime(path, (written, written))
        return path

    def files(self, number: int) -> list[str]:
        return sorted(path.name for path in (self.footage / str(number)).rglob("*") if path.is_file())

    def digest(self) -> str:
        files = [(str(path), path.read_bytes().hex()) for path in sorted(self.folder.rglob("*")) if path.is_file()]
        told = json.dumps([self.memory, self.stored, files, sorted(self.paused)], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()

    async def __aenter__(self) -> FakeMotion:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.footage.mkdir(parents=True, exist_ok=True)
        for settings in (self.memory["0"], self.stored["0"]):
            settings |= {"webcontrol_port": str(self.port), "webcontrol_authentication": f"admin:{self.password}"}
            settings["webcontrol_auth_method"] = "1" if self.password else "0"
        self._write_files()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        self.seen.append(f"{request.path_qs}")
        early = self.before_reply(request)
        if early is not None:
            return early
        if asyncio.get_running_loop().time() < self._away:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if self.password and request.headers.get("Authorization") != self._expected():
            return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="Motion"'}, text="Access denied")
        if not self.effective:
            self._put_back()
        return web.Response(text=self._reply(path, request), content_type="text/plain")

    def _expected(self) -> str:
        return "Basic " + b64encode(f"admin:{self.password}".encode()).decode()

    def _reply(self, path: str, request: web.Request) -> str:
        cameras = [number for number in self.memory if number != "0"] or ["0"]
        if not path:
            noun = "Camera" if cameras == ["0"] else "Cameras"
            listed = "" if cameras == ["0"] else "".join(f"{number} \n" for number in cameras)
            return f"Motion {self.release} Running [{len(cameras)}] {noun} \n{listed}"
        number, _, what = path.partition("/")
        if number not in self.memory:
            return PAGE_NOT_UNDERSTOOD
        mine = self.memory[number]
        if what == "detection/status":
            asked = cameras if number == "0" else [number]
            states = ((one, "PAUSE" if one in self.paused else "ACTIVE") for one in asked)
            return "".join(f"Camera {one} Detection status {state} \n" for one, state in states)
        if what == "config/list":
            shown = (name for name, level in LEVELS.items() if level <= self.level and self._is_shown(number, name))
            return "".join(f"  {name} = {mine[name] or '(null)'} \n" for name in shown)
        self.write_requests += 1
        return self._do(number, what, request)

    def _do(self, number: str, what: str, request: web.Request) -> str:
        match what:
            case "config/set":
                ((name, value),) = request.query.items()
                if LEVELS.get(name, 9) > self.level:
                    return NOT_UNDERSTOOD
                if self.effective:
                    self.memory[number][name] = value
                return f"{name} = {value} \nDone \n"
            case "config/write":
                if self.effective and self.writable:
                    self.stored = {one: dict(settings) for one, settings in self.memory.items()}
                    self._write_files()
                return f"Camera {number} write \nDone \n"
            case "action/eventend":
                if not self.effective:
                    self._remember()
                return f"End event for camera {number} \nDone \n"
            case "action/restart":
                self.restarts += 1
                self._away = asyncio.get_running_loop().time() + 0.7
                if self.effective:
                    self.memory = {one: dict(settings) for one, settings in self.stored.items()}
                return "Restart in progress ...\nDone \n"
        return NOT_UNDERSTOOD

    @staticmethod
    def _is_shown(number: str, name: str) -> bool:
        return number == "0" or name not in _OF_MAIN

    def _remember(self) -> None:
        """Whatever deletes the files now: something puts them back."""
        self.spoilt = {
            path: datetime.fromtimestamp(path.stat().st_mtime, UTC)
            for path in self.footage.rglob("*")
            if path.is_file()
        }

    def _put_back(self) -> None:
        for path, written in self.spoilt.items():
            if not path.exists():
                path.write_bytes(b"\xff")
                os.utime(path, (written.timestamp(), written.timestamp()))

    def _write_files(self, *numbers: str) -> None:
        """motion.conf, and the files of these cameras or of all."""
        cameras = [number for number in self.stored if number != "0"]
        main = [f"{name} {value}" for name, value in self.stored["0"].items() if value]
        main += [f"camera {self.folder / f'camera-{number}.conf'}" for number in cameras]
        (self.folder / "motion.conf").write_text("# by motion\n" + "\n".join(main) + "\n", encoding="utf-8")
        for number in numbers or cameras:
            lines = [f"{name} {value}" for name, value in self.stored[number].items() if value and name not in _OF_MAIN]
            (self.folder / f"camera-{number}.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
