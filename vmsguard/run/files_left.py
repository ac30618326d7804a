"""What lies in visible storage after a purge: how many files, and when they were written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from vmsguard.model.facts import Known
from vmsguard.run.sightings import Seen
from vmsguard.witness.conclude import point_name
from vmsguard.witness.sighting import Sighting

__all__ = ["FilesLeft", "files_left"]


class FilesLeft(Struct, frozen=True):
    """The files of one channel, as the last look counted them; the times are those of their last writes."""

    count: int
    oldest: datetime | None = None
    newest: datetime | None = None

    def all_written_since(self, cutoff: datetime, latest: datetime) -> bool:
        """Whether all that lies there was written from the cutoff on: a channel that goes on recording has files.

        Nothing is dated after ``latest``, or the clock that dates them proves nothing. A file is dated by its last
        write: one that was open at the cutoff, and could not be deleted, is found by the purge after this one.
        """
        if self.oldest is None or self.newest is None:
            return False
        return cutoff <= self.oldest and self.newest <= latest


def files_left(seen: Seen) -> Mapping[tuple[str, str], FilesLeft]:
    """Target and channel to the files there, wherever a look proves how many there are."""
    last: dict[tuple[str, str], dict[str, Sighting]] = {}
    for look in seen.looked:
        if look.point.kind == "file":
            last.setdefault((look.target, look.point.channel), {})[point_name(look.point)] = look.sighting
    found: dict[tuple[str, str], FilesLeft] = {}
    for fact in seen.facts:
        if fact.key.name == "footage.files" and isinstance(fact.reading, Known):
            place = (fact.key.target, fact.key.channel)
            some = [sighting for sighting in last.get(place, {}).values() if sighting.files]
            oldest = [sighting.oldest for sighting in some]
            newest = [sighting.newest for sighting in some]
            found[place] = FilesLeft(
                int(fact.reading.value),
                min((at for at in oldest if at is not None), default=None) if None not in oldest else None,
                max((at for at in newest if at is not None), default=None) if None not in newest else None,
            )
    return found
