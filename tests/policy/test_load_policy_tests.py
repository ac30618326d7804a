"""Policy tests as files: scenes that build on each other, facts as people write them, mistakes at their place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from vmsguard.errors import Problems
from vmsguard.model.facts import Absent, FactKey, Items, Known, Unknown
from vmsguard.model.policy_tests import PolicyTests
from vmsguard.model.vocabulary import WHOLE, Basis, Layer, Role, Verdict, Why
from vmsguard.policy.builtin import builtin_folder
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.load_pack import load_pack
from vmsguard.policy.load_policy_tests import load_policy_tests

PACK = "kr-pipc-thermal-2020"
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
HEAD = f'apiVersion: vmsguard/v1\nkind: PolicyTests\npack: {PACK}\nnow: "2026-11-22T12:00:00+09:00"\n'


def load(tmp_path: Path, text: str) -> PolicyTests:
    catalogue = Catalogue.core()
    file = tmp_path / "tests.yaml"
    file.write_text(text, encoding="utf-8")
    return load_policy_tests(file, load_pack(builtin_folder() / PACK, catalogue), catalogue)


def only_case(tmp_path: Path, text: str) -> Any:
    (case,) = load(tmp_path, f"{HEAD}cases:\n  - name: one\n    in_scope: true\n{text}").cases
    return case


def reading(case: Any, name: str, layer: Layer = Layer.RUNTIME, *, channel: str = "1", target: str = "device") -> Any:
    return case.snapshot.facts[FactKey(target, channel, name, layer)].reading


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("absent", Absent),
        ("unknown", Unknown),
        ("{unknown: login-refused}", Unknown),
        ("[]", Known),
        ("{items: [], incomplete: the rest}", Known),
    ],
)
def test_a_fact_is_a_list_a_word_or_both(tmp_path: Path, told: str, expected: type) -> None:
    case = only_case(tmp_path, f"    device: {{recording.jobs: {told}}}\n")
    for layer in Layer:
        assert isinstance(reading(case, "recording.jobs", layer), expected)


def test_a_reason_and_a_gap_are_kept(tmp_path: Path) -> None:
    case = only_case(tmp_path, "    device: {recording.jobs: {unknown: login-refused}}\n")
    assert Why.AUTH is reading(case, "recording.jobs").why
    case = only_case(tmp_path, "    device: {recording.jobs: {items: [], incomplete: the rest}}\n")
    assert Items((), False, "the rest") == reading(case, "recording.jobs").value


def test_layers_can_be_told_apart(tmp_path: Path) -> None:
    case = only_case(tmp_path, "    device: {recording.jobs: {runtime: [], stored: absent}}\n")
    assert Known(Items(())) == reading(case, "recording.jobs")
    assert isinstance(reading(case, "recording.jobs", Layer.STORED), Absent)


def test_a_duration_is_that_long_ago_and_null_is_not_told(tmp_path: Path) -> None:
    case = only_case(tmp_path, "    device: {footage.recordings: [{id: a, store: sd, start: PT3H, end: null}]}\n")
    (item,) = reading(case, "footage.recordings").value.values
    assert (NOW - timedelta(hours=3), None) == (item.start, item.end)


def test_edge_case_7_a_case_of_another_day_counts_ages_from_that_day(tmp_path: Path) -> None:
    scenes = (
        "scenes:\n"
        "  low: {device: {footage.recordings: [{id: r1, store: sd, start: PT3H, end: null}]}}\n"
        "  high: {like: low, attributes: {country: KR}}\n"
    )
    cases = 'cases:\n  - {name: then, like: high, now: "2021-01-02T00:00:00+09:00", in_scope: true}\n'
    cases += "  - {name: now, like: high, in_scope: true}\n"
    then, now = load(tmp_path, HEAD + scenes + cases).cases
    day = datetime(2021, 1, 1, 15, tzinfo=UTC)
    expected = [day - timedelta(hours=3), NOW - timedelta(hours=3)]
    assert expected == [reading(one, "footage.recordings").value.values[0].start for one in (then, now)]
    assert [day, NOW] == [one.now for one in (then, now)]


def test_a_fact_of_the_whole_target_belongs_to_no_channel(tmp_path: Path) -> None:
    case = only_case(tmp_path, "    device: {storage.encrypted: true}\n")
    assert Known(True) == reading(case, "storage.encrypted", channel=WHOLE)


def test_a_target_that_does_not_answer_has_a_reason_and_no_facts(tmp_path: Path) -> None:
    scenes = "scenes:\n  up:\n    device: {recording.jobs: []}\n"
    text = f"{HEAD}{scenes}cases:\n  - {{name: a, like: up, device: unreachable, in_scope: true}}\n"
    (case,) = load(tmp_path, text).cases
    assert {} == dict(case.snapshot.facts)
    assert Why.UNREACHABLE is case.snapshot.targets["device"].why
    assert [Role.DEVICE] == [endpoint.role for endpoint in case.snapshot.endpoints]


def test_a_scene_says_what_the_one_below_it_does_not(tmp_path: Path) -> None:
    scenes = (
        "scenes:\n"
        "  low: {attributes: {country: KR, space: public}, device: {recording.jobs: []}, papers: [notice]}\n"
        "  high: {like: low, attributes: {space: staff-only}, basis: vendor-manifest, papers: [access-log]}\n"
    )
    text = f"{HEAD}{scenes}cases:\n  - {{name: a, like: high, attributes: {{country: JP}}, in_scope: false}}\n"
    (case,) = load(tmp_path, text).cases
    told = {name: attribute.value for name, attribute in case.snapshot.camera.attributes.items()}
    assert {"country": "JP", "space": "staff-only"} == told
    assert ["notice", "access-log"] == [paper.kind for paper in case.snapshot.documents]
    assert ["paper-1", "paper-2"] == [paper.id for paper in case.snapshot.documents]
    assert {Basis.VENDOR_MANIFEST} == {fact.basis for fact in case.snapshot.facts.values()}


def test_holds_of_a_case_are_in_force_and_numbered_after_those_of_its_scene(tmp_path: Path) -> None:
    window = '{from: "2026-11-01T00:00:00+09:00", until: "2026-11-02T00:00:00+09:00"}'
    ordered = window.replace("}", ", legal_order: paper-1}")
    (case,) = load(
        tmp_path,
        f"{HEAD}scenes:\n  held: {{holds: [{window}]}}\n"
        f"cases:\n  - {{name: one, in_scope: true, like: held, holds: [{ordered}]}}\n",
    ).cases

    first, second = case.snapshot.holds
    assert ("hold-1", "", "hold-2", "paper-1") == (first.id, first.legal_order, second.id, second.legal_order)
    assert (timedelta(days=1), (case.snapshot.camera.id,)) == (first.window_until - first.window_from, first.cameras)


def test_a_hold_of_no_time_is_refused(tmp_path: Path) -> None:
    moment = "2026-11-01T00:00:00+09:00"
    with pytest.raises(Problems) as raised:
        only_case(tmp_path, f'    holds: [{{from: "{moment}", until: "{moment}"}}]\n')
    assert ["holds: until is not after from"] == [problem.message for problem in raised.value.problems]


def test_what_is_expected(tmp_path: Path) -> None:
    text = f"{HEAD}cases:\n  - name: a\n    expect: {{saving-off: {{verdict: fail, reason: overdue}}}}\n"
    (case,) = load(tmp_path, text).cases
    (expected,) = case.expect
    assert ("saving-off", Verdict.FAIL, "overdue") == (expected.rule, expected.verdict, expected.reason)


CASE = "cases:\n  - name: a\n    in_scope: true\n"


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (HEAD + "cases: []\n", "5:8", "cases: empty list"),
        (HEAD.replace(PACK, "other") + CASE, "3:7", "these are tests of 'other'"),
        (HEAD + CASE + "    expct: {}\n", "8:5", "unknown key 'expct' in a case"),
        (HEAD + "cases:\n  - name: a\n", "6:5", "a case needs the key 'expect'"),
        (HEAD + CASE + "    expect: {saving-of: fail}\n", "8:14", f"{PACK} has no rule 'saving-of'"),
        (HEAD + CASE + "    expect: {saving-off: faill}\n", "8:26", "saving-off: unknown value 'faill'"),
        (HEAD + CASE + "    like: nowhere\n", "8:11", "there is no scene 'nowhere' above"),
        (HEAD + CASE + "    device: {recording.job: []}\n", "8:14", "unknown fact 'recording.job'"),
        (HEAD + CASE + "    device: {recording.jobs: [{id: a, activ: true}]}\n", "8:39", "unknown key 'activ'"),
        (HEAD + CASE + "    device: {stores: {stored: []}}\n", "8:23", "stores has no layer 'stored'"),
        (HEAD + CASE + "    device: {storage.encrypted: maybe}\n", "8:33", "storage.encrypted: expected true or false"),
        (HEAD + CASE + "    refused: [{verb: recording.stopp}]\n", "8:22", "verb: unknown value 'recording.stopp'"),
        (HEAD + CASE + CASE.partition("\n")[2], "8:5", "the case on line 6 is named 'a', too"),
        ("apiVersion: vmsguard/v1\nkind: Fleet\n", "1:1", "expected kind: PolicyTests, found kind: Fleet"),
    ],
)
def test_a_mistake_is_reported_at_its_place_with_a_hint(tmp_path: Path, text: str, place: str, message: str) -> None:
    with pytest.raises(Problems) as caught:
        load(tmp_path, text)
    found = {f"{problem.line}:{problem.column}": problem for problem in caught.value.problems}
    assert place in found, [str(problem) for problem in found.values()]
    assert found[place].message.startswith(message)
    assert found[place].hint


def test_a_moment_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problems) as caught:
        load(tmp_path, HEAD + CASE + "    device: {footage.recordings: [{id: a, store: s, start: soon, end: null}]}\n")
    (problem,) = caught.value.problems
    assert "start: 'soon' is no moment" == problem.message
