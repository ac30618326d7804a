"""The three pages over real HTTP, and the metrics in the format that Prometheus reads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from vmsguard.agent.health.metrics import AgentMetrics, Picture
from vmsguard.agent.health.probes import ProbeServer
from vmsguard.agent.health.vitals import Vitals
from vmsguard.errors import ConfigError, StateError
from vmsguard.model.standing_counts import SiteAge


@pytest.fixture
def vitals(clock) -> Vitals:
    return Vitals(clock=clock)


@pytest.fixture
def metrics(clock) -> AgentMetrics:
    def picture() -> Picture:
        old = SiteAge("hq", clock.now() - timedelta(hours=30), 1.25, 40, 2)
        young = SiteAge("branch", clock.now() - timedelta(hours=3), 0.125, 7, 0)
        return Picture(ages=(old, young), due=5, unsent_notifications=1)

    return AgentMetrics(picture, clock)


@pytest.fixture
async def server(vitals, metrics) -> AsyncIterator[ProbeServer]:
    served = ProbeServer(vitals, metrics)
    await served.start()
    yield served
    await served.stop()


async def ask(server: ProbeServer, page: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{server.port}{page}") as answer,
    ):
        return answer.status, await answer.text()


async def test_alive_while_the_loop_goes_round(server, vitals, clock) -> None:
    assert (503, "stuck\n") == await ask(server, "/livez")
    vitals.tick()
    assert (200, "alive\n") == await ask(server, "/livez")
    clock.forward(seconds=61)
    assert (503, "stuck\n") == await ask(server, "/livez")


async def test_ready_only_while_everything_it_needs_works(server, vitals) -> None:
    def gone() -> None:
        raise StateError("the database is not there", hint="start it")

    vitals.tick()
    assert (200, "ready\n") == await ask(server, "/readyz")
    vitals.checks = {"state": gone}
    assert (503, "state: the database is not there\n") == await ask(server, "/readyz")
    assert 200 == (await ask(server, "/livez"))[0]


async def test_metrics_are_by_site_and_read_when_asked(server, metrics, clock) -> None:
    metrics.task_ended("due", "done", 0.7)
    metrics.reconciled(clock.now())
    metrics.alerted("duty-missed")
    status, text = await ask(server, "/metrics")
    told = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.name.endswith(("_bucket", "_created"))
    }
    assert 200 == status
    assert {
        ("vmsguard_deletion_age_seconds", "hq"): 108000.0,
        ("vmsguard_deletion_age_seconds", "branch"): 10800.0,
        ("vmsguard_deletion_gap_ratio", "hq"): 1.25,
        ("vmsguard_deletion_gap_ratio", "branch"): 0.125,
        ("vmsguard_duties", "hq"): 40.0,
        ("vmsguard_duties", "branch"): 7.0,
        ("vmsguard_duties_missed", "hq"): 2.0,
        ("vmsguard_duties_missed", "branch"): 0.0,
        ("vmsguard_work_due",): 5.0,
        ("vmsguard_evidence_unsent",): 0.0,
        ("vmsguard_notifications_unsent",): 1.0,
        ("vmsguard_pauses",): 0.0,
        ("vmsguard_tasks_total", "done", "due"): 1.0,
        ("vmsguard_task_seconds_count", "due"): 1.0,
        ("vmsguard_task_seconds_sum", "due"): 0.7,
        ("vmsguard_last_reconcile_timestamp_seconds",): clock.now().timestamp(),
        ("vmsguard_alerts_total", "duty-missed"): 1.0,
    } == told


async def test_nothing_can_be_changed_over_it(server) -> None:
    async with aiohttp.ClientSession() as session:
        for method in ("POST", "PUT", "DELETE"):
            async with session.request(method, f"http://127.0.0.1:{server.port}/livez") as answer:
                assert 405 == answer.status


async def test_an_address_that_is_taken_is_said(server, vitals, metrics) -> None:
    with pytest.raises(ConfigError) as raised:
        await ProbeServer(vitals, metrics, port=server.port).start()
    assert "choose another address under agent: health:" == raised.value.hint
