"""ZoneMinder for vmsguard: reads and changes monitors and events over ZoneMinder's REST interface."""

from __future__ import annotations

from vmsguard_zoneminder._version import __version__

__all__ = ["__version__"]
