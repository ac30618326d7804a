from __future__ import annotations

import pytest

from vmsguard.model.changes import Change
from vmsguard.model.fact_values import CloudLink, ExportJob, ExternalDestination, PushDestination, RecognitionConsumer
from vmsguard.model.vocabulary import WHOLE, Layer, Verdict, Why

EXPORT = "export.bulk_faces.off"
BORDER = "transmission.cross_border.off"


class TestExports:
    @pytest.mark.parametrize(
        ("contents", "running", "verdict"),
        [
            ("face-crops", True, Verdict.FAIL),
            ("face-set", None, Verdict.FAIL),
            ("face-set", False, Verdict.PASS),
            ("footage", True, Verdict.PASS),
            ("unclassified", True, Verdict.UNKNOWN),
            ("unclassified", False, Verdict.PASS),
        ],
    )
    def test_a_job_that_exports_faces_fails(self, scene, contents, running, verdict):
        assert verdict is scene.listed("export.jobs", ExportJob("j1", contents, running)).judge(EXPORT).verdict

    @pytest.mark.parametrize("layer", Layer)
    def test_every_layer_counts(self, scene, layer):
        scene.listed("export.jobs").listed("export.jobs", ExportJob("j1", "face-set", True), layer=layer)
        assert ("j1",) == scene.judge(EXPORT).offenders

    def test_unread_incomplete_and_absent(self, scene):
        assert Verdict.UNKNOWN is scene.judge(EXPORT).verdict
        assert Verdict.UNKNOWN is scene.listed("export.jobs", complete=False).judge(EXPORT).verdict
        assert Verdict.NOT_APPLICABLE is scene.absent("export.jobs").judge(EXPORT).verdict


class TestCrossBorder:
    WAYS = ("storage.external", "push.destinations", "cloud.links", "recognition.consumers")
    HOME = ("KR",)

    @pytest.fixture
    def quiet(self, scene):
        for name in self.WAYS:
            scene.listed(name)
        return scene

    def stated(self, scene, **countries):
        told = [{"id": name, "country": country} for name, country in countries.items()]
        return scene.paper("destination-countries", details={"destinations": told})

    def test_nothing_is_sent(self, quiet):
        assert Verdict.PASS is quiet.judge(BORDER, allowed=self.HOME).verdict

    def test_what_goes_to_an_allowed_country_passes(self, quiet):
        quiet.listed("push.destinations", PushDestination("ftp1", "ftp", True))
        assert Verdict.PASS is self.stated(quiet, ftp1="KR").judge(BORDER, allowed=self.HOME).verdict

    @pytest.mark.parametrize(
        ("fact", "item", "change"),
        [
            (
                "storage.external",
                ExternalDestination("x", "s3", True),
                Change("storage.external.remove", "t-1", WHOLE, {"destination": "x"}),
            ),
            (
                "push.destinations",
                PushDestination("x", "ftp", True),
                Change("push.stop", "t-1", WHOLE, {"destination": "x"}),
            ),
            ("cloud.links", CloudLink("x", "p2p", True), Change("cloud.disconnect", "t-1", WHOLE, {"link": "x"})),
            ("recognition.consumers", RecognitionConsumer("x", "server", True), None),
        ],
    )
    def test_what_goes_elsewhere_fails_and_is_ended_where_it_can_be(self, quiet, fact, item, change):
        outcome = self.stated(quiet.listed(fact, item), x="CN").judge(BORDER, allowed=self.HOME)
        assert (Verdict.FAIL, ("x",), "abroad: x (CN)") == (outcome.verdict, outcome.offenders, outcome.reason)
        assert ([] if change is None else [change]) == quiet.changes(BORDER, allowed=self.HOME)

    def test_a_destination_whose_country_nobody_stated_is_unknown_whatever_it_is_called(self, quiet):
        quiet.listed("cloud.links", CloudLink("eu-cloud.example.kr", "cloud", True))
        outcome = quiet.judge(BORDER, allowed=self.HOME)
        assert (Why.NO_DOCUMENT, ("eu-cloud.example.kr",)) == (outcome.why, outcome.left)

    def test_a_destination_that_is_off_may_stand_anywhere(self, quiet):
        quiet.listed("push.destinations", PushDestination("ftp1", "ftp", False))
        assert Verdict.PASS is self.stated(quiet, ftp1="CN").judge(BORDER, allowed=self.HOME).verdict

    def test_a_destination_abroad_that_may_be_in_use(self, quiet):
        quiet.listed("push.destinations", PushDestination("ftp1", "ftp", None))
        assert Verdict.UNKNOWN is self.stated(quiet, ftp1="CN").judge(BORDER, allowed=self.HOME).verdict

    def test_two_papers_that_differ_name_two_countries(self, quiet):
        quiet.listed("push.destinations", PushDestination("ftp1", "ftp", True))
        self.stated(self.stated(quiet, ftp1="KR"), ftp1="JP")
        assert "abroad: ftp1 (JP)" == quiet.judge(BORDER, allowed=self.HOME).reason
        assert Verdict.PASS is quiet.judge(BORDER, allowed=("KR", "JP")).verdict

    def test_a_paper_that_has_expired_states_nothing(self, quiet, now):
        quiet.listed("push.destinations", PushDestination("ftp1", "ftp", True))
        told = [{"id": "ftp1", "country": "KR"}]
        quiet.paper("destination-countries", details={"destinations": told}, expires=now.date())
        assert Why.NO_DOCUMENT is quiet.judge(BORDER, allowed=self.HOME).why

    @pytest.mark.parametrize("layer", Layer)
    def test_every_layer_counts(self, quiet, layer):
        quiet.listed("cloud.links", CloudLink("c", "p2p", True), layer=layer)
        assert ("c",) == self.stated(quiet, c="CN").judge(BORDER, allowed=self.HOME).offenders

    @pytest.mark.parametrize("name", WAYS)
    def test_every_way_out_must_be_known(self, quiet, name):
        assert Verdict.UNKNOWN is quiet.unknown(name).judge(BORDER, allowed=self.HOME).verdict
        assert Why.INCOMPLETE is quiet.listed(name, complete=False).judge(BORDER, allowed=self.HOME).why

    def test_no_way_out_at_all(self, quiet):
        for name in self.WAYS:
            quiet.absent(name)
        assert Verdict.NOT_APPLICABLE is quiet.judge(BORDER, allowed=self.HOME).verdict
        quiet.listed("cloud.links")
        assert Verdict.PASS is quiet.judge(BORDER, allowed=self.HOME).verdict
