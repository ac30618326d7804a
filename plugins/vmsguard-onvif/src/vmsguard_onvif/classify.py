"""What an analytics function does, told from its type, classes and name as vendors write them.

Types seen on real devices and in the standard are ``tt:FaceRecognition`` (the
standard's recognition), ``tt:FaceDetector``, Reolink's ``FaceDetect``, Milestone's
``FaceRecognitionDetector``, ``tt:ObjectDetection`` with a class filter of ``Face`` or ``HumanFace``,
Hanwha's WiseAI with ``Head`` and ``Face``. Names are free text of operators and prove nothing against a type.
"""

from __future__ import annotations

import re

from vmsguard_onvif.analytics_replies import Function

__all__ = ["SEARCH_BY_IMAGE", "classify", "mentions_face"]

SEARCH_BY_IMAGE = "SearchImageByImage"

_NO_FACE = re.compile(r"(?:inter|sur|type)face", re.IGNORECASE)
_FACE = re.compile(r"face", re.IGNORECASE)
_MATCHES = re.compile(r"recogni|identif|whitelist|blacklist|watchlist|compar|facematch|enrol", re.IGNORECASE)
_ONE_TO_ONE = re.compile(r"1to1|onetoone|faceverif|faceauthent", re.IGNORECASE)
_EMOTION = re.compile(r"emotion|sentiment", re.IGNORECASE)
_FACE_EMOTION = re.compile(r"expression|mood", re.IGNORECASE)
_CATEGORIES = re.compile(
    r"ethnic|religio|complexion|skin(?:colou?r|tone)|(?<!t)race(?:class|detect|recog)", re.IGNORECASE
)
_ATTRIBUTES = re.compile(r"attribute|gender|mask|age(?:group|estim)", re.IGNORECASE)
_BODY_TEMPERATURE = re.compile(r"bodytemperature|temperaturemeasurement|feverscreen", re.IGNORECASE)
_FACE_CLASSES = frozenset({"face", "humanface", "head"})

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
# What these look for is in their class filter; without one they may report faces too.
_FILTERED = frozenset({"ObjectDetection", "ObjectTrackAggregation"})


def mentions_face(name: str) -> bool:
    """Whether a name speaks of faces, and not of interfaces, surfaces or typefaces."""
    return bool(_FACE.search(_NO_FACE.sub("", name)))


def classify(function: Function) -> str:
    """The task of a function, in the model's words; ``unclassified`` where neither type nor classes tell.

    Matching of faces counts as one-to-many unless the type itself says one-to-one.
    """
    if _BODY_TEMPERATURE.search(function.type):
        return "body-temperature"
    by_type = _face_task(function.type) or _inference(function.type)
    if by_type:
        return by_type
    if _FACE_CLASSES & {told.casefold() for told in function.classes}:
        return "face-identification" if _MATCHES.search(function.type) else "face-detection"
    if function.type in _KNOWN_OTHER or (function.classes and function.type in _FILTERED):
        return "other"
    by_name = _face_task(function.name) or _inference(function.name)
    return by_name or "unclassified"


def _face_task(name: str) -> str:
    if not mentions_face(name):
        return ""
    if _ONE_TO_ONE.search(name):
        return "face-verification"
    if _MATCHES.search(name):
        return "face-identification"
    inferred = "emotion" if _FACE_EMOTION.search(name) else _inference(name)
    if inferred:
        return inferred
    return "face-attributes" if _ATTRIBUTES.search(name) else "face-detection"


def _inference(name: str) -> str:
    """What is inferred about people, of a face or not; empty where the name speaks of nothing like it."""
    if _EMOTION.search(name):
        return "emotion"
    return "biometric-categorisation" if _CATEGORIES.search(name) else ""
