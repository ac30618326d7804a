"""Names that a site and its hub share on their NATS servers. Pure."""

from __future__ import annotations

from urllib.parse import quote

__all__ = [
    "CONFIRMED_STREAM",
    "EVIDENCE_STREAM",
    "HUB_EVIDENCE_STREAM",
    "POLICIES_STREAM",
    "POLICIES_SUBJECT",
    "confirmed_subject",
    "evidence_subject",
]

EVIDENCE_STREAM = "vmsguard-evidence"
"""At each site's leaf node: what is on its way."""
HUB_EVIDENCE_STREAM = "vmsguard-hub-evidence"
"""At the hub: what came from every site and is not filed yet."""
CONFIRMED_STREAM = "vmsguard-hub-confirmed"
"""At the hub: the last thing it said to each site."""
POLICIES_STREAM = "vmsguard-hub-policies"
"""At the hub: the newest bundle of policies."""
POLICIES_SUBJECT = "vmsguard.policies"


def evidence_subject(origin: str) -> str:
    """A site's stream takes its own subject alone: leaf nodes of one account see each other's messages."""
    return f"vmsguard.evidence.{_token(origin)}"


def confirmed_subject(origin: str) -> str:
    """Where the hub says how far it has this log."""
    return f"vmsguard.confirmed.{_token(origin)}"


def _token(name: str) -> str:
    """A name as one token: what the server reads as a separator or a wildcard is written otherwise."""
    return quote(name, safe="").replace(".", "%2E")
