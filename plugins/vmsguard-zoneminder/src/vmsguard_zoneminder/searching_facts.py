"""Facts about what looks at pictures in ZoneMinder, and how little of it its REST interface shows; pure."""

from __future__ import annotations

from vmsguard.model.fact_values import AnalyticsFunction
from vmsguard.model.facts import Items, Known, Reading, Unknown
from vmsguard.model.vocabulary import Why
from vmsguard_zoneminder.monitor_setting import Setting
from vmsguard_zoneminder.rows import Monitor

__all__ = ["CONSUMERS", "FACE_LIBRARIES", "analytics"]

_UNSEEN_HOOKS = (
    "commands of filters and hooks of the event server, where face recognition comes in, are not visible in "
    "ZoneMinder's REST interface"
)

FACE_LIBRARIES = Unknown(
    Why.NO_DRIVER_FACT, "galleries of recognition hooks lie on the ZoneMinder host, outside its REST interface"
)
CONSUMERS = Known(
    Items(
        complete=False,
        missing="who reads ZoneMinder's pictures, and what its hooks do with them, is not visible over REST",
    )
)


def analytics(monitor: Monitor, setting: Setting) -> Reading:
    """Motion detection, the object detector of later releases and event commands; never complete."""
    found = [
        AnalyticsFunction(
            f"{monitor.id}:motion", "module", "MotionDetection", "other", setting.detects_motion, keeps_pictures=False
        )
    ]
    if monitor.object_detection is not None:
        on = monitor.object_detection.lower() != "none"
        # The model decides what is detected, and its path is not told: faces are possible.
        found.append(AnalyticsFunction(f"{monitor.id}:objects", "module", "ObjectDetection", "unclassified", on))
    for name, command in (("start", monitor.event_start_command), ("end", monitor.event_end_command)):
        if command is not None:
            id_ = f"{monitor.id}:event-{name}-command"
            found.append(AnalyticsFunction(id_, "hook", "Command", "unclassified", bool(command)))
    return Known(Items(tuple(found), complete=False, missing=_UNSEEN_HOOKS))
