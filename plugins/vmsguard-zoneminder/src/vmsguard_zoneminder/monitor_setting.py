"""What a monitor is set to do, read from the field set of its release (1.36 or 1.37.12 and later)."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from vmsguard_zoneminder.rows import Monitor

__all__ = ["Setting", "setting_of"]

_FUNCTIONS: Mapping[str, tuple[bool, bool, str]] = {
    # 1.36: captures, records or may record, trigger
    "None": (False, False, "continuous"),
    "Monitor": (True, False, "continuous"),
    "Modect": (True, True, "event"),
    "Nodect": (True, True, "event"),  # records at once on a forced alarm
    "Record": (True, True, "continuous"),
    "Mocord": (True, True, "continuous"),
}
_RECORDING: Mapping[str, tuple[bool, str]] = {
    "None": (False, "continuous"),
    "OnMotion": (True, "event"),
    "Always": (True, "continuous"),
}
_MOTION_FUNCTIONS = frozenset({"Modect", "Mocord"})
_KNOWN_ANALYSING = {"None": False, "Always": True}


class Setting(Struct, frozen=True, kw_only=True):
    """A monitor's modes; None where a value is not one we know, which proves nothing."""

    captures: bool | None
    records: bool | None
    trigger: str
    detects_motion: bool | None
    splits_modes: bool
    """Capturing, Analysing and Recording are fields of their own (1.37.12 and later)."""

    def form_to_stop_recording(self) -> Mapping[str, str]:
        """The one field to send; live view stays. ``Enabled`` is left alone: it does not stop ``Record``."""
        return {"Monitor[Recording]": "None"} if self.splits_modes else {"Monitor[Function]": "Monitor"}

    def form_to_stop_capturing(self) -> Mapping[str, str]:
        # Later releases still accept Function, answer "Saved" and change nothing.
        return {"Monitor[Capturing]": "None"} if self.splits_modes else {"Monitor[Function]": "None"}


def setting_of(monitor: Monitor) -> Setting:
    """The setting, by the keys that are present: ``Recording`` decides, never the version string."""
    if monitor.recording is not None:
        records, trigger = _RECORDING.get(monitor.recording, (None, "continuous"))
        captures = {"None": False, "Ondemand": True, "Always": True}.get(monitor.capturing or "")
        return Setting(
            captures=captures,
            records=records,
            trigger=trigger,
            detects_motion=_KNOWN_ANALYSING.get(monitor.analysing or ""),
            splits_modes=True,
        )
    known = _FUNCTIONS.get(monitor.function or "")
    if known is None:
        return Setting(captures=None, records=None, trigger="continuous", detects_motion=None, splits_modes=False)
    captures_then, records_then, trigger = known
    return Setting(
        captures=captures_then,
        records=records_then,
        trigger=trigger,
        detects_motion=monitor.function in _MOTION_FUNCTIONS,
        splits_modes=False,
    )
