"""Changes on the wire: each once, after its intent, and never concluded from."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from vmsguard.errors import AuthRejected, CertificateRefused, EvidenceError, NotSupported, StateError, Unreachable
from vmsguard.model.changes import Change, Receipt
from vmsguard.model.facts import Fact, FactKey, Known
from vmsguard.model.inventory import Inventory
from vmsguard.model.plan import Cause, PlannedChange
from vmsguard.model.vocabulary import Basis, Mode, Stage
from vmsguard.run.equipment import Equipment
from vmsguard.run.execute import Sent, send_changes


async def send(equipment: Equipment, make_target: Any, changes: list[Any]) -> list[Sent]:
    names = {planned.change.target for planned in changes}
    inventory = Inventory({name: make_target(name) for name in names}, {})
    return await send_changes(changes, inventory, {}, equipment, run="run-1")


def unsupported(change: Change) -> Exception:
    return NotSupported(change.target, "SetMode", "no such function")


async def test_a_definitive_refusal_of_an_administrator_is_a_proof(
    equipment: Equipment, scripts: Any, make_target: Any, make_stop: Any, make_script: Any
) -> None:
    scripts["a"] = make_script(changes=unsupported)
    (sent,) = await send(equipment, make_target, [make_stop("a")])
    assert ("unsupported", "recording.stop") == (sent.outcome, sent.proof and sent.proof.verb)


async def test_a_driver_that_asked_the_device_nothing_proves_nothing(
    equipment: Equipment, scripts: Any, make_target: Any, make_stop: Any, make_script: Any
) -> None:
    scripts["a"] = make_script(changes=unsupported, asks_device=False)
    (sent,) = await send(equipment, make_target, [make_stop("a")])
    assert ("unsupported", None) == (sent.outcome, sent.proof)


async def test_a_job_that_cannot_be_asked_about_is_no_proof_that_the_change_is_impossible(
    equipment: Equipment, scripts: Any, make_target: Any, make_stop: Any, make_script: Any
) -> None:
    scripts["a"] = make_script(
        changes=lambda change: Receipt(change.id, equipment.clock.now(), "accepted-later", "job-7"),
        polls=lambda: NotSupported("a", "poll", "starts no jobs"),
    )
    (sent,) = await send(equipment, make_target, [make_stop("a")])
    assert ("accepted", "job-not-seen", None) == (sent.outcome, sent.code, sent.proof)


async def test_nothing_is_sent_anywhere_once_the_log_cannot_be_written(
    equipment: Equipment,
    scripts: Any,
    make_target: Any,
    make_stop: Any,
    make_script: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def wait() -> None:
        await asyncio.Event().wait()

    def append(event: str, **told: Any) -> int:
        raise EvidenceError("the evidence log is broken")

    scripts["a"], scripts["b"] = make_script(), make_script(opens=wait)
    monkeypatch.setattr(equipment.evidence, "append", append)
    with pytest.raises(EvidenceError):
        await send(equipment, make_target, [make_stop("a"), make_stop("b")])
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert ([], [], 1) == (scripts["b"].sent, others, scripts["b"].closed)


async def test_a_state_that_cannot_be_written_stops_the_run_before_the_change(
    equipment: Equipment,
    scripts: Any,
    make_target: Any,
    make_stop: Any,
    make_script: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(values: object) -> None:
        raise StateError("the disk is full")

    scripts["a"] = make_script()
    monkeypatch.setattr(equipment.state, "add_prior_values", full)
    with pytest.raises(StateError):
        await send(equipment, make_target, [make_stop("a")])
    assert [] == scripts["a"].sent


async def test_what_never_left_is_told_apart_from_what_failed(
    equipment: Equipment, scripts: Any, make_target: Any, make_stop: Any, make_script: Any
) -> None:
    scripts["a"] = make_script(opens=lambda: Unreachable("a", "open", "refused"))
    scripts["b"] = make_script(changes=lambda change: Unreachable("b", "SetMode", "reset"))
    sent = await send(equipment, make_target, [make_stop("a"), make_stop("b")])
    assert [("failed", False), ("failed", True)] == [(entry.outcome, entry.left) for entry in sent]


async def test_an_open_breaker_keeps_the_change_login_at_home(
    equipment: Equipment, scripts: Any, make_target: Any, make_stop: Any, make_script: Any
) -> None:
    opened: list[str] = []

    def refuse(name: str) -> Callable[[], Exception]:
        def step() -> Exception:
            opened.append(name)
            return AuthRejected(name, "open", "refused")

        return step

    names = ["a", "b", "c", "d"]
    scripts.update({name: make_script(opens=refuse(name)) for name in names})
    for name in names:
        (sent,) = await send(equipment, make_target, [make_stop(name)])
    assert (["a", "b", "c"], "credential-breaker-open", False) == (opened, sent.code, sent.left)


async def test_a_driver_that_hangs_does_not_hold_the_run(
    equipment: Equipment,
    scripts: Any,
    make_target: Any,
    make_stop: Any,
    make_script: Any,
    monkeypatch: pytest.MonkeyPatch,
    events: Callable[[str], list[dict[str, Any]]],
) -> None:
    monkeypatch.setattr("vmsguard.run.execute.CHANGE_SECONDS", 0.01)
    scripts["a"] = make_script(changes=lambda change: asyncio.Event().wait())
    (sent,) = await send(equipment, make_target, [make_stop("a")])
    assert ("failed", "unreachable", True) == (sent.outcome, sent.code, sent.left)
    assert ["failed"] == [event["outcome"] for event in events("apply.result")]


async def test_outcomes_of_a_session_outlive_what_breaks_it_later(
    equipment: Equipment, scripts: Any, make_target: Any, make_stop: Any, make_script: Any
) -> None:
    key = FactKey("a", "1", "recording.jobs")
    fact = Fact(key, Known(object()), Basis.READ_BACK, equipment.clock.now())
    scripts["a"] = make_script()
    changes = [make_stop("a", "1"), make_stop("a", "2", cites=(key,)), make_stop("a", "3")]
    inventory = Inventory({"a": make_target("a")}, {})
    sent = await send_changes(changes, inventory, {key: fact}, equipment, run="run-1")
    assert ["accepted", "failed", "accepted"] == [entry.outcome for entry in sent]


async def test_a_purge_of_what_was_before_reaches_to_the_moment_it_is_sent(
    equipment: Equipment, scripts: Any, make_target: Any, make_script: Any
) -> None:
    told = {"cutoff": "2026-11-22T11:00:00Z", "recordings": ""}
    planned = PlannedChange(
        change=Change("footage.purge", "a", "1", told),
        causes=(Cause("c", "p", "r", "storage.residue.empty"),),
        mode=Mode.ENFORCE,
        stage=Stage.PURGING,
        destructive=True,
    )
    by_limit = replace(
        planned, change=replace(planned.change, channel="2"), causes=(Cause("c", "p", "r", "retention.max"),)
    )
    scripts["a"] = make_script()
    sent = await send(equipment, make_target, [planned, by_limit])
    cutoffs = [change.arguments["cutoff"] for change in scripts["a"].sent]
    assert ["2026-11-22T12:00:00Z", "2026-11-22T11:00:00Z"] == cutoffs
    assert cutoffs == [entry.planned.change.arguments["cutoff"] for entry in sent]


async def test_a_target_that_uses_up_every_limit_is_left_when_its_time_is_over(
    equipment: Equipment, scripts: Any, make_target: Any, make_stop: Any, make_script: Any, clock: Any
) -> None:
    def slow(change: Change) -> None:
        clock.seconds += 119.0

    scripts["a"] = make_script(changes=slow)
    sent = await send(equipment, make_target, [make_stop("a", f"j{number}") for number in range(100)])
    outcomes = [(one.outcome, one.code, one.left) for one in sent]
    assert [("skipped", "out-of-time", False)] * 39 == outcomes[61:]
    assert {"accepted"} == {one.outcome for one in sent[:61]}
    assert 61 == len(scripts["a"].sent)


async def test_after_another_certificate_nothing_more_is_sent_to_the_target(
    equipment: Equipment, scripts: Any, make_target: Any, make_stop: Any, make_script: Any
) -> None:
    scripts["a"] = make_script(changes=lambda change: CertificateRefused("a", "SetMode", "not the pinned one"))
    first, second = await send(equipment, make_target, [make_stop("a", "j1"), make_stop("a", "j2")])
    assert ("failed", "certificate-refused") == (first.outcome, first.code)
    assert ("skipped", "certificate-refused", False) == (second.outcome, second.code, second.left)
