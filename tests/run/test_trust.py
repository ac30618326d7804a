"""What a session is held to, and what of a run is kept and found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from vmsguard.errors import CertificateRefused, LoginWeakened, Unreachable, UsageError
from vmsguard.model.facts import Fact, FactKey, Known, Unknown
from vmsguard.model.inventory import Inventory, LoginRefs, Target
from vmsguard.model.manifest import Identity
from vmsguard.model.snapshot import TargetSeen
from vmsguard.model.trust import ACCEPTED, AUTHORITY, FIRST_USE, TargetTrust
from vmsguard.model.vocabulary import Basis, Role, Why
from vmsguard.net.first_contact import FirstSeen
from vmsguard.net.tls import CertificateSeen
from vmsguard.run.equipment import Equipment
from vmsguard.run.observe import TargetObservation, observe_targets
from vmsguard.run.trust import held_target, learn
from vmsguard.run.trust_accept import accepted, waiting_for
from vmsguard.run.trust_kept import keep_trust, record_pins, trust_findings

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY, WHOLE, OTHER = "11" * 32, "22" * 32, "33" * 32
HTTPS = Target(
    id="t", site="s", role=Role.DEVICE, driver="scripted", url="https://192.0.2.1/", login=LoginRefs("r", "c")
)


def trust(how: str = FIRST_USE, **fields: Any) -> TargetTrust:
    return TargetTrust(target="t", **{"how": how, "key": KEY, "seen_key": KEY, "seen_certificate": WHOLE, **fields})


def observed(**fields: Any) -> dict[str, TargetObservation]:
    seen = TargetSeen(target="t", identity=fields.pop("identity", None), why=fields.pop("why", None))
    return {"t": TargetObservation(seen=seen, **fields)}


@pytest.fixture
def shows(monkeypatch: pytest.MonkeyPatch) -> list[FirstSeen]:
    """What a first contact shows, in turn; each is made once."""
    told: list[FirstSeen] = []

    async def first_certificate(*_: object) -> FirstSeen:
        return told.pop(0)

    monkeypatch.setattr("vmsguard.run.trust.first_certificate", first_certificate)
    return told


@pytest.mark.parametrize(
    ("target", "known", "pin"),
    [
        (HTTPS, trust(), f"spki-sha256:{KEY}"),
        (HTTPS, trust(ACCEPTED), f"spki-sha256:{KEY}"),
        (HTTPS, trust(AUTHORITY), None),
        (HTTPS, None, None),
        (replace(HTTPS, tls_pin="sha256:" + OTHER), trust(ACCEPTED), "sha256:" + OTHER),
        (replace(HTTPS, url="http://192.0.2.1/"), trust(ACCEPTED), None),
    ],
    ids=["first-use", "accepted", "authority", "unknown", "inventory", "http"],
)
def test_the_inventory_goes_before_what_was_learned(target: Target, known: TargetTrust | None, pin: str | None) -> None:
    assert pin == held_target(target, known).tls_pin


async def test_a_first_contact_is_made_once_and_kept(equipment: Equipment, shows: list[FirstSeen]) -> None:
    shows.append(FirstSeen(CertificateSeen(KEY, WHOLE), vouched=False))
    learned = await learn(HTTPS, equipment)
    assert learned == await learn(HTTPS, equipment) == equipment.state.trust("t")
    assert ("first-use", KEY, WHOLE) == (learned.how, learned.key, learned.seen_certificate)


async def test_what_an_authority_vouches_for_is_learned_and_not_held_to(
    equipment: Equipment, shows: list[FirstSeen]
) -> None:
    shows.append(FirstSeen(CertificateSeen(KEY, WHOLE), vouched=True))
    learned = await learn(HTTPS, equipment)
    assert ("authority", False) == (learned.how, learned.held)


@pytest.mark.parametrize("target", [replace(HTTPS, tls_pin=KEY), replace(HTTPS, url="http://192.0.2.1/")])
async def test_where_nothing_is_to_learn_nobody_is_contacted(
    equipment: Equipment, shows: list[FirstSeen], target: Target
) -> None:
    assert await learn(target, equipment) is None


async def test_what_is_known_of_the_login_outlives_the_first_contact(
    equipment: Equipment, shows: list[FirstSeen]
) -> None:
    equipment.state.put_trusts([TargetTrust(target="t", login_mode="digest")])
    shows.append(FirstSeen(CertificateSeen(KEY, WHOLE), vouched=False))
    assert "digest" == (await learn(HTTPS, equipment)).login_mode


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (CertificateRefused("t", "open", "x"), Why.CERTIFICATE),
        (LoginWeakened("t", "open", "x"), Why.LOGIN_WEAKENED),
    ],
)
async def test_each_refusal_of_ours_is_a_reason_of_its_own(
    equipment: Equipment, scripts: dict[str, Any], shows: list[FirstSeen], error: Exception, why: Why, script: Any
) -> None:
    scripts["t"] = script(opens=lambda: error)
    shows += [FirstSeen(CertificateSeen(KEY, WHOLE), vouched=True), FirstSeen(CertificateSeen(OTHER, WHOLE), False)]
    found = await observe_targets([HTTPS], Inventory({"t": HTTPS}, {}), frozenset(), {}, equipment)
    assert why is found["t"].seen.why
    # What an authority no longer vouches for is looked at once more, for a person to compare.
    expected = CertificateSeen(OTHER, WHOLE) if why is Why.CERTIFICATE else None
    assert expected == found["t"].certificate


@pytest.fixture
def script() -> Callable[..., Any]:
    """A script that opens as told; only that of the scripted driver's own room has more."""

    class Script:
        channels = ()
        changes = polls = observes = None
        closed = 0

        def __init__(self, opens: Callable[[], Any]) -> None:
            self.opens = opens
            self.identity = Identity()

    return Script


async def test_what_was_seen_is_kept_and_what_was_not_stays(equipment: Equipment) -> None:
    equipment.state.put_trusts([trust(login_mode="digest", rtsp_open=True)])
    keep_trust(observed(certificate=CertificateSeen(OTHER, WHOLE), why=Why.CERTIFICATE), [], equipment)
    kept = equipment.state.trust("t")
    assert (KEY, OTHER, "digest", True) == (kept.key, kept.seen_key, kept.login_mode, kept.rtsp_open)
    assert equipment.clock.now() == kept.seen_at


@pytest.mark.parametrize(("without_login", "kept"), [(True, True), (False, False), (None, True)])
async def test_whether_rtsp_asks_for_a_login_is_kept(
    equipment: Equipment, without_login: bool | None, kept: bool
) -> None:
    equipment.state.put_trusts([trust(rtsp_open=True)])
    reading = Unknown(Why.NOT_READ) if without_login is None else Known(without_login)
    fact = Fact(FactKey("t", "*", "stream.open_to_all"), reading, Basis.OBSERVED, equipment.clock.now())
    keep_trust(observed(identity=Identity(login_mode="wsse")), [fact], equipment)
    assert (kept, "wsse") == (equipment.state.trust("t").rtsp_open, equipment.state.trust("t").login_mode)


@pytest.mark.parametrize(
    ("target", "known", "why", "codes"),
    [
        (HTTPS, trust(), None, ["certificate-not-accepted"]),
        (HTTPS, trust(), Why.UNREACHABLE, ["certificate-not-accepted"]),
        (HTTPS, trust(AUTHORITY), None, []),
        (HTTPS, trust(ACCEPTED), None, []),
        (HTTPS, trust(ACCEPTED), Why.CERTIFICATE, ["certificate-changed"]),
        (HTTPS, trust(ACCEPTED, rtsp_open=True), Why.LOGIN_WEAKENED, ["login-weakened", "rtsp-without-login"]),
        (replace(HTTPS, tls_pin=KEY), trust(), None, []),
        (replace(HTTPS, url="http://192.0.2.1/"), trust(), None, []),
    ],
)
def test_what_a_person_should_look_at_is_found(
    target: Target, known: TargetTrust, why: Why | None, codes: list[str]
) -> None:
    assert codes == [finding.code for finding in trust_findings([target], {"t": known}, observed(why=why))]


async def test_a_learned_key_is_recorded_once(
    equipment: Equipment, events: Callable[[str], list[dict[str, Any]]]
) -> None:
    equipment.state.put_trusts([trust(since=equipment.clock.now())])
    record_pins(equipment.evidence, "run-1", equipment.state)
    record_pins(equipment.evidence, "run-2", equipment.state)
    (told,) = events("trust.learned")
    assert ("t", "first-use", KEY, WHOLE) == (told["target"], told["how"], told["key"], told["certificate"])


async def test_a_first_contact_that_fails_is_the_targets_reason(
    equipment: Equipment, scripts: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody(*_: object) -> FirstSeen:
        raise Unreachable("t", "first contact", "the TLS handshake failed")

    monkeypatch.setattr("vmsguard.run.trust.first_certificate", nobody)
    found = await observe_targets([HTTPS], Inventory({"t": HTTPS}, {}), frozenset(), {}, equipment)
    assert (Why.UNREACHABLE, None) == (found["t"].seen.why, equipment.state.trust("t"))


@pytest.mark.parametrize("told", [OTHER, f"sha256:{WHOLE}", f"spki-sha256:{OTHER}", WHOLE.upper()])
def test_the_key_that_was_seen_last_is_accepted(told: str) -> None:
    held = accepted(trust(seen_key=OTHER), told, by="role:it", at=NOON)
    assert (ACCEPTED, OTHER, NOON, "role:it") == (held.how, held.key, held.since, held.by)


@pytest.mark.parametrize("told", [KEY, f"spki-sha256:{WHOLE}"])
def test_any_other_fingerprint_is_refused(told: str) -> None:
    with pytest.raises(UsageError, match="not the fingerprint"):
        accepted(trust(seen_key=OTHER), told, by="role:it", at=NOON)


@pytest.mark.parametrize(
    ("target", "known", "told"),
    [
        (replace(HTTPS, url="http://192.0.2.1/"), trust(), "no certificate"),
        (replace(HTTPS, tls_pin=KEY), trust(), "inventory holds"),
        (HTTPS, None, "yet"),
        (HTTPS, TargetTrust(target="t", login_mode="digest"), "yet"),
    ],
)
def test_where_nothing_waits_nothing_is_accepted(target: Target, known: TargetTrust | None, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        waiting_for(target, known)
