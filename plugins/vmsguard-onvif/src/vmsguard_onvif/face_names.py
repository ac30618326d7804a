"""What a name says of faces: names of rules, modules, applications, topics and object classes alike.

A name is matched by what it contains, because vendors write ``FaceDetect``, ``MyFaceDetectorRule`` and
``FaceRecognitionDetector`` for the same things; words that only sound alike are taken out first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

__all__ = ["is_face_class", "mentions_face", "task_of_name"]

# "TypeFace" is a typeface only where it stands alone: "ObjectTypeFace" is an object type. "FacePlate" is faces and
# number plates, "faceplate" a cover; "facetracker" holds "facet" and tracks faces.
_NO_FACE = re.compile(
    r"(?i:inter|sur)(?i:face)|(?<![A-Za-z])(?i:typeface)|[Tt]ypeface|[Ff]aceplate|FACEPLATE|[Ff]acet(?:s|ed)?(?![a-z])"
)
_FACE = re.compile(r"face|facial|얼굴|人脸|人臉|顔", re.IGNORECASE)
_MATCHES = re.compile(
    r"recogni|identif|whitelist|blacklist|watchlist|allowlist|denylist|blocklist|compar|facematch|enrol|stranger"
    r"|(?:face|facial)_?(?:librar|database|gallery|search)|인식|识别|識別|認識|比对",
    re.IGNORECASE,
)
_ONE_TO_ONE = re.compile(r"1to1|1v1|onetoone|face_?verif|face_?authent", re.IGNORECASE)
_EMOTION = re.compile(r"emotion|sentiment", re.IGNORECASE)
_FACE_EMOTION = re.compile(r"expression|mood", re.IGNORECASE)
_CATEGORIES = re.compile(
    r"ethnic|religio|complexion|skin(?:colou?r|tone)|(?<!t)race(?:class|detect|recog)", re.IGNORECASE
)
_ATTRIBUTES = re.compile(r"attribute|gender|mask|age(?:group|estim)", re.IGNORECASE)
# Face and HumanFace are the standard's words of old and new; Hanwha links a Head to the Face it belongs to.
_FACE_CLASSES = frozenset({"face", "humanface", "head", "humanhead"})
_LONGEST_KEPT = 100
"""Characters of a name that is remembered: what a device makes up is not to stay in memory."""


def mentions_face(name: str) -> bool:
    """Whether a name speaks of faces, and not of interfaces, surfaces, typefaces, faceplates or facets."""
    return bool(_FACE.search(_NO_FACE.sub("", name)))


def task_of_name(name: str) -> str:
    """The task a name speaks of, in the model's words; empty where it speaks of no face and of nothing inferred.

    Matching of faces counts as one-to-many unless the name itself says one-to-one.
    """
    return _task_kept(name) if len(name) <= _LONGEST_KEPT else _task(name)


def _task(name: str) -> str:
    if not mentions_face(name):
        return _inference(name)
    if _ONE_TO_ONE.search(name):
        return "face-verification"
    if _MATCHES.search(name):
        return "face-identification"
    inferred = "emotion" if _FACE_EMOTION.search(name) else _inference(name)
    if inferred:
        return inferred
    return "face-attributes" if _ATTRIBUTES.search(name) else "face-detection"


_task_kept = lru_cache(maxsize=1024)(_task)
"""Cameras of one make have the same few names, and each is searched for seven kinds of words."""


def _inference(name: str) -> str:
    """What is inferred about people, of a face or not."""
    if _EMOTION.search(name):
        return "emotion"
    return "biometric-categorisation" if _CATEGORIES.search(name) else ""


def is_face_class(classes: Iterable[str]) -> bool:
    """Whether one of the object classes is a face or a head; prefixes and separators do not matter."""
    return any(re.sub(r"[\s_-]", "", told.rpartition(":")[2]).casefold() in _FACE_CLASSES for told in classes)
