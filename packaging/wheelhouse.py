"""Collects every wheel an installation needs into one folder, with their hashes, for sites without internet.

Run by ``make wheelhouse`` with the Python that the site will use: compiled wheels fit one version of it.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).resolve().parents[1]
EXTRAS = "anchor,nats,postgres,uvloop"
INSTALL = """\
Everything vmsguard needs, for Python {version} on this kind of machine.

  python3 -m venv /opt/vmsguard
  /opt/vmsguard/bin/pip install --no-index --find-links . --require-hashes -r requirements.txt
  /opt/vmsguard/bin/vmsguard --version

requirements.txt holds the hash of every file: pip refuses one that was changed on the way.
"""


def collect(folder: Path) -> None:
    """Fill the folder; it is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]
    with tempfile.TemporaryDirectory() as scratch:
        # A build leaves files beside what it builds, and takes up what an earlier one left.
        source = Path(scratch, "source")
        shutil.copytree(
            ROOT, source, ignore=shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__", "tests")
        )
        plugins = sorted(str(path.parent) for path in source.glob("plugins/*/setup.cfg"))
        wanted = [f"{source}[{EXTRAS}]", *plugins]
        subprocess.run([*pip, "-c", str(ROOT / "constraints.txt"), "-w", str(folder), *wanted], check=True)
    lines = [_requirement(wheel) for wheel in sorted(folder.glob("*.whl"))]
    (folder / "requirements.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "INSTALL").write_text(INSTALL.format(version=".".join(map(str, sys.version_info[:2]))), encoding="utf-8")
    print(f"{folder}: {len(lines)} wheels")


def _requirement(wheel: Path) -> str:
    with ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = Parser().parsestr(archive.read(name).decode())
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return f"{metadata['Name']}=={metadata['Version']} --hash=sha256:{digest}"


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path, nargs="?", default=ROOT / "wheelhouse")
    collect(arguments.parse_args().folder)
