"""Multicast that is started is AutoStart and is sent again after a restart; what is stopped stays silent."""

from __future__ import annotations

import pytest

PROFILE = "<trt:ProfileToken>profile-1</trt:ProfileToken>"


def state(caller) -> tuple[bool, set[bool]]:
    device = caller.simulator.camera("cam").state
    held = (*device.configuration.encoders, *device.configuration.metadata)
    return caller.simulator.camera("cam").truth.multicasts, {entry.multicast.auto_start for entry in held}


@pytest.mark.parametrize(("operations", "sent"), [(["Start"], True), (["Start", "Stop"], False), (["Stop"], False)])
async def test_auto_start_follows_start_and_stop_and_outlasts_a_restart(run, operations: list[str], sent: bool) -> None:
    async with run({"id": "cam"}) as caller:
        for operation in operations:
            assert (await caller.ask("cam", f"trt:{operation}MulticastStreaming", PROFILE)).fault == ()
        assert state(caller) == (sent, {sent})
        caller.simulator.reboot("cam")
        assert state(caller) == (sent, {sent})


@pytest.mark.parametrize(("operation", "sent"), [("Start", True), ("Stop", False)])
async def test_a_setting_that_did_not_persist_does_not_come_back_over_what_was_started_or_stopped_since(
    run, operation: str, sent: bool
) -> None:
    async with run({"id": "cam"}) as caller:
        device = caller.simulator.camera("cam").state
        # A client set AutoStart without ForcePersistence before: a restart alone would bring back what was there.
        device.volatile_auto_start[device.configuration.profiles[0].video_encoder] = not sent
        await caller.ask("cam", f"trt:{operation}MulticastStreaming", PROFILE)
        caller.simulator.reboot("cam")
        assert state(caller) == (sent, {sent})
