"""Ten rules over camera documents, written by hand: what a site would script without a policy engine.

Each predicate says whether a camera breaks its rule. A camera that did not answer has no sections; a
predicate then finds nothing, which is the mistake that an engine with unknowns exists to avoid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

Document: TypeAlias = dict[str, Any]

LAYERS = ("runtime", "stored")
RETENTION_SECONDS = 30 * 24 * 3600


def _layered(document: Document, section: str) -> Iterator[dict[str, Any]]:
    found = document.get(section)
    if found is not None:
        for layer in LAYERS:
            yield from found[layer]


def records_itself(document: Document) -> bool:
    return any(job["active"] for job in _layered(document, "jobs"))


def stores_outside(document: Document) -> bool:
    return any(place["in_use"] for place in _layered(document, "external"))


def holds_footage(document: Document) -> bool:
    return any(not recording["empty"] for recording in document.get("recordings", ()))


def streams(document: Document) -> bool:
    return any(service["enabled"] for service in _layered(document, "streams"))


def pushes(document: Document) -> bool:
    return any(destination["enabled"] for destination in _layered(document, "push"))


def talks_to_a_cloud(document: Document) -> bool:
    return any(link["connected"] for link in _layered(document, "cloud"))


def identifies_faces(document: Document) -> bool:
    return any(
        function["enabled"] and function["task"] == "face-identification"
        for function in _layered(document, "analytics")
    )


def has_a_gallery(document: Document) -> bool:
    return any(library["count"] > 0 for library in document.get("libraries", ()))


def keeps_too_long(document: Document) -> bool:
    return any(
        setting["seconds"] is None or setting["seconds"] > RETENTION_SECONDS
        for setting in document.get("retention", ())
    ) or any(
        not recording["empty"] and recording["age_seconds"] > RETENTION_SECONDS
        for recording in document.get("recordings", ())
    )


def lets_anybody_in(document: Document) -> bool:
    access = document.get("access")
    if access is None:
        return False
    return access["anonymous"] or access["open_to_all"] or any(account["default"] for account in access["accounts"])


PREDICATES: dict[str, Callable[[Document], bool]] = {
    "storage.edge.off": records_itself,
    "storage.external.off": stores_outside,
    "storage.residue.empty": holds_footage,
    "transmission.stream.off": streams,
    "transmission.push.off": pushes,
    "transmission.cloud.off": talks_to_a_cloud,
    "analytics.face.identify.off": identifies_faces,
    "analytics.face.library.empty": has_a_gallery,
    "retention.max": keeps_too_long,
    "security.access.least": lets_anybody_in,
}
"""By the control that says the same."""


def in_scope(document: Document) -> bool:
    return bool(document["attributes"]["country"] == "KR")


def violations(documents: list[Document]) -> dict[str, int]:
    """How many cameras break each rule."""
    counts = dict.fromkeys(PREDICATES, 0)
    for document in documents:
        if in_scope(document):
            for rule, breaks in PREDICATES.items():
                if breaks(document):
                    counts[rule] += 1
    return counts
