"""Records as a report reads them: the fields it needs, of the events it needs, checked for their types.

Lenient where the log is newer than this program: fields that are not known are passed over, and words of
closed vocabularies stay text until ``vmsguard.report.verdicts`` has looked at them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import Meta, Struct

__all__ = [
    "EVENTS_READ",
    "DutyTold",
    "ExceptionTold",
    "Fact",
    "FindingRead",
    "HeartbeatTold",
    "HoldRead",
    "ObserveTold",
    "Planned",
    "PluginFailedTold",
    "PolicyTold",
    "PurgeTold",
    "Record",
    "RuleTold",
    "RunEndTold",
    "ScopeTold",
    "UnreachableTold",
    "VerdictTold",
    "read_record",
]

Time: TypeAlias = Annotated[datetime, Meta(tz=True)]


class Record(Struct, frozen=True, kw_only=True):
    """The envelope every record has."""

    seq: int
    ts: Time
    run: str = ""


class HeartbeatTold(Record, frozen=True, kw_only=True):
    interval: int


class Planned(Record, frozen=True, kw_only=True):
    pairs: int
    command: str = ""
    mode: str = ""


class ScopeTold(Record, frozen=True, kw_only=True):
    cameras: int = 0
    judged: int = 0
    sites: tuple[str, ...] = ()
    limited: bool = False
    left_out: tuple[str, ...] = ()
    left_out_left_off: int = 0
    without_policy: tuple[str, ...] = ()
    without_policy_left_off: int = 0


class PolicyTold(Record, frozen=True, kw_only=True):
    pack: str
    version: str = ""
    title: str = ""
    mode: str = ""
    profile: str = ""
    sites: tuple[str, ...] = ()
    reviewed_next: str = ""
    lock: str = ""
    locked_version: str = ""


class RuleTold(Record, frozen=True, kw_only=True):
    pack: str
    rule: str
    title: str = ""
    severity: str = ""
    clause: str = ""
    source: str = ""
    source_title: str = ""
    force: str = ""
    standing: str = ""
    starts: str = ""


class RunEndTold(Record, frozen=True, kw_only=True):
    exit: int


class ObserveTold(Record, frozen=True, kw_only=True):
    target: str
    site: str = ""


class UnreachableTold(Record, frozen=True, kw_only=True):
    target: str
    why: str = ""
    site: str = ""


class Fact(Struct, frozen=True, gc=False):
    """A fact that a verdict cites."""

    name: str = ""
    target: str = ""
    channel: str = ""
    layer: str = ""
    basis: str = ""
    at: str = ""


class VerdictTold(Record, frozen=True, kw_only=True, gc=False):
    camera: str
    verdict: str
    final: bool = False
    pack: str = ""
    rule: str = ""
    control: str = ""
    channel: str = ""
    endpoint: str = ""
    site: str = ""
    clause: str = ""
    force: str = ""
    severity: str = ""
    qualifier: str = ""
    basis: str = ""
    reason_code: str = ""
    why: str = ""
    remediation: str = ""
    found: str = ""
    required: str = ""
    exception: str = ""
    exposure_from: Time | None = None
    exposure_to: Time | None = None
    facts: tuple[Fact, ...] = ()
    facts_left_off: int = 0


class PurgeTold(Record, frozen=True, kw_only=True):
    target: str
    cutoff: Time
    after: int = 0
    observed: bool = False
    channel: str = ""
    store: str = ""


class DutyTold(Record, frozen=True, kw_only=True):
    camera: str
    target: str = ""
    channel: str = ""
    pack: str = ""
    rule: str = ""
    due: Time | None = None
    at: Time | None = None
    max_gap_seconds: int = 0


class ExceptionTold(Record, frozen=True, kw_only=True):
    exception: str
    camera: str = ""
    pack: str = ""
    rule: str = ""
    type: str = ""
    legal_basis: str = ""
    approver: str = ""
    starts: Time | None = None
    expires: Time | None = None
    reason_code: str = ""


class HoldRead(Record, frozen=True, kw_only=True):
    hold: str
    camera: str = ""
    approver: str = ""
    starts: Time | None = None
    ends: Time | None = None


class FindingRead(Record, frozen=True, kw_only=True):
    code: str
    subject: str


class PluginFailedTold(Record, frozen=True, kw_only=True):
    plugin: str
    error: str = ""


EVENTS_READ: Mapping[str, type[Record]] = {
    "heartbeat": HeartbeatTold,
    "run.planned": Planned,
    "run.scope": ScopeTold,
    "policy.applied": PolicyTold,
    "rule.applied": RuleTold,
    "run.ended": RunEndTold,
    "observe": ObserveTold,
    "device.unreachable": UnreachableTold,
    "verify": VerdictTold,
    "purge": PurgeTold,
    "duty.due": DutyTold,
    "duty.met": DutyTold,
    "duty.missed": DutyTold,
    "duty.ended": DutyTold,
    "exception.granted": ExceptionTold,
    "exception.refused": ExceptionTold,
    "exception.expired": ExceptionTold,
    "finding": FindingRead,
    "hold.placed": HoldRead,
    "hold.lifted": HoldRead,
    "hold.expired": HoldRead,
    "plugin.failed": PluginFailedTold,
}
"""Events whose content a report tells; of the others it takes the envelope alone."""


def read_record(record: Mapping[str, Any]) -> tuple[str, Record] | None:
    """The event and its fields; None where the record does not hold what its event must hold."""
    event = record.get("event")
    if not isinstance(event, str):
        return None
    try:
        return event, msgspec.convert(record, EVENTS_READ.get(event, Record))
    except msgspec.ValidationError:
        return None
