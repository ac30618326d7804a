"""What the access control services say of faces: as a kind of credential, and as a way to open a door."""

from __future__ import annotations

from dataclasses import dataclass

from vmsguard_onvif.elements import Element, Malformed, children, descend, local, number, text
from vmsguard_onvif.namespaces import AUTHENTICATION, CREDENTIAL

__all__ = ["FacePolicy", "face_policy", "identifier_types"]

_TCR, _TAB = f"{{{CREDENTIAL}}}", f"{{{AUTHENTICATION}}}"
# pt:RecognitionType: what somebody presents names its holder; a second feature of the body names nobody.
_CLAIMS = frozenset({"Card", "PIN"})


@dataclass(frozen=True)
class FacePolicy:
    """How security levels use faces; ``complete`` says whether every level was told."""

    levels: int
    alone: bool
    """Some level opens on a face without anything that says whose it is: it is searched for among all."""
    with_claim: bool
    """Some level asks for a card or a number, and then for the face."""
    unclear: bool
    """Some level asks for both, and not for the claim first."""
    complete: bool


def identifier_types(reply: Element) -> tuple[str, ...]:
    """Local names of the credential identifiers a device supports, such as ``Card`` and ``Face``."""
    capabilities = descend(reply, f"{_TCR}Capabilities")
    if capabilities is None:
        raise Malformed("no capabilities in the reply")
    return tuple(
        local((found.text or "").strip()) for found in children(capabilities, f"{_TCR}SupportedIdentifierType")
    )


def face_policy(reply: Element) -> FacePolicy:
    """What one page of ``GetSecurityLevelList`` tells."""
    levels = list(children(reply, f"{_TAB}SecurityLevel"))
    uses = [_use(group) for level in levels for group in children(level, f"{_TAB}RecognitionGroup")]
    return FacePolicy(
        len(levels), "alone" in uses, "claim" in uses, "unclear" in uses, not text(reply, f"{_TAB}NextStartReference")
    )


def _use(group: Element) -> str:
    """How one group of recognition methods uses a face: ``alone``, after a ``claim``, ``unclear``, or not at all."""
    orders: dict[str, list[int | None]] = {}
    for method in children(group, f"{_TAB}RecognitionMethod"):
        order = number(text(method, f"{_TAB}Order"))
        orders.setdefault(local(text(method, f"{_TAB}RecognitionType")), []).append(order)
    if "Face" not in orders:
        return ""
    claims = [order for kind in _CLAIMS for order in orders.get(kind, ())]
    if not claims:
        return "alone"
    first = min((order for order in claims if order is not None), default=None)
    faces = orders["Face"]
    return "claim" if first is not None and all(face is not None and first < face for face in faces) else "unclear"
