"""Results that wait on the disk come back as they were, camera by camera, and count what a plan must promise."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.errors import UsageError
from vmsguard.evidence.record import planned_digest
from vmsguard.model.facts import FactKey
from vmsguard.model.results import CitedFact, Result
from vmsguard.model.vocabulary import Force, Layer, Qualifier, Remediation, Severity, Verdict
from vmsguard.run.planned_pairs import PlannedPairs
from vmsguard.run.spool import EntrySpool, ResultSpool
from vmsguard.run.tally import Tally

NAMES = st.text('abc-é 雪"\\\n', min_size=1, max_size=4)
INSTANTS = st.datetimes(timezones=st.just(UTC)).filter(lambda at: at.year > 1970)
FACTS = st.builds(
    CitedFact,
    key=st.builds(FactKey, NAMES, NAMES, NAMES, st.sampled_from(Layer), NAMES),
    shows=NAMES,
    basis=NAMES,
    observed_at=INSTANTS,
)
RESULTS = st.builds(
    Result,
    camera=st.just("c"),
    pack=NAMES,
    rule=st.one_of(st.just(""), NAMES),
    control=st.one_of(st.just(""), NAMES),
    verdict=st.sampled_from(Verdict),
    force=st.one_of(st.none(), st.sampled_from(Force)),
    severity=st.one_of(st.none(), st.sampled_from(Severity)),
    qualifier=st.one_of(st.none(), st.sampled_from(Qualifier)),
    left=st.lists(NAMES, max_size=2).map(tuple),
    facts=st.lists(FACTS, max_size=2).map(tuple),
    observed_at=st.one_of(st.none(), INSTANTS),
    remediation=st.sampled_from(Remediation),
    exposure_from=st.one_of(st.none(), INSTANTS),
)


@given(st.lists(RESULTS, max_size=5))
def test_results_come_back_as_they_were(results: list[Result]) -> None:
    spool = ResultSpool()
    spool.put("c", results)
    assert results == list(spool.results())


def result(camera: str, rule: str = "r", control: str = "") -> Result:
    return Result(camera=camera, pack="p", rule=rule, control=control, verdict=Verdict.PASS)


def test_results_are_told_by_camera_however_they_came_and_in_each_pass_anew() -> None:
    spool = ResultSpool()
    for camera in ("c-2", "c-1", "c-3"):
        spool.put(camera, [result(camera, control="k"), result(camera)])
    told = spool.results()
    expected = [one for camera in ("c-1", "c-2", "c-3") for one in (result(camera, control="k"), result(camera))]
    assert (expected, expected, 6) == (list(told), list(told), len(told))
    assert [result("c-3", control="k"), result("c-3")] == list(told.of({"c-3", "elsewhere"}))
    assert result("c-2") in told
    assert result("c-4") not in told


def test_results_can_be_read_while_others_are_put() -> None:
    spool = ResultSpool()
    spool.put("c-1", [result("c-1")])
    passing = iter(spool.results())
    spool.put("c-2", [result("c-2")])
    assert [result("c-1")] == list(passing)


def test_the_file_has_no_name_and_goes_with_who_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    open_before = len(os.listdir("/proc/self/fd"))
    spool = ResultSpool()
    spool.put("c", [result("c")])
    told = spool.results()
    del spool
    assert ([], [result("c")]) == (list(tmp_path.iterdir()), list(told))
    del told
    assert open_before == len(os.listdir("/proc/self/fd"))


def test_without_room_the_run_ends_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(UsageError, match="no room for the results") as told:
        ResultSpool()
    assert "TMPDIR" in told.value.hint


def test_entries_come_back_in_their_order() -> None:
    spool = EntrySpool()
    spool.put([("observe", {"target": "t", "facts": 3}), ("witness", {"answered": "yes", "positive_before": True})])
    spool.put([])
    spool.put([("observe", {"target": "u", "facts": 0})])
    expected = ["observe", "witness", "observe"]
    assert (expected, expected) == ([event for event, _ in spool], [event for event, _ in spool])


@given(st.dictionaries(NAMES, st.lists(st.tuples(NAMES, st.one_of(st.just(""), NAMES)), max_size=4), max_size=5))
def test_the_planned_digest_is_that_of_all_pairs_at_once(rules: dict[str, list[tuple[str, str]]]) -> None:
    pairs = PlannedPairs()
    everything = set()
    for camera, own in rules.items():
        results = [Result(camera=camera, pack=pack, rule=rule, verdict=Verdict.FAIL) for pack, rule in own]
        pairs.add(camera, [*results, Result(camera=camera, pack="p", rule="r", control="k", verdict=Verdict.FAIL)])
        everything |= {(camera, pack, rule, "") for pack, rule in own}
    assert (len(everything), planned_digest(everything)) == (pairs.count, pairs.digest())


def test_a_tally_counts_rules_and_cameras_and_leaves_controls_out() -> None:
    tally = Tally()
    tally.add([result("c-1", control="k"), result("c-1"), result("c-1", rule="")])
    tally.add([result("c-2")])
    summary = tally.summary()
    assert (2, 2, 2, 0) == (summary["rules"], summary["cameras"], summary["pass"], summary["fail"])
    assert (4, {"pass": 3}) == (tally.results, dict(tally.final))
    assert [2] == [told["pass"] for told in summary["by_rule"]]
