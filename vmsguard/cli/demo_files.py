"""The demo's folder: configuration, fleet, papers and keys, on ports that stay the same."""

from __future__ import annotations

import os
import shutil
from importlib.resources import as_file, files
from pathlib import Path

from vmsguard.errors import UsageError
from vmsguard.simulator.ports import PortBook

__all__ = ["ORIGIN", "prepare"]

ORIGIN = "vmsguard.example.org/demo"
_MARKER = "this-is-a-vmsguard-demo"
_CAMERA_LOGIN = "admin:simulated"


def prepare(folder: Path) -> None:
    """Write a fresh demo installation into ``folder``; refuses a folder that is not an earlier demo."""
    from vmsguard.cli.init import write_installation
    from vmsguard.model.clock import SystemClock

    if folder.exists():
        if not (folder / _MARKER).exists() and any(folder.iterdir()):
            raise UsageError(f"{folder} exists and is no demo", hint="name another folder")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / _MARKER).write_text("vmsguard demo replaces this folder\n", encoding="utf-8")
    write_installation(folder, ORIGIN)
    with as_file(files("vmsguard.cli") / "templates" / "demo") as templates:
        shutil.copytree(templates, folder, dirs_exist_ok=True)
    (folder / "expected.csv").unlink(missing_ok=True)
    login = folder / "keys" / "cameras"
    login.touch(mode=0o600)
    login.write_text(f"{_CAMERA_LOGIN}\n", encoding="utf-8")
    storage = folder / "recorder-storage"
    storage.mkdir()
    # Two demos at once must not be given the port the other has just proven closed.
    ports = PortBook(start=os.getpid() * 97)
    _fill(
        folder / "fleet.yaml",
        HTTP_PORT=str(ports.free()),
        RTSP_PORT=str(_free_run(ports, 8)),
        STORAGE_PATH=str(storage.resolve()),
    )
    _fill(folder / "documents" / "vendor-statement.yaml", DATED=SystemClock().now().date().isoformat())


def _free_run(ports: PortBook, length: int) -> int:
    """The first of ``length`` free ports in a row."""
    first = last = ports.free()
    while last - first < length - 1:
        port = ports.free()
        first = first if port == last + 1 else port
        last = port
    return first


def _fill(path: Path, **values: str) -> None:
    text = path.read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(name, value)
    path.write_text(text, encoding="utf-8")
