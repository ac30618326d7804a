"""motion for vmsguard: reads and changes cameras over motion's web control, and footage where its files can be seen."""

from __future__ import annotations

from vmsguard_motion._version import __version__

__all__ = ["__version__"]
