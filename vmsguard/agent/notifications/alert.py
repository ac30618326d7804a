"""What may be told to people, how urgent it is, and what to do about it. Ids only: no address, no name, no picture."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from vmsguard.model.notification_routes import Urgency

__all__ = ["KINDS", "Alert", "AlertKind"]


class AlertKind(Struct, frozen=True):
    """One kind of thing to tell."""

    code: str
    urgency: Urgency
    says: str
    """What happened, with ``{subjects}`` for how many and of what."""
    next_step: str


_KINDS = (
    AlertKind(
        "duty-late",
        Urgency.PAGE,
        "a deletion is due soon and not verified: {subjects}",
        "make the device reachable, or delete by hand and have vmsguard check it, before the gap ends",
    ),
    AlertKind(
        "duty-missed",
        Urgency.PAGE,
        "a deletion was not verified in time: {subjects}",
        "restore access; the miss is on record and the deletion is tried again",
    ),
    AlertKind(
        "duty-slow",
        Urgency.WARN,
        "a deletion takes longer than aimed at: {subjects}",
        "look at why the last attempts did not end in a verified deletion",
    ),
    AlertKind(
        "day-missed",
        Urgency.WARN,
        "a calendar day passed without a verified deletion: {subjects}",
        "see the report; this is our stricter reading of a daily duty",
    ),
    AlertKind(
        "backlog-waits",
        Urgency.WARN,
        "a first deletion waits for approval: {subjects}",
        "see vmsguard agent status for how much it deletes, then vmsguard agent approve",
    ),
    AlertKind(
        "drift",
        Urgency.WARN,
        "settings no longer comply: {subjects}",
        "see vmsguard plan; packs in enforce are repaired by the agent",
    ),
    AlertKind(
        "flapping",
        Urgency.WARN,
        "another system puts settings back again and again; its configuration writes are paused: {subjects}",
        "find out who writes there, then vmsguard agent resume --target TARGET",
    ),
    AlertKind(
        "unreachable",
        Urgency.WARN,
        "nothing could be read: {subjects}",
        "restore the connection; until then every verdict there is unknown",
    ),
    AlertKind(
        "login-refused",
        Urgency.WARN,
        "a login is refused: {subjects}",
        "set the right password in the secret store: a new one is tried within minutes, the same one once an hour",
    ),
    AlertKind(
        "certificate-changed",
        Urgency.WARN,
        "a device shows another certificate, nothing is sent to it: {subjects}",
        "find out why, then vmsguard trust accept",
    ),
    AlertKind(
        "inventory-shrank",
        Urgency.WARN,
        "the inventory lost cameras, configuration writes stand still: {subjects}",
        "put back what is missing by mistake, vmsguard inventory retire what is gone; then vmsguard agent resume",
    ),
    AlertKind(
        "site-lost",
        Urgency.WARN,
        "deletions are owed at a site that no file names any more, and under which policy is not known: {subjects}",
        "put the site and its assignment back until vmsguard inventory retire has ended each of its duties",
    ),
    AlertKind(
        "policy-unaccepted",
        Urgency.WARN,
        "a pack or plugin is not the one that was accepted: {subjects}",
        "see vmsguard policy lock",
    ),
    AlertKind(
        "evidence-stopped",
        Urgency.PAGE,
        "evidence cannot be written, configuration changes stand still: {subjects}",
        "make room on the disk or repair it; see vmsguard doctor",
    ),
    AlertKind(
        "state-stopped",
        Urgency.PAGE,
        "the state cannot be written, nothing is scheduled: {subjects}",
        "repair the database or its disk; see vmsguard doctor",
    ),
    AlertKind(
        "clock-jumped",
        Urgency.WARN,
        "the clock of the agent's machine jumped: {subjects}",
        "check its time service; nothing was taken as deleted because of it",
    ),
    AlertKind(
        "hub-refuses",
        Urgency.WARN,
        "the hub does not take the evidence, or holds another history of it: {subjects}",
        "see vmsguard hub status at the hub; nothing is pruned here meanwhile",
    ),
    AlertKind(
        "hub-unproven",
        Urgency.WARN,
        "what came in the hub's name is not signed with its key, and counts for nothing: {subjects}",
        "compare agent: nats: hub: key: with what vmsguard hub run prints; if it is right, somebody else speaks there",
    ),
    AlertKind(
        "policies-refused",
        Urgency.WARN,
        "policies from the hub were not taken over, what was in force stays in force: {subjects}",
        "see the agent's journal for why, mend them, and publish them under a higher number",
    ),
    AlertKind(
        "policies-stale",
        Urgency.WARN,
        "the time up to which the policies from the hub were said to be good is over: {subjects}",
        "publish them anew at the hub; until then they stay in force",
    ),
    AlertKind(
        "exception-ends",
        Urgency.NOTE,
        "an exception ends soon: {subjects}",
        "renew it with its papers, or let the rule hold again",
    ),
    AlertKind(
        "hold-review",
        Urgency.NOTE,
        "a hold is to be reviewed: {subjects}",
        "review it, or end it",
    ),
    AlertKind(
        "exception-ended",
        Urgency.WARN,
        "an exception ended, its rule holds again: {subjects}",
        "see vmsguard plan for what the rule asks now",
    ),
    AlertKind(
        "hold-ends",
        Urgency.NOTE,
        "a hold ends soon, what it keeps is deleted then: {subjects}",
        "export what is still needed, or have the hold prolonged",
    ),
    AlertKind(
        "hold-ended",
        Urgency.WARN,
        "a hold ended, what it kept is deleted with the next deletion: {subjects}",
        "put a new hold in place at once where it is still needed",
    ),
    AlertKind(
        "document-ends",
        Urgency.NOTE,
        "a document runs out soon: {subjects}",
        "renew it, and put its successor in place before that day",
    ),
    AlertKind(
        "document-ended",
        Urgency.WARN,
        "a document ran out, what rests on it holds no more: {subjects}",
        "put its successor in place; see vmsguard check for what changed",
    ),
    AlertKind(
        "exposed",
        Urgency.NOTE,
        "a setting did not comply for a while and does again: {subjects}",
        "the report names the time in between",
    ),
)

KINDS = {kind.code: kind for kind in _KINDS}
"""Every kind of alert by its code; only duties, and what stops them, page."""


class Alert(Struct, frozen=True, kw_only=True):
    """One thing that happened at one place."""

    code: str
    """Of ``KINDS``."""
    site: str
    subject: str
    """The camera it concerns, or the target where it concerns no single camera."""
    at: datetime
    target: str = ""

    @property
    def kind(self) -> AlertKind:
        return KINDS[self.code]
