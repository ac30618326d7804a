"""What was not looked at, in words: kinds of ``vmsguard.report.model.Absence``."""

from __future__ import annotations

from collections.abc import Mapping

from vmsguard.report.words.wording import Words

__all__ = ["ABSENCES"]

ABSENCES: Mapping[str, Words] = {
    "left-out": Words(
        "The camera is or was enrolled, and the newest run that should have looked at it did not.",
        "Run vmsguard check without --limit; where the camera is gone, say so on paper.",
    ),
    "no-policy": Words(
        "No assigned pack applies to this camera: nothing was required of it.",
        "Assign a pack to its site, or check the attributes that packs select by.",
    ),
    "unreachable": Words(
        "The target was not looked into.",
        "Bring it back, or mend its login, then run vmsguard check.",
    ),
    "site-silent": Words(
        "No run has looked at this site since the time named.",
        "Find out whether its agent still works, and run vmsguard check there.",
    ),
    "log-silent": Words(
        "The log has said nothing for longer than it promised.",
        "Find out whether its agent still works. Until it writes again, nothing it said counts as current.",
    ),
    "plugin-failed": Words(
        "A plugin did not load: its targets were not read.",
        "See vmsguard plugins check for the reason, and update or repair the plugin.",
    ),
    "unclaimed-channel": Words(
        "No camera of the inventory claims this channel: no policy reaches it.",
        "Add an endpoint for it to a camera, or a camera for it.",
    ),
    "store-unseen": Words(
        "Something may be stored here that nobody could see.",
        "Give the login the right to list every store, or record the maker's statement of what is stored.",
    ),
    "no-longer-judged": Words(
        "The rule was judged here until the time named; the newest runs do not apply it any more.",
        "Check that the change of policy or of the camera's attributes was meant.",
    ),
    "not-understood": Words(
        "Records of this log could not be understood by this version.",
        "Make the report with the version that wrote the log, or a newer one.",
    ),
    "run-not-ended": Words(
        "The run did not reach its end: what it had not judged yet is as the run before left it.",
        "Run the command again.",
    ),
    "erased": Words(
        "Records were taken out one by one; what they said is not in this report.",
        "See the erase.done records for who asked and why.",
    ),
    "pruned": Words(
        "The oldest records were deleted after their time of retention; this report begins after them.",
        "See the erase.done record for the rule of retention that was followed.",
    ),
    "not-recorded": Words(
        "The log was written by a version that did not record sites, titles and what was left out.",
        "Run vmsguard check with the current version.",
    ),
}
