"""A device that claims to live in the future gets no login that would be good there."""

from __future__ import annotations

import pytest

from vmsguard.errors import GuardTripped

DAY = 86400.0


@pytest.mark.parametrize("offset", [DAY - 60, -400 * DAY])
async def test_a_clock_within_a_day_ahead_or_any_time_behind_is_followed(simulate, offset: float) -> None:
    async with simulate(auth="wsse", clock_offset=offset) as simulated, simulated.session() as session:
        await session.read()


@pytest.mark.parametrize("offset", [DAY + 60, 4000 * DAY])
async def test_no_token_is_dated_more_than_a_day_ahead(simulate, offset: float) -> None:
    async with simulate(auth="wsse", clock_offset=offset) as simulated:
        with pytest.raises(GuardTripped, match="more than a day ahead"):
            async with simulated.session():
                pass
