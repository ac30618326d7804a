"""What a run tells of itself before its verdicts: which cameras it looked at, under which packs and rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from vmsguard.engine.compile import CompiledRequirement, CompiledRule, CompiledRules
from vmsguard.engine.evaluate import Evaluation
from vmsguard.evidence.record import MOST_LISTED
from vmsguard.evidence.writer import EvidenceWriter
from vmsguard.model.pack import Pack, Source
from vmsguard.model.truth import Truth
from vmsguard.model.vocabulary import Mode
from vmsguard.run.fleet import Fleet
from vmsguard.run.judge import Judged
from vmsguard.run.shorten import shorten

__all__ = ["Applied", "packs_applied", "record_policies", "record_scope", "without_policy"]


class Applied(NamedTuple):
    """One pack in one mode and profile, and where."""

    rules: CompiledRules
    sites: tuple[str, ...]


def record_scope(log: EvidenceWriter, run: str, fleet: Fleet, judged: Judged) -> None:
    """How many cameras are enrolled and how many of them this run is about, and which it leaves out."""
    looked_at = {camera.id for camera in fleet.cameras}
    enrolled = fleet.enrolled or tuple(sorted(fleet.inventory.cameras))
    others = len(enrolled) - len(looked_at)
    log.append(
        "run.scope",
        run=run,
        cameras=len(enrolled),
        judged=len(looked_at),
        targets=len(judged.observations),
        unreached=len(judged.unreachable),
        sites=sorted({camera.site for camera in fleet.cameras}),
        limited=bool(fleet.limit),
        # Of a fleet the record names a few: no list of all others is made for it once for every task.
        left_out=list(islice((name for name in enrolled if name not in looked_at), MOST_LISTED)),
        left_out_left_off=max(0, others - MOST_LISTED) or None,
        without_policy=without_policy(judged.evaluations),
    )


def without_policy(evaluations: Iterable[Evaluation]) -> list[str]:
    """Cameras to which no assigned pack applies; one that may concern a camera counts as applying."""
    return sorted(
        evaluation.camera
        for evaluation in evaluations
        if all(truth is Truth.FALSE for truth in evaluation.in_scope.values())
    )


def record_policies(log: EvidenceWriter, run: str, fleet: Fleet, now: datetime) -> None:
    """Each pack in use, as it is applied, then each of its rules once, as it stands at ``now``.

    A pack that nobody accepted is applied as a proposal, whatever its assignment says.
    """
    applied = list(packs_applied(fleet))
    for rules, sites in applied:
        pack = rules.pack
        pinned = fleet.lock.pack(pack.id)
        accepted = None if pinned is None else pinned.accepted
        held = pinned is not None and pinned.holds_back and rules.mode is Mode.ENFORCE
        log.append(
            "policy.applied",
            run=run,
            pack=pack.id,
            version=pack.version,
            sha256=pack.digest,
            title=shorten(pack.title or pack.id),
            mode=Mode.PROPOSE.value if held else rules.mode.value,
            profile=rules.profile,
            sites=list(sites),
            reviewed_next=pack.reviewed_next.isoformat(),
            lock="" if pinned is None else pinned.state.value,
            locked_version="" if pinned is None or not pinned.holds_back else pinned.locked_version,
            locked_sha256="" if pinned is None or not pinned.holds_back else pinned.locked_sha256,
            accepted_by="" if accepted is None else accepted.by,
            accepted_at="" if accepted is None else accepted.at,
        )
    for rules in {rules.pack.id: rules for rules, _ in applied}.values():
        for rule in rules.at(now).rules:
            _record_rule(log, run, rules.pack, rule)


def packs_applied(fleet: Fleet) -> Iterator[Applied]:
    """The packs assigned to the sites of this run's cameras; one assigned in two ways comes twice."""
    ways: dict[tuple[str, str, str], tuple[CompiledRules, set[str]]] = {}
    for site in sorted({camera.site for camera in fleet.cameras}):
        for rules in fleet.rules.get(site, ()):
            way = (rules.pack.id, rules.mode.value, rules.profile)
            ways.setdefault(way, (rules, set()))[1].add(site)
    for _, (rules, sites) in sorted(ways.items(), key=lambda entry: entry[0]):
        yield Applied(rules, tuple(sorted(sites)))


def _record_rule(log: EvidenceWriter, run: str, pack: Pack, compiled: CompiledRule) -> None:
    rule, told = compiled.rule, compiled.told
    source = _source_of(compiled, pack.sources)
    log.append(
        "rule.applied",
        run=run,
        pack=pack.id,
        rule=rule.id,
        title=shorten(rule.title or rule.id),
        severity=rule.severity.value,
        clause=shorten(told.clause),
        source="" if source is None else source.id,
        source_title="" if source is None else shorten(source.title),
        force="" if told.force is None else told.force.value,
        standing=compiled.standing.reason.partition(":")[0],
        starts="" if compiled.standing.starts is None else compiled.standing.starts.isoformat(),
        controls=list(dict.fromkeys(asked.control.id for asked in _asked(compiled))),
    )


def _asked(compiled: CompiledRule) -> Iterator[CompiledRequirement]:
    yield from compiled.require
    for rung in compiled.rungs:
        yield from rung.require


def _source_of(compiled: CompiledRule, sources: Mapping[str, Source]) -> Source | None:
    """The cited text that gives the rule its force: the first of the strongest."""
    cited = (sources[citation.source] for citation in compiled.standing.cites if citation.source in sources)
    return next((source for source in cited if source.force is compiled.told.force), None)
