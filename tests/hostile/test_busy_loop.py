"""Cameras that make us work, all at once: large replies of the worst shape, and the honest one is judged as ever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hostile_camera.ordinary import REPLIES, ordinary, response
from hostile_camera.server import Camera, Trick, says

from vmsguard.model.vocabulary import Why

CAMERAS, SECONDS, MEBIBYTES = 10, 60.0, 400.0
OPENS = {"GetDeviceInformation", "GetUsers"}


def heavy(operation: str) -> Trick:
    """The right answer, with as many elements as one reply may have around it."""
    inner = REPLIES[operation][1].replace("{host}", "h").replace("{port}", "80").replace("{rtsp}", "554")
    ballast = "<tt:Extension>" + "<tt:A b=''/>" * 140_000 + "</tt:Extension>"
    return says(response(operation, inner.replace("</tt:Configuration>", f"{ballast}</tt:Configuration>", 1) + ballast))


def test_the_honest_camera_is_judged_as_ever_while_others_keep_us_busy(scene: Any) -> None:
    tricks: Mapping[str, Trick] = {operation: heavy(operation) for operation in REPLIES if operation not in OPENS}
    cameras = [scene.opened(Camera(tricks, ordinary)) for _ in range(CAMERAS)]
    login = {"read": "secret://env/HOSTILE_LOGIN"}
    scene.install(
        *(
            {"id": f"t-{number}", "url": f"{camera.origin}/onvif/device_service", "login": login}
            for number, camera in enumerate(cameras)
        ),
        deadline=10,
    )
    outcome = scene.run()
    assert scene.ordinary_verdicts == outcome.honest
    assert (True, True) == (SECONDS > outcome.seconds, MEBIBYTES > outcome.mebibytes), (
        outcome.seconds,
        outcome.mebibytes,
    )
    for number in range(CAMERAS):
        seen = outcome.judged.observations[f"t-{number}"].seen
        assert seen.why in (None, Why.UNREACHABLE)


def test_functions_of_many_channels_are_bounded_together(scene: Any) -> None:
    """Thirty channels, each with as many rules as one may have, under the longest names that are read."""
    sources = "".join(f'<trt:VideoSources token="s{number}"/>' for number in range(30))
    profiles = "".join(
        f'<trt:Profiles token="p{n}"><tt:VideoSourceConfiguration token="c{n}"><tt:SourceToken>s{n}</tt:SourceToken>'
        f'</tt:VideoSourceConfiguration><tt:VideoAnalyticsConfiguration token="v{n}"/></trt:Profiles>'
        for n in range(30)
    )
    configurations = "".join(f'<trt:Configurations token="v{number}"/>' for number in range(30))
    rules = "".join(f'<tan:Rule Name="{number:04}{"n" * 500}" Type="x"/>' for number in range(512))
    camera = scene.opened(
        Camera(
            {
                "GetVideoSources": says(response("GetVideoSources", sources)),
                "GetProfiles": says(response("GetProfiles", profiles)),
                "GetVideoAnalyticsConfigurations": says(response("GetVideoAnalyticsConfigurations", configurations)),
                "GetRules": says(response("GetRules", rules)),
            },
            ordinary,
        )
    )
    outcome = scene.meet(f"{camera.origin}/onvif/device_service", limits={"deadline_seconds": 10})
    assert (None, True) == (outcome.seen.why, camera.times("GetRules") >= 30)
    assert (True, True) == (60.0 > outcome.seconds, 400.0 > outcome.mebibytes), (outcome.seconds, outcome.mebibytes)
    assert scene.ordinary_verdicts == outcome.honest
