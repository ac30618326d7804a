"""Values that nothing should act on: lists without end, tokens that are paths or commands, times that are none."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hostile_camera.case import Case
from hostile_camera.list_tricks import FOOTAGE, JOBS, instead
from hostile_camera.ordinary import REPLIES, response
from hostile_camera.server import Trick, says
from vmsguard.model.vocabulary import Why

__all__ = ["TOKENS", "VALUE_CASES"]

PROTOCOL = Why.PROTOCOL
MILLION = 1_000_000
TOO_MANY = 80_000
"""Items that 8 MB and our limit on tags leave room for, more than twenty times what a list may hold."""

JOB = REPLIES["GetRecordingJobs"][1]


def listed(operation: str, item: str, count: int) -> Mapping[str, Trick]:
    """The item that many times, each with a number of its own."""
    return {operation: says(lambda: response(operation, "".join(item.replace("#", str(n)) for n in range(count))))}


def first_of(operation: str, change: Callable[[str], str]) -> Mapping[str, Trick]:
    return {operation: says(response(operation, change(REPLIES[operation][1])))}


TOKENS: Mapping[str, str] = {
    "a path upwards": "../../../../etc/passwd",
    "an absolute path": "/etc/shadow",
    "a path of Windows": "C:\\windows\\system32",
    "a command": "$(reboot);`id`|nc 127.0.0.2 9&amp;",
    "a formula": "=cmd|' /C calc'!A0",
    "markup": "&lt;script&gt;alert(1)&lt;/script&gt;&amp;lt;/trc:JobToken&amp;gt;",
    "markup that closes the question": "&lt;/tt:Token&gt;&lt;x/&gt;",
    "a format": "%s%n{0}{0.__class__}",
    "a template": "{{7*7}}${7*7}#{7*7}",
    "an option": "--config=/etc/passwd",
    "a query": "x' OR '1'='1",
    "a name of ours": "all",
    "512 characters": "t" * 512,
}

VALUE_CASES: Mapping[str, Case] = {
    "a million recordings": Case(
        listed("GetRecordings", "<trc:RecordingItem/>", MILLION),
        facts={"footage.recordings": Why.UNREACHABLE},
        mebibytes=80.0,
    ),
    "80,000 recordings": Case(
        listed(
            "GetRecordings",
            "<trc:RecordingItem><tt:RecordingToken>r#</tt:RecordingToken></trc:RecordingItem>",
            TOO_MANY // 2,
        ),
        facts=FOOTAGE,
    ),
    "80,000 jobs": Case(
        listed("GetRecordingJobs", "<trc:JobItem><tt:JobToken>j#</tt:JobToken></trc:JobItem>", TOO_MANY // 2),
        facts=JOBS,
    ),
    "80,000 profiles": Case(
        listed("GetProfiles", '<trt:Profiles token="p#"/>', TOO_MANY), incomplete=["stream.services"]
    ),
    "80,000 rules": Case(
        listed("GetRules", '<tan:Rule Name="r#" Type="x"/>', TOO_MANY),
        incomplete=["analytics.functions"],
        mebibytes=80.0,
    ),
    "80,000 accounts": Case(
        listed("GetUsers", "<tds:User><tt:Username>u#</tt:Username></tds:User>", TOO_MANY // 2),
        facts={"access.accounts": PROTOCOL},
    ),
    "80,000 protocols": Case(
        listed("GetNetworkProtocols", "<tds:NetworkProtocols><tt:Name>N#</tt:Name></tds:NetworkProtocols>", 40_000),
        incomplete=["stream.services"],
    ),
    "80,000 ports of one protocol": Case(
        first_of(
            "GetNetworkProtocols",
            lambda inner: inner.replace("<tt:Port>{rtsp}</tt:Port>", "<tt:Port>1</tt:Port>" * TOO_MANY).replace(
                "{port}", "80"
            ),
        ),
    ),
    "4,096 sources, each with facts of its own": Case(
        listed("GetVideoSources", '<trt:VideoSources token="s#"/>', 4_096),
        PROTOCOL,
        "channels: lists 4097 channels; a device has 256 at most",
    ),
    "255 sources, each with facts of its own": Case(
        listed("GetVideoSources", '<trt:VideoSources token="s#"/>', 255), seconds=20.0, mebibytes=64.0
    ),
    "a source that is called as all of them are": Case(
        listed("GetVideoSources", '<trt:VideoSources token="*"/>', 1),
        PROTOCOL,
        "channels: a channel is called by the word for the target as a whole",
    ),
    "a token of a million characters": Case(instead("GetRecordingJobs", ">j0<", f">{'j' * MILLION}<"), facts=JOBS),
    "a job without a token": Case(instead("GetRecordingJobs", ">j0<", "><"), facts=JOBS),
    "a job twice, off and on": Case(
        {"GetRecordingJobs": says(response("GetRecordingJobs", JOB.replace(">Active<", ">Idle<") + JOB))}
    ),
    "a job twice, on and off": Case(
        {"GetRecordingJobs": says(response("GetRecordingJobs", JOB + JOB.replace(">Active<", ">Idle<")))}
    ),
    "a mode twice in one job": Case(
        instead("GetRecordingJobs", "<tt:Mode>Active</tt:Mode>", "<tt:Mode>Idle</tt:Mode><tt:Mode>Active</tt:Mode>")
    ),
    "a mode nobody has": Case(instead("GetRecordingJobs", ">Active<", ">Sleeping<")),
    "a priority that is no number": Case(instead("GetRecordingJobs", ">1</tt:Priority>", ">NaN</tt:Priority>")),
    "a priority of a million digits": Case(
        instead("GetRecordingJobs", ">1</tt:Priority>", f">{'9' * MILLION}</tt:Priority>")
    ),
    "a retention that is negative": Case(instead("GetRecordings", "P1D", "-P1D")),
    "a retention that is no number": Case(instead("GetRecordings", "P1D", "PNaND")),
    "a retention of a million digits": Case(instead("GetRecordings", "P1D", f"P{'9' * MILLION}D"), facts=FOOTAGE),
    "a retention without end": Case(instead("GetRecordings", "P1D", "PT1E400S")),
    "footage that ends before it begins": Case(
        instead("GetRecordingInformation", "2026-11-02T00:00:00Z", "1970-01-01T00:00:00Z")
    ),
    "footage of 31 February": Case(instead("GetRecordingInformation", "2026-11-02T00:00:00Z", "2026-02-31T25:61:61Z")),
    "footage of no moment": Case(instead("GetRecordingInformation", "2026-11-02T00:00:00Z", "NaN")),
    "a port below zero": Case(instead("GetNetworkProtocols", "{rtsp}", "-1")),
    "a port that is no number": Case(instead("GetNetworkProtocols", "{rtsp}", "NaN")),
    **{
        f"a token that is {what}": Case(instead("GetRecordingJobs", ">j0<", f">{token}<"))
        for what, token in TOKENS.items()
    },
    **{
        f"a source that is {what}": Case(
            {
                name: says(
                    response(
                        name, REPLIES[name][1].replace("src0", token.replace('"', "&quot;").replace("'", "&apos;"))
                    )
                )
                for name in ("GetVideoSources", "GetProfiles")
            }
        )
        for what, token in TOKENS.items()
    },
}
