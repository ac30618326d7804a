"""Policy as code for video management systems and IP cameras: a device is a witness, not an authority."""

from __future__ import annotations

from vmsguard._version import __version__

__all__ = ["__version__"]
