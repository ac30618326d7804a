"""What an analytics function does, told from its type, its classes and its name as vendors write them.

Types seen on real devices and in the standard are ``tt:FaceRecognition`` (the standard's recognition),
``tt:FaceDetector``, Reolink's ``FaceDetect``, Milestone's ``FaceRecognitionDetector``, ``tt:ObjectDetection``
with a class filter of ``Face`` or ``HumanFace``. Names are free text of operators and prove nothing against a type.
"""

from __future__ import annotations

import re
from dataclasses import replace

from vmsguard_onvif.face_names import is_face_class, task_of_name
from vmsguard_onvif.replies.analytics import Function

__all__ = ["FILTERED", "UNCLASSIFIED", "classify", "names_more_than_faces"]

UNCLASSIFIED = "unclassified"
"""The task of a function of which neither type nor classes nor name tell; it stays unknown until something does."""

_BODY_TEMPERATURE = re.compile(r"bodytemperature|temperaturemeasurement|feverscreen", re.IGNORECASE)
_PLACES = frozenset({"spot", "box"})
"""Modes of ``tt:TemperatureMeasurement`` that measure places (Analytics, annex on radiometry); the third is bodies."""

# Local names of types that look at no face, from the standard and from captures.
_KNOWN_OTHER = frozenset(
    {
        "CellMotionDetector",
        "CellMotionEngine",
        "MotionRegionDetector",
        "MotionRegionDetectorEngine",
        "LineDetector",
        "LineDetectorEngine",
        "FieldDetector",
        "FieldDetectorEngine",
        "ObjectInField",
        "Loitering",
        "LoiteringDetector",
        "LineCounting",
        "LineCrossing",
        "OccupancyCounting",
        "DeclarativeMotionDetector",
        "TamperDetector",
        "TamperEngine",
        "GlobalSceneChange",
        "AudioDetection",
        "LicensePlateRecognition",
        "RadiometrySpot",
        "RadiometryBox",
        "RadiometryTemperatureRule",
        "PolygonalMotionDetector",
        "SpeedAlarm",
        "QueueDetector",
    }
)
FILTERED = frozenset({"ObjectDetection", "ObjectTrackAggregation"})
"""Types that look for what their class filter says; without one they may report faces too."""


def classify(function: Function) -> str:
    """The task of a function, in the model's words; ``UNCLASSIFIED`` where nothing it shows tells."""
    if _BODY_TEMPERATURE.search(function.type):
        return "other" if function.mode.casefold() in _PLACES else "body-temperature"
    by_type = task_of_name(function.type)
    if by_type:
        return by_type
    if is_face_class(function.classes):
        # The type speaks of no face; whether it compares them, only its other words could say.
        task = task_of_name(f"Face{function.type}")
        return task if task in {"face-identification", "face-verification"} else "face-detection"
    if function.type in _KNOWN_OTHER or (function.classes and function.type in FILTERED):
        return "other"
    return task_of_name(function.name) or UNCLASSIFIED


def names_more_than_faces(function: Function) -> bool | None:
    """Whether its class filter names faces and other things, and nothing but the faces makes it a matter of faces.

    None: it has no class filter, or shows none.
    """
    if not function.classes:
        return None
    rest = tuple(name for name in function.classes if not is_face_class((name,)))
    if not rest or len(rest) == len(function.classes):
        return False
    return classify(replace(function, classes=rest)) == "other"
