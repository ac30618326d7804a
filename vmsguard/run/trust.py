"""Whose certificate a session is held to: the inventory's, the accepted, or the one of the first contact."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from vmsguard.errors import DriverError
from vmsguard.model.inventory import Target
from vmsguard.model.trust import AUTHORITY, FIRST_USE, TargetTrust
from vmsguard.net.first_contact import first_certificate
from vmsguard.net.origin import enrolled_origin
from vmsguard.net.tls import CertificateSeen, format_key_pin
from vmsguard.run.equipment import Instruments

__all__ = ["held_target", "learn", "seen_anyway", "uses_tls"]


def uses_tls(target: Target) -> bool:
    """Whether the target is enrolled by an https URL."""
    try:
        return enrolled_origin(target.url).is_tls
    except ValueError:
        return False


def held_target(target: Target, known: TargetTrust | None) -> Target:
    """The target with the pin its sessions must meet; the inventory's own goes before what was learned."""
    if target.tls_pin is not None or known is None or not known.held or not uses_tls(target):
        return target
    return replace(target, tls_pin=format_key_pin(known.key))


async def learn(
    target: Target, equipment: Instruments, trusts: Mapping[str, TargetTrust] | None = None
) -> TargetTrust | None:
    """What is known of the target, after a first contact where nothing was; raises ``DriverError`` if that fails.

    The pin is in the state before any request: a crash must not leave a second first contact. ``trusts`` is what the
    state held when a run of many targets began, which spares a look-up for each.
    """
    known = equipment.state.trust(target.id) if trusts is None else trusts.get(target.id)
    if target.tls_pin is not None or not uses_tls(target) or (known is not None and known.key):
        return known
    first = await first_certificate(target, equipment.pool, equipment.clock)
    now = equipment.clock.now()
    learned = replace(
        known or TargetTrust(target=target.id),
        how=AUTHORITY if first.vouched else FIRST_USE,
        key=first.certificate.key,
        since=now,
        seen_key=first.certificate.key,
        seen_certificate=first.certificate.whole,
        seen_at=now,
        recorded=False,
    )
    equipment.state.put_trusts([learned])
    return learned


async def seen_anyway(target: Target, equipment: Instruments) -> CertificateSeen | None:
    """What a target shows that no authority vouches for any more, so that a person can compare it."""
    try:
        return (await first_certificate(target, equipment.pool, equipment.clock)).certificate
    except DriverError:
        return None
