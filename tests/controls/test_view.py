from __future__ import annotations

from msgspec.structs import replace

from vmsguard.controls.view import View
from vmsguard.model.fact_catalogue import CORE_FACTS
from vmsguard.model.facts import CAMERA_TARGET, FactKey, Known, Unknown
from vmsguard.model.snapshot import TargetSeen
from vmsguard.model.vocabulary import WHOLE, Layer, Why


def at(scene):
    return scene.view(scene.endpoints[0])


def test_silence_carries_the_reason_of_its_target(scene):
    snapshot = scene.snapshot
    seen = TargetSeen(target="t-1", why=Why.AUTH, detail="the login was refused")
    view = View(replace(snapshot, targets={"t-1": seen}), scene.endpoints[0], scene.now, CORE_FACTS)
    assert Unknown(Why.AUTH, "the login was refused") == view.reading("recording.jobs")
    assert not view.delivered(view.fact("recording.jobs"))


def test_a_channel_that_nobody_told_of_is_answered_by_its_target(scene):
    scene.listed("recording.jobs", channel=WHOLE)
    assert WHOLE == at(scene).fact("recording.jobs").key.channel


def test_a_fact_of_the_target_is_found_from_every_channel(scene):
    scene.listed("push.destinations")
    assert FactKey("t-1", WHOLE, "push.destinations", Layer.STORED) == at(scene).layers("push.destinations")[1].key


def test_every_fact_read_is_cited_once(scene):
    view = at(scene.listed("recording.jobs"))
    view.layers("recording.jobs")
    view.fact("recording.jobs")
    assert ["runtime", "stored"] == [fact.key.layer for fact in view.cited]


def test_a_witness_that_did_not_look_proves_nothing(scene):
    view = at(scene.unknown("stream.answers"))
    assert view.witness("stream.answers") is view.witness("footage.grows") is None
    assert () == view.cited


def test_anywhere_is_the_camera_and_its_endpoints(scene):
    scene.known("gate.close_range", True, target=CAMERA_TARGET).known("gate.close_range", False)
    assert [True, False] == [fact.reading.value for fact in at(scene).anywhere("gate.close_range")]
    (nobody,) = at(scene).anywhere("gate.claim_first")
    assert not isinstance(nobody.reading, Known)


def test_papers_of_the_camera_its_site_or_everything(scene):
    scene.paper("notice", id="all").paper("notice", id="site", sites=("hq",)).paper(
        "notice", id="named", cameras=("cam-1",)
    )
    scene.paper("notice", id="elsewhere", sites=("x",)).paper("notice", id="other", cameras=("cam-2",)).paper("consent")
    assert ["all", "site", "named"] == [document.id for document in at(scene).documents("notice")]
