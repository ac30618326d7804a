"""Lists that are too long, cut off, or full of values that nothing can hold; the target itself is read all the same."""

from __future__ import annotations

from collections.abc import Mapping

from hostile_camera.case import Case
from hostile_camera.ordinary import REPLIES, response
from hostile_camera.server import Trick, says
from vmsguard.model.vocabulary import Why

__all__ = ["LIST_CASES"]

PROTOCOL = Why.PROTOCOL
DIGITS = "9" * 5_000


def instead(operation: str, old: str, new: str) -> Mapping[str, Trick]:
    """The ordinary reply with one value replaced."""
    inner = REPLIES[operation][1]
    assert old in inner
    return {operation: says(response(operation, inner.replace(old, new).replace("{", "").replace("}", "")))}


def profiles(count: int) -> Mapping[str, Trick]:
    return {
        "GetProfiles": says(
            lambda: response("GetProfiles", "".join(f'<trt:Profiles token="p{n}" fixed="true"/>' for n in range(count)))
        )
    }


def recordings(count: int) -> Mapping[str, Trick]:
    item = "<trc:RecordingItem><tt:RecordingToken>r{}</tt:RecordingToken><tt:Configuration/></trc:RecordingItem>"
    return {"GetRecordings": says(lambda: response("GetRecordings", "".join(item.format(n) for n in range(count))))}


JOBS: Mapping[str, Why] = {"recording.jobs": PROTOCOL}
FOOTAGE: Mapping[str, Why] = {"footage.recordings": PROTOCOL}

CLOCK = (
    "<tds:SystemDateAndTime><tt:UTCDateTime><tt:Time><tt:Hour>0</tt:Hour><tt:Minute>0</tt:Minute><tt:Second>0"
    f"</tt:Second></tt:Time><tt:Date><tt:Year>{DIGITS[:4000]}</tt:Year><tt:Month>1</tt:Month><tt:Day>1</tt:Day>"
    "</tt:Date></tt:UTCDateTime></tds:SystemDateAndTime>"
)
LIST_CASES: Mapping[str, Case] = {
    "100,000 profiles": Case(profiles(100_000), incomplete=["stream.services"]),
    "30,000 profiles": Case(profiles(30_000), incomplete=["stream.services"]),
    "20,000 recordings": Case(recordings(20_000), facts=FOOTAGE),
    "a job token of 10,000 characters": Case(instead("GetRecordingJobs", ">j0<", f">{'j' * 4000}<"), facts=JOBS),
    "a job token that turns text around": Case(instead("GetRecordingJobs", ">j0<", ">j&#x202e;0<"), facts=JOBS),
    "a job token in two lines": Case(instead("GetRecordingJobs", ">j0<", ">j&#10;0<"), facts=JOBS),
    "a job token that moves the cursor": Case(instead("GetRecordingJobs", ">j0<", ">j&#x9b;2J0<"), facts=JOBS),
    "a port of 5,000 digits": Case(instead("GetNetworkProtocols", "{rtsp}", DIGITS), incomplete=["stream.services"]),
    "a port of 10 to the 300": Case(instead("GetNetworkProtocols", "{rtsp}", "1e300")),
    "a retention of 5,000 digits": Case(instead("GetRecordings", "P1D", f"P{DIGITS[:4000]}D")),
    "a retention of ten billion years": Case(instead("GetRecordings", "P1D", "P9999999999Y")),
    "footage of the year 0": Case(instead("GetRecordingInformation", "2026-11-01T00:00:00Z", "0000-01-01T00:00:00Z")),
    "footage before time": Case(
        instead("GetRecordingInformation", "2026-11-01T00:00:00Z", "0001-01-01T00:00:00+14:00")
    ),
    "footage of the year 99999": Case(
        instead("GetRecordingInformation", "2026-11-02T00:00:00Z", "99999-01-01T00:00:00Z")
    ),
    "a clock of 5,000 digits": Case(
        {"GetSystemDateAndTime": says(response("GetSystemDateAndTime", CLOCK))},
    ),
}
