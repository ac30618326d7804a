"""What monitoring scrapes: ages and counts by site, nothing by camera (100,000 series help nobody)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from msgspec import Struct
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from vmsguard.model.clock import Clock
from vmsguard.model.standing_counts import SiteAge

__all__ = ["CONTENT_TYPE", "AgentMetrics", "Picture"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.1, 0.5, 1, 5, 15, 60, 300, 1800)


class Picture(Struct, frozen=True, kw_only=True):
    """Where things stand at a scrape, as the state has it."""

    ages: tuple[SiteAge, ...] = ()
    due: int = 0
    """Targets whose work is due."""
    unsent_evidence: int = 0
    unsent_notifications: int = 0
    paused: int = 0
    """Pauses in force."""


class AgentMetrics:
    """The agent's numbers; those that live in the state are read when somebody asks."""

    def __init__(self, picture: Callable[[], Picture], clock: Clock) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_FromState(picture, clock))
        self._tasks = Counter("vmsguard_tasks", "Tasks carried out.", ("kind", "outcome"), registry=self._registry)
        self._seconds = Histogram(
            "vmsguard_task_seconds", "How long tasks took.", ("kind",), buckets=_SECONDS, registry=self._registry
        )
        self._reconciled = Gauge(
            "vmsguard_last_reconcile_timestamp_seconds", "When the loop last looked for work.", registry=self._registry
        )
        self._troubles = Counter("vmsguard_alerts", "Alerts told to people.", ("code",), registry=self._registry)

    def task_ended(self, kind: str, outcome: str, seconds: float) -> None:
        self._tasks.labels(kind, outcome).inc()
        self._seconds.labels(kind).observe(seconds)

    def reconciled(self, at: datetime) -> None:
        self._reconciled.set(at.timestamp())

    def alerted(self, code: str) -> None:
        self._troubles.labels(code).inc()

    def text(self) -> bytes:
        """All of it in the text format 0.0.4."""
        return generate_latest(self._registry)


class _FromState(Collector):
    def __init__(self, picture: Callable[[], Picture], clock: Clock) -> None:
        self._picture = picture
        self._clock = clock

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Nothing is read at registration."""
        return ()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        picture, now = self._picture(), self._clock.now()
        by_site: Mapping[str, tuple[str, Callable[[SiteAge], float]]] = {
            "vmsguard_deletion_age_seconds": (
                "Time since the cutoff of the last verified deletion, the longest of a site.",
                lambda age: max(0.0, (now - age.oldest_cutoff).total_seconds()),
            ),
            "vmsguard_deletion_gap_ratio": (
                "The largest share of an allowed gap that has run; above 1 it is missed.",
                lambda age: age.share,
            ),
            "vmsguard_duties": ("Duties to delete.", lambda age: age.duties),
            "vmsguard_duties_missed": ("Duties over their gap now.", lambda age: age.missed),
        }
        for name, (meaning, value) in by_site.items():
            family = GaugeMetricFamily(name, meaning, labels=("site",))
            for age in picture.ages:
                family.add_metric((age.site,), value(age))
            yield family
        yield GaugeMetricFamily("vmsguard_work_due", "Targets whose work is due.", value=picture.due)
        yield GaugeMetricFamily(
            "vmsguard_evidence_unsent", "Records the hub has not confirmed.", value=picture.unsent_evidence
        )
        yield GaugeMetricFamily(
            "vmsguard_notifications_unsent", "Alerts that wait to be told.", value=picture.unsent_notifications
        )
        yield GaugeMetricFamily("vmsguard_pauses", "Pauses in force.", value=picture.paused)
