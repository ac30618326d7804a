"""A report of many cameras, made by a seed: what a page must still carry."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

from msgspec.structs import replace

from vmsguard.model.vocabulary import Qualifier, Remediation, Verdict
from vmsguard.report.model import Camera, Counts, Deletion, Exposure, Item, Obligation, Period, Report, UnknownGroup

__all__ = ["counted", "large_report"]

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PACK = "kr-pipc-thermal-2020"
RULES = ("saving-off", "sending-off", "fever-only", "access", "clock", "notice", "retention", "firmware")
CONTROLS = ("storage.edge.off", "storage.vms.off", "storage.external.off", "storage.residue.empty")


def counted(items: list[Item]) -> Counts:
    found = Counter((item.verdict, item.qualifier) for item in items)
    return Counts(
        pass_direct=found[Verdict.PASS, Qualifier.DIRECT],
        pass_fallback=found[Verdict.PASS, Qualifier.FALLBACK],
        pass_exception=found[Verdict.PASS, Qualifier.EXCEPTION],
        fail=found[Verdict.FAIL, None],
        unknown=found[Verdict.UNKNOWN, None],
        conflict=found[Verdict.CONFLICT, None],
        not_applicable=found[Verdict.NOT_APPLICABLE, None],
    )


def large_report(base: Report, cameras: int, seed: int = 7) -> Report:
    """``cameras`` cameras under eight rules of four controls; a third of the verdicts is no pass."""
    chance = Random(seed)
    items = [
        _item(chance, base.integrity.origin, camera, rule, 10 * (camera * len(RULES) + number))
        for camera in range(cameras)
        for number, rule in enumerate(RULES)
    ]
    sites = sorted({item.site for item in items})
    by_site = {site: counted([item for item in items if item.site == site]) for site in sites}
    broken = [item for item in items if item.exposure_from]
    unknown = [item for item in items if item.verdict is Verdict.UNKNOWN]
    return replace(
        base,
        counts=counted(items),
        cameras=tuple(_camera(items[first : first + len(RULES)]) for first in range(0, len(items), len(RULES))),
        items=tuple(items),
        by_site=by_site,
        obligations=tuple(_obligation(rule, [item for item in items if item.rule == rule]) for rule in RULES),
        exposures=tuple(
            Exposure(
                camera=item.camera,
                site=item.site,
                pack=PACK,
                rule=item.rule,
                control=CONTROLS[0],
                endpoint=f"t-{item.camera}/source-1",
                start=item.exposure_from or NOW,
                end=None,
                seq=item.seq,
                origin=item.origin,
            )
            for item in broken
        ),
        unknowns=tuple(
            UnknownGroup(
                why=why,
                told=f"{why}: it was not seen.",
                next_step="Look again.",
                items=sum(item.why == why for item in unknown),
                cameras=tuple(sorted({item.camera for item in unknown if item.why == why})),
                targets=tuple(sorted({f"t-{item.camera}" for item in unknown if item.why == why})),
            )
            for why in sorted({item.why for item in unknown})
        ),
        deletions=tuple(
            Deletion(
                target=f"t-{camera}",
                channel="source-1",
                cameras=(f"cam-{camera:05d}",),
                cutoff=NOW - timedelta(hours=camera % 40),
                at=NOW - timedelta(hours=camera % 40),
                age_seconds=3600 * (camera % 40),
                max_gap_seconds=86_400,
                overdue=camera % 40 > 24,
                seq=camera,
                origin=base.integrity.origin,
            )
            for camera in range(0, cameras, 4)
        ),
        over_time=tuple(
            Period(
                at=NOW - timedelta(days=90 - point),
                run=f"run-{point}",
                command="check",
                counts=counted(chance.sample(items, min(len(items), 2000))),
                cameras=cameras,
            )
            for point in range(90)
        ),
    )


def _item(chance: Random, origin: str, camera: int, rule: str, seq: int) -> Item:
    name, site = f"cam-{camera:05d}", f"site-{camera % 60:02d}"
    verdicts = (Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN, Verdict.CONFLICT, Verdict.NOT_APPLICABLE)
    verdict = chance.choices(verdicts, weights=(62, 15, 15, 1, 7))[0]
    part = Item(
        camera=name,
        site=site,
        pack=PACK,
        rule=rule,
        title=f"The rule {rule} holds",
        clause="pipc-2020 K3-K6",
        source="pipc-2020",
        force="regulator-rule",
        severity="critical",
        verdict=verdict,
        qualifier=chance.choice(tuple(Qualifier)) if verdict is Verdict.PASS else None,
        basis="" if verdict is Verdict.UNKNOWN else chance.choice(("read-back", "observed")),
        reason=chance.choice(("offender", "left")) if verdict is Verdict.FAIL else verdict.value,
        reason_told=f"What was seen says {verdict.value}.",
        why=chance.choice(("unreachable", "list-incomplete", "document-missing")) if verdict == "unknown" else "",
        next_step="Run vmsguard plan to see the change that switches it off, then vmsguard apply.",
        found=f"{camera % 3} on",
        required="no recording job is on",
        remediation=chance.choice(tuple(Remediation)) if verdict is Verdict.FAIL else Remediation.NONE,
        exposure_from=NOW - timedelta(days=camera % 90) if verdict is Verdict.FAIL else None,
        facts=(f"recording.jobs at t-{camera}/source-1 (read-back, 2026-11-22T02:00:11Z)",),
        judged_at=NOW,
        run="run-20261122T020000-4f767b63",
        seq=seq,
        origin=origin,
    )
    parts = tuple(
        replace(part, control=control, endpoint=f"t-{camera}/source-1", seq=seq + number + 1)
        for number, control in enumerate(CONTROLS)
    )
    return replace(part, parts=parts)


def _camera(own: list[Item]) -> Camera:
    first = own[0]
    return Camera(id=first.camera, site=first.site, verdict=Verdict.FAIL, qualifier=None, judged_at=NOW, run=first.run)


def _obligation(rule: str, own: list[Item]) -> Obligation:
    sites = sorted({item.site for item in own})
    return Obligation(
        pack=PACK,
        pack_title="Face-capturing thermal cameras",
        pack_version="1.0.0",
        rule=rule,
        title=f"The rule {rule} holds",
        clause="pipc-2020 K3-K6",
        source="pipc-2020",
        source_title="PIPC rules for face-capturing thermal cameras",
        force="regulator-rule",
        severity="critical",
        mode="enforce",
        counts=counted(own),
        by_site={site: counted([item for item in own if item.site == site]) for site in sites},
    )
