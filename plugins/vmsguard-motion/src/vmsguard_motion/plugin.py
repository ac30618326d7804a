"""Registers the motion driver; loads none of it."""

from __future__ import annotations

from collections.abc import Iterable

from vmsguard.model.fact_catalogue import CATALOGUE
from vmsguard.model.manifest import DriverEntry
from vmsguard.plugin import API, hookimpl
from vmsguard_motion.manifest import manifest_for

__all__ = ["vmsguard_register_drivers"]


@hookimpl
def vmsguard_register_drivers() -> Iterable[DriverEntry]:
    """The one driver of this plugin."""
    return [
        DriverEntry(
            name="motion",
            path="vmsguard_motion.driver:MotionDriver",
            api=API,
            catalogue=CATALOGUE,
            manifest=manifest_for(None),
            options={
                "storage_path": (),
                "target_root": (),
                "config_path": (),
                "config_write": ("allowed",),
                "restart": ("allowed",),
                "stream_ports": (),
            },
        )
    ]
