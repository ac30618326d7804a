"""A target that lists more channels than there are, or one with the name of all of them, is not read at all."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from vmsguard.errors import ProtocolViolation
from vmsguard.model.manifest import Channel
from vmsguard.model.vocabulary import Role
from vmsguard.run.channel_limits import MOST_CHANNELS, believable_channels


def channels(count: int) -> list[Channel]:
    return [Channel(id=str(number)) for number in range(count)]


@pytest.mark.parametrize("role", [Role.DEVICE, Role.RECORDER, Role.RELAY])
def test_as_many_as_such_a_target_may_have_are_believed(make_target: Any, role: Role) -> None:
    target, most = replace(make_target("t"), role=role), MOST_CHANNELS[role]
    believable_channels(target, channels(most))
    with pytest.raises(ProtocolViolation, match=f"lists {most + 1} channels"):
        believable_channels(target, channels(most + 1))


def test_no_channel_is_called_as_the_target_is(make_target: Any) -> None:
    with pytest.raises(ProtocolViolation, match="the word for the target as a whole"):
        believable_channels(make_target("t"), [*channels(1), Channel(id="*")])
