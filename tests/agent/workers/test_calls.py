"""Every method of the state is either on the line, in the worker or the agent's alone, and says there what it means."""

from __future__ import annotations

import collections.abc
import enum
import inspect
import types
import typing
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from vmsguard.agent.workers.calls import AGENT_ONLY, IN_THE_WORKER, LEASES, READS, WRITES, state_call
from vmsguard.agent.workers.frames import encode
from vmsguard.agent.workers.remote_state import RemoteState
from vmsguard.errors import NotForWorkers
from vmsguard.state.store import State

KINDS = (READS, WRITES, LEASES, IN_THE_WORKER, AGENT_ONLY)
FORWARDED = sorted(READS | WRITES | LEASES)


def test_every_public_name_of_the_state_is_of_exactly_one_kind() -> None:
    public = {name for name in dir(State) if not name.startswith("_")}
    assert public == set().union(*KINDS)
    assert len(public) == sum(len(kind) for kind in KINDS)


def test_what_writes_is_not_among_what_is_read() -> None:
    writing = {name for name in READS if "_database.write()" in inspect.getsource(getattr(State, name))}
    assert set() == writing


@pytest.mark.parametrize("name", sorted(AGENT_ONLY - {"open", "where"}))
def test_what_is_the_agents_alone_goes_nowhere(name: str) -> None:
    remote = RemoteState.__new__(RemoteState)  # without a line: nothing may ask for one
    with pytest.raises(NotForWorkers):
        getattr(remote, name)()


def test_where_the_state_is_is_the_agents_too() -> None:
    remote = RemoteState.__new__(RemoteState)
    with pytest.raises(NotForWorkers):
        assert remote.where


_FROM, _TO = datetime(2000, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001 - Hypothesis wants them without a zone
TIMES = st.datetimes(_FROM, _TO, timezones=st.just(UTC))
PLAIN: dict[Any, SearchStrategy[Any]] = {
    str: st.text(max_size=8),
    int: st.integers(-(2**40), 2**40),
    bool: st.booleans(),
    float: st.floats(allow_nan=False),
    bytes: st.binary(max_size=8),
    datetime: TIMES,
    date: st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    timedelta: st.timedeltas(timedelta(), timedelta(days=1000)),
    type(None): st.none(),
}


def values(kind: Any) -> SearchStrategy[Any]:
    """Values of a type as the state's methods have them."""
    if kind in PLAIN:
        return PLAIN[kind]
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*map(values, inner))
    if origin is tuple and inner[1:] != (...,):
        return st.tuples(*map(values, inner))
    if origin in (tuple, collections.abc.Iterable, collections.abc.Collection, collections.abc.Sequence):
        return st.lists(values(inner[0]), max_size=3).map(tuple)
    if origin is frozenset:
        return st.frozensets(values(inner[0]), max_size=3)
    if origin in (dict, collections.abc.Mapping):
        return st.dictionaries(values(inner[0]), values(inner[1]), max_size=3)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return st.sampled_from(list(kind))
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return st.builds(kind, **{one.name: values(one.type) for one in msgspec.structs.fields(kind)})
    raise AssertionError(f"no values for {kind}")


def plain(value: Any) -> Any:
    """Whatever a sequence became on its way."""
    if isinstance(value, list | tuple):
        return tuple(map(plain, value))
    return value


@pytest.mark.parametrize("name", FORWARDED)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_arguments_and_answers_arrive_as_they_were_sent(name: str, data: st.DataObject) -> None:
    call = state_call(name)
    hints = typing.get_type_hints(getattr(State, name))
    back = hints.pop("return")
    given_values = {one: data.draw(values(kind), label=one) for one, kind in hints.items()}
    arrived = call.questions.decode(call.encode_arguments((), given_values))
    assert {one: plain(value) for one, value in given_values.items()} == {
        one: plain(getattr(arrived, one)) for one in given_values
    }
    answer = data.draw(values(back), label="answer")
    assert plain(answer) == plain(call.answers.decode(encode(answer)))


def test_views_and_generators_go_as_lists() -> None:
    call = state_call("standings")
    assert call.encode_arguments((), {"among": {"a": 1}.keys()}) == call.encode_arguments((), {"among": ("a",)})
    woken = state_call("wake_work")
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert woken.encode_arguments(((one for one in "ab"), now), {}) == woken.encode_arguments((("a", "b"), now), {})
