"""Pruning: whole sealed segments are taken from the log's start; tiles and anchors stay, and later proofs hold."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from vmsguard.errors import EvidenceError, UsageError
from vmsguard.evidence.checkpoint import Checkpoint
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.erasing.erasure import Erasure, carry_out, finish_erasures, request_erasure
from vmsguard.evidence.erasing.prune_survey import Survey, Told, announcements, open_ends, survey_log
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.stored_tree import StoredTree
from vmsguard.evidence.subtrees import check_tiles
from vmsguard.evidence.tiles import TILE_WIDTH, read_leaf_hashes
from vmsguard.evidence.tree import Frontier

__all__ = ["PrunePlan", "plan_pruning", "prune"]

_SHOWN = 5


class PrunePlan(Struct, frozen=True):
    """What would be taken out; nothing where ``erasure`` is None."""

    erasure: Erasure | None
    gone: int
    """Records that an earlier pruning took out."""
    kept_from: datetime | None
    """The latest time in the first segment that stays; None where nothing is left but the open one."""


def plan_pruning(
    directory: Path, before: datetime, code: str, policy: str = "", told: Told = lambda done, total: None
) -> PrunePlan:
    """Which segments hold nothing from ``before`` on, and what goes with them.

    The segment that is being written always stays. ``UsageError`` where records that would go are still waited
    for: a change without a result, a duty without an end, a hold in force.
    """
    survey = survey_log(directory, told)
    gone = survey.segments[0].first if survey.segments else 0
    border = gone
    kept_from = None
    for segment, following in zip(survey.segments, survey.segments[1:], strict=False):
        if segment.newest is not None and segment.newest >= before:
            kept_from = segment.newest
            break
        border = following.first
    if border == gone:
        return PrunePlan(None, gone, kept_from)
    _require_answered(survey, border)
    return PrunePlan(_erasure(survey, border, code, policy), gone, kept_from)


def prune(
    log: EvidenceLog,
    directory: Path,
    before: datetime,
    code: str,
    policy: str,
    disk: Disk,
    told: Told = lambda done, total: None,
) -> PrunePlan:
    """Take out of the open log what ``plan_pruning`` finds, after finishing what an earlier crash left.

    Before anything is removed, the tiles of the whole range are compared with its records and with the signed
    root: they are what later proofs rest on.
    """
    finish_erasures(log, directory, disk)
    log.settle()
    plan = plan_pruning(directory, before, code, policy, told)
    if plan.erasure is None:
        return plan
    _require_tiles(directory, plan.gone, plan.erasure.last + 1, log.checkpoint())
    requested = request_erasure(log, plan.erasure)
    carry_out(log, directory, plan.erasure, requested, disk)
    return plan


def _require_answered(survey: Survey, border: int) -> None:
    """Refuse where what is announced before the border has no end yet: then its records are still needed."""
    ends = open_ends(survey)
    for what, begun in (
        ("announce changes that have no result", ends.intents),
        ("state duties that have not ended", ends.duties),
        ("place holds that are in force", ends.holds),
    ):
        if waiting := sorted(seq for seq in begun if seq < border):
            named = ", ".join(map(str, waiting[:_SHOWN])) + (" and more" if len(waiting) > _SHOWN else "")
            raise UsageError(
                f"records before {border} {what}: {named}",
                hint="see them with `vmsguard evidence show --seq N`; name an earlier time to prune up to them",
            )


def _erasure(survey: Survey, border: int, code: str, policy: str) -> Erasure:
    """What goes, with what went before: the range begins at record 0 and its counts cover all of it."""
    events: Counter[str] = Counter()
    before: set[str] = set()
    after: set[str] = set()
    for segment in survey.segments:
        if segment.first < border:
            events.update(segment.events)
            before |= segment.runs
        else:
            after |= segment.runs
    earlier = [each for each in announcements(survey) if each["event"] == "erase.done" and each["kind"] == "pruned"]
    open_before: set[int] = set()
    if earlier:
        events.update(earlier[-1].get("events", {}))
        before.update(earlier[-1].get("cut_runs", ()))
        open_before.update(earlier[-1].get("open_intents", ()))
    for record in announcements(survey, border):
        if record["event"] == "apply.result":
            open_before.difference_update(record.get("cause", ()))
    ends = open_ends(survey, border)
    return Erasure(
        kind="pruned",
        first=0,
        last=border - 1,
        code=code,
        policy=policy,
        events=dict(sorted(events.items())),
        cut_runs=tuple(sorted(before & after)),
        open_intents=tuple(sorted(ends.intents | open_before)),
        open_duties=len(ends.duties),
    )


def _require_tiles(directory: Path, gone: int, border: int, head: Checkpoint) -> None:
    """Refuse unless tiles hold every hash before the border, as the records give it and as the head was signed."""
    earlier = read_leaf_hashes(directory, 0, gone)
    if border % TILE_WIDTH or earlier is None:
        raise _no_tiles("they do not cover every record before the border")
    records = StoredTree(directory, tiles=False)
    leaves = [*earlier, *records.leaves(gone, border)]
    wrong, missing = check_tiles(directory, 0, leaves)
    if missing or wrong:
        raise _no_tiles(f"{missing} are missing and {len(wrong)} do not hold what the records give")
    tree = Frontier()
    for leaf in leaves:
        tree.append(leaf)
    for leaf in StoredTree(directory).leaves(border, head.size):
        tree.append(leaf)
    if tree.root() != head.root:
        raise _no_tiles("with the records they do not give the root of the signed head")


def _no_tiles(why: str) -> EvidenceError:
    return EvidenceError(
        f"nothing is pruned, for the tiles would not prove what is left: {why}",
        hint="run `vmsguard evidence verify`, then `vmsguard evidence recover`, which writes missing tiles",
    )
