"""Whatever arrives, a device answers with a response or a fault, and a request never breaks it for the next."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from vmsguard.simulator import Fleet
from vmsguard.simulator.authentication import HttpDigest
from vmsguard.simulator.dispatch import Received, Session, answer
from vmsguard.simulator.fleet_build import build_devices
from vmsguard.simulator.services import SERVICES

ARGUMENT_NAMES = [
    "ConfigurationToken",
    "DefaultProfile",
    "Enabled",
    "JobToken",
    "MaxMatches",
    "MaxResults",
    "Mode",
    "ProfileToken",
    "RecordingToken",
    "RuleName",
    "AnalyticsModuleName",
    "SearchToken",
    "Scope",
    "StreamSetup",
    "Token",
    "TrackToken",
    "Type",
    "IncludeCapability",
    "Category",
]
VALUES = [
    "true",
    "-1",
    "99999999999999999999",
    "recording-1",
    "VIDEO001",
    "job-1",
    "profile-1",
    "analytics-1",
    "search-1",
    "All",
    "Idle",
    "PT1H",
    "٣",
    "²",
    "x",
]
RETENTIONS = ["PT0S", "P999999999D", f"PT{'9' * 5000}S", "P36500D", "P36501D", "PT1H"]
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


class Surroundings:
    """The least a device needs around it."""

    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> datetime:
        return self.moment

    def host(self) -> str:
        return "127.0.0.1:80"

    def answers(self, media_uri: str) -> bool:
        return True

    def discard_segments(self, device, recording) -> None:
        return None

    def reboot(self, device_id) -> None:
        return None

    def announce(self, device, topic, source, data) -> None:
        return None


def fresh_session() -> Session:
    group = {"id": "cam", "auth": "none", "webrtc": [], "brokers": [], "uplinks": [], "storages": [], "thermal": True}
    fleet = Fleet.from_value({"groups": [group]})
    (device,) = build_devices(fleet, NOW, 1, lambda: 0, 80).values()
    return Session(device, HttpDigest(lambda: f"{random.getrandbits(64):x}"))


def ask(session: Session, world: Surroundings, prefix: str, operation: str, inner: str):
    (service,) = (known for known in SERVICES if known.prefix == prefix)
    body = (
        '<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope" xmlns:tt="http://www.onvif.org/ver10/schema">'
        f'<env:Body><{operation} xmlns="{service.namespace}">{inner}</{operation}></env:Body></env:Envelope>'
    )
    received = Received(service.path, "POST", "/", "", body.encode())
    return answer(session, received, world, (lambda session: None, lambda session: None))


operations = st.sampled_from([(service.prefix, name) for service in SERVICES for name in service.operations])
arguments = st.lists(st.tuples(st.sampled_from(ARGUMENT_NAMES), st.sampled_from(VALUES)), max_size=5)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(operations, arguments), min_size=1, max_size=5))
def test_every_request_is_answered_and_the_device_lives_on(requests) -> None:
    session, world = fresh_session(), Surroundings()
    for (prefix, name), given_arguments in requests:
        inner = "".join(f"<{key}>{value}</{key}>" for key, value in given_arguments)
        reply = ask(session, world, prefix, name, inner)
        assert reply.status in (200, 400, 500)
        etree.fromstring(reply.body)
        world.moment += timedelta(days=1)
    assert ask(session, world, "tds", "GetDeviceInformation", "").status == 200


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(RETENTIONS), st.integers(0, 4000))
def test_no_retention_breaks_the_clock(retention, days) -> None:
    session, world = fresh_session(), Surroundings()
    ask(
        session,
        world,
        "trc",
        "SetRecordingConfiguration",
        "<RecordingToken>recording-1</RecordingToken><RecordingConfiguration><tt:Source><tt:SourceId/><tt:Name/>"
        "<tt:Address/></tt:Source><tt:Content/>"
        f"<tt:MaximumRetentionTime>{retention}</tt:MaximumRetentionTime></RecordingConfiguration>",
    )
    world.moment += timedelta(days=days)
    assert ask(session, world, "trc", "GetRecordings", "").status == 200


def test_an_operation_of_another_service_is_not_answered_here() -> None:
    session = fresh_session()
    body = (
        '<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope"><env:Body>'
        '<GetProfiles xmlns="http://www.onvif.org/ver10/media/wsdl"/></env:Body></env:Envelope>'
    )
    received = Received("device_service", "POST", "/", "", body.encode())
    reply = answer(session, received, Surroundings(), (lambda session: None, lambda session: None))
    assert (reply.status, b"ActionNotSupported" in reply.body) == (500, True)
