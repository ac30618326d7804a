"""How much this process ever held, begun anew before what is to be weighed."""

from __future__ import annotations

import ctypes
import gc
import resource
from pathlib import Path

__all__ = ["forget_peak", "peak_mebibytes"]


def peak_mebibytes() -> float:
    """The most this process ever held, or held since ``forget_peak`` where the kernel lets it be forgotten."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def forget_peak() -> None:
    """Give back what earlier tests left unused, or growth would hide in it; then begin the peak anew."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return
