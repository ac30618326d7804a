from __future__ import annotations

import json
from pathlib import Path

import pytest

from vmsguard.agent.notifications.alert import KINDS
from vmsguard.agent.notifications.message import compose
from vmsguard.agent.notifications.root_cause import Situation, grouped, root_cause
from vmsguard.model.notification_routes import Urgency

GUIDE = Path(__file__).parents[3] / "docs" / "operations.md"
EXPECTED = """\
a deletion was not verified in time: 12 places
  cause: the link to site hq is down
  which: cam-00, cam-01, cam-02, cam-03, cam-04, cam-05, cam-06, cam-07, cam-08, cam-09 and 2 more
  since: 2026-11-22T12:00:00Z
  next:  restore access; the miss is on record and the deletion is tried again

the inventory lost cameras, configuration writes stand still: 1 place
  cause: site hq
  which: hq
  since: 2026-11-22T12:00:00Z
  next:  put back what is missing by mistake, vmsguard inventory retire what is gone; then vmsguard agent resume

vmsguard vmsguard.example.org/hq, 2026-11-22T12:00:00Z
"""


def composed(alert, clock):
    names = [f"cam-{number:02}" for number in range(12)]
    situation = Situation(
        targets={f"t-{name}": "hq" for name in names}, unreachable=frozenset(f"t-{name}" for name in names)
    )
    alerts = [alert("duty-missed", name) for name in names] + [alert("inventory-shrank", "hq", target="")]
    groups = grouped(alerts, root_cause(situation))
    return compose(groups, route="ops", notices=[3, 1], origin="vmsguard.example.org/hq", now=clock.now())


def test_a_message_says_what_where_since_when_and_what_to_do(alert, clock) -> None:
    message = composed(alert, clock)
    assert EXPECTED == message.text
    assert "[PAGE] a deletion was not verified in time: 12 places and 1 more" == message.title
    assert Urgency.PAGE is message.urgency


def test_the_same_as_data(alert, clock) -> None:
    told = json.loads(composed(alert, clock).body)
    assert ("vmsguard.page", "2026-11-22T12:00:00Z") == (told["type"], told["timestamp"])
    assert ("duty-missed", "link:hq", 12, 10) == (
        told["data"]["groups"][0]["code"],
        told["data"]["groups"][0]["cause"],
        told["data"]["groups"][0]["count"],
        len(told["data"]["groups"][0]["subjects"]),
    )


def test_a_message_keeps_its_id_in_whatever_order_its_notices_come(alert, clock) -> None:
    one = compose(grouped([alert()], root_cause(Situation())), route="a", notices=[1, 2], origin="o", now=clock.now())
    two = compose(grouped([alert()], root_cause(Situation())), route="a", notices=[2, 1], origin="o", now=clock.now())
    other = compose(grouped([alert()], root_cause(Situation())), route="b", notices=[1, 2], origin="o", now=clock.now())
    assert one.id == two.id
    assert one.id != other.id


def test_only_duties_and_what_stops_them_page() -> None:
    pages = {code for code, kind in KINDS.items() if kind.urgency is Urgency.PAGE}
    assert {"duty-late", "duty-missed", "evidence-stopped", "state-stopped"} == pages


def test_every_kind_says_of_how_many_and_what_to_do() -> None:
    assert [] == [code for code, kind in KINDS.items() if "{subjects}" not in kind.says or not kind.next_step]


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_each_kind_of_alert_stands_in_the_guide_with_its_urgency(kind) -> None:
    (row,) = [line for line in GUIDE.read_text().splitlines() if line.startswith(f"| `{kind.urgency}` |")]
    assert f"`{kind.code}`" in row
