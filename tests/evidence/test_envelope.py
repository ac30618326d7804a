from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from vmsguard.evidence.envelope import Nonces, Timekeeper
from vmsguard.evidence.events import EVENTS
from vmsguard.evidence.record import ENVELOPE, ENVELOPE_MEMBERS


class _Boot:
    """Time since boot that is moved like a clock."""

    def __init__(self) -> None:
        self.ns = 0

    def boottime_ns(self) -> int:
        return self.ns

    def advance(self, seconds: float) -> None:
        self.ns += int(seconds * 1e9)


@pytest.fixture
def boot() -> Any:
    return _Boot()


@pytest.mark.parametrize("micro", [0, 1, 999_999])
def test_the_text_of_a_moment_has_six_digits_within_and_across_seconds(clock: Any, boot: Any, micro: int) -> None:
    time = Timekeeper(clock, boot)
    for _ in range(3):
        clock.wall = clock.wall.replace(microsecond=micro)
        moment = time.next()
        assert clock.wall.isoformat(timespec="microseconds").replace("+00:00", "Z") == moment.ts
        assert int(clock.wall.timestamp()) * 1000 + micro // 1000 == moment.unix_ms
        clock.advance(1)


@pytest.mark.parametrize("step", [61, -61, 86_400, -86_400])
def test_a_step_of_the_wall_clock_is_noticed_once(clock: Any, boot: Any, step: int) -> None:
    time = Timekeeper(clock, boot)
    clock.wall += timedelta(seconds=step)
    time.next()
    assert step * 1000 == time.step_ms
    time.next()
    assert time.step_ms == 0


def test_a_clock_set_back_into_the_very_second_of_the_last_reading_is_noticed(clock: Any, boot: Any) -> None:
    time = Timekeeper(clock, boot)
    clock.seconds += 3600
    boot.advance(3600)
    time.next()
    assert time.step_ms == -3_600_000


def test_a_suspended_machine_is_no_step(clock: Any, boot: Any) -> None:
    time = Timekeeper(clock, boot)
    clock.wall += timedelta(hours=8)
    boot.advance(8 * 3600)
    time.next()
    assert time.step_ms == 0


def test_every_id_is_a_version_7_uuid_of_its_millisecond() -> None:
    nonces = Nonces(lambda count: bytes([255]) * count)
    for unix_ms in (0, 1, 1_795_316_400_123, 1_795_316_400_124):
        identity = UUID(nonces.draw(unix_ms)[0])
        assert (7, "specified in RFC 4122", unix_ms) == (identity.version, identity.variant, identity.int >> 80)


def test_no_field_of_an_event_stands_between_the_members_that_are_written_as_one() -> None:
    assert sorted(ENVELOPE) == list(ENVELOPE)
    block = [name for name in ENVELOPE if name not in ENVELOPE_MEMBERS]
    assert ["salt", "schema", "seq"] == block
    fields = {name for shape in EVENTS.values() for name in shape.__struct_fields__}
    assert [] == [name for name in fields if "run" < name < "seq"]
