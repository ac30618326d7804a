"""The notifier on the state store's own outbox."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import structlog

from vmsguard.agent.notifications.notifier import Notifier
from vmsguard.agent.notifications.root_cause import Situation
from vmsguard.model.notification_routes import Route, Syslog
from vmsguard.state.store import State


async def test_alerts_survive_the_process_and_are_told_once(tmp_path: Path, clock, alert) -> None:
    sent = []

    async def send(route, message) -> None:
        sent.append(message.title)

    def notifier(state: State) -> Notifier:
        return Notifier(
            [Route(id="ops", way=Syslog("/dev/log"))],
            state,
            send,
            origin="vmsguard.example.org/hq",
            clock=clock,
            situation=Situation,
            log=structlog.get_logger(),
        )

    url = f"sqlite:///{tmp_path}/state.db"
    with State.open(url, clock=clock) as state:
        notifier(state).tell([alert("drift"), alert("duty-missed")])
    for _ in range(2):
        with State.open(url, clock=clock) as state:
            await notifier(state).flush()
    assert ["[PAGE] a deletion was not verified in time: 1 place"] == sent
    clock.at += timedelta(days=1)
    with State.open(url, clock=clock) as state:
        await notifier(state).flush()
        assert 0 == state.unsent_count()
    assert "[WARN] settings no longer comply: 1 place" == sent[-1]
