"""What makers are known to keep outside ONVIF, so that a list of theirs is never called complete."""

from __future__ import annotations

__all__ = ["analytics_gap"]

# Captures of Hikvision devices list no face function over ONVIF although the devices have them; Axis and
# Hanwha run face analytics as applications of their own platforms.
_ANALYTICS = {
    "hikvision": "Hikvision keeps face functions in ISAPI, which ONVIF does not show",
    "axis": "Axis applications (ACAP) are listed by VAPIX, which ONVIF does not show",
    "hanwha": "Hanwha Open Platform applications are not shown over ONVIF",
    "samsung": "Hanwha Open Platform applications are not shown over ONVIF",
    "dahua": "Dahua keeps face functions in its own interface, which ONVIF does not show",
}


def analytics_gap(manufacturer: str) -> str:
    """What a maker's list of analytics functions leaves out, or nothing where none is known."""
    told = manufacturer.casefold()
    return next((gap for name, gap in _ANALYTICS.items() if name in told), "")
