"""The door for plugins: hook specifications, the driver contract, and the loader that isolates."""

from __future__ import annotations

from vmsguard.plugin.driver import API, Context, Driver
from vmsguard.plugin.hookspecs import hookimpl

__all__ = ["API", "Context", "Driver", "hookimpl"]
