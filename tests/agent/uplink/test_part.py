"""The part beside the loop: only what the hub's key signed counts, and who shouts without end fills no memory."""

from __future__ import annotations

import asyncio
import tracemalloc
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import structlog
import structlog.testing

from vmsguard.agent.jetstream.connection import NatsSettings
from vmsguard.agent.uplink.messages import Confirmation
from vmsguard.agent.uplink.part import UplinkPart
from vmsguard.agent.uplink.signed_confirmation import signed_confirmation
from vmsguard.agent.uplink.uplink import Told
from vmsguard.errors import EvidenceError, StateError
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.note import VerifierKey
from vmsguard.model.clock import SystemClock

ORIGIN = "example.org/site"
HUB = SigningKey.generate("example.org/hub")
SAID = Confirmation(ORIGIN, 7, "00" * 32)


def part(folder: Path, key: VerifierKey | None = HUB.verifier, **more: Any) -> UplinkPart:
    told: dict[str, Any] = {"tell": lambda alerts: None, **more}
    state = told.pop("state", None)  # most of them ask nothing of it
    return UplinkPart(
        folder,
        ORIGIN,
        cast(Any, state),
        NatsSettings(servers=("nats://127.0.0.1:4222",)),
        "hub",
        hub_key=key,
        clock=SystemClock(),
        log=structlog.get_logger(),
        **told,
    )


async def hears(one: UplinkPart, data: bytes) -> Confirmation | bytes | None:
    """What it takes in of a message on the hub's subject."""
    await one._confirmation_came(cast(Any, SimpleNamespace(data=data)))
    return None if one._heard.empty() else one._heard.get_nowait()


def test_of_what_comes_faster_than_it_is_looked_at_a_little_is_kept(tmp_path: Path) -> None:
    async def story(one: UplinkPart) -> int:
        said = signed_confirmation(SAID, HUB)
        tracemalloc.start()
        for _ in range(300):
            await one._policies_came(cast(Any, SimpleNamespace(data=bytes(100_000))))
            await one._confirmation_came(cast(Any, SimpleNamespace(data=said)))
        kept, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return kept

    assert asyncio.run(story(part(tmp_path))) < 5_000_000


@pytest.mark.parametrize(
    "data",
    [
        signed_confirmation(SAID, SigningKey.generate(HUB.name)),
        signed_confirmation(SAID, SigningKey.generate("example.org/other")),
        signed_confirmation(SAID, HUB).replace(b"\n7\n", b"\n8\n"),
        b'{"origin":"example.org/site","size":7,"root":"00"}',
        b"",
    ],
    ids=["same name", "other name", "changed", "unsigned", "empty"],
)
def test_what_the_hub_s_key_did_not_sign_is_not_heard_and_told_once(data: bytes, tmp_path: Path) -> None:
    alerts: list[Any] = []
    one = part(tmp_path, tell=alerts.extend)

    async def story() -> None:
        assert (None, None) == (await hears(one, data), await hears(one, data))
        assert ["hub-unproven"] == [alert.code for alert in alerts]
        assert SAID == await hears(one, signed_confirmation(SAID, HUB))
        await hears(one, data)
        assert 2 == len(alerts)

    asyncio.run(story())


def test_the_hub_s_word_on_another_log_is_not_heard(tmp_path: Path) -> None:
    other = signed_confirmation(Confirmation("example.org/other", 7, "00" * 32), HUB)

    assert asyncio.run(hears(part(tmp_path), other)) is None


def test_without_a_key_an_answer_steers_what_is_sent_and_confirms_nothing(tmp_path: Path) -> None:
    counted: list[int] = []
    state = SimpleNamespace(confirm_evidence=lambda origin, size: counted.append(size))

    async def story() -> None:
        for key in (None, HUB.verifier):
            one = part(tmp_path, key, state=state)
            assert SAID == await hears(one, signed_confirmation(SAID, HUB))
            await one._follow(Told(confirmed=7), cast(Any, None))

    asyncio.run(story())
    assert [7] == counted


def test_a_policy_source_that_breaks_keeps_no_evidence_from_going_up_and_is_told_once(tmp_path: Path) -> None:
    class Broken:
        in_place = 0

        def __call__(self, data: bytes) -> None:
            raise KeyError("a bug")

        def look(self) -> None:
            raise KeyError("a bug")

    one = part(tmp_path, take_policies=Broken())

    async def story() -> None:
        for _ in range(2):
            await one._take_in(b"a bundle", cast(Any, None))
            await one._with_policies(Broken().look)

    with structlog.testing.capture_logs() as said:
        asyncio.run(story())
    assert ["the hub's policies could not be looked at"] == [entry["event"] for entry in said]


@pytest.mark.parametrize("error", [EvidenceError("the log is broken"), StateError("the state is away")])
def test_a_log_or_state_that_fails_is_told_as_ever(error: Exception, tmp_path: Path) -> None:
    def fails() -> None:
        raise error

    with pytest.raises(type(error)):
        asyncio.run(part(tmp_path)._with_policies(fails))
