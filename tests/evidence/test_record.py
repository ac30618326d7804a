from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.errors import EvidenceError
from vmsguard.evidence import record
from vmsguard.evidence.allow import AllowList
from vmsguard.evidence.canonical import canonical_json, check_canonical, check_value
from vmsguard.evidence.events import EVENTS
from vmsguard.evidence.record import ENVELOPE, planned_digest
from vmsguard.evidence.tree import leaf_hash, node_hash
from vmsguard.model.vocabulary import Remediation, Verdict, Why

VERDICT = {"camera": "cam-1", "pack": "p", "rule": "r", "control": "storage.edge.off", "verdict": "pass", "final": True}
INTENT = {"change": "t-1/1:recording.stop(job=J1)", "verb": "recording.stop", "target": "t-1"}
SEOUL = timezone(timedelta(hours=9))


def pseudonym(value: str) -> str:
    return f"hmac-sha256:{'0' * 32}"


HIDDEN = pseudonym("")
ALLOW = AllowList(pseudonym)


def prepare(event: str, fields: dict[str, Any], allow: AllowList) -> dict[str, Any]:
    """What a reader finds in the line of a prepared record."""
    value, wrong = check_canonical(record.prepare(event, fields, allow).line())
    assert wrong == ""
    written: dict[str, Any] = value
    return written


def test_a_record_keeps_what_its_event_allows() -> None:
    assert prepare("verify", VERDICT, ALLOW) == VERDICT


def test_a_verdict_of_a_rule_names_no_control() -> None:
    fields = {**VERDICT, "control": ""}
    assert "control" not in prepare("verify", fields, ALLOW)


def test_a_sentence_in_place_of_a_reason_code_is_neither_written_nor_fatal() -> None:
    assert prepare("verify", {**VERDICT, "reason_code": "it was off"}, ALLOW)["reason_code"] == "not-a-code"
    assert prepare("verify", {**VERDICT, "reason_code": "not-read"}, ALLOW)["reason_code"] == "not-read"


def test_enums_of_the_model_are_accepted() -> None:
    fields = {**VERDICT, "verdict": Verdict.UNKNOWN, "remediation": Remediation.NO_EFFECT, "reason_code": Why.FAULT}
    line = canonical_json(prepare("verify", fields, ALLOW))
    assert b'"reason_code":"fault"' in line
    assert b'"remediation":"no_effect"' in line


def test_fields_that_are_not_set_are_left_out() -> None:
    assert prepare("verify", {**VERDICT, "exception": None, "found": ""}, ALLOW) == VERDICT


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        ("verify", {**VERDICT, "password": "x"}),
        ("verify", {**VERDICT, "seq": 1}),
        ("verify", {**VERDICT, "verdict": "compliant"}),
        ("verify", {**VERDICT, "camera": "정문"}),
        ("verify", {**VERDICT, "camera": None}),
        ("verify", {**VERDICT, "final": 1}),
        ("verify", {**VERDICT, "facts": [{"name": "n", "value": "secret"}]}),
        ("observe", {"target": "t-1", "facts": 1.5}),
        ("observe", {"target": "t-1", "facts": 2**53}),
        ("observe", {"target": "t-1", "facts": True}),
        ("apply.result", {"change": "c", "outcome": "done"}),
        ("apply.intent", {**INTENT, "arguments": "job=1"}),
        ("apply.intent", {**INTENT, "arguments": {"Job Name": "1"}}),
        ("run.ended", {"verdicts": {"good": 1}, "exit": 0}),
        ("nonsense", {}),
        ("log.sealed", {"open_intents": [-1]}),
    ],
)
def test_what_the_allow_list_does_not_hold_is_refused(event: str, fields: dict[str, Any]) -> None:
    with pytest.raises(EvidenceError):
        prepare(event, fields, ALLOW)


def test_a_refusal_never_repeats_the_value() -> None:
    with pytest.raises(EvidenceError) as raised:
        prepare("verify", {**VERDICT, "basis": "hunter2 hunter2"}, ALLOW)
    assert "hunter2" not in f"{raised.value}{raised.value.hint}"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(EvidenceError, match="without a zone"):
        prepare("verify", {**VERDICT, "exposure_from": datetime(2026, 1, 1)}, ALLOW)  # noqa: DTZ001


def test_times_are_written_in_utc_with_six_digits() -> None:
    at = datetime(2026, 11, 22, 9, 30, tzinfo=SEOUL)
    fact = {"name": "recording.jobs", "at": at}
    ready = prepare("verify", {**VERDICT, "exposure_from": at, "facts": [fact]}, ALLOW)
    assert ready["exposure_from"] == "2026-11-22T00:30:00.000000Z"
    assert ready["facts"][0]["at"] == "2026-11-22T00:30:00.000000Z"


def test_times_of_footage_are_rounded_to_the_hour_and_our_own_cutoff_is_exact() -> None:
    at = datetime(2026, 11, 22, 9, 31, 12, 345678, tzinfo=UTC)
    fields = {"target": "t", "cutoff": at, "oldest": at, "before": 3, "after": 0, "observed": True}
    ready = prepare("purge", fields, ALLOW)
    assert ("2026-11-22T09:31:12.345678Z", "2026-11-22T09:00:00Z") == (ready["cutoff"], ready["oldest"])
    words = "newest 2026-11-22T09:31:12.5Z, oldest 2026-11-20 08:15"
    told = prepare("observe", {"target": "t", "firmware": words}, ALLOW)
    assert told["firmware"] == "newest 2026-11-22T09:00Z, oldest 2026-11-20 08:00"


@pytest.mark.parametrize(
    "value",
    [
        "rtsp://admin:secret@10.0.0.5/stream",
        "ftp://kim@nas.example.org/",
        "password=hunter2",
        "access_token: abc",
        "김민지 출입문",
        "a\x1b[31mred",
        "line\nbreak",
        base64.b64encode(bytes(300)).decode(),
        base64.b64encode(b"\xff\xd8\xff\xe0" + bytes(90)).decode(),
        base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(90)).decode(),
        (b"\xff\xd8\xff\xe0" + bytes(90)).hex(),
        "x" * 513,
    ],
)
def test_a_device_word_that_could_hold_a_secret_a_name_or_a_picture_becomes_a_pseudonym(value: str) -> None:
    assert prepare("verify", {**VERDICT, "found": value}, ALLOW)["found"] == HIDDEN


def test_plain_words_of_a_device_stay() -> None:
    told = "V5.7.3 build 220315 (mode Active), token=J1"
    assert prepare("observe", {"target": "t", "firmware": told}, ALLOW)["firmware"] == told


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("3 recordings", "3 recordings"),
        ("0 jobs", "0 jobs"),
        ("off", "off"),
        ("saving-off", "saving-off"),
        ("doc-1 sha256:0123456789ab", "doc-1 sha256:0123456789ab"),
        ("storage.edge.off at t-1/1", "storage.edge.off at t-1/1"),
        ("storage.edge.off at t-1/Lobby of Kim", f"storage.edge.off at t-1/{HIDDEN}"),
        ("library of Kim Min-su", HIDDEN),
        ("Kim", HIDDEN),
        ("2 of Kim's cameras", HIDDEN),
    ],
)
def test_what_was_found_is_a_count_a_code_or_a_place(found: str, expected: str) -> None:
    assert expected == prepare("verify", {**VERDICT, "found": found}, ALLOW)["found"]


@pytest.mark.parametrize("value", ["a" * 65, "Kim's camera", "정문", "Kim", "a@b", "x\n"])
def test_a_device_id_that_is_long_or_not_plain_becomes_a_pseudonym(value: str) -> None:
    ready = prepare("apply.intent", {**INTENT, "channel": value, "arguments": {"job": value}}, ALLOW)
    assert (HIDDEN, {"job": HIDDEN}) == (ready["channel"], ready["arguments"])


def test_arguments_of_a_plugins_own_verb_are_written_as_pseudonyms() -> None:
    ready = prepare("apply.intent", {**INTENT, "arguments": {"job": "J1", "shutter": "front"}}, ALLOW)
    assert ready["arguments"] == {"job": "J1", "shutter": HIDDEN}


def test_an_argument_that_is_hidden_is_so_in_the_id_of_its_change_too() -> None:
    assert prepare("apply.intent", INTENT, ALLOW)["change"] == INTENT["change"]
    for change in ("t-1/1:recording.stop(job=Kim's camera)", f"t-1/1:recording.stop(job={'a' * 65})"):
        hidden = prepare("apply.intent", {**INTENT, "change": change}, ALLOW)["change"]
        assert f"t-1/1:recording.stop(job={HIDDEN})" == hidden


def test_a_picture_in_words_of_a_policy_is_refused() -> None:
    picture = base64.b64encode(b"\xff\xd8\xff\xe0" + bytes(90)).decode()
    with pytest.raises(EvidenceError, match="looks like a picture"):
        prepare("verify", {**VERDICT, "required": picture}, ALLOW)


def test_long_lists_are_cut_and_say_so() -> None:
    facts = [{"name": f"fact.{number}"} for number in range(70)]
    ready = prepare("verify", {**VERDICT, "facts": facts}, ALLOW)
    assert (64, 6) == (len(ready["facts"]), ready["facts_left_off"])


def test_no_event_declares_a_field_of_the_envelope() -> None:
    assert {name for shape in EVENTS.values() for name in shape.__struct_fields__} & set(ENVELOPE) == set()


@given(st.text(max_size=700), st.text(max_size=100))
def test_whatever_a_device_says_a_record_can_be_written(found: str, channel: str) -> None:
    ready = prepare("verify", {**VERDICT, "found": found, "channel": channel}, ALLOW)
    assert check_value(ready) == ""
    assert canonical_json(ready).isascii() or found


def test_the_planned_digest_is_the_root_over_sorted_distinct_pairs() -> None:
    first, second = ["cam-1", "p", "r", "a"], ["cam-2", "p", "r", "a"]
    left = leaf_hash(b'["cam-1","p","r","a"]')
    right = leaf_hash(b'["cam-2","p","r","a"]')
    assert planned_digest([second, tuple(first), second]) == node_hash(left, right).hex()
    assert planned_digest([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


FACTS = [
    {"name": "recording.jobs", "target": "t-1", "channel": "1", "layer": "stored"},
    {"target": "t-1", "name": "recording.jobs", "layer": "runtime", "at": "2026-11-22T03:00:00.000000Z"},
]


def test_facts_seen_before_are_written_as_they_were_the_first_time() -> None:
    allow = AllowList(pseudonym)
    for _ in range(3):
        assert FACTS == prepare("verify", {**VERDICT, "facts": FACTS}, allow)["facts"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"target": "t-1", "layer": "stored"}, "lacks name"),
        ({"name": "recording.jobs", "owner": "t-1"}, "has no field owner"),
        ({"name": True, "target": "t-1"}, "facts: Expected `str`, got `bool`"),
        ({"name": "recording.jobs", "layer": "a word of nobody"}, "facts: Expected `str` matching"),
    ],
)
def test_a_wrong_fact_is_refused_whatever_was_seen_before(wrong: dict[str, Any], told: str) -> None:
    allow = AllowList(pseudonym)
    for _ in range(2):
        prepare("verify", {**VERDICT, "facts": FACTS}, allow)
        with pytest.raises(EvidenceError, match=told):
            prepare("verify", {**VERDICT, "facts": [*FACTS, wrong]}, allow)


def test_a_hidden_word_of_a_fact_stays_hidden_and_an_empty_one_is_left_out_each_time() -> None:
    allow = AllowList(pseudonym)
    for _ in range(2):
        prepare("verify", {**VERDICT, "facts": FACTS}, allow)
        hidden = [{"name": "f", "target": "Kim's", "channel": ""}]
        assert [{"name": "f", "target": HIDDEN}] == prepare("verify", {**VERDICT, "facts": hidden}, allow)["facts"]


@pytest.mark.parametrize("value", [1, 0, "true", None, "", 1.0])
def test_only_true_and_false_are_flags(value: object) -> None:
    allow = AllowList(pseudonym)
    for flag in (True, False):
        assert flag is prepare("verify", {**VERDICT, "final": flag}, allow)["final"]
    with pytest.raises(EvidenceError, match="final"):
        prepare("verify", {**VERDICT, "final": value}, allow)
