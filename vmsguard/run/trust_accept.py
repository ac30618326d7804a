"""A person's word on the certificate that a target shows: whether it is what was seen, and what then holds."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from vmsguard.errors import UsageError
from vmsguard.evidence.writer import EvidenceWriter
from vmsguard.model.inventory import Target
from vmsguard.model.trust import ACCEPTED, TargetTrust
from vmsguard.net.tls import parse_pin
from vmsguard.run.trust import uses_tls
from vmsguard.state.store import State

__all__ = ["accepted", "keep_accepted", "waiting_for"]


def waiting_for(target: Target, known: TargetTrust | None) -> TargetTrust:
    """What of the target can be accepted; raises ``UsageError`` where there is nothing to accept."""
    if not uses_tls(target):
        raise UsageError(f"{target.id}: has no certificate", hint="enrol it by its https URL, then run vmsguard check")
    if target.tls_pin is not None:
        raise UsageError(
            f"{target.id}: the inventory holds its pin",
            hint=f"correct tls_pin there, or take it out to accept what is seen. {target.place}".strip(),
        )
    if known is None or not known.seen_key:
        raise UsageError(f"{target.id}: no certificate of it was seen yet", hint="run vmsguard check first")
    return known


def accepted(known: TargetTrust, fingerprint: str, *, by: str, at: datetime) -> TargetTrust:
    """The target held to the key that was seen last; raises ``UsageError`` if ``fingerprint`` is of another.

    The fingerprint is that of the certificate, as devices show it, or of its public key.
    """
    told = parse_pin(fingerprint)
    seen = {known.seen_key} if told.of_key else {known.seen_key, known.seen_certificate}
    if told.digest.hex() not in seen:
        raise UsageError(
            f"{known.target}: this is not the fingerprint of what it showed last",
            hint=f"see vmsguard trust show {known.target}; if the device shows yours, another answers for it",
        )
    return replace(known, how=ACCEPTED, key=known.seen_key, since=at, by=by, recorded=True)


def keep_accepted(log: EvidenceWriter, state: State, held: TargetTrust, uid: int) -> None:
    """Record and keep an acceptance; ``uid`` is of whose process said it."""
    log.append(
        "trust.accepted",
        durable=True,
        target=held.target,
        how=held.how,
        key=held.key,
        certificate=held.seen_certificate,
        since=held.since,
        approver=held.by,
        uid=uid,
    )
    # Evidence first: an acceptance that a crash cut off is made again, and none is unrecorded.
    state.put_trusts([held])
    log.checkpoint()
