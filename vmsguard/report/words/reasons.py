"""Reason codes of verdicts in words: why it passes, fails, is unknown or does not apply.

The codes are those that controls, the engine and the decision on exceptions put in front of their
sentences; those an unknown verdict takes from ``Why`` stand in ``words_lacks``.
"""

from __future__ import annotations

from collections.abc import Mapping

from vmsguard.report.words.lacks import LACKS
from vmsguard.report.words.wording import Words

__all__ = ["REASONS"]

_PLAN = "Run vmsguard plan to see the change that mends it and what stands in its way, then vmsguard apply."
_PAPER = "Correct the document or add a valid one, then run vmsguard check."
_EXCEPTION = "Correct the exception and have it approved again, or let the rule hold."
_ASSESSMENT = "Record an assessment that meets the rule; one that comes late never cures the time before it."
_CONSENT = "Record the consent that people gave beforehand and name it in the exception, or let the rule hold."
_REQUEST = "Stop the use and delete what came of it; record the request and its decision as they come."
_DELETE = "Run vmsguard apply so that the deletion happens and is verified; keep the agent or a schedule running."

_HOLDS: Mapping[str, Words] = {
    "direct": Words("Every control of the rule holds."),
    "fallback": Words("It is proven that it cannot be switched off, and what the rule asks for instead is done."),
    "exception": Words("A valid exception lifts the rule for this camera, and its safeguards hold."),
    "off": Words("Nothing that must be off is on."),
    "empty": Words("Nothing is left there."),
    "newer": Words("All that is left began after the last verified deletion."),
    "on-time": Words("Every place was verified empty within the time allowed."),
    "within": Words("Nothing is kept longer than allowed."),
    "encrypted": Words("It is encrypted."),
    "least": Words("Only the accounts and ways in that are needed are there."),
    "bounded": Words("The comparison is proven to be 1:1 and kept within its bounds."),
    "listed": Words("Every enrolled recorder was listed completely, and this camera's channels are judged."),
    "clock-right": Words("The target's clock is right within the tolerance."),
    "few-faces": Words("No more faces are enrolled than allowed."),
    "kept-long-enough": Words("Every setting keeps footage for as long as it must be kept."),
    "irrecoverable": Words("Every store deletes in a way that meets the minimum."),
    "in-bounds": Words("People are searched for only within the bounds of the exception."),
    "enrolled-in-time": Words("No face has been enrolled for longer than allowed."),
    "masked": Words("Every required area is masked in every stream and recording."),
    "limited": Words("Limits keep the view inside its range."),
    "shown": Words("An indicator shows that it records."),
    "tagged": Words("The inventory states every attribute that was asked for."),
    "inside": Words("Every destination in use stands in an allowed country."),
    "none-in-use": Words("No exception is in use on this camera."),
    "none-ended": Words("No exception has ended here that asks for a deletion."),
    "none-rejected": Words("No exception of this camera was rejected."),
    "none-held": Words("No hold is in force on this camera."),
    "none-asked": Words("Nobody asked for a deletion on this camera."),
    "exceptions-valid": Words("Every exception in use is valid; what it asserts was not checked."),
    "nothing-gained": Words("Nothing is left of what was gained under exceptions that have ended."),
    "asked-and-gone": Words("Nothing is left of what people asked to have deleted."),
    "attested": Words("A document says so; its content and validity were not checked."),
    "pass": Words("Every rule that applies holds."),
}

_BROKEN: Mapping[str, Words] = {
    "offender": Words("Something that must be off is on.", _PLAN),
    "seen-on": Words("A second witness saw it running.", _PLAN),
    "residue": Words("Footage from before the last verified deletion, or never deleted, is still there.", _DELETE),
    "never-deleted": Words("What is stored there was never verified to be deleted.", _DELETE),
    "day-missed": Words("A day of the calendar went by without a verified deletion.", _DELETE),
    "overdue": Words("The last verified deletion is longer ago than allowed.", _DELETE),
    "returned": Words(
        "Footage that was verified as deleted is listed again.",
        "Find out who restored it or what copies it back; then let it be deleted and verified again.",
    ),
    "kept-too-long": Words("Something is kept longer than allowed.", _PLAN),
    "gained-left": Words("Something is left of what was gained under an exception that has ended.", _DELETE),
    "rejected-left": Words("Something is left of a use whose authorisation was refused or came late.", _DELETE),
    "exception-not-valid": Words("An exception is in use that is not valid.", _EXCEPTION),
    "request-open": Words("What somebody asked to have deleted is still there.", _DELETE),
    "request-overdue": Words(
        "What somebody asked to have deleted is still there, and the time for it is over.", _DELETE
    ),
    "hold-without-order": Words(
        "Footage is held without the legal order that the rule asks for.",
        "Record the order and name it in the hold, or lift the hold; meanwhile its footage is kept.",
    ),
    "held-in-place": Words(
        "Held footage lies among live data.",
        "Export the held window encrypted, record the export, and let the rest be deleted.",
    ),
    "held": Words(
        "Nothing is left but what a hold keeps; the duty to delete it is not met meanwhile.",
        "Export the held window encrypted and record the export, or lift the hold; then run vmsguard apply.",
    ),
    "kept-too-short": Words(
        "Footage is kept for less time than it must be.",
        "Set the retention at the target to the time the rule names, then run vmsguard check.",
    ),
    "clock-off": Words(
        "The target's clock is wrong by more than the tolerance.",
        "Set the target's clock or its time server, then run vmsguard check.",
    ),
    "listed-maker": Words(
        "The target is of a maker that the rule excludes.",
        "Replace the target, or record why the exclusion does not hold for it.",
    ),
    "too-many-faces": Words(
        "More faces are enrolled than allowed.",
        "Remove faces from the gallery until the limit is kept, then run vmsguard check.",
    ),
    "open-access": Words(
        "There are ways in that nobody needs, such as default or anonymous access, or streams without a login.",
        "Remove the accounts and services named on the target, or let them ask for a login; then run vmsguard check.",
    ),
    "plain": Words("It is not encrypted.", "Switch encryption on at the target, then run vmsguard check."),
    "unbounded": Words(
        "The comparison is not kept within the bounds of a 1:1 check.",
        "Set the gate so that it compares one person with one record, or switch the comparison off.",
    ),
    "not-one-to-one": Words(
        "Faces are searched among many, where only a 1:1 check is allowed.",
        "Set the gate so that it compares one person with one record, or switch the search off.",
    ),
    "recoverable": Words(
        "What is deleted there can be restored.",
        "Set the store to delete in a stronger way, or record the maker's statement that it does.",
    ),
    "out-of-bounds": Words(
        "People are searched for by face outside the bounds of an exception.",
        "Switch the search off, or let an exception name the camera and the hours.",
    ),
    "gallery-too-large": Words(
        "More faces are searched for than the exception allows.",
        "Remove faces from the gallery until the exception's number is kept, then run vmsguard check.",
    ),
    "enrolled-too-long": Words(
        "A face has been enrolled for longer than allowed.",
        "Remove the entries that are too old from the gallery, then run vmsguard check.",
    ),
    "not-masked": Words(
        "An area that must be masked can be seen.",
        "Set the mask on the device so that it covers every stream and recording, then run vmsguard check.",
    ),
    "not-limited": Words(
        "Nothing keeps the view inside its range.", "Set limits or presets on the device, then run vmsguard check."
    ),
    "not-shown": Words("Nothing shows that it records.", "Switch the indicator on, then run vmsguard check."),
    "untagged": Words(
        "The inventory does not state what rules need to know.", "State the attributes named in the inventory."
    ),
    "abroad": Words("Something is sent to a country that is not allowed.", _PLAN),
    "in-part": Words("One of the controls that it is made of fails.", _PLAN),
    "temperature-log": Words(
        "Temperatures are stored with data that tell whose they are.",
        "Switch the log off or part it from names and entries, and delete what it holds.",
    ),
    "private-space": Words(
        "The camera looks into a private room.", "Remove or turn the camera, then correct the inventory."
    ),
    "fail": Words("At least one rule is broken.", "See the camera's rules."),
    "conflict": Words(
        "Rules ask for opposite things here.",
        "Read both clauses, let a person decide which one holds, and change the assignment.",
    ),
    "unknown": Words("At least one rule could not be judged, and none is known to be broken.", "See the rules."),
}

_DOES_NOT_APPLY: Mapping[str, Words] = {
    "absent": Words("The function is proven not to be there."),
    "no-channel": Words("Every enrolled recorder was listed completely and none has this camera."),
    "not-in-use": Words("Nobody is searched for by face there."),
    "not-required": Words("Nothing is required there."),
    "fixed": Words("It stays in its place and cannot be moved."),
    "out-of-scope": Words("The rule is proven not to concern this camera."),
    "upcoming": Words("The texts the rule rests on are not in force yet; it binds nobody before."),
    "lapsed": Words("The texts the rule rests on are no longer in force."),
    "when-not-met": Words("The condition under which the rule applies is proven not to be met."),
    "not-a-code": Words("The reason is not one of the stable codes, so it was not written."),
    "not-applicable": Words("No rule applies to this camera."),
    "no-policy": Words(
        "No pack is assigned to the camera's site, so nothing was required of it.",
        "Assign a pack to the site, or say in the inventory why none applies.",
    ),
}

_UNDECIDED: Mapping[str, Words] = {
    "when-unknown": Words(
        "Nobody knows whether the rule applies, so it was judged as if it did and cannot be said to fail.",
        "State or let read the condition the rule names, then run vmsguard check.",
    ),
    "may-conflict": Words(
        "Another rule asks for the opposite, and it is not known whether both apply here.",
        "State the attributes and provide the facts that settle it; where both apply, a person has to decide.",
    ),
    "rung-unknown": Words(
        "What the rule asks for instead is neither shown to be done nor shown to be missing.",
        "See which of its controls are unknown, and provide what they lack.",
    ),
    "fallback-not-proven": Words(
        "Nothing proves that it cannot be switched off, so the fallback does not open.",
        "Run vmsguard apply with an administrator's login: a definitive refusal is the proof. Or record the maker's "
        "signed statement.",
    ),
    "gate-not-proven": Words(
        "The gate is not proven to compare 1:1, so it is changed only by proposal.",
        "Prove how the gate compares, or approve the change in person.",
    ),
    "not-certain": Words("What breaks the rule is not known for certain.", "Provide what the verdict lacks."),
    "not-looked-at": Words(
        "The newest run that should have looked did not; what was true then may not be true now.",
        "Run vmsguard check there, and find out why no run has looked. Where the camera is gone, say so on paper.",
    ),
    "not-understood": LACKS["not-understood"],
}

_EXCEPTIONS: Mapping[str, Words] = {
    "no-exception": Words("No exception names this camera.", "Let the rule hold, or ask for an exception."),
    "exception-elsewhere": Words("The exception lifts another rule.", _EXCEPTION),
    "exception-scope": Words("The exception does not name this camera.", _EXCEPTION),
    "exception-self-approved": Words("The exception was approved by its own author.", _EXCEPTION),
    "exception-incomplete": Words("The exception does not state all that its type asks for.", _EXCEPTION),
    "exception-time": Words("The exception's times are not usable.", _EXCEPTION),
    "exception-too-long": Words("The exception runs longer than its type allows.", _EXCEPTION),
    "exception-not-started": Words("The exception has not begun.", "Until it begins, let the rule hold."),
    "exception-expired": Words("The exception has ended.", "Let the rule hold, or ask for a new exception."),
    "exception-withdrawn": Words(
        "The newest run knows no such exception any more.", "Let the rule hold, or state the exception again."
    ),
    "exception-objective": Words("The exception names no aim that its type knows.", _EXCEPTION),
    "exception-not-renewable": Words(
        "The exception continues one whose type cannot be renewed.", "Let the rule hold, or ask for an authorisation."
    ),
    "authorisation-missing": Words("The authorisation that the exception names is not recorded.", _PAPER),
    "authorisation-kind": Words("What the exception names as its authorisation is another paper.", _PAPER),
    "authorisation-scope": Words("The authorisation does not cover this camera.", _PAPER),
    "authorisation-undated": Words("The authorisation does not say when it was requested.", _PAPER),
    "authorisation-pending": Words("The authorisation has not been decided.", "Let the rule hold until it is granted."),
    "authorisation-not-requested": Words("No authorisation was asked for within the time allowed.", _REQUEST),
    "authorisation-late": Words("The authorisation was asked for after the time allowed.", _REQUEST),
    "authorisation-pending-too-long": Words(
        "The authorisation was not decided within the time an exception may wait for it.", _REQUEST
    ),
    "authorisation-refused": Words("The authorisation was refused.", _REQUEST),
    "exception-in-use": Words("An exception stands for it.", ""),
    "assessment-missing": Words("The impact assessment that the exception needs is not recorded.", _ASSESSMENT),
    "assessment-kind": Words("The impact assessment is of another kind than the rule asks for.", _ASSESSMENT),
    "assessment-scope": Words("The impact assessment does not cover this camera.", _ASSESSMENT),
    "assessment-late": Words("The impact assessment was completed after use had begun.", _ASSESSMENT),
    "consent-missing": Words("The consent that the exception rests on is not recorded.", _CONSENT),
    "consent-kind": Words("What the exception names as its record of consent is another paper.", _CONSENT),
    "consent-scope": Words("The record of consent does not cover this camera.", _CONSENT),
    "consent-late": Words("The record of consent is dated after the exception had begun.", _CONSENT),
    "assessor-not-independent": Words(
        "The impact assessment was not done by a body independent of operator and vendor.", _ASSESSMENT
    ),
    "document-hash": Words("A document's hash is no SHA-256.", _PAPER),
    "document-not-yet": Words("A document bears a day that has not come yet.", _PAPER),
    "document-expired": Words("A document is past its end.", _PAPER),
    "document-out-of-scope": Words("The document that is there does not cover this camera.", _PAPER),
}

REASONS: Mapping[str, Words] = {**LACKS, **_HOLDS, **_BROKEN, **_DOES_NOT_APPLY, **_UNDECIDED, **_EXCEPTIONS}
