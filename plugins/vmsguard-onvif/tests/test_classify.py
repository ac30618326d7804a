from __future__ import annotations

import pytest
from vmsguard_onvif.classify import classify
from vmsguard_onvif.face_names import mentions_face
from vmsguard_onvif.replies.analytics import Function


@pytest.mark.parametrize(
    ("kind", "type_", "classes", "task"),
    [
        ("rule", "FaceRecognition", (), "face-identification"),
        ("rule", "FaceRecognitionDetector", (), "face-identification"),
        ("rule", "FaceIdentification", (), "face-identification"),
        ("rule", "FaceDetector", (), "face-detection"),
        ("rule", "FaceDetect", (), "face-detection"),
        ("rule", "FaceDetectDetector", (), "face-detection"),
        ("rule", "HumanFaceCapture", (), "face-detection"),
        ("rule", "FaceVerification", (), "face-verification"),
        ("rule", "FaceCompare1to1", (), "face-verification"),
        ("module", "FaceAttributes", (), "face-attributes"),
        ("module", "FaceMaskDetector", (), "face-attributes"),
        ("module", "EmotionDetection", (), "emotion"),
        ("rule", "FaceExpression", (), "emotion"),
        ("rule", "BooleanExpression", (), "unclassified"),
        ("rule", "FaceRecognitionEmotion", (), "face-identification"),
        ("module", "FaceEthnicity", (), "biometric-categorisation"),
        ("module", "RaceClassifier", (), "biometric-categorisation"),
        ("rule", "TraceDetector", (), "unclassified"),
        ("rule", "ObjectDetection", ("Person", "Face"), "face-detection"),
        ("rule", "ObjectDetection", ("HumanFace",), "face-detection"),
        ("rule", "ObjectDetection", ("Head",), "face-detection"),
        ("rule", "ObjectDetection", ("Person", "Vehicle"), "other"),
        ("rule", "ObjectDetection", (), "unclassified"),
        ("rule", "ObjectTrackAggregation", ("Vehicle",), "other"),
        ("rule", "BodyTemperatureAlarm", (), "body-temperature"),
        ("rule", "TemperatureMeasurementRule", (), "body-temperature"),
        ("module", "CellMotionEngine", (), "other"),
        ("module", "TamperEngine", (), "other"),
        ("rule", "LineDetector", (), "other"),
        ("module", "WiseAI", (), "unclassified"),
        ("module", "Viproc", (), "unclassified"),
    ],
)
def test_types_and_classes_tell_the_task(kind: str, type_: str, classes: tuple[str, ...], task: str) -> None:
    assert classify(Function(kind, "rule 1", type_, classes)) == task


def test_a_name_tells_nothing_against_a_known_type() -> None:
    assert classify(Function("rule", "Face entrance", "LineDetector")) == "other"


def test_a_name_tells_of_an_unknown_type() -> None:
    assert classify(Function("rule", "Face recognition gate 4", "acme:X9")) == "face-identification"


@pytest.mark.parametrize("name", ["Interface", "surfaceMonitor", "TypeFaceEngine", "NetworkInterfaceRule", ""])
def test_other_faces_are_no_faces(name: str) -> None:
    assert mentions_face(name) is False


@pytest.mark.parametrize("name", ["face", "MyFaceRule", "InterfaceFace", "HUMANFACE"])
def test_faces_are_faces(name: str) -> None:
    assert mentions_face(name) is True
