"""The page's words for closed vocabularies; a word this version does not know is shown as it is, never dropped."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from vmsguard.model.vocabulary import Force, Qualifier, Remediation, Verdict

__all__ = [
    "ABSENCES",
    "EXITS",
    "FORCES",
    "QUALIFIERS",
    "REMEDIATIONS",
    "VERDICTS",
    "ForceTold",
    "absence_told",
    "force_told",
    "listed",
    "plural",
]

VERDICTS: Mapping[str, str] = MappingProxyType(
    {
        Verdict.FAIL: "Fail",
        Verdict.CONFLICT: "Conflict",
        Verdict.UNKNOWN: "Unknown",
        Verdict.PASS: "Pass",
        Verdict.NOT_APPLICABLE: "Does not apply",
    }
)

QUALIFIERS: Mapping[str, str] = MappingProxyType(
    {
        Qualifier.DIRECT: "as the rule asks",
        Qualifier.FALLBACK: "by the fallback the rule allows",
        Qualifier.EXCEPTION: "by an exception",
    }
)

REMEDIATIONS: Mapping[str, str] = MappingProxyType(
    {
        Remediation.NONE: "",
        Remediation.PLANNED: "a change is planned",
        Remediation.APPLIED: "a change was sent, not yet verified",
        Remediation.VERIFIED: "a change was verified",
        Remediation.REFUSED: "the device refused the change",
        Remediation.UNSUPPORTED: "the device cannot do it",
        Remediation.NO_EFFECT: "the change was acknowledged and had no effect",
        Remediation.FAILED: "the change failed",
        Remediation.ROLLED_BACK: "the change was taken back",
        Remediation.HELD: "a hold keeps what is left",
    }
)


class ForceTold(Struct, frozen=True):
    """What kind of text an obligation rests on, and what failing it therefore means."""

    word: str
    rank: str
    """``binding``, ``advice`` or ``other``; the page draws the three differently."""
    means: str


FORCES: Mapping[str, ForceTold] = MappingProxyType(
    {
        Force.LAW: ForceTold("Law", "binding", "An act of parliament. Not meeting it may be a breach of law."),
        Force.ORDINANCE: ForceTold("Ordinance", "binding", "Made under a law and binding like it."),
        Force.REGULATOR_RULE: ForceTold(
            "Regulator’s rule",
            "binding",
            "A supervisory authority’s rule. Not meeting it is not by itself a breach of an act.",
        ),
        Force.GUIDANCE: ForceTold("Guidance", "advice", "How an authority reads the law. Not binding by itself."),
        Force.RECOMMENDATION: ForceTold(
            "Recommendation", "advice", "Asked for, not ordered. Not meeting it is no breach of law."
        ),
        Force.PROCUREMENT: ForceTold("Procurement term", "other", "Binds those who signed the contract."),
        Force.ASSUMPTION: ForceTold(
            "Our reading", "other", "A number or reading that no text gives; it is vmsguard’s."
        ),
    }
)

# kind of absence: (heading, what it means for the figures)
ABSENCES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "site-silent": ("Sites that have gone silent", "Their last verdicts are old; nothing newer is known."),
        "log-silent": ("Logs that have gone silent", "What their agents last said counts as current no more."),
        "unreachable": ("Devices that did not answer", "What depends on them alone is unknown."),
        "left-out": ("Enrolled cameras that the newest run did not look at", "No verdict of that run is about them."),
        "no-policy": ("Cameras to which no rule applies", "They were looked at, and nothing was asked of them."),
        "plugin-failed": ("Drivers that did not load", "Devices that need them were not read."),
        "unclaimed-channel": (
            "Recorder channels that no enrolled camera claims",
            "A camera may be recorded there that nobody enrolled.",
        ),
        "no-longer-judged": ("Rules that are no longer judged", "Earlier runs judged them; the newest did not."),
        "run-not-ended": ("Runs without an end", "What they had still to look at is not known."),
        "not-understood": (
            "Records that this version does not understand",
            "A newer version wrote them; what they say is not in the figures.",
        ),
        "erased": ("Records that were erased", "What they said is gone; the log shows that they were there."),
        "not-recorded": ("What the log does not record", "An older version wrote it; sites or titles may be missing."),
        "pruned": ("Records that were taken out", "Older records are gone; their hashes are there."),
        "store-unseen": ("Stores that could not be seen", "What lies there is not covered by any deletion shown here."),
    }
)

EXITS: Mapping[int, str] = MappingProxyType(
    {
        0: "everything passed",
        1: "internal error",
        2: "configuration refused",
        3: "violations found",
        4: "something is unknown",
        5: "a change was not completed",
    }
)


def force_told(force: str) -> ForceTold:
    """Words for ``force``; an unknown or missing one is said to be so."""
    if not force:
        return ForceTold("Force not recorded", "other", "The log does not say what kind of text this is.")
    return FORCES.get(force, ForceTold(force, "other", "A kind of text that this version has no words for."))


def absence_told(kind: str) -> tuple[str, str]:
    """Heading and meaning of a kind of absence; an unknown kind stands for itself."""
    return ABSENCES.get(kind, (kind, "A kind of absence that this version has no words for."))


def plural(count: int, one: str, many: str = "") -> str:
    """``1 camera``, ``1,000 cameras``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(parts: list[str]) -> str:
    """``a, b and c``."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1] if parts else ""
