"""Holds and freezes: files in which a site says what must be kept, and when nothing is to be changed.

A hold that nobody else approved, or that nobody will look at again, does not load: what it would keep has
to be deleted by law, and an order to keep it is worth as much care as an exception.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from pathlib import Path

from vmsguard.model.pack import Freeze, Hold
from vmsguard.model.vocabulary import Mode
from vmsguard.policy.holds import latest_review, review_flaw
from vmsguard.policy.named_documents import load_named, read_id
from vmsguard.policy.people import two_people
from vmsguard.policy.syntax.reading import Reader
from vmsguard.policy.syntax.scalars import NO_INSTANT
from vmsguard.policy.syntax.strict_yaml import Node
from vmsguard.policy.syntax.suggest import did_you_mean
from vmsguard.policy.syntax.yaml_files import YamlDocument

__all__ = ["load_freezes", "load_holds"]

_CAPS = (Mode.AUDIT.value, Mode.PROPOSE.value)


def load_holds(paths: Iterable[Path]) -> tuple[Hold, ...]:
    """The holds in files and folders; whether one is in force is decided elsewhere, once."""
    return load_named(paths, "Hold", _hold)


def load_freezes(paths: Iterable[Path], controls: Iterable[str]) -> tuple[Freeze, ...]:
    """The freezes in files and folders; ``controls`` are the ids that they may leave out."""
    known = tuple(controls)
    return load_named(paths, "Freeze", lambda document: _freeze(document, known))


def _hold(document: YamlDocument) -> Hold:
    reader = document.reader
    before = len(reader.problems)
    with document.fields() as fields:
        window = fields.need("window")
        since, until = (NO_INSTANT, NO_INSTANT) if window is None else _window(reader, window)
        hold = Hold(
            id=read_id(reader, fields),
            case_reference=fields.text("case_reference"),
            cameras=fields.identifiers("cameras", least=1),
            window_from=since,
            window_until=until,
            author=fields.text("author"),
            approver=fields.text("approver"),
            starts=fields.instant("starts"),
            ends=fields.optional("ends", reader.instant),
            review_on=fields.optional("review_on", reader.date),
            reviewed_on=fields.optional("reviewed_on", reader.date),
            legal_order=fields.identifier("legal_order", default=""),
            reason=fields.text("reason", default=""),
            origin=reader.file,
        )
    if len(reader.problems) == before:
        _check_hold(reader, document.node, hold)
    return hold


def _window(reader: Reader, node: Node) -> tuple[datetime, datetime]:
    with reader.fields(node, "window") as fields:
        return fields.instant("from"), fields.instant("until")


def _check_hold(reader: Reader, node: Node, hold: Hold) -> None:
    at = _entries(node)
    if hold.window_until <= hold.window_from:
        message = f"window: until ({hold.window_until}) is not after from ({hold.window_from})"
        reader.fault(at["window"], message, "check both and their offsets")
    if hold.ends is not None and hold.ends <= hold.starts:
        reader.fault(at["ends"], f"ends ({hold.ends}) is not after starts ({hold.starts})", "check both")
    if not two_people(hold.author, hold.approver):
        message = "the hold is approved by its own author"
        reader.fault(at["approver"], message, "name the role that approved it; another one than the author")
    if flaw := review_flaw(hold):
        reader.fault(at.get("review_on", node), flaw, f"set review_on to {latest_review(hold)} or an earlier day")


def _freeze(document: YamlDocument, controls: Collection[str]) -> Freeze:
    reader = document.reader
    before = len(reader.problems)
    with document.fields() as fields:
        freeze = Freeze(
            id=read_id(reader, fields),
            sites=fields.identifiers("sites", least=1),
            starts=fields.instant("starts"),
            ends=fields.instant("ends"),
            max_mode=Mode(fields.word("max_mode", _CAPS, default=Mode.PROPOSE.value)),
            except_controls=fields.texts("except_controls", default=(), least=1),
            reason=fields.text("reason", default=""),
            origin=reader.file,
        )
    if len(reader.problems) > before:
        return freeze
    at = _entries(document.node)
    if freeze.ends <= freeze.starts:
        reader.fault(at["ends"], f"ends ({freeze.ends}) is not after starts ({freeze.starts})", "check both")
    for name in freeze.except_controls:
        if name not in controls:
            hint = did_you_mean(name, controls)
            reader.fault(at["except_controls"], f"except_controls: unknown control {name!r}", hint)
    return freeze


def _entries(node: Node) -> Mapping[str, Node]:
    assert isinstance(node.value, dict)
    return node.value
