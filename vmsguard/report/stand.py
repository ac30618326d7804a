"""How things stand: the newest verdict of each rule on each camera, and whether it still counts."""

from __future__ import annotations

from datetime import datetime

from vmsguard.report.items import camera_of, item_of
from vmsguard.report.model import Camera, Item
from vmsguard.report.obligations import rule_text
from vmsguard.report.story import Story
from vmsguard.report.verdict_book import Kept

__all__ = ["stand"]


def stand(
    story: Story, origin: str, since: datetime | None, *, silent: bool
) -> tuple[list[tuple[Camera, list[Item]]], list[Camera]]:
    """Each camera with its items as they stand now, and cameras that went out of sight before the period.

    ``silent``: the log owes a record, so nothing it said counts as current. What was judged before ``since``
    and not again is not current either.
    """
    book = story.verdicts
    by_camera: dict[str, list[Kept]] = {camera: [] for camera in book.cameras}
    for (name, _, _), kept in book.rules.items():
        by_camera.setdefault(name, []).append(kept)

    def stale(kept: Kept) -> bool:
        return silent or kept.stale_since is not None or (since is not None and kept.record.ts < since)

    shown: list[tuple[Camera, list[Item]]] = []
    gone: list[Camera] = []
    for name, rules in sorted(by_camera.items()):
        site = book.sites.get(name, "")
        items = [
            item_of(
                kept,
                rule_text(story.runs, kept.record.pack, kept.record.rule),
                site=site,
                origin=origin,
                stale=stale(kept),
            )
            for kept in rules
        ]
        own = book.cameras.get(name)
        every = [*rules, *([] if own is None else [own])]
        camera = camera_of(name, own, items, site=site, origin=origin, stale=all(stale(kept) for kept in every))
        if since is not None and all(kept.stale_since is not None and kept.stale_since < since for kept in every):
            gone.append(camera)
        else:
            shown.append((camera, items))
    return shown, gone
