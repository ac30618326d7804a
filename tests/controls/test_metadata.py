from __future__ import annotations

import pytest

from vmsguard.model.fact_values import MetadataStream, RecognitionSubscription, RecorderMatch
from vmsguard.model.facts import CAMERA_TARGET
from vmsguard.model.inventory import Endpoint
from vmsguard.model.vocabulary import Layer, Role, Verdict, Why

ATTRIBUTES = "metadata.human_attributes.off"
INGEST = "metadata.recognition_ingest.off"


class TestHumanAttributes:
    @pytest.mark.parametrize(
        ("enabled", "carries", "verdict"),
        [
            (True, ("Age", "Temperature"), Verdict.FAIL),
            (True, (), Verdict.PASS),
            (False, ("Age",), Verdict.PASS),
            (False, None, Verdict.PASS),
            (True, None, Verdict.UNKNOWN),
            (None, ("Age",), Verdict.UNKNOWN),
            (None, (), Verdict.PASS),
        ],
    )
    def test_what_a_stream_says_of_people_decides(self, scene, enabled, carries, verdict):
        scene.listed("metadata.streams", MetadataStream("m1", enabled, carries))
        assert verdict is scene.judge(ATTRIBUTES).verdict

    def test_the_stream_is_named(self, scene):
        scene.listed("metadata.streams", MetadataStream("m1", True, ("Gender",)), MetadataStream("m2", True, ()))
        assert ("m1",) == scene.judge(ATTRIBUTES).offenders

    @pytest.mark.parametrize("layer", Layer)
    def test_every_layer_counts(self, scene, layer):
        scene.listed("metadata.streams", MetadataStream("m1", True, ()))
        scene.listed("metadata.streams", MetadataStream("m1", True, ("Age",)), layer=layer)
        assert Verdict.FAIL is scene.judge(ATTRIBUTES).verdict

    def test_unread_incomplete_and_absent(self, scene):
        assert Why.NO_DRIVER_FACT is scene.judge(ATTRIBUTES).why
        assert Why.INCOMPLETE is scene.listed("metadata.streams", complete=False).judge(ATTRIBUTES).why
        assert Verdict.NOT_APPLICABLE is scene.absent("metadata.streams").judge(ATTRIBUTES).verdict


class TestRecognitionIngest:
    @pytest.fixture
    def recorder(self, scene):
        scene.endpoints.append(Endpoint("r-1", "3", Role.RECORDER))
        return {"target": "r-1", "channel": "3"}

    def subscription(self, enabled):
        return RecognitionSubscription("s1", "camera", enabled)

    def test_a_subscription_fails(self, scene, recorder):
        scene.listed("recognition.subscriptions", self.subscription(True), **recorder)
        assert ("s1",) == scene.judge(INGEST, at=1).offenders

    def test_none_or_one_that_is_off_passes(self, scene, recorder):
        scene.listed("recognition.subscriptions", self.subscription(False), **recorder)
        assert Verdict.PASS is scene.judge(INGEST, at=1).verdict

    def test_unread_unsaid_incomplete_and_absent(self, scene, recorder):
        assert Verdict.UNKNOWN is scene.judge(INGEST, at=1).verdict
        scene.listed("recognition.subscriptions", self.subscription(None), **recorder)
        assert Verdict.UNKNOWN is scene.judge(INGEST, at=1).verdict
        scene.listed("recognition.subscriptions", complete=False, **recorder)
        assert Verdict.UNKNOWN is scene.judge(INGEST, at=1).verdict
        scene.absent("recognition.subscriptions", **recorder)
        assert Verdict.NOT_APPLICABLE is scene.judge(INGEST, at=1).verdict

    def test_every_layer_counts(self, scene, recorder):
        scene.listed("recognition.subscriptions", **recorder)
        scene.listed("recognition.subscriptions", self.subscription(True), layer=Layer.STORED, **recorder)
        assert Verdict.FAIL is scene.judge(INGEST, at=1).verdict

    def test_a_recorder_nobody_enrolled_may_take_results_in(self, scene):
        assert Why.NO_RECORDER is scene.judge_camera(INGEST).why
        assert Verdict.PASS is scene.paper("no-recorder").judge_camera(INGEST).verdict

    def test_a_recorder_that_was_not_listed_is_not_overlooked(self, scene, recorder):
        scene.listed("site.recorders", RecorderMatch("r-1", listed=False), target=CAMERA_TARGET)
        assert Why.INCOMPLETE is scene.judge_camera(INGEST).why
        scene.listed("site.recorders", RecorderMatch("r-1", listed=True, channels=("3",)), target=CAMERA_TARGET)
        assert Verdict.PASS is scene.judge_camera(INGEST).verdict
