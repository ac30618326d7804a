"""Large replies are read beside the event loop: whatever one device sends, the others are served meanwhile."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable, Mapping
from typing import Any, cast

import pytest
import structlog
from vmsguard_onvif import large_replies, reply
from vmsguard_onvif.faults import Where
from vmsguard_onvif.large_replies import THREADS, read_beside_the_loop
from vmsguard_onvif.namespaces import DEVICE, RECORDING, SCHEMA, SOAP12
from vmsguard_onvif.replies.device import users
from vmsguard_onvif.replies.recording import recordings
from vmsguard_onvif.reply_limits import LARGE, objection
from vmsguard_onvif.services import Service, ServiceTable
from vmsguard_onvif.session import Session

from vmsguard.errors import DeviceFault, ProtocolViolation
from vmsguard.model.clock import SystemClock
from vmsguard.model.inventory import Target
from vmsguard.model.vocabulary import Role
from vmsguard.net.client import Reply
from vmsguard.plugin.driver import Context

SAFETY = 60.0
"""Seconds after which a wait that nobody ends is given up, so that a defect fails and does not hang."""
RECORDINGS = 4000
WHERE = Where("t", "GetRecordings")


def envelope(inner: str) -> bytes:
    return (
        f'<s:Envelope xmlns:s="{SOAP12}" xmlns:tt="{SCHEMA}" xmlns:trc="{RECORDING}" xmlns:tds="{DEVICE}"><s:Body>'
        f"{inner}</s:Body></s:Envelope>"
    ).encode()


def recordings_reply(count: int, described: int) -> bytes:
    """What a recorder answers that has so many recordings and lets people describe them at length."""
    items = "".join(
        f"<trc:RecordingItem><tt:RecordingToken>recording-{number}</tt:RecordingToken><tt:Configuration><tt:Source>"
        f"<tt:SourceId>door</tt:SourceId><tt:Description>{'d' * described}</tt:Description></tt:Source>"
        "<tt:MaximumRetentionTime>P1D</tt:MaximumRetentionTime></tt:Configuration><tt:Tracks/></trc:RecordingItem>"
        for number in range(count)
    )
    return envelope(f"<trc:GetRecordingsResponse>{items}</trc:GetRecordingsResponse>")


TEN_MEGABYTES = recordings_reply(RECORDINGS, 2300)
SMALL = envelope(
    "<tds:GetUsersResponse><tds:User><tt:Username>admin</tt:Username><tt:UserLevel>Administrator</tt:UserLevel>"
    "</tds:User></tds:GetUsersResponse>"
)
FAULT = envelope(
    "<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text>"
    f"{'busy ' * LARGE}</s:Text></s:Reason></s:Fault>"
)


class Answers:
    """Of the guarded client, what a session asks of it: the same reply to an operation every time."""

    def __init__(self, told: Mapping[str, bytes]) -> None:
        self._told = told

    async def request(self, method: str, path: str, *, operation: str, **more: Any) -> Reply:
        await asyncio.sleep(0)
        return Reply(200, {}, self._told[operation])


def session(told: Mapping[str, bytes]) -> Session:
    made = Session(
        Target(id="t", site="s", role=Role.RECORDER, driver="onvif", url="http://127.0.0.1/", options={"auth": "none"}),
        Context(
            http=cast("Any", Answers(told)),
            login=None,
            clock=SystemClock(),
            random=random.Random(0),
            log=structlog.get_logger(),
            run_blocking=cast("Any", None),
        ),
    )
    made.services = ServiceTable({RECORDING: Service("/recording")}, "GetServices")
    return made


@pytest.fixture
def checked_by(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The thread in which the bytes of each reply were looked at, which comes before they are parsed."""
    threads: list[int] = []

    def noted(content: bytes) -> str:
        threads.append(threading.get_ident())
        return objection(content)

    monkeypatch.setattr(reply, "objection", noted)
    return threads


async def test_another_device_is_read_while_ten_megabytes_are(checked_by: list[int]) -> None:
    """On one thread this would wait for itself: the large reply is done only when the small one was read."""
    assert len(TEN_MEGABYTES) >= 10_000_000
    other_was_read = threading.Event()
    loop = asyncio.get_running_loop()
    parsing = asyncio.Event()

    def slow(element: Any) -> tuple[bool, int, int]:
        loop.call_soon_threadsafe(parsing.set)
        return other_was_read.wait(SAFETY), len(recordings(element)), threading.get_ident()

    recorder, camera = session({"GetRecordings": TEN_MEGABYTES}), session({"GetUsers": SMALL})
    reading = asyncio.create_task(recorder.read(RECORDING, "GetRecordings", parse=slow))
    await asyncio.wait_for(parsing.wait(), SAFETY)
    names = [user.name for user in await camera.read(DEVICE, "GetUsers", parse=users)]
    still_reading = not reading.done()
    other_was_read.set()
    served, count, thread = await asyncio.wait_for(reading, SAFETY)
    assert (["admin"], True, True, RECORDINGS) == (names, still_reading, served, count)
    here = threading.get_ident()
    assert [False, True] == [thread == here for thread in checked_by]
    assert thread == checked_by[0] != here


async def test_a_small_reply_never_leaves_the_loop(checked_by: list[int]) -> None:
    read_by = await session({"GetUsers": SMALL}).read(DEVICE, "GetUsers", parse=lambda _: threading.get_ident())
    assert [threading.get_ident()] * 2 == [read_by, *checked_by]


async def test_so_many_are_read_at_once_and_no_more() -> None:
    """Each waits until as many as there are threads have come; were there fewer threads, none would ever go on."""
    together = threading.Barrier(THREADS, timeout=SAFETY)
    lock, now, most = threading.Lock(), 0, 0

    def read() -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        together.wait()
        with lock:
            now -= 1

    await asyncio.gather(*(read_beside_the_loop(b" " * LARGE, read) for _ in range(4 * THREADS)))
    assert THREADS == most


@pytest.mark.parametrize("size", [LARGE - 1, LARGE])
async def test_what_reading_raises_is_raised_where_it_is_waited_for(size: int) -> None:
    def read() -> None:
        raise ProtocolViolation("t", "GetUsers", "not well-formed XML")

    with pytest.raises(ProtocolViolation, match="not well-formed XML"):
        await read_beside_the_loop(b" " * size, read)


def test_a_large_reply_has_a_parser_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The parser of the event loop is locked for nobody else."""
    made: list[Any] = []
    parser = reply._parser

    def noted() -> Any:
        made.append(parser())
        return made[-1]

    monkeypatch.setattr(reply, "_parser", noted)
    for content in (SMALL, TEN_MEGABYTES, TEN_MEGABYTES):
        reply.body_of(content, WHERE)
    assert (2, 2) == (len(made), len(set(map(id, made))))


async def test_what_is_wrong_with_a_large_reply_is_told_as_of_any_other() -> None:
    with pytest.raises(DeviceFault, match="fault Receiver"):
        await session({"GetRecordings": FAULT}).read(RECORDING, "GetRecordings", parse=recordings)
    cut = TEN_MEGABYTES[:-1000]
    with pytest.raises(ProtocolViolation, match="not well-formed XML"):
        await session({"GetRecordings": cut}).read(RECORDING, "GetRecordings", parse=recordings)
    nameless = TEN_MEGABYTES.replace(b"recording-17<", b"<", 1)
    one = session({"GetRecordings": nameless})
    with pytest.raises(ProtocolViolation, match="RecordingItem without its token"):
        await one.read(RECORDING, "GetRecordings", parse=recordings)
    assert one.login_accepted  # the device gave the right response, if a wrong list


async def test_facts_are_the_same_whichever_thread_reads_them(
    simulate: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, checked_by: list[int]
) -> None:
    camera = {"rules": ["CellMotionDetector"], "modules": ["CellMotionEngine"], "storages": ["nfs://192.0.2.7/x"]}
    told = []
    async with simulate(**camera) as simulated:
        for least in (LARGE, 0):
            monkeypatch.setattr(reply, "LARGE", least)
            monkeypatch.setattr(large_replies, "LARGE", least)
            checked_by.clear()
            async with simulated.session() as opened:
                facts = await opened.read()
            here = [thread == threading.get_ident() for thread in checked_by]
            assert (len(here) > 20, {least > 0}) == (True, set(here))
            told.append({key: fact.reading for key, fact in facts.items() if key.name != "clock.skew_seconds"})
    assert len(told[0]) > 10
    assert told[0] == told[1]
