"""``agent:`` and ``notifications:`` of a configuration are read strictly, and nothing secret of them is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from vmsguard.errors import Problems
from vmsguard.fleet.load_config import Config, load_config
from vmsguard.model.notification_routes import Mail, Route, Syslog, Urgency, Webhook


def read(folder: Path, told: str) -> Config:
    (folder / "vmsguard.yaml").write_text(
        "apiVersion: vmsguard/v1\nkind: Config\ninventory: [inventory.yaml]\n"
        f"evidence: {{dir: evidence, origin: example.org/site, key: secret://file/key.pem}}\n{told}",
        encoding="utf-8",
    )
    return load_config(folder / "vmsguard.yaml")


def test_without_the_keys_the_agent_has_its_defaults_and_tells_nobody(tmp_path: Path) -> None:
    told = read(tmp_path, "")

    assert (tmp_path.resolve() / "agent.sock", None, "") == (
        told.agent.socket,
        told.agent.health,
        told.agent.sign_of_life,
    )
    assert () == told.notifications


def test_routes_are_read_in_the_order_of_the_file(tmp_path: Path) -> None:
    told = read(
        tmp_path,
        """\
notifications:
  - {id: phone, urgencies: [page], webhook: {url: "https://p.example.org/a@b/hook", secret: secret://env/HOOK}}
  - id: office
    sites: [hq]
    digest: PT1H
    mail: {server: "::1", tls: none, from: v@example.org, to: [a@example.org, b@example.org]}
  - {id: siem, syslog: {address: "[2001:db8::7]:601", protocol: tcp}}
""",
    )

    mail = Mail(server="::1", sender="v@example.org", recipients=("a@example.org", "b@example.org"), tls="none")
    assert (
        Route(
            id="phone",
            way=Webhook("https://p.example.org/a@b/hook", "secret://env/HOOK"),
            urgencies=frozenset({Urgency.PAGE}),
            digest=timedelta(days=1),
        ),
        Route(id="office", way=mail, sites=("hq",), urgencies=frozenset(Urgency), digest=timedelta(hours=1)),
        Route(
            id="siem",
            way=Syslog("[2001:db8::7]:601", "tcp"),
            urgencies=frozenset(Urgency),
            digest=timedelta(days=1),
        ),
    ) == told.notifications


HOOK = "url: expected https://, or http:// to this machine"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("agent: {health: 'localhost:9187'}", "health: expected ADDRESS:PORT"),
        ("agent: {health: '127.0.0.1:0'}", "health: expected ADDRESS:PORT"),
        ("agent: {sweep: PT1S}", "sweep: expected ten seconds to a day"),
        ("agent: {watch: P2D}", "watch: expected ten seconds to a day"),
        ("agent: {in_flight: 0}", "in_flight: 0 is below 1"),
        ("agent: {deadline: PT3H}", "unknown key 'deadline' in agent"),
        ("agent: {sign_of_life: {every: PT5M}}", "url"),
        ("agent: {sign_of_life: {url: 'http://example.org/life'}}", HOOK),
        ("agent: {sign_of_life: {url: 'https://me:secret-word@example.org/life'}}", HOOK),
        ("agent: {sign_of_life: {url: 'http://127.0.0.1.example.org/life'}}", HOOK),
        ("agent: {sign_of_life: {url: 'https://'}}", HOOK),
        ("agent: {sign_of_life: {url: 'https://example.org:port/'}}", HOOK),
        ("notifications: [{id: a}]", "a route has one way, not 0"),
        ("notifications: [{id: a, urgencies: [paged], syslog: {address: /dev/log}}]", "unknown value 'paged'"),
        ("notifications: [{id: a, urgencies: [], syslog: {address: /dev/log}}]", "urgencies: nothing would be told"),
        ("notifications: [{id: a, digest: P9D, syslog: {address: /dev/log}}]", "digest: longer than a week"),
        ("notifications: [{id: a, syslog: {address: 192.0.2.7}}]", "address: expected HOST:PORT"),
        ("notifications: [{id: a, webhook: {url: 'https://e.org', secret: secret-word}}]", "given by reference"),
        ("notifications: [{id: a, webhook: {url: 'https://u:secret-word@e.org', secret: secret://env/X}}]", HOOK),
        ("notifications: [{id: a, mail: {server: m.e.org, tls: none, from: a@e.org, to: [a@e.org]}}]", "tls: none"),
        ("notifications: [{id: a, mail: {server: 'm.e.org:25', from: a@e.org, to: [a@e.org]}}]", "is no host"),
        ("notifications: [{id: a, mail: {server: m.e.org, from: Me <a@e.org>, to: [a@e.org]}}]", "is no address"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, line: str, expected: str) -> None:
    with pytest.raises(Problems) as raised:
        read(tmp_path, f"{line}\n")

    assert expected in str(raised.value)
    assert "vmsguard.yaml:5" in str(raised.value)
    assert "secret-word" not in str(raised.value)


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:8080", "127.1.2.3"])
def test_what_stays_on_this_machine_needs_no_encryption(tmp_path: Path, host: str) -> None:
    url = f"http://{host}/life"
    assert url == read(tmp_path, f"agent: {{sign_of_life: {{url: '{url}'}}}}\n").agent.sign_of_life


def test_two_routes_of_one_id_are_a_mistake(tmp_path: Path) -> None:
    way = "syslog: {address: /dev/log}"
    with pytest.raises(Problems, match="the route 'a' is there twice"):
        read(tmp_path, f"notifications: [{{id: a, {way}}}, {{id: a, {way}}}]\n")
