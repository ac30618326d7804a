from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vmsguard.agent.execution.tasks import TaskRef
from vmsguard.agent.jetstream.subjects import consumer_of, decode_task, encode_task, site_subject, subject_of

NAMES = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9_.:/-]{0,127}\Z") | st.text(min_size=1, max_size=40)
TASKS = st.builds(TaskRef, NAMES, NAMES, st.sampled_from(["due", "watch"]), st.integers(0, 9))


def test_a_name_is_one_token() -> None:
    assert "vmsguard.work.hq.t%2Ecam%2F1.due" == subject_of(TaskRef("hq", "t.cam/1"))
    assert "vmsguard.work.hq%2Eeast.>" == site_subject("hq.east")


@given(TASKS, TASKS)
def test_different_tasks_never_share_a_subject(one: TaskRef, other: TaskRef) -> None:
    assert (one.key == other.key) == (subject_of(one) == subject_of(other))


@given(TASKS)
def test_a_subject_has_five_tokens_and_no_wildcard(ref: TaskRef) -> None:
    subject = subject_of(ref)
    assert 5 == len(subject.split("."))
    assert not set("*> \t\r\n") & set(subject)


@given(NAMES, NAMES)
def test_sites_never_share_a_consumer(one: str, other: str) -> None:
    assert (one == other) == (consumer_of(one) == consumer_of(other))


@given(TASKS)
def test_a_task_comes_back_as_it_went(ref: TaskRef) -> None:
    assert ref == decode_task(subject_of(ref), encode_task(ref))


@given(TASKS, TASKS)
def test_a_task_on_another_ones_subject_is_none(one: TaskRef, other: TaskRef) -> None:
    told = decode_task(subject_of(one), encode_task(other))
    assert (other if one.key == other.key else None) == told


@given(st.binary(max_size=200))
def test_anything_else_is_none(payload: bytes) -> None:
    decode_task("vmsguard.work.a.b.due", payload)
