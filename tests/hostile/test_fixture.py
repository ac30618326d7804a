"""The hostile camera without a trick is an ordinary one, or its tricks would prove nothing."""

from __future__ import annotations

from typing import Any

from hostile_camera.ordinary import ordinary
from hostile_camera.server import Camera


def test_a_camera_without_tricks_is_read_like_any_other(scene: Any) -> None:
    camera = scene.opened(Camera({}, ordinary))
    outcome = scene.meet(f"{camera.origin}/onvif/device_service")
    assert None is outcome.seen.why
    assert "Acme" == outcome.seen.identity.manufacturer
    (jobs,) = outcome.known("recording.jobs")
    assert [("j0", True)] == [(job.id, job.active) for job in jobs.values]
    (recordings,) = outcome.known("footage.recordings")
    assert (2, True) == (len(recordings.values), recordings.complete)
    assert scene.ordinary_verdicts == outcome.honest
    # It was asked with a login, so that what follows can show where logins do not go.
    assert any(b"PasswordDigest" in asked.body for asked in camera.asked)
