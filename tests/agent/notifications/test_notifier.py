"""When people are told: pages at once and once, all else in a digest, and again after a failure."""

from __future__ import annotations

from datetime import timedelta

import pytest
import structlog

from vmsguard.agent.notifications.notifier import Notifier, NotSent
from vmsguard.agent.notifications.root_cause import Situation
from vmsguard.model.notification_routes import Route, Syslog, Urgency

ALL = Route(id="all", way=Syslog("/dev/null"))
PAGES = Route(id="pages", way=Syslog("/dev/null"), urgencies=frozenset({Urgency.PAGE}))
BRANCH = Route(id="branch", way=Syslog("/dev/null"), sites=("branch",), digest=timedelta(hours=1))
FLEET = {f"t-cam-{number}": "hq" for number in range(600)}


class Told:
    def __init__(self) -> None:
        self.messages: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self.broken: set[str] = set()

    async def send(self, route, message) -> None:
        self.ids.append(message.id)
        if route.id in self.broken:
            raise NotSent("nobody there")
        self.messages.append((route.id, message.title))


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def notifier(outbox, clock, told):
    def make(*routes, situation=None):
        return Notifier(
            routes,
            outbox,
            told.send,
            origin="vmsguard.example.org/hq",
            clock=clock,
            situation=lambda: situation or Situation(targets=FLEET),
            log=structlog.get_logger(),
        )

    return make


async def test_a_page_leaves_at_once_and_a_note_waits_for_the_digest(notifier, alert, clock, told) -> None:
    telling = notifier(ALL)
    telling.tell([alert(), alert("exception-ends", "cam-2")])
    assert 1 == await telling.flush()
    assert [("all", "[PAGE] a deletion is due soon and not verified: 1 place")] == told.messages
    clock.forward(hours=23, minutes=59)
    assert 0 == await telling.flush()
    clock.forward(minutes=1)
    assert 1 == await telling.flush()
    assert ("all", "[NOTE] an exception ends soon: 1 place") == told.messages[-1]
    assert 0 == await telling.flush()


async def test_five_hundred_late_cameras_behind_a_dead_link_are_one_page(notifier, alert, clock, told) -> None:
    telling = notifier(PAGES, situation=Situation(targets=FLEET, unreachable=frozenset(FLEET)))
    telling.tell(alert(subject=f"cam-{each}") for each in range(500))
    assert 1 == await telling.flush()
    for each in range(500, 600):
        telling.tell([alert(subject=f"cam-{each}")])
        await telling.flush()
    assert ["[PAGE] a deletion is due soon and not verified: 500 places"] == [title for _, title in told.messages]
    clock.forward(hours=1)
    assert 1 == await telling.flush()
    assert ("pages", "[PAGE] a deletion is due soon and not verified: 100 places") == told.messages[-1]


async def test_another_cause_pages_by_itself(notifier, alert, told) -> None:
    telling = notifier(PAGES)
    telling.tell([alert(subject="cam-1"), alert(subject="cam-2")])
    assert 2 == await telling.flush()


async def test_a_route_gets_what_its_sites_and_urgencies_ask_for(notifier, alert, clock, told) -> None:
    telling = notifier(PAGES, BRANCH)
    telling.tell([alert(), alert("drift", "cam-1"), alert("drift", "cam-9", site="branch")])
    clock.forward(hours=1)
    await telling.flush()
    assert [
        ("branch", "[WARN] settings no longer comply: 1 place"),
        ("pages", "[PAGE] a deletion is due soon and not verified: 1 place"),
    ] == sorted(told.messages)


async def test_what_was_not_taken_is_sent_again_after_a_growing_pause(notifier, alert, clock, told) -> None:
    telling = notifier(PAGES)
    told.broken = {"pages"}
    telling.tell([alert()])
    tried = []
    for second in range(0, 400, 10):
        before = len(told.ids)
        await telling.flush()
        if len(told.ids) > before:
            tried.append(second)
        clock.forward(seconds=10)
    assert [0, 30, 90, 210] == tried
    told.broken = set()
    clock.forward(minutes=30)
    assert 1 == await telling.flush()
    assert 1 == len(set(told.ids))


async def test_a_route_that_fails_holds_up_no_other(notifier, alert, told) -> None:
    other = Route(id="other", way=Syslog("/dev/null"))
    telling = notifier(PAGES, other)
    told.broken = {"pages"}
    telling.tell([alert()])
    assert 1 == await telling.flush()
    assert ["other"] == [route for route, _ in told.messages]


async def test_what_waits_survives_a_restart(notifier, alert, clock, told) -> None:
    notifier(ALL).tell([alert(), alert("drift")])
    clock.forward(days=1)
    assert 2 == await notifier(ALL).flush()


async def test_the_same_alert_told_twice_is_one(notifier, alert, told) -> None:
    telling = notifier(PAGES)
    telling.tell([alert()])
    telling.tell([alert()])
    assert 1 == await telling.flush()
    assert 0 == await telling.flush()


async def test_a_route_taken_out_of_the_configuration_keeps_nothing_waiting(notifier, alert, outbox, told) -> None:
    notifier(PAGES).tell([alert()])
    assert 0 == await notifier().flush()
    assert [] == [row for row in outbox.rows.values() if row.sent_at is None]


async def test_what_is_of_no_site_goes_on_every_route(notifier, alert, told) -> None:
    """The agent itself, or a camera that the inventory lost: nobody would hear of it otherwise."""
    telling = notifier(BRANCH, PAGES)
    telling.tell([alert(site="")])
    assert 2 == await telling.flush()


async def test_a_page_about_the_state_leaves_without_it_and_once_an_hour(notifier, alert, clock, told) -> None:
    telling = notifier(PAGES, BRANCH)
    stopped = alert("state-stopped", "state", site="", target="")
    told.broken = {"branch"}
    assert 1 == await telling.tell_directly([stopped])
    assert [("pages", "[PAGE] the state cannot be written, nothing is scheduled: 1 place")] == told.messages
    told.broken = set()
    clock.forward(minutes=1)
    assert 1 == await telling.tell_directly([stopped]), "the route that failed"
    clock.forward(minutes=30)
    assert 0 == await telling.tell_directly([stopped])
    clock.forward(minutes=30)
    assert 2 == await telling.tell_directly([stopped])
