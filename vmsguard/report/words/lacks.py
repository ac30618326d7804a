"""What an unknown verdict lacks, in words: the codes are ``vmsguard.model.vocabulary.Why``."""

from __future__ import annotations

from collections.abc import Mapping

from vmsguard.model.vocabulary import Why
from vmsguard.report.words.wording import Words

__all__ = ["LACKS"]

LACKS: Mapping[str, Words] = {
    Why.NOT_READ.value: Words(
        "Nobody has read what the verdict needs.",
        "Run vmsguard check; where it stays so, read the control's entry to see what it asks for.",
    ),
    Why.NO_DRIVER_FACT.value: Words(
        "The driver of this product does not deliver what the control reads.",
        "See vmsguard plugins list for what the driver can read; use another driver, or a dated document where the "
        "rule takes one.",
    ),
    Why.UNREACHABLE.value: Words(
        "The target gave no usable answer.",
        "See that the target is powered and reachable from where vmsguard runs, then run vmsguard check.",
    ),
    Why.AUTH.value: Words(
        "The target refused our login.",
        "Mend the login's secret, try it on one target first, then run vmsguard check.",
    ),
    Why.NO_SECRET.value: Words(
        "The secret that the login refers to could not be found.",
        "Provide the secret that the inventory names, then run vmsguard doctor.",
    ),
    Why.FAULT.value: Words(
        "The target answered with a fault that proves neither that the function is there nor that it is not.",
        "Look at the target's own log, and at its firmware; then run vmsguard check.",
    ),
    Why.PROTOCOL.value: Words(
        "What the target answered is not an answer to what was asked.",
        "Check that the enrolled address and driver fit the product; ask its maker about the firmware.",
    ),
    Why.INCOMPLETE.value: Words(
        "A list that had to be complete was not.",
        "Give the login the right to see everything, or enrol what could not be listed.",
    ),
    Why.FABRICATED.value: Words(
        "The target says success to operations that cannot exist, so its word proves nothing.",
        "Ask the maker for a firmware that answers truthfully; until then let a second witness look.",
    ),
    Why.UNSUPPORTED_UNPROVEN.value: Words(
        "The target seems to lack the function, and nothing proves it.",
        "Read with an administrator's login, or record the maker's signed statement for this firmware.",
    ),
    Why.NOT_ATTRIBUTED.value: Words(
        "The inventory does not state an attribute that the verdict needs.",
        "State it for the camera or its group in the inventory; vmsguard policy explain says which one.",
    ),
    Why.NO_DOCUMENT.value: Words(
        "A document that the rule asks for is not recorded, or does not say what is needed.",
        "Add the document with its hash and dates to the documents, then run vmsguard check.",
    ),
    Why.NO_RECORDER.value: Words(
        "No recorder of the site is enrolled, and no document says that there is none.",
        "Enrol the site's recorders, or record a dated document that attests there are none.",
    ),
    Why.NO_ENDPOINT.value: Words(
        "The camera has no enrolled place at which the control could be read.",
        "Add an endpoint of the needed role (device, recorder or relay) to the camera in the inventory.",
    ),
    Why.CONTRADICTED.value: Words(
        "Two witnesses contradict each other.",
        "Look at the target in person: one of the two does not tell what is true.",
    ),
    Why.STALE.value: Words(
        "What is known is too old: nobody has looked again when somebody should have.",
        "Run vmsguard check there, and find out why no run has looked.",
    ),
    Why.BREAKER_OPEN.value: Words(
        "Several targets refused this login, so it was not tried on more: repeated refusals lock accounts.",
        "Mend the secret; a target that accepts it lets the others be tried again.",
    ),
    Why.PLUGIN.value: Words(
        "The plugin that speaks to this target did not load or failed.",
        "See vmsguard plugins check for the reason, and update or repair the plugin.",
    ),
    Why.CLOCK.value: Words(
        "The target's clock cannot be trusted, so times it states prove nothing.",
        "Set the target's clock or its time server, then run vmsguard check.",
    ),
    Why.BASIS.value: Words(
        "It is known, but on a weaker basis than the rule asks for.",
        "Let it be read from the target itself or seen by a second witness; a manual's word is not enough here.",
    ),
    Why.CERTIFICATE.value: Words(
        "The target shows another certificate than the one it is held to; nothing was sent to it.",
        "Compare the certificate at the device itself, then run vmsguard trust show and vmsguard trust accept.",
    ),
    Why.LOGIN_WEAKENED.value: Words(
        "The target asks for the login in a weaker way than before; it was given none.",
        "Find out at the device why; where the weaker way is meant, set the option auth of the target.",
    ),
    Why.OUT_OF_TIME.value: Words(
        "The target answered, but so slowly that it could not be read in the time one target may take.",
        "Look at the target and the link to it; where it needs longer, set limits.session_seconds in the inventory.",
    ),
    "not-stated": Words(
        "The record does not say what is missing.",
        "Run vmsguard check with the current version: its records say it.",
    ),
    "not-understood": Words(
        "The record holds a word that this version does not know, so it counts as unknown.",
        "Make the report with the version that wrote the log, or a newer one.",
    ),
}
