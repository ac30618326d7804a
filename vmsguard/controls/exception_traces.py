"""What an exception that has ended left behind: footage recorded while it ran, and galleries filled under it.

Switching off again is what the rule itself asks for; this is about what was gained meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from vmsguard.controls.device_clock import CLOCK, clock_error
from vmsguard.controls.judging import listed
from vmsguard.controls.offender_changes import stop_each
from vmsguard.controls.residue import purge
from vmsguard.controls.view import View
from vmsguard.model.changes import Change
from vmsguard.model.fact_values import FaceLibrary, StoredRecording
from vmsguard.model.facts import Fact, Unknown
from vmsguard.model.held_window import HeldWindow
from vmsguard.model.pack import ExceptionType
from vmsguard.model.snapshot import ExceptionStanding

__all__ = ["TRACE_FACTS", "Traces", "ended", "facts_after", "moment", "purges_after", "removals", "traces_of"]

TRACE_FACTS = frozenset({"footage.recordings", "face_library.sizes", CLOCK})

_PURGES = frozenset({"revert-and-purge", "stop-and-purge"})


class Traces(Struct, frozen=True):
    """What one exception left at one endpoint, as far as it could be read."""

    recordings: tuple[StoredRecording, ...] = ()
    libraries: tuple[FaceLibrary, ...] = ()
    blind: tuple[Fact, ...] = ()
    """Facts that would have told and could not be read."""
    gaps: tuple[str, ...] = ()
    """What incomplete lists may hide."""


def moment(view: View) -> datetime:
    """When exceptions are decided: no earlier than any run before."""
    latest = view.snapshot.not_before
    return view.now if latest is None else max(view.now, latest)


def ended(view: View) -> tuple[ExceptionStanding, ...]:
    """Exceptions that began on this camera and stand no more, where no other one stands for the same rule."""
    now = moment(view)
    standings = view.snapshot.exceptions
    standing = {(one.grant.pack, one.grant.rule) for one in standings if not one.reasons}
    return tuple(
        one for one in standings if one.ended_at(now) is not None and (one.grant.pack, one.grant.rule) not in standing
    )


def purges_after(standing: ExceptionStanding) -> bool:
    """Whether its type says that what was gained under it goes when it ends, in the way it ended."""
    kind = standing.type
    return (kind.on_rejected or kind.on_expiry if standing.rejected else kind.on_expiry) in _PURGES


def facts_after(kind: ExceptionType) -> frozenset[str]:
    """The facts that show what exceptions of a type leave behind, where it goes when they end."""
    if _PURGES.isdisjoint((kind.on_expiry, kind.on_rejected)):
        return frozenset()
    wanted = {"footage.recordings"} if _lifts_storage(kind) else set()
    return frozenset(wanted | ({"face_library.sizes"} if _lifts_faces(kind) else set()))


def _lifts_storage(kind: ExceptionType) -> bool:
    return any(control.startswith("storage.") for control in kind.lifts)


def _lifts_faces(kind: ExceptionType) -> bool:
    return any(control.startswith("analytics.face.") for control in kind.lifts)


def traces_of(standing: ExceptionStanding, view: View) -> Traces:
    """What is left at the view's endpoint of what the exception made possible."""
    at = standing.ended_at(moment(view))
    if at is None:
        return Traces()
    recordings: tuple[StoredRecording, ...] = ()
    libraries: tuple[FaceLibrary, ...] = ()
    facts: list[Fact] = []
    if _lifts_storage(standing.type):
        fact = view.fact("footage.recordings")
        facts.append(fact)
        ran = HeldWindow(standing.grant.starts, at).wider(clock_error(view))
        told: Sequence[StoredRecording] = () if (items := listed(fact)) is None else items.values
        recordings = tuple(item for item in told if not item.empty and ran.touches(item.start, item.end))
    if _lifts_faces(standing.type):
        fact = view.fact("face_library.sizes")
        facts.append(fact)
        galleries: Sequence[FaceLibrary] = () if (found := listed(fact)) is None else found.values
        libraries = tuple(gallery for gallery in galleries if gallery.count > 0)
    lists = [items for fact in facts if (items := listed(fact)) is not None]
    return Traces(
        recordings,
        libraries,
        tuple(fact for fact in facts if isinstance(fact.reading, Unknown)),
        tuple(items.missing or "a list that is not complete" for items in lists if not items.complete),
    )


def removals(standing: ExceptionStanding, view: View) -> tuple[Change, ...]:
    """The changes that remove what is left at the view's endpoint."""
    traces = traces_of(standing, view)
    changes = list(stop_each("face_library.purge", "library", (one.id for one in traces.libraries), view, whole=True))
    at = standing.ended_at(moment(view))
    if traces.recordings and at is not None:
        change = purge(view, min(view.now, at))
        names = ",".join(sorted(item.id for item in traces.recordings))
        changes.append(Change(change.verb, change.target, change.channel, {**change.arguments, "recordings": names}))
    return tuple(changes)
