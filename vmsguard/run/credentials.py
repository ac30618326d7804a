"""The breaker of each login: opened by three targets that refuse it, closed by one that is proven to accept it."""

from __future__ import annotations

from collections.abc import MutableMapping

from vmsguard.errors import SecretMissing
from vmsguard.model.inventory import Target
from vmsguard.model.ledger import Breaker
from vmsguard.model.manifest import Identity
from vmsguard.run.equipment import Instruments

__all__ = ["Breakers", "credential_of", "note_accepted", "note_refusal", "refused_elsewhere", "refused_here"]

Breakers = MutableMapping[str, Breaker]
"""By credential what the state knows of refusals; a run of many targets reads it once and keeps it up to date."""


def credential_of(target: Target, equipment: Instruments, *, for_change: bool = False) -> str:
    """The keyed digest under which refusals of a target's login are counted; empty for no login.

    It covers the password too: whoever mends the secret starts with a closed breaker.
    """
    login = equipment.login(target.login.change if for_change else target.login.read)
    if login is None:
        return ""
    return equipment.state.digest("\0".join((login.reference, login.user, login.password)))


def refused_elsewhere(
    target: Target, equipment: Instruments, *, for_change: bool = False, known: Breakers | None = None
) -> str:
    """Why the login must not be tried here; empty while its breaker is closed."""
    credential = credential_of(target, equipment, for_change=for_change)
    breaker = _breaker(credential, equipment, known)
    if breaker is None or breaker.opened_at is None:
        return ""
    return f"{len(breaker.refused_by)} targets refused this login"


def refused_here(target: Target, equipment: Instruments) -> bool:
    """Whether the target refused its login as it is now, and has not been seen to accept it since.

    Raises nothing for a login that is missing: nobody refused it.
    """
    try:
        breaker = _breaker(credential_of(target, equipment), equipment, None)
    except SecretMissing:
        return False
    return breaker is not None and target.id in breaker.refused_by


def _breaker(credential: str, equipment: Instruments, known: Breakers | None) -> Breaker | None:
    if not credential:
        return None
    return equipment.state.breaker(credential) if known is None else known.get(credential)


def note_refusal(
    target: Target, equipment: Instruments, *, for_change: bool = False, known: Breakers | None = None
) -> None:
    """Count one refused login; the breaker opens at the third target, for every run that uses this state."""
    credential = credential_of(target, equipment, for_change=for_change)
    if credential:
        breaker = equipment.state.record_refusal(credential, target.id)
        if known is not None:
            known[credential] = breaker


def note_accepted(
    target: Target,
    identity: Identity,
    equipment: Instruments,
    *,
    for_change: bool = False,
    known: Breakers | None = None,
) -> None:
    """Forget refusals of a login that a target is proven to accept: single refusals over months are no bad password.

    A target that lets anybody in proves nothing of a login.
    """
    if identity.as_administrator is None or "no-auth-required" in identity.notes:
        return
    credential = credential_of(target, equipment, for_change=for_change)
    if _breaker(credential, equipment, known) is not None:
        equipment.state.clear_refusals(credential)
        if known is not None:
            del known[credential]
