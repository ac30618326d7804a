"""A report by hand that has something of everything: what pages, tables and files are tried on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from vmsguard.model.vocabulary import Qualifier, Remediation, Verdict
from vmsguard.report.model import (
    Absence,
    Anchor,
    Camera,
    Counts,
    Deletion,
    ExceptionInForce,
    Exposure,
    FindingTold,
    Integrity,
    Item,
    Obligation,
    Period,
    Report,
    RunTold,
    UnknownGroup,
)

__all__ = ["NOTE", "NOW", "ORIGIN", "sample_report"]

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
ORIGIN = "vmsguard.example.org/seoul-hq"
ROOT = "7b3c1f0e5d9a4b8c6e2f1a0d9c8b7a6f5e4d3c2b1a0f9e8d7c6b5a4f3e2d1c0b"
NOTE = (
    f"{ORIGIN}\n4182\nezwfDl2aS4xuLxoNnIt6b15NPCsaD56NfGtaTz4tHAs=\n\n"
    f"— {ORIGIN} KmY02HCLd2Vic2l0ZXNhcmVub3RzaWduYXR1cmVzYnV0dGhpc2xpbmVsb29rc2xpa2VvbmU=\n"
    "— witness.example.org/auditor Ny90nwAAAABrAj4WdGhpcyBpcyBvbmx5IGEgc2FtcGxlIG9mIGEgY29zaWduYXR1cmU=\n"
)
THERMAL, MORATORIUM = "kr-pipc-thermal-2020", "kr-nhrck-frt-moratorium-2023"
RUN, BEFORE = "run-20261122T020000-4f767b63", "run-20261115T020000-91ab02cd"
CHECKED = datetime(2026, 11, 22, 2, 0, 31, tzinfo=UTC)
TITLES = {
    "saving-off": ("Saving is switched off", "pipc-2020 K3-K6", "regulator-rule", "critical"),
    "sending-off": ("Sending is switched off", "pipc-2020 K4-K5", "regulator-rule", "critical"),
    "fever-only": ("Temperature only, no faces are matched", "pipc-2020 K2", "regulator-rule", "high"),
    "identify-off": ("No real-time face recognition in public spaces", "nhrck-2023 R1", "recommendation", "critical"),
}
SOURCES = {
    THERMAL: ("pipc-2020", "PIPC rules for face-capturing thermal cameras (열화상카메라 운영 수칙)"),
    MORATORIUM: ("nhrck-2023", "NHRCK opinion on remote real-time face recognition (인권위 의견표명)"),
}


def _item(
    camera: str,
    site: str,
    rule: str,
    verdict: Verdict,
    *,
    pack: str = THERMAL,
    seq: int,
    **more: object,
) -> Item:
    title, clause, force, severity = TITLES[rule]
    fields: dict[str, object] = {
        "camera": camera,
        "site": site,
        "pack": pack,
        "rule": rule,
        "title": title,
        "clause": clause,
        "source": SOURCES[pack][0],
        "force": force,
        "severity": severity,
        "verdict": verdict,
        "judged_at": CHECKED,
        "run": RUN,
        "seq": seq,
        "origin": ORIGIN,
    }
    return Item(**{**fields, **more})  # type: ignore[arg-type]


def _items() -> tuple[Item, ...]:
    broken = _item(
        "cam-0a31",
        "seoul-hq",
        "saving-off",
        Verdict.FAIL,
        seq=4101,
        basis="observed",
        reason="offender",
        reason_told="Something that must be off is on.",
        next_step="Run vmsguard plan to see the change that switches it off, then vmsguard apply.",
        found="storage.edge.off at t-0a31/source-1",
        required="no recording job is on",
        remediation=Remediation.NO_EFFECT,
        exposure_from=datetime(2026, 11, 3, 9, 12, tzinfo=UTC),
        facts=("recording.jobs at t-0a31/source-1 (read-back, 2026-11-22T02:00:11Z)",),
    )
    part = _item(
        "cam-0a31",
        "seoul-hq",
        "saving-off",
        Verdict.FAIL,
        seq=4099,
        control="storage.edge.off",
        endpoint="t-0a31/source-1",
        channel="source-1",
        basis="read-back",
        reason="offender",
        reason_told="Something that must be off is on.",
        found="1 on",
        required="no recording job is on",
        facts=("recording.jobs at t-0a31/source-1 (read-back, 2026-11-22T02:00:11Z)",),
    )
    unseen = _item(
        "cam-0a31",
        "seoul-hq",
        "saving-off",
        Verdict.UNKNOWN,
        seq=4100,
        control="storage.external.off",
        endpoint="t-0a31/source-1",
        channel="source-1",
        reason="list-incomplete",
        reason_told="The list that was read is not complete.",
        why="list-incomplete",
        next_step="Give the login the right to list everything, or state in a document what cannot be listed.",
    )
    items = [
        Item(**{name: getattr(broken, name) for name in broken.__struct_fields__} | {"parts": (part, unseen)}),
        _item(
            "cam-7c02",
            "busan-plant",
            "sending-off",
            Verdict.CONFLICT,
            seq=4110,
            reason="conflict",
            reason_told="Two rules ask for opposite things; a person has to decide.",
            next_step="Read both clauses, decide which one holds here, and change the assignment.",
            exposure_from=datetime(2026, 11, 20, 1, 0, tzinfo=UTC),
        ),
        _item(
            "plaza-2",
            "seoul-hq",
            "identify-off",
            Verdict.FAIL,
            pack=MORATORIUM,
            seq=4140,
            basis="read-back",
            reason="offender",
            reason_told="Something that must be off is on.",
            next_step="Run vmsguard plan to see the change that switches it off, then vmsguard apply.",
            found="analytics.face.identify.off at t-plaza-2/ch-1",
            remediation=Remediation.REFUSED,
            exposure_from=datetime(2026, 9, 1, tzinfo=UTC),
        ),
        _item(
            "cam-0a32",
            "seoul-hq",
            "sending-off",
            Verdict.UNKNOWN,
            seq=4112,
            reason="unreachable",
            reason_told="The target did not answer.",
            why="unreachable",
            next_step="Bring the target back to the network, then run vmsguard check again.",
        ),
        _item(
            "cam-0a32",
            "seoul-hq",
            "saving-off",
            Verdict.UNKNOWN,
            seq=4113,
            reason="unreachable",
            reason_told="The target did not answer.",
            why="unreachable",
            next_step="Bring the target back to the network, then run vmsguard check again.",
        ),
        _item(
            "cam-7c03",
            "busan-plant",
            "fever-only",
            Verdict.UNKNOWN,
            seq=4114,
            reason="document-missing",
            reason_told="A document that the rule asks for was not recorded.",
            why="document-missing",
            next_step="Add the document to the documents folder and run vmsguard check again.",
        ),
        _item(
            "depot-1",
            "incheon-depot",
            "saving-off",
            Verdict.UNKNOWN,
            seq=2204,
            reason="not-looked-at",
            reason_told="Nobody has looked at this since the time named.",
            why="stale",
            next_step="Run vmsguard check for this site, or say why the camera is gone.",
            stale=True,
            last_verdict=Verdict.PASS,
            last_qualifier=Qualifier.DIRECT,
            judged_at=datetime(2026, 10, 30, 2, 0, 12, tzinfo=UTC),
            run="run-20261030T020000-77aa0011",
        ),
        _item(
            "cam-7c01",
            "busan-plant",
            "saving-off",
            Verdict.PASS,
            seq=4120,
            qualifier=Qualifier.FALLBACK,
            basis="vendor-manifest",
            reason="fallback",
            reason_told="It cannot be switched off; what is stored is deleted on time instead.",
            remediation=Remediation.VERIFIED,
            exposure_from=datetime(2026, 11, 1, 4, 0, tzinfo=UTC),
            exposure_to=datetime(2026, 11, 2, 4, 30, tzinfo=UTC),
        ),
        _item(
            "cam-7c04",
            "busan-plant",
            "saving-off",
            Verdict.PASS,
            seq=4121,
            qualifier=Qualifier.EXCEPTION,
            basis="attested",
            reason="exception",
            reason_told="An exception lifts the rule here, and its safeguards hold.",
            exception="exc-2026-07",
        ),
        _item(
            "cam-0a33",
            "seoul-hq",
            "saving-off",
            Verdict.PASS,
            seq=4122,
            qualifier=Qualifier.DIRECT,
            basis="observed",
            reason="direct",
            reason_told="Every control of the rule holds.",
        ),
        _item(
            "cam-0a33",
            "seoul-hq",
            "sending-off",
            Verdict.PASS,
            seq=4123,
            qualifier=Qualifier.DIRECT,
            basis="read-back",
            reason="direct",
            reason_told="Every control of the rule holds.",
        ),
        _item(
            "cam-0a33",
            "seoul-hq",
            "fever-only",
            Verdict.NOT_APPLICABLE,
            seq=4124,
            reason="when-not-met",
            reason_told="The condition under which the rule applies is not met here.",
        ),
    ]
    return tuple(items)


def _counts(items: tuple[Item, ...]) -> Counts:
    def of(verdict: Verdict, qualifier: Qualifier | None = None) -> int:
        return sum(item.verdict is verdict and qualifier in (None, item.qualifier) for item in items)

    return Counts(
        pass_direct=of(Verdict.PASS, Qualifier.DIRECT),
        pass_fallback=of(Verdict.PASS, Qualifier.FALLBACK),
        pass_exception=of(Verdict.PASS, Qualifier.EXCEPTION),
        fail=of(Verdict.FAIL),
        unknown=of(Verdict.UNKNOWN),
        conflict=of(Verdict.CONFLICT),
        not_applicable=of(Verdict.NOT_APPLICABLE),
    )


def _by_site(items: tuple[Item, ...]) -> dict[str, Counts]:
    return {
        site: _counts(tuple(item for item in items if item.site == site)) for site in sorted({i.site for i in items})
    }


def _obligations(items: tuple[Item, ...]) -> tuple[Obligation, ...]:
    told = []
    for rule, (title, clause, force, severity) in TITLES.items():
        mine = tuple(item for item in items if item.rule == rule)
        pack = MORATORIUM if rule == "identify-off" else THERMAL
        told.append(
            Obligation(
                pack=pack,
                pack_title="Face-capturing thermal cameras"
                if pack == THERMAL
                else "Remote face recognition, moratorium",
                pack_version="1.0.0",
                rule=rule,
                title=title,
                clause=clause,
                source=SOURCES[pack][0],
                source_title=SOURCES[pack][1],
                force=force,
                severity=severity,
                mode="enforce" if pack == THERMAL else "propose",
                counts=_counts(mine),
                by_site=_by_site(mine),
            )
        )
    return tuple(told)


_WORST = (Verdict.CONFLICT, Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS, Verdict.NOT_APPLICABLE)


def _cameras(items: tuple[Item, ...]) -> tuple[Camera, ...]:
    cameras = []
    for name in sorted({item.camera for item in items}):
        worst = min((item for item in items if item.camera == name), key=lambda item: _WORST.index(item.verdict))
        cameras.append(
            Camera(
                id=name,
                site=worst.site,
                verdict=worst.verdict,
                qualifier=worst.qualifier,
                judged_at=worst.judged_at,
                run=worst.run,
                origin=ORIGIN,
                stale=worst.stale,
                last_verdict=worst.last_verdict,
            )
        )
    return tuple(cameras)


def _over_time(counts: Counts) -> tuple[Period, ...]:
    points = [
        Period(
            at=NOW - timedelta(days=7 * (8 - week), hours=1),
            run=f"run-week-{week}",
            command="check" if week % 3 else "apply",
            counts=Counts(
                pass_direct=week // 3,
                pass_fallback=1 if week > 4 else 0,
                pass_exception=1 if week > 2 else 0,
                fail=6 - week // 2,
                unknown=4 - week // 4,
                conflict=1 if week > 6 else 0,
                not_applicable=1,
            ),
            cameras=8,
            runs=7,
        )
        for week in range(8)
    ]
    return (*points, Period(at=CHECKED, run=RUN, command="check", counts=counts, cameras=8))


def sample_report() -> Report:
    """Every part filled: three sites, all verdicts, a stale site, exceptions, duties met and missed."""
    items = _items()
    counts = _counts(items)
    integrity = Integrity(
        verdict="incomplete",
        exit_code=2,
        caveat="From record 4160 on, no outside witness has signed: the operator could have rewritten this.",
        origin=ORIGIN,
        size=4182,
        root=ROOT,
        signed_size=4182,
        checkpoint=NOTE,
        problems=("incomplete: silence at record 2210: 93600 s without a record, where one was promised every 3600 s",),
        anchors=(
            Anchor(
                kind="witness",
                name="witness.example.org/auditor",
                size=4160,
                at=datetime(2026, 11, 22, 2, 1, tzinfo=UTC),
                verified=True,
            ),
            Anchor(
                kind="tsa",
                name="Example Timestamping Authority",
                size=4160,
                at=datetime(2026, 11, 22, 2, 2, tzinfo=UTC),
            ),
        ),
        trusted=True,
    )
    return Report(
        made_at=NOW,
        tool="vmsguard 0.1.0",
        period_from=NOW - timedelta(days=60),
        period_to=NOW,
        integrity=integrity,
        logs=(integrity,),
        runs=(
            RunTold(
                id=BEFORE,
                command="apply",
                mode="enforce",
                started=datetime(2026, 11, 15, 2, 0, tzinfo=UTC),
                ended=datetime(2026, 11, 15, 2, 4, 10, tzinfo=UTC),
                exit_code=5,
                first_seq=3900,
                last_seq=4080,
                origin=ORIGIN,
            ),
            RunTold(
                id=RUN,
                command="check",
                mode="audit",
                started=datetime(2026, 11, 22, 2, 0, tzinfo=UTC),
                ended=datetime(2026, 11, 22, 2, 0, 40, tzinfo=UTC),
                exit_code=3,
                first_seq=4081,
                last_seq=4160,
                origin=ORIGIN,
            ),
            RunTold(
                id="run-20261122T023000-0c0ffee0",
                command="check",
                mode="audit",
                started=datetime(2026, 11, 22, 2, 30, tzinfo=UTC),
                ended=None,
                exit_code=None,
                first_seq=4161,
                last_seq=4181,
                limited=True,
                origin=ORIGIN,
            ),
        ),
        counts=counts,
        cameras=_cameras(items),
        obligations=_obligations(items),
        by_site=_by_site(items),
        items=items,
        over_time=_over_time(counts),
        deletions=(
            Deletion(
                target="t-7c01",
                channel="source-1",
                cameras=("cam-7c01",),
                cutoff=NOW - timedelta(hours=9),
                at=NOW - timedelta(hours=8, minutes=50),
                age_seconds=9 * 3600,
                max_gap_seconds=86_400,
                due=NOW + timedelta(hours=3),
                observed=True,
                site="busan-plant",
                store="footage",
                seq=4050,
                origin=ORIGIN,
            ),
            Deletion(
                target="t-7c05",
                channel="source-1",
                cameras=("cam-7c05", "cam-7c06"),
                cutoff=NOW - timedelta(hours=31),
                at=NOW - timedelta(hours=30),
                age_seconds=31 * 3600,
                max_gap_seconds=86_400,
                due=NOW - timedelta(hours=7),
                overdue=True,
                missed=1,
                site="busan-plant",
                store="footage",
                seq=3920,
                origin=ORIGIN,
            ),
            Deletion(
                target="t-depot-1",
                channel="ch-2",
                cameras=("depot-1",),
                cutoff=None,
                at=None,
                age_seconds=None,
                max_gap_seconds=86_400,
                due=NOW - timedelta(days=20),
                overdue=True,
                missed=3,
                site="incheon-depot",
                origin=ORIGIN,
            ),
            Deletion(
                target="recorder-1",
                channel="recording-1",
                cameras=("cam-0a33",),
                cutoff=NOW - timedelta(days=12),
                at=NOW - timedelta(days=12) + timedelta(seconds=8),
                age_seconds=12 * 86_400,
                max_gap_seconds=None,
                observed=True,
                site="seoul-hq",
                store="footage",
                seq=3100,
                origin=ORIGIN,
            ),
        ),
        exposures=tuple(
            Exposure(
                camera=item.camera,
                site=item.site,
                pack=item.pack,
                rule=item.rule,
                control="storage.edge.off" if item.rule == "saving-off" else "",
                endpoint="t-0a31/source-1" if item.camera == "cam-0a31" else "",
                start=item.exposure_from,
                end=item.exposure_to,
                seq=item.seq,
                origin=ORIGIN,
            )
            for item in items
            if item.exposure_from is not None
        ),
        exceptions=(
            ExceptionInForce(
                id="exc-2026-07",
                pack=THERMAL,
                rule="saving-off",
                type="storage-inevitable",
                cameras=("cam-7c04",),
                legal_basis="PIPA Art. 25-2(1)3",
                approver="privacy-officer hmac-sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f0",
                starts=datetime(2026, 6, 1, tzinfo=UTC),
                expires=NOW + timedelta(days=11),
                granted=True,
                days_left=11,
                origin=ORIGIN,
            ),
            ExceptionInForce(
                id="exc-2026-08",
                pack=THERMAL,
                rule="sending-off",
                type="sending-inevitable",
                cameras=("cam-7c05", "cam-7c06"),
                legal_basis="PIPA Art. 25-2(1)3",
                approver="privacy-officer hmac-sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f0",
                starts=datetime(2026, 9, 1, tzinfo=UTC),
                expires=NOW + timedelta(days=2),
                granted=True,
                days_left=2,
                origin=ORIGIN,
            ),
            ExceptionInForce(
                id="exc-2025-01",
                pack=MORATORIUM,
                rule="identify-off",
                type="public-interest",
                cameras=("plaza-2",),
                legal_basis="none stated",
                approver="security-lead hmac-sha256:aa1e2d3c4b5a69788796a5b4c3d2e1ff",
                starts=datetime(2025, 1, 1, tzinfo=UTC),
                expires=datetime(2026, 10, 1, tzinfo=UTC),
                granted=False,
                reason="exception-expired",
                reason_told="The exception has ended.",
                next_step="Ask for a new one, or let the rule hold.",
                days_left=-52,
                origin=ORIGIN,
            ),
        ),
        unknowns=(
            UnknownGroup(
                why="unreachable",
                told="The target did not answer.",
                next_step="Bring the target back to the network, then run vmsguard check again.",
                items=2,
                cameras=("cam-0a32",),
                targets=("t-0a32",),
            ),
            UnknownGroup(
                why="document-missing",
                told="A document that the rule asks for was not recorded.",
                next_step="Add the document to the documents folder and run vmsguard check again.",
                items=1,
                cameras=("cam-7c03",),
                targets=(),
            ),
            UnknownGroup(
                why="stale",
                told="It was looked at once, and not any more.",
                next_step="Run vmsguard check, and find out why nobody looked.",
                items=1,
                cameras=("depot-1",),
                targets=(),
            ),
        ),
        absences=(
            Absence(
                kind="site-silent",
                subject="incheon-depot",
                told="No run has looked at this site since the time named.",
                next_step="Find out whether its agent still works, and run vmsguard check there.",
                since=datetime(2026, 10, 30, 2, 0, 40, tzinfo=UTC),
                origin=ORIGIN,
            ),
            Absence(
                kind="no-policy",
                subject="lobby-1",
                told="No assigned pack applies to this camera: nothing was required of it.",
                next_step="Assign a pack, or set the attributes that packs select by.",
                origin=ORIGIN,
            ),
            Absence(
                kind="unclaimed-channel",
                subject="recorder-1/recording-9",
                told="No camera of the inventory claims this channel; no policy reaches it.",
                next_step="Add an endpoint for it to a camera, or a camera for it.",
                since=datetime(2026, 11, 1, tzinfo=UTC),
                origin=ORIGIN,
            ),
            Absence(
                kind="unreachable",
                subject="t-0a32",
                told="The target did not answer.",
                next_step="Bring the target back to the network, then run vmsguard check again.",
                since=datetime(2026, 11, 18, 2, 0, 3, tzinfo=UTC),
                origin=ORIGIN,
            ),
        ),
        findings=(
            FindingTold(
                code="plain-http",
                subject="t-0a31",
                told="The login travels over plain HTTP.",
                next_step="Enrol the target with https and pin its certificate.",
                at=CHECKED,
                seq=4095,
                origin=ORIGIN,
            ),
            FindingTold(
                code="answers-anything",
                subject="t-7c09",
                told="The target answers success to an operation that cannot exist; its empty lists prove nothing.",
                next_step="Ask the maker for a fixed firmware; until then its verdicts stay unknown.",
                at=CHECKED,
                seq=4096,
                origin=ORIGIN,
            ),
        ),
        reviews={THERMAL: date(2027, 3, 9), MORATORIUM: date(2026, 10, 1)},
    )
