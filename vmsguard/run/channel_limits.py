"""How many channels a target may list, and which names they may not have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vmsguard.errors import ProtocolViolation
from vmsguard.model.inventory import Target
from vmsguard.model.manifest import Channel
from vmsguard.model.vocabulary import WHOLE, Role

__all__ = ["MOST_CHANNELS", "believable_channels"]

MOST_CHANNELS: Mapping[Role, int] = {Role.DEVICE: 256, Role.RECORDER: 2048, Role.RELAY: 2048}
"""Facts of a channel take eighty kilobytes and its verdicts as much again, of a few bytes that a device says of it.
Cameras have four sensors and encoders sixty-four inputs; the largest recorders take a thousand streams."""


def believable_channels(target: Target, listed: Sequence[Channel]) -> None:
    """Raise ``ProtocolViolation`` for more channels than such a target has, or for one called as all of them are."""
    most = MOST_CHANNELS.get(target.role, MOST_CHANNELS[Role.DEVICE])
    if len(listed) > most:
        raise ProtocolViolation(
            target.id,
            "channels",
            f"lists {len(listed)} channels; a {target.role.value} has {most} at most",
            hint="If it is a recorder, enrol it with role: recorder.",
        )
    if any(channel.id == WHOLE for channel in listed):
        raise ProtocolViolation(target.id, "channels", "a channel is called by the word for the target as a whole")
