"""The names by which devices, the standard and clients call faces, each as its own case."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vmsguard_onvif.classify import classify
from vmsguard_onvif.elements import local
from vmsguard_onvif.event_topics import Topic, task_of_items, task_of_topic
from vmsguard_onvif.face_names import is_face_class, mentions_face, task_of_name
from vmsguard_onvif.replies.analytics import Function
from vmsguard_onvif.replies.capability import plain_path

with (Path(__file__).parent / "data" / "face_names.csv").open(encoding="utf-8", newline="") as _table:
    ROWS = [tuple(row.values()) for row in csv.DictReader(_table)]


def told(kind: str, name: str, classes: str) -> str:
    if kind == "topic":
        return task_of_topic(Topic(plain_path(name)))
    if kind == "item":
        return task_of_items((name,))
    if kind == "class":
        return "face" if is_face_class((name,)) else ""
    return classify(Function(kind, "rule 1", local(name), tuple(classes.replace(",", " ").split())))


@pytest.mark.parametrize(("kind", "name", "classes", "task", "source"), ROWS, ids=lambda cell: cell or "-")
def test_a_name_means_what_its_users_mean(kind: str, name: str, classes: str, task: str, source: str) -> None:
    assert told(kind, name, classes) == task


AROUND = st.text(alphabet="0123456789 _-./", max_size=8)
SOUNDALIKES = ["interface", "Interface", "InterFace", "INTERFACE", "surface", "Surface", "faceplate", "facet"]


@given(st.sampled_from(SOUNDALIKES), AROUND, AROUND)
def test_words_that_only_sound_like_faces_are_none(word: str, before: str, after: str) -> None:
    assert task_of_name(before + word + after) == ""


@given(st.sampled_from(["Face", "face", "FACE", "HumanFace", "Facial", "얼굴"]), AROUND, AROUND)
def test_a_face_is_found_wherever_it_stands(word: str, before: str, after: str) -> None:
    assert mentions_face(before + word + after)


@given(st.text(max_size=40))
def test_every_text_has_a_task_or_none(name: str) -> None:
    assert task_of_name(name) in {
        "", "face-detection", "face-identification", "face-verification", "face-attributes", "emotion",
        "biometric-categorisation",
    }  # fmt: skip


@given(st.text(max_size=30), st.sampled_from(["", "Face", "Person"]))
def test_a_face_in_a_type_is_never_called_anything_else(around: str, classes: str) -> None:
    task = classify(Function("rule", "", f"{around}#FaceRecognition", tuple(classes.split())))
    assert task not in {"other", "unclassified"}


def test_a_name_too_long_to_be_remembered_is_judged_alike() -> None:
    names = ["FaceRecognition" + "x" * 200, "Line" + "x" * 200, "FaceRecognition", "Line"]
    assert ["face-identification", "", "face-identification", ""] == [task_of_name(name) for name in names]
