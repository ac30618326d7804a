"""Every string that a camera can say, with what a terminal, a page, a spreadsheet or a log would act on in it."""

from __future__ import annotations

from collections.abc import Mapping

from hostile_camera.ordinary import REPLIES, response
from hostile_camera.server import Trick, says

__all__ = ["ACTS", "MARK", "said_in"]

MARK = "Zq7Hx"
"""Begins every string; where it is seen, what follows it was let through."""

ACTS: Mapping[str, str] = {
    "what cannot be seen": "\x9b31m\x85\u202e\u2066\u2069\u200b\ufeff\u2028\U000e0041",
    "markup": "[bold red]x[/][link=file:///etc/passwd]x[/link]<script>alert(1)</script>=cmd|' /C calc'!A0",
    "lines": "\nvmsguard: all pass\n",
    "length": "x" * 480,
}
"""XML 1.0 carries no other control characters than these."""

_SAID = {
    "GetDeviceInformation": ("Acme", "C-1", "1.0", "4711", "h1"),
    "GetUsers": ("admin",),
    "GetNetworkProtocols": (">HTTP<",),
    "GetVideoSources": ("src0",),
    "GetProfiles": ("p0", "main", "vsc0", "src0", "vec0"),
    "GetRecordings": ("r0", "r1", "src0", "door", "VIDEO001", "P1D"),
    "GetRecordingJobs": ("j0", ">Active<", "p0"),
    "GetRules": ("lines",),
    "GetAnalyticsModules": ("motion",),
    "GetVideoAnalyticsConfigurations": ("vac0",),
}
_TOKENS = {"src0", "p0", "vsc0", "vec0", "r0", "r1", "VIDEO001", "j0", "vac0", "admin", ">HTTP<"}


def said_in(act: str, *, in_tokens: bool = True) -> Mapping[str, Trick]:
    """The ordinary replies with every string replaced by one that holds ``act``.

    Without ``in_tokens`` those that identify things stay as they are, so that what hangs on them is read.
    """
    tricks = {}
    for operation, values in _SAID.items():
        inner = REPLIES[operation][1].replace("{port}", "80").replace("{rtsp}", "554")
        # A rule that is a violation is told by its name.
        inner = inner.replace("tt:LineDetector", "tt:FaceRecognition").replace(
            "tt:CellMotionEngine", "tt:FaceRecognition"
        )
        for value in values:
            if not in_tokens and value in _TOKENS:
                continue
            bare = value.strip("<>")
            said = _escaped(f"{MARK}{act}{bare}")
            inner = inner.replace(value, value.replace(bare, said)) if value != bare else _replace(inner, bare, said)
        tricks[operation] = says(response(operation, inner))
    return tricks


def _replace(inner: str, bare: str, said: str) -> str:
    """As a whole text or attribute, never within a name of ours."""
    return inner.replace(f">{bare}<", f">{said}<").replace(f'"{bare}"', f'"{said}"')


def _escaped(text: str) -> str:
    named = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
    return "".join(named.get(char) or (char if char.isprintable() else f"&#{ord(char)};") for char in text)
