"""What a run saw of certificates and logins: kept for the next run, and told to whoever must look at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from vmsguard.evidence.writer import EvidenceWriter
from vmsguard.model.facts import Fact, Known
from vmsguard.model.inventory import Target
from vmsguard.model.results import Finding
from vmsguard.model.trust import FIRST_USE, TargetTrust
from vmsguard.model.vocabulary import Why
from vmsguard.run.equipment import Instruments
from vmsguard.run.observe import TargetObservation
from vmsguard.run.trust import uses_tls
from vmsguard.state.store import State
from vmsguard.witness.conclude import OPEN_TO_ALL

__all__ = ["keep_trust", "record_pins", "trust_findings"]


def keep_trust(observations: Mapping[str, TargetObservation], saw: Iterable[Fact], equipment: Instruments) -> None:
    """Keep which certificate each target showed in this run, how it took the login, and whether RTSP asked for one.

    That it does is known of a target when it did for every stream that was asked for.
    """
    described = {
        fact.key.target: fact.reading.value
        for fact in saw
        if fact.key.name == OPEN_TO_ALL and isinstance(fact.reading, Known)
    }
    known = equipment.state.trusts(observations.keys() | described.keys())
    now = equipment.clock.now()
    changed: dict[str, TargetTrust] = {}

    def of(target: str) -> TargetTrust:
        return changed.get(target) or known.get(target) or TargetTrust(target=target)

    for target, observation in observations.items():
        seen, identity = observation.certificate, observation.seen.identity
        if seen is not None:
            told = replace(of(target), seen_key=seen.key, seen_certificate=seen.whole, seen_at=now)
            changed[target] = told
        if identity is not None and identity.login_mode and identity.login_mode != of(target).login_mode:
            changed[target] = replace(of(target), login_mode=identity.login_mode)
    for target, open_to_all in described.items():
        if open_to_all is not of(target).rtsp_open:
            changed[target] = replace(of(target), rtsp_open=bool(open_to_all))
    if changed:
        equipment.state.put_trusts(changed.values())


def trust_findings(
    targets: Iterable[Target], known: Mapping[str, TargetTrust], observations: Mapping[str, TargetObservation]
) -> Iterator[Finding]:
    """What a person should look at of the certificates and logins of these targets."""
    for target in sorted(targets, key=lambda one: one.id):
        trust = known.get(target.id, TargetTrust(target=target.id))
        observation = observations.get(target.id)
        why = None if observation is None else observation.seen.why
        yield from _of_certificate(target, trust, why)
        if why is Why.LOGIN_WEAKENED:
            yield Finding(
                code="login-weakened",
                subject=target.id,
                message="the target asks for the login in a weaker way than before; it was given no password",
                next_step="find out at the device why; where the weaker way is meant, set the target's option auth",
            )
        if trust.rtsp_open:
            yield Finding(
                code="rtsp-without-login",
                subject=target.id,
                message="the RTSP server describes a stream to anybody",
                next_step="let RTSP ask for a login on the target",
            )


def _of_certificate(target: Target, trust: TargetTrust, why: Why | None) -> Iterator[Finding]:
    if why is Why.CERTIFICATE:
        yield Finding(
            code="certificate-changed",
            subject=target.id,
            message="the target shows another certificate than the one it is held to; nothing was sent to it",
            next_step="compare the fingerprint at the device, then "
            + (f"vmsguard trust accept {target.id}" if target.tls_pin is None else "correct tls_pin in the inventory"),
        )
    elif target.tls_pin is None and uses_tls(target) and trust.key and trust.how == FIRST_USE:
        yield Finding(
            code="certificate-not-accepted",
            subject=target.id,
            message="the certificate was learned at the first contact, and nobody has compared it",
            next_step=f"compare the fingerprint at the device, then vmsguard trust accept {target.id}",
        )


def record_pins(log: EvidenceWriter, run: str, state: State) -> None:
    """Record each key that was learned since the last record; evidence first, so that a crash repeats it."""
    fresh = state.unrecorded_trusts()
    for trust in fresh:
        log.append(
            "trust.learned",
            run=run,
            target=trust.target,
            how=trust.how,
            key=trust.key,
            certificate=trust.seen_certificate,
            since=trust.since,
        )
    if fresh:
        state.put_trusts(replace(trust, recorded=True) for trust in fresh)
