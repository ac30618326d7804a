"""Codes of findings in words: what a person should look at that is no verdict of a rule."""

from __future__ import annotations

from collections.abc import Mapping

from vmsguard.report.words.wording import Words

__all__ = ["FINDINGS"]

FINDINGS: Mapping[str, Words] = {
    "needs-attributes": Words(
        "The inventory does not state what decides which rules concern this camera: it is judged, and changed only "
        "by proposal.",
        "See vmsguard policy explain for the attributes, and state them for the camera or its group.",
    ),
    "answers-anything": Words(
        "The target answers success to an operation that cannot exist; its empty lists prove nothing.",
        "Ask the maker for a fixed firmware; until then its verdicts stay unknown.",
    ),
    "foreign-address": Words(
        "The target names another host for its own services; it was not followed.",
        "Check the address the target believes it has.",
    ),
    "no-auth-required": Words(
        "The target answers protected reads without a login.",
        "Set a login on the target.",
    ),
    "certificate-not-accepted": Words(
        "The target's certificate was learned at the first contact, and nobody has compared it.",
        "Compare the fingerprint at the device itself, then run vmsguard trust accept.",
    ),
    "certificate-changed": Words(
        "The target shows another certificate than the one it is held to; nothing was sent to it.",
        "Compare the fingerprint at the device itself; accept it with vmsguard trust accept, or correct tls_pin.",
    ),
    "login-weakened": Words(
        "The target asks for the login in a weaker way than before; it was given no password.",
        "Find out at the device why; where the weaker way is meant, set the option auth of the target.",
    ),
    "rtsp-without-login": Words(
        "The target's RTSP server describes a stream to anybody, without a login.",
        "Let RTSP ask for a login on the target.",
    ),
    "accounts-without-login": Words(
        "The target lists its accounts to anybody, without a login.",
        "Set a login on the target; where it has one, ask the maker for a firmware that heeds it.",
    ),
    "anonymous-account": Words(
        "The target has an account at the level for people without a login.",
        "Take that level's rights away on the target, or delete the account.",
    ),
    "factory-login": Words(
        "The target accepts a login that it was shipped with or that anybody would try first.",
        "Set a password of its own on the target, and put it where the inventory's login refers to.",
    ),
    "clock-off": Words(
        "The target's clock is more than a minute off.",
        "Set the target's clock or its time server: deletion times and logins depend on it.",
    ),
    "clock-behind": Words(
        "The machine's clock was set back behind the latest time it was seen at; exceptions are decided at the later.",
        "Set the clock right; if the later time was the wrong one, restore the state from before it.",
    ),
    "exception-ends-in-14-days": Words(
        "An exception ends within 14 days.", "Prepare its cameras for the rule, or ask for a new exception in time."
    ),
    "exception-ends-in-3-days": Words(
        "An exception ends within 3 days.", "Prepare its cameras for the rule, or ask for a new exception in time."
    ),
    "exception-refused": Words(
        "An exception is on file that is not valid; it lifts nothing.",
        "Correct its file, or remove it and let the rule hold.",
    ),
    "exception-ended": Words(
        "An exception ended lately; its rule holds again.", "Run vmsguard plan to see what the rule asks for now."
    ),
    "hold-review-due": Words(
        "A hold was to be reviewed by now; it stays in force.",
        "Decide whether it is still needed: set reviewed_on and review_on, or ends.",
    ),
    "hold-at-risk": Words(
        "A store deletes old footage by itself, and what is held lies in it.",
        "Export the held window and record the export, or lift the store's own time limit.",
    ),
    "freeze-in-force": Words(
        "A freeze keeps changes waiting; duties to delete go on.", "Run vmsguard plan to see what waits."
    ),
    "plain-http": Words(
        "The login travels over plain HTTP.",
        "Enrol the target with https and pin its certificate.",
    ),
    "old-service-list": Words(
        "The target tells its services only in the old way, which leaves newer ones out.",
        "Update the target's firmware; functions that it does not list stay unknown.",
    ),
    "account-sees-some-monitors": Words(
        "The login may see only some of the recorder's channels, so its lists are not complete.",
        "Give the login the right to see every channel.",
    ),
    "not-accepted": Words(
        "A pack or plugin is not as it was accepted in the lock: what it asks is only proposed.",
        "See the difference with vmsguard policy lock, and accept it there or put back what was accepted.",
    ),
    "asks-less": Words(
        "Less is asked of some cameras than at the run before.",
        "Look for policy.weakened in the evidence; where nobody meant it, undo the change.",
    ),
    "duty-stopped": Words(
        "A deletion that was accepted is not stated as it was, and nothing is deleted for it by itself.",
        "Accept the pack with vmsguard policy lock, or put the accepted version back.",
    ),
    "announced-deletion-left": Words(
        "The target announced that footage was deleted, and still lists it.",
        "Believe what it lists. Ask the maker for a fixed firmware, and delete on the device's own pages.",
    ),
    "unclaimed-channel": Words(
        "No camera of the inventory claims this channel; no policy reaches it.",
        "Add an endpoint for it to a camera, or a camera for it.",
    ),
}
