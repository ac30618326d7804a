from __future__ import annotations

import pytest

from vmsguard.model.changes import Change
from vmsguard.model.fact_values import CloudLink, PushDestination, RecognitionConsumer, StreamService
from vmsguard.model.vocabulary import WHOLE, Basis, Layer, Verdict, Why

RTSP_OFF = StreamService("rtsp", "rtsp", False)
RTSP_ON = StreamService("rtsp", "rtsp", True)
PANEL = StreamService("hdmi", "local-display", True)


class TestStreamOff:
    def test_every_service_off_passes(self, scene):
        assert scene.listed("stream.services", RTSP_OFF).judge("transmission.stream.off").verdict is Verdict.PASS

    def test_each_enabled_service_is_stopped(self, scene):
        scene.listed("stream.services", RTSP_ON, StreamService("mc", "multicast", True))
        expected = [Change("stream.stop", "t-1", "ch1", {"service": name}) for name in ("rtsp", "mc")]
        assert expected == scene.changes("transmission.stream.off")

    def test_a_refused_port_makes_it_observed(self, scene):
        scene.listed("stream.services", RTSP_OFF).known("stream.answers", False, basis=Basis.OBSERVED)
        assert scene.judge("transmission.stream.off").basis is Basis.OBSERVED

    @pytest.mark.parametrize("witness", ["stream.answers", "snapshot.answers"])
    def test_edge_case_19_an_answer_while_the_settings_say_off_is_a_contradiction(self, scene, witness):
        scene.listed("stream.services", RTSP_OFF).known(witness, True, basis=Basis.OBSERVED)
        assert scene.judge("transmission.stream.off").why is Why.CONTRADICTED
        assert scene.absent("stream.services").judge("transmission.stream.off").why is Why.CONTRADICTED

    def test_a_panel_on_the_wall_is_sending_unless_excepted(self, scene):
        scene.listed("stream.services", PANEL, RTSP_OFF)
        assert scene.judge("transmission.stream.off").verdict is Verdict.FAIL
        assert scene.judge("transmission.stream.off", except_=("local-display",)).verdict is Verdict.PASS

    def test_a_refused_rtsp_port_does_not_speak_for_multicast(self, scene):
        scene.listed("stream.services", RTSP_OFF, StreamService("mc", "multicast", False), layer=Layer.STORED)
        scene.known("stream.answers", False, basis=Basis.OBSERVED)
        assert scene.judge("transmission.stream.off").verdict is Verdict.UNKNOWN

    def test_a_refused_rtsp_port_stands_in_for_rtsp_at_runtime(self, scene):
        scene.listed("stream.services", RTSP_OFF, layer=Layer.STORED).known(
            "stream.answers", False, basis=Basis.OBSERVED
        )
        assert scene.judge("transmission.stream.off").verdict is Verdict.PASS

    @pytest.mark.parametrize(("probed", "verdict"), [(True, Verdict.PASS), (False, Verdict.UNKNOWN)])
    def test_a_refused_port_stands_in_for_another_kind_only_where_the_probe_goes_to_it(self, scene, probed, verdict):
        scene.listed("stream.services", StreamService("live", "http", False, probed=probed), layer=Layer.STORED)
        scene.listed("stream.services", StreamService("live", "http", None, probed=probed), layer=Layer.RUNTIME)
        scene.known("stream.answers", False, basis=Basis.OBSERVED)
        assert verdict is scene.judge("transmission.stream.off").verdict

    def test_unread_and_absent(self, scene):
        assert scene.judge("transmission.stream.off").verdict is Verdict.UNKNOWN
        assert scene.absent("stream.services").judge("transmission.stream.off").verdict is Verdict.NOT_APPLICABLE


CASES = {
    "transmission.push.off": (
        "push.destinations",
        lambda on: PushDestination("d1", "email", on),
        "push.stop",
        "destination",
    ),
    "transmission.cloud.off": ("cloud.links", lambda on: CloudLink("d1", "p2p", on), "cloud.disconnect", "link"),
}


@pytest.mark.parametrize("control", CASES)
def test_pushes_and_clouds(scene, control):
    fact, item, verb, argument = CASES[control]
    assert scene.listed(fact, item(False)).judge(control).verdict is Verdict.PASS
    assert scene.listed(fact, item(None)).judge(control).verdict is Verdict.UNKNOWN
    assert scene.listed(fact, item(False), complete=False).judge(control).verdict is Verdict.UNKNOWN
    assert scene.absent(fact).judge(control).verdict is Verdict.NOT_APPLICABLE
    assert scene.listed(fact, item(True)).judge(control).verdict is Verdict.FAIL
    assert [Change(verb, "t-1", WHOLE, {argument: "d1"})] == scene.changes(control)


def test_recognition_consumers_are_only_observed(scene):
    control = "transmission.to_recognition.off"
    assert scene.listed("recognition.consumers").judge(control).verdict is Verdict.PASS
    assert scene.judge(control).verdict is Verdict.PASS
    scene.listed("recognition.consumers", RecognitionConsumer("frs", "server", True))
    assert scene.judge(control).verdict is Verdict.FAIL
    assert [] == scene.changes(control)
    assert scene.absent("recognition.consumers").judge(control).verdict is Verdict.NOT_APPLICABLE
    assert scene.unknown("recognition.consumers").judge(control).verdict is Verdict.UNKNOWN
