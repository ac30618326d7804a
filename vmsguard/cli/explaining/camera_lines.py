"""Why a camera is judged as it is, from the first line to the last, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from vmsguard.cli.explaining.rule_lines import rule_lines
from vmsguard.cli.explaining.scope_lines import reading_lines, scope_lines
from vmsguard.cli.explaining.sentences import Line, Sentences
from vmsguard.engine.why_model import CameraWhy, PackWhy
from vmsguard.policy.plain_words import plain

__all__ = ["camera_lines", "look_line"]


def look_line(targets: int, at: datetime, say: Sentences) -> Line:
    """What was looked at, and that nothing was changed."""
    counted = say.say("no target" if not targets else "one target" if targets == 1 else "targets", targets)
    return Line(0, say.say("looked", counted, f"{at:%Y-%m-%d %H:%M:%S} UTC"))


def camera_lines(why: CameraWhy, say: Sentences) -> Iterator[Line]:
    """One camera: its verdict, and pack by pack and rule by rule why."""
    for target in why.targets:
        if target.reason is not None:
            yield Line(0, say.say("not reached", target.target, say.reason(target.reason).removesuffix(".")))
    yield Line(0, "")
    verdict = say.verdict(why.verdict, why.qualifier)
    yield Line(0, f"{say.say('camera', why.camera, why.site)}: {verdict}", verdict=why.verdict)
    yield Line(1, say.reason(why.reason))
    if not why.packs:
        yield Line(1, say.say("no pack" if why.reason.code == "no-policy" else "none asked"))
    yield from _holds(why, say)
    for pack in why.packs:
        yield Line(0, "")
        yield from _pack(pack, say)
    if why.exceptions:
        yield Line(0, "")
        yield Line(0, say.say("exceptions"))
        for grant in why.exceptions:
            yield Line(1, say.say("grant elsewhere", grant.id, f"{grant.pack}/{grant.rule}"), item=True)


def _holds(why: CameraWhy, say: Sentences) -> Iterator[Line]:
    if not why.holds:
        return
    yield Line(1, say.say("holds"))
    for hold in why.holds:
        review = "" if hold.review_on is None else say.say("hold review", hold.review_on)
        begin, end = say.moment(hold.window_from), say.moment(hold.window_until)
        yield Line(2, say.say("hold", hold.id, begin, end, review), item=True)


def _pack(pack: PackWhy, say: Sentences) -> Iterator[Line]:
    yield Line(0, f"{pack.pack} {pack.version}: {', '.join(_terms(pack, say))}")
    yield Line(1, say.title(pack))
    yield from scope_lines(pack, say)
    yield from reading_lines(pack, say)
    for rule in pack.rules:
        yield Line(0, "")
        yield from rule_lines(rule, say)


def _terms(pack: PackWhy, say: Sentences) -> Sequence[str]:
    if not pack.assignment:
        return [say.say("hypothetical", pack.profile)]
    reading = [say.say("reading", pack.profile)] if pack.profile else []
    return [*reading, say.say("mode", plain(pack.mode, say.lang))]
