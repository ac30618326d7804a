"""A target that answers each request just in time ends after its budget; slow ones do not keep the others waiting."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, cast

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).parent))  # this folder is no package; jumping_loop is

from jumping_loop import run_at_once

from vmsguard.errors import OutOfTime
from vmsguard.model.changes import Change, Permit, Receipt
from vmsguard.model.inventory import Camera, EndpointRef, Inventory, Limits, Target
from vmsguard.model.manifest import Channel, Identity, Manifest, Observation, RequestBound, Scope
from vmsguard.model.vocabulary import Role, Why
from vmsguard.net.permits import PermitOffice
from vmsguard.net.pool import ConnectionPool
from vmsguard.plugin.driver import Driver
from vmsguard.plugin.loader import Registry
from vmsguard.run.channel_limits import MOST_CHANNELS
from vmsguard.run.equipment import Instruments
from vmsguard.run.observe import TargetObservation, observe_targets
from vmsguard.run.slots import Slots
from vmsguard.run.time_budget import LEAST_SECONDS, MOST_SECONDS, session_seconds, time_budget

BOUND = RequestBound(40, 14.0)
JUST_IN_TIME = 9.9
"""Of the ten seconds that a request may take."""
MOST = MOST_CHANNELS[Role.RECORDER]


class Answering(Driver):
    """Lists its channels at once and asks one question for each, which takes as long as the target's options say."""

    name: ClassVar[str] = "answering"
    catalogue: ClassVar[int] = 1
    done_at: ClassVar[dict[str, float]] = {}

    @classmethod
    def manifest(cls, who: Identity | None) -> Manifest:
        return Manifest(driver="answering", product="p", version="1", facts=(), bound=BOUND)

    async def open(self) -> Identity:
        return Identity()

    async def channels(self) -> AsyncIterator[Channel]:
        for number in range(int(self.target.options["channels"])):
            yield Channel(id=str(number))

    async def observe(self, want: Mapping[Scope, frozenset[str]]) -> AsyncIterator[Observation]:
        for _ in want:
            await asyncio.sleep(float(self.target.options["seconds"]))
        self.done_at[self.target.id] = asyncio.get_running_loop().time()
        yield Observation(())

    async def change(self, change: Change, permit: Permit) -> Receipt:
        raise NotImplementedError

    async def close(self) -> None:
        """Nothing to give back."""


class _Registry:
    failures = ()

    def driver_class(self, name: str) -> type[Driver]:
        return Answering


@pytest.fixture
def observe(clock: Any, state: Any, make_target: Any) -> Callable[..., tuple[dict[str, TargetObservation], float]]:
    """Observe these targets, all channels of each, on a loop whose time passes at once."""

    async def blocking(function: Callable[..., Any], /, *args: Any) -> Any:
        return function(*args)

    def run(options: Mapping[str, Mapping[str, str]], *, places: int = 128, **limits: Any) -> Any:
        targets = {name: _target(make_target(name, ""), told, **limits) for name, told in options.items()}
        cameras = {
            f"cam-{name}": Camera(id=f"cam-{name}", site="s", endpoints=(EndpointRef(name, ("all",)),))
            for name in targets
        }

        async def job() -> dict[str, TargetObservation]:
            async with ConnectionPool() as pool:
                equipment = Instruments(
                    clock=clock,
                    random=random.Random(1),
                    registry=cast(Registry, _Registry()),
                    pool=pool,
                    login=lambda reference: None,
                    state=state,
                    permits=PermitOffice(clock),
                    run_blocking=blocking,
                    sleep=asyncio.sleep,
                    log=structlog.get_logger("test"),
                    in_flight=places,
                )
                return await observe_targets(targets.values(), Inventory(targets, cameras), frozenset(), {}, equipment)

        Answering.done_at.clear()
        return run_at_once(job())

    return run


def _target(made: Target, told: Mapping[str, str], **limits: Any) -> Target:
    return replace(made, role=Role.RECORDER, options=dict(told), limits=Limits(**limits))


def camera(channels: int, seconds: float) -> Mapping[str, str]:
    return {"channels": str(channels), "seconds": str(seconds)}


def test_thousands_of_channels_answered_just_in_time_end_after_two_hours(observe: Any) -> None:
    # By the deadlines of its requests alone it could hold its place for a week.
    found, seconds = observe({"t": camera(MOST, JUST_IN_TIME)})
    assert (Why.OUT_OF_TIME, "session: not read within 7200 s as a whole") == (
        found["t"].seen.why,
        found["t"].seen.detail,
    )
    assert MOST_SECONDS == pytest.approx(seconds, abs=1)
    assert {} == found["t"].facts


def test_a_camera_that_takes_its_time_is_read_all_the_same(observe: Any) -> None:
    found, seconds = observe({"t": camera(4, JUST_IN_TIME)})
    assert (None, True) == (found["t"].seen.why, seconds < 60)


def test_the_inventory_may_allow_less_or_more(observe: Any) -> None:
    shorter, seconds = observe({"t": camera(4, JUST_IN_TIME)}, session_seconds=20.0)
    assert (Why.OUT_OF_TIME, 20) == (shorter["t"].seen.why, round(seconds))
    longer, seconds = observe({"t": camera(1000, JUST_IN_TIME)}, session_seconds=12000.0)
    assert (None, True) == (longer["t"].seen.why, seconds > MOST_SECONDS)


def test_slow_targets_do_not_keep_the_others_waiting(observe: Any) -> None:
    slow = {f"a-slow-{number:02}": camera(MOST, JUST_IN_TIME) for number in range(20)}
    good = {f"b-good-{number:03}": camera(1, 0.5) for number in range(300)}
    found, seconds = observe({**slow, **good}, places=20)
    # The slow ones come first and take every place there is; after half a minute they have made room.
    assert {Why.OUT_OF_TIME} == {found[name].seen.why for name in slow}
    assert {None} == {found[name].seen.why for name in good}
    assert MOST_SECONDS == pytest.approx(seconds, abs=60)
    assert 60 > max(Answering.done_at[name] for name in good)


def test_more_slow_targets_than_there_are_places_aside_still_end(observe: Any) -> None:
    slow = {f"a-slow-{number}": camera(MOST, JUST_IN_TIME) for number in range(10)}
    found, seconds = observe({**slow, "b-good": camera(1, 0.5)}, places=2, session_seconds=100.0)
    assert {Why.OUT_OF_TIME} == {found[name].seen.why for name in slow}
    assert (None, True) == (found["b-good"].seen.why, seconds < 500)


def test_a_time_limit_of_the_driver_s_own_is_not_taken_for_ours(make_target: Any) -> None:
    async def job() -> None:
        async with time_budget(make_target("t"), BOUND):
            raise TimeoutError

    with pytest.raises(TimeoutError):
        run_at_once(job())


def test_the_budget_counts_from_the_beginning_and_only_grows(make_target: Any) -> None:
    async def job() -> None:
        async with time_budget(make_target("t"), BOUND) as budget:
            await asyncio.sleep(100)
            budget.allow(BOUND, 50)
            budget.allow(BOUND, 0)
            await asyncio.sleep(100_000)

    async def ended() -> str:
        with pytest.raises(OutOfTime) as told:
            await job()
        return str(told.value)

    told, seconds = run_at_once(ended())
    expected = (40 + 14 * 50) * (0.5 + 2.5)
    assert (expected, True) == (pytest.approx(seconds, abs=0.1), f"within {expected:g} s" in told)


@given(st.floats(0.1, 1000), st.floats(0.1, 300), st.integers(0, 100), st.floats(0, 50), st.integers(0, 4096))
def test_every_budget_is_bounded_and_grows_with_the_channels(
    rate: float, deadline: float, base: int, each: float, channels: int
) -> None:
    limits, bound = Limits(requests_per_second=rate, deadline_seconds=deadline), RequestBound(base, each)
    found = session_seconds(limits, bound, channels)
    assert LEAST_SECONDS <= found <= MOST_SECONDS
    assert found >= min(3 * deadline, MOST_SECONDS)
    assert session_seconds(limits, bound, channels + 1) >= found


def test_a_place_is_given_back_once_however_it_was_left() -> None:
    async def job() -> list[int]:
        slots, at_once, most = Slots(2, patience=5.0), 0, []

        async def held(seconds: float) -> None:
            nonlocal at_once
            async with slots.held():
                at_once += 1
                most.append(at_once)
                try:
                    await asyncio.sleep(seconds)
                finally:
                    at_once -= 1

        jobs = [asyncio.ensure_future(held(seconds)) for seconds in (60.0, 1.0, 60.0, 1.0, 60.0, 60.0, 60.0, 1.0)]
        await asyncio.sleep(3)
        jobs[2].cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
        await asyncio.gather(*(held(1.0) for _ in range(10)))
        return most

    most, _ = run_at_once(job())
    # Two places and two aside; and when all is over, two at once as in the beginning.
    assert (4, 2) == (max(most[:8]), max(most[8:]))
