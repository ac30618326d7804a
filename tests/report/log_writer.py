"""Writes evidence logs as runs write them, from plain words: what the report's tests read back.

``write_fleet`` makes a log of many cameras from a seed, with everything a report tells of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, NamedTuple, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from vmsguard.evidence.disk import Disk
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog, Pace
from vmsguard.evidence.record import planned_digest

__all__ = ["ORIGIN", "PACK", "START", "LogWriter", "OwnClock", "Said", "write_fleet"]

ORIGIN = "vmsguard.example.org/seoul-hq"
START = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
PACK = "kr-pipc-thermal-2020"
RULES = {
    "saving-off": ("Saving is switched off", "critical", ("storage.edge.off", "storage.residue.empty")),
    "sending-off": ("Sending is switched off", "critical", ("transmission.stream.off", "transmission.push.off")),
    "subject-requests": ("People can ask what is stored of them", "medium", ("documents.subject_request_process",)),
}


class OwnClock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime = START) -> None:
        self.wall = at

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return (self.wall - START).total_seconds() + 1_000

    def advance(self, **span: float) -> None:
        self.wall += timedelta(**span)


class _Disk(Disk):
    """The real file system, with a boot that is as old as the clock says and records that are the same each time."""

    def __init__(self, clock: OwnClock) -> None:
        self._clock = clock
        self._random = Random(0)

    def boottime_ns(self) -> int:
        return int(self._clock.monotonic() * 1e9)

    def boot_id(self) -> str:
        return "boot-1"

    def random_bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def datasync(self, descriptor: int) -> None:
        """Nothing here outlives the test."""


class Said(Struct, frozen=True, kw_only=True):
    """One verdict of a rule on a camera, in the words of the log; a camera's own is the worst of its rules'."""

    camera: str
    rule: str = "saving-off"
    pack: str = PACK
    site: str = "seoul-hq"
    verdict: str = "pass"
    qualifier: str = "direct"
    why: str = ""
    reason: str = ""
    remediation: str = "none"
    exposure_from: datetime | None = None
    exposure_to: datetime | None = None
    controls: tuple[tuple[str, str, str], ...] = ()
    """Control, endpoint and verdict of what lies under the rule."""


_WORST = ("conflict", "fail", "unknown", "pass", "not_applicable")
_REASON = {"pass": "direct", "fail": "offender", "unknown": "unreachable", "conflict": "conflict"}


class LogWriter:
    """A log under a key of its own; a run takes a second of the clock."""

    def __init__(
        self, directory: Path, *, origin: str = ORIGIN, clock: OwnClock | None = None, pace: Pace | None = None
    ) -> None:
        self.directory = directory
        self.clock = clock or OwnClock()
        self.key = SigningKey(origin, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
        disk = _Disk(self.clock)
        self.log = EvidenceLog.open(directory, origin=origin, key=self.key, clock=self.clock, disk=disk, pace=pace)
        self._runs = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.log.close()

    @property
    def trust_text(self) -> str:
        return f"log {self.key.vkey}\nquorum none\n"

    def run(
        self,
        said: Sequence[Said],
        *,
        command: str = "check",
        limited: bool = False,
        left_out: Iterable[str] = (),
        without_policy: Sequence[str] = (),
        scope: bool = True,
        policies: bool = True,
        unreachable: Iterable[str] = (),
        findings: Iterable[tuple[str, str]] = (),
        plugins: Iterable[str] = (),
        ends: bool = True,
    ) -> str:
        """One run that judges ``said`` and nothing else; its id."""
        self._runs += 1
        run = f"run-{self.clock.wall:%Y%m%dT%H%M%S}-{self._runs:08x}"
        by_camera: dict[str, list[Said]] = {camera: [] for camera in without_policy}
        for one in said:
            by_camera.setdefault(one.camera, []).append(one)
        self._plan(run, command, by_camera)
        if scope:
            self.log.append(
                "run.scope",
                run=run,
                cameras=len(by_camera) + len(list(left_out)),
                judged=len(by_camera),
                sites=sorted({one.site for one in said}),
                limited=limited,
                left_out=sorted(left_out),
                without_policy=sorted(without_policy),
            )
        if policies:
            self._policies(run, said)
        silent = frozenset(unreachable)
        sites = {place.partition("/")[0]: one.site for one in said for _, place, _ in one.controls if place}
        for target, site in sorted(sites.items()):
            if target in silent:
                self.log.append("device.unreachable", run=run, target=target, site=site, why="unreachable")
            else:
                self.log.append("observe", run=run, target=target, site=site, vendor="Acme", model="C1", facts=12)
        for plugin in plugins:
            self.log.append("plugin.failed", run=run, plugin=plugin, error="ImportError")
        for code, subject in findings:
            self.log.append("finding", run=run, code=code, subject=subject)
        self.clock.advance(seconds=1)
        counts: Counter[str] = Counter()
        for camera, rules in by_camera.items():
            for one in rules:
                self._verdict(run, one)
                counts[one.verdict] += 1
            counts[self._camera(run, camera, rules)] += 1
        if ends:
            self.log.append("run.ended", run=run, durable=True, verdicts=dict(sorted(counts.items())), exit=0)
            self.log.checkpoint()
        return run

    def _plan(self, run: str, command: str, by_camera: dict[str, list[Said]]) -> None:
        pairs = [[one.camera, one.pack, one.rule, ""] for judged in by_camera.values() for one in judged]
        pairs += [[camera, "", "", ""] for camera in by_camera]
        self.log.append(
            "run.planned", run=run, pairs=len(pairs), digest=planned_digest(pairs), command=command, mode="audit"
        )

    def _policies(self, run: str, said: Sequence[Said]) -> None:
        rules = sorted({(one.pack, one.rule) for one in said})
        sites = sorted({one.site for one in said})
        for pack in sorted({pack for pack, _ in rules}):
            self.log.append(
                "policy.applied",
                run=run,
                pack=pack,
                version="1.0.0",
                sha256="ab" * 32,
                title=f"Title of {pack}",
                mode="enforce",
                sites=sites,
                reviewed_next="2027-03-09",
            )
        for pack, rule in rules:
            title, severity, controls = RULES.get(rule, (rule, "high", ()))
            self.log.append(
                "rule.applied",
                run=run,
                pack=pack,
                rule=rule,
                title=title,
                severity=severity,
                clause="pipc-2020 K3-K6",
                source="pipc-2020",
                source_title="PIPC rules for face-capturing thermal cameras",
                force="regulator-rule",
                controls=list(controls),
            )

    def _verdict(self, run: str, one: Said) -> None:
        for control, place, verdict in one.controls:
            self.log.append(
                "verify",
                run=run,
                camera=one.camera,
                site=one.site,
                pack=one.pack,
                rule=one.rule,
                control=control,
                endpoint=place,
                channel=place.partition("/")[2],
                verdict=verdict,
                qualifier="direct" if verdict == "pass" else "",
                basis="read-back",
                reason_code=_REASON.get(verdict, "absent"),
                why="unreachable" if verdict == "unknown" else "",
                facts=[
                    {
                        "name": "recording.jobs",
                        "target": place.partition("/")[0],
                        "channel": place.partition("/")[2],
                        "layer": "runtime",
                        "basis": "read-back",
                        "at": self.clock.wall.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    }
                ],
                final=False,
            )
        self.log.append(
            "verify",
            run=run,
            camera=one.camera,
            site=one.site,
            pack=one.pack,
            rule=one.rule,
            clause="pipc-2020 K3-K6",
            force="regulator-rule",
            severity="critical",
            verdict=one.verdict,
            qualifier=one.qualifier if one.verdict == "pass" else "",
            basis="read-back",
            reason_code=one.reason or (one.qualifier if one.verdict == "pass" else _REASON.get(one.verdict, "absent")),
            why=one.why or ("unreachable" if one.verdict == "unknown" else ""),
            remediation=one.remediation,
            exposure_from=one.exposure_from,
            exposure_to=one.exposure_to,
            final=True,
        )

    def _camera(self, run: str, camera: str, rules: Sequence[Said]) -> str:
        worst = min(rules, key=lambda one: _WORST.index(one.verdict), default=None)
        verdict = "not_applicable" if worst is None else worst.verdict
        self.log.append(
            "verify",
            run=run,
            camera=camera,
            site="seoul-hq" if worst is None else worst.site,
            verdict=verdict,
            qualifier=worst.qualifier if worst is not None and verdict == "pass" else "",
            reason_code=verdict if worst is not None and verdict != "not_applicable" else "no-policy",
            final=True,
        )
        return verdict


class Duty(NamedTuple):
    """A deletion that is owed, as the writer remembers it."""

    camera: str
    gap: timedelta
    due: datetime

    @property
    def named(self) -> dict[str, Any]:
        return {
            "camera": self.camera,
            "target": f"t-{self.camera}",
            "channel": "1",
            "pack": PACK,
            "rule": "saving-off",
            "max_gap_seconds": int(self.gap.total_seconds()),
        }


SITES = ("seoul-hq", "busan-plant", "incheon-depot", "daegu-lab", "gwangju-hall")


def write_fleet(directory: Path, *, cameras: int = 1_000, runs: int = 2, seed: int = 7) -> str:
    """A log of ``runs`` runs over ``cameras`` cameras at five sites; the auditor's trust file as text.

    About two thirds pass. There are fallbacks with duties (met, missed, never done), exceptions (granted,
    refused, soon to end), targets that do not answer, findings, a camera nobody looked at again, and one
    without a policy.
    """
    chance = Random(seed)
    duties: dict[str, Duty] = {}
    with LogWriter(directory) as writer:
        fleet = [(f"cam-{number:04x}", SITES[number % len(SITES)]) for number in range(cameras)]
        for round_ in range(runs):
            judged = fleet if round_ == 0 else fleet[:-1]
            said = [
                _said(chance, camera, site, rule, controls, writer.clock.wall)
                for camera, site in judged
                for rule, (_, _, controls) in RULES.items()
            ]
            unreachable = sorted({place.partition("/")[0] for one in said for _, place, _ in one.controls})[::97]
            run = writer.run(
                said,
                command="apply" if round_ % 2 else "check",
                without_policy=["lobby-1"],
                unreachable=unreachable,
                findings=[("plain-http", f"t-{fleet[0][0]}"), ("unclaimed-channel", "recorder-1/9")],
            )
            _duties(writer, run, said, duties, chance)
            _exceptions(writer, run, said)
            if round_ < runs - 1:
                writer.clock.advance(days=1)
        return writer.trust_text


def _said(chance: Random, camera: str, site: str, rule: str, controls: Sequence[str], now: datetime) -> Said:
    verdict = chance.choices(_WORST[::-1], weights=(4, 66, 14, 14, 2))[0]
    under = "pass" if verdict in ("pass", "not_applicable") else verdict
    qualifier = chance.choices(("direct", "fallback", "exception"), weights=(80, 15, 5))[0]
    why = chance.choice(("unreachable", "list-incomplete", "document-missing", "no-driver-delivers-it"))
    broken = verdict in ("fail", "conflict")
    return Said(
        camera=camera,
        rule=rule,
        site=site,
        verdict=verdict,
        qualifier=qualifier,
        why=why if verdict == "unknown" else "",
        reason=why if verdict == "unknown" else "",
        remediation=chance.choice(("planned", "no_effect", "refused", "failed")) if verdict == "fail" else "none",
        exposure_from=now - timedelta(hours=chance.randrange(1, 500)) if broken else None,
        controls=tuple(
            (control, "" if control.startswith("documents.") else f"t-{camera}/1", under if first else "pass")
            for control, first in zip(controls, (True, *(False for _ in controls)), strict=False)
        ),
    )


def _duties(writer: LogWriter, run: str, said: Sequence[Said], known: dict[str, Duty], chance: Random) -> None:
    """Cameras that hold a rule by a fallback owe deletions: most are in time, every fifth is missed each day."""
    now = writer.clock.wall
    fallback = [one for one in said if (one.rule, one.verdict, one.qualifier) == ("saving-off", "pass", "fallback")]
    for one in fallback[:200]:
        if one.camera not in known:
            gap = timedelta(hours=23) if len(known) % 5 == 4 else timedelta(days=3)
            known[one.camera] = Duty(one.camera, gap, now + gap)
            writer.log.append("duty.due", run=run, due=now + gap, **known[one.camera].named)
    for camera, duty in list(known.items()):
        if duty.due < now:
            writer.log.append("duty.missed", run=run, due=duty.due, at=now, gap_seconds=90_000, **duty.named)
            cutoff = now
        elif duty.gap > timedelta(days=1):
            cutoff = now - timedelta(minutes=chance.randrange(1, 1200))
            writer.log.append(
                "purge",
                run=run,
                target=f"t-{camera}",
                channel="1",
                store="footage",
                cutoff=cutoff,
                before=chance.randrange(1, 90),
                after=0,
                observed=chance.random() < 0.4,
            )
            writer.log.append("duty.met", run=run, due=duty.due, at=now, gap_seconds=80_000, **duty.named)
        else:
            continue
        known[camera] = Duty(camera, duty.gap, cutoff + duty.gap)
        writer.log.append("duty.due", run=run, due=cutoff + duty.gap, **duty.named)


def _exceptions(writer: LogWriter, run: str, said: Sequence[Said]) -> None:
    lifted = [one for one in said if one.verdict == "pass" and one.qualifier == "exception"]
    for number, one in enumerate(lifted[:40]):
        ends = START + timedelta(days=(5, 13, 60, 170)[number % 4])
        event = "exception.refused" if number % 7 == 3 else "exception.granted"
        writer.log.append(
            event,
            run=run,
            exception=f"exc-{number % 9:02}",
            camera=one.camera,
            pack=one.pack,
            rule=one.rule,
            type="storage-inevitable",
            legal_basis="PIPA Art. 25-2(1)3",
            approver="privacy-officer hmac-sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f0",
            starts=START - timedelta(days=30),
            expires=ends,
            reason_code="exception-incomplete" if event == "exception.refused" else "",
        )
