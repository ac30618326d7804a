"""Multicast: started and stopped by profile, and told and set as AutoStart in each configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vmsguard.simulator.call import Arguments, Call, schema
from vmsguard.simulator.device_state import Configuration, Device, Multicast, Profile
from vmsguard.simulator.faults import action_refused, invalid_argument
from vmsguard.simulator.job_state import delivers

__all__ = ["AUTO_START_STAYS", "resume_multicast", "set_auto_start", "start_multicast", "stop_multicast"]

AUTO_START_STAYS: Final = "auto-start-stays"
"""A feature: stopping ends what runs, and AutoStart stays set, so that a restart starts it again."""


def _profile(call: Call) -> Profile:
    token = call.arguments.text("ProfileToken")
    for profile in call.device.configuration.profiles:
        if profile.token == token:
            return profile
    raise invalid_argument("NoProfile")


def start_multicast(call: Call) -> str:
    profile = _profile(call)
    if not delivers(profile):
        raise action_refused("IncompleteConfiguration")
    profile.multicasting = True
    _keep(call.device, profile, auto_start=True)
    return ""


def stop_multicast(call: Call) -> str:
    """Succeeds on a stream that was not started, too: the specification says so, hence success proves nothing."""
    profile = _profile(call)
    profile.multicasting = False
    if AUTO_START_STAYS not in call.device.features:
        _keep(call.device, profile, auto_start=False)
    return ""


def _keep(device: Device, profile: Profile, *, auto_start: bool) -> None:
    """Starting and stopping outlast a restart, whatever a change that did not persist had said (Media, multicast)."""
    for token in (profile.video_encoder, profile.audio_encoder, profile.metadata):
        device.volatile_auto_start.pop(token, None)
    for multicast in _of_profile(device.configuration, profile):
        multicast.auto_start = auto_start


def _by_token(have: Configuration) -> dict[str, Multicast]:
    found = {entry.token: entry.multicast for entry in have.encoders}
    found |= {entry.token: entry.multicast for entry in have.audio_encoders}
    return found | {entry.token: entry.multicast for entry in have.metadata}


def _of_profile(have: Configuration, profile: Profile) -> list[Multicast]:
    held = {profile.video_encoder, profile.audio_encoder, profile.metadata}
    return [multicast for token, multicast in _by_token(have).items() if token in held]


def resume_multicast(have: Configuration, volatile: Mapping[str, bool]) -> None:
    """After a restart what has AutoStart set is sent again; ``volatile`` is how it was where that was not kept."""
    for token, multicast in _by_token(have).items():
        multicast.auto_start = volatile.get(token, multicast.auto_start)
    for profile in have.profiles:
        profile.multicasting = any(multicast.auto_start for multicast in _of_profile(have, profile))


def set_auto_start(device: Device, token: str, asked: Arguments) -> None:
    """Follow the AutoStart of a configuration that is sent; what it switches off is not sent any more."""
    have = device.configuration
    _by_token(have)[token].auto_start = asked.child(schema("Multicast")).flag(schema("AutoStart"))
    for profile in have.profiles:
        if token in (profile.video_encoder, profile.audio_encoder, profile.metadata):
            profile.multicasting = any(multicast.auto_start for multicast in _of_profile(have, profile))
