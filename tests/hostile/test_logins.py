"""A camera may ask for a login in any way it likes; it is answered once, by digest, and never tried again."""

from __future__ import annotations

from typing import Any

import pytest
from hostile_camera.login_tricks import LOGIN_CASES
from hostile_camera.ordinary import ordinary
from hostile_camera.server import Camera

from vmsguard.model.vocabulary import Why

PATH = "/onvif/device_service"
SENT = {"host", "user-agent", "accept", "accept-encoding", "content-type", "content-length", "authorization"}
MODES = [
    *((name, "") for name in LOGIN_CASES),
    *((name, mode) for name in ("a new nonce each time", "stale for ever", "Basic") for mode in ("digest", "both")),
]


@pytest.mark.parametrize(("name", "mode"), MODES)
def test_a_challenge_is_answered_once_at_most(scene: Any, name: str, mode: str) -> None:
    case = LOGIN_CASES[name]
    camera = scene.opened(Camera(case.tricks, ordinary))
    outcome = scene.meet(f"{camera.origin}{PATH}", options={"auth": mode} if mode else {})
    assert (case.why, case.detail) == (outcome.seen.why, outcome.seen.detail)
    digests = [asked for asked in camera.asked if "authorization" in asked.headers]
    assert (1 if case.why is Why.AUTH and "Basic" not in name else 0) >= len(digests)
    # One token dated once; where both are configured it goes with the question and with its answer.
    tokens = {asked.body for asked in camera.asked if b"PasswordDigest" in asked.body}
    assert 1 >= (max(len(tokens), len(digests)) if mode == "both" else len(tokens) + len(digests))
    # Nothing that stands in a challenge becomes a header of ours.
    assert set() == {name for asked in camera.asked for name in asked.headers} - SENT
    assert {camera.origin.removeprefix("http://")} == {asked.headers["host"] for asked in camera.asked}
    assert (0, [], scene.ordinary_verdicts) == (scene.lure.connections, scene.sent_in_clear(), outcome.honest)
    assert case.seconds > outcome.seconds
