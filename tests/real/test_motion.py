"""The motion driver on a real motion: what it reads, what its changes do, and what replies hide."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from real_motion import RECORDS, USER, RealMotion, live_picture, need_motion
from real_program import free_port, listening, until
from vmsguard_motion.driver import MotionDriver

from vmsguard.controls.base import NoParams
from vmsguard.controls.catalogue import CORE_CONTROLS
from vmsguard.controls.transmission import StreamOffParams
from vmsguard.controls.view import View
from vmsguard.errors import AuthRejected, ProtocolViolation, Refused
from vmsguard.model.changes import Change
from vmsguard.model.clock import SystemClock
from vmsguard.model.fact_catalogue import CORE_FACTS
from vmsguard.model.facts import Fact, FactKey, Items, Known, Unknown
from vmsguard.model.held_window import HeldWindow, write_windows
from vmsguard.model.inventory import Camera, Endpoint
from vmsguard.model.ledger import WitnessMemory
from vmsguard.model.results import Outcome
from vmsguard.model.snapshot import CameraSnapshot
from vmsguard.model.vocabulary import Basis, Effect, Layer, Role, Verdict
from vmsguard.net.login import Login
from vmsguard.testing import Session, open_session
from vmsguard.witness import conclude, look, memory_key

pytestmark = pytest.mark.real

Facts = dict[FactKey, Fact]
Starting = Callable[..., RealMotion]
BOTH = (Layer.STORED, Layer.RUNTIME)


@pytest.fixture(scope="module")
def picture() -> Iterator[str]:
    need_motion()
    with live_picture() as url:
        yield url


@pytest.fixture
def starting(picture: str, tmp_path: Path) -> Iterator[Starting]:
    """Starts a motion: ``starting(cameras={...}, main={...}, user="motion")``; gone afterwards."""
    started: list[RealMotion] = []
    # pytest's own folders are closed to other accounts.
    open_to_all = tempfile.mkdtemp(dir="/var/tmp")
    Path(open_to_all).chmod(0o755)

    def start(**how: Any) -> RealMotion:
        motion = RealMotion(Path(open_to_all) if "user" in how else tmp_path, picture, **how)
        motion.write_files()
        started.append(motion)
        motion.start()
        return motion

    yield start
    for motion in started:
        motion.kill()
    shutil.rmtree(open_to_all)


def opened(
    motion: RealMotion, *, write_allowed: bool = False, login: Login | None = None, **options: str
) -> AbstractAsyncContextManager[Session]:
    target = motion.target(**options)
    return open_session(MotionDriver, target, login=login or motion.login, write_allowed=write_allowed)


def seen_files(motion: RealMotion) -> dict[str, str]:
    return {"config_path": str(motion.config_path)}


def full_leave(motion: RealMotion) -> dict[str, str]:
    return {**seen_files(motion), "config_write": "allowed", "restart": "allowed"}


async def read(motion: RealMotion, **options: str) -> Facts:
    async with opened(motion, **options) as session:
        return await session.read()


async def send(motion: RealMotion, verb: str, camera: str = "1", *, leave: dict[str, str], **arguments: str) -> str:
    async with opened(motion, write_allowed=True, **leave) as session:
        return (await session.change(Change(verb, "motion-real", camera, arguments))).reported


async def stop_recording(motion: RealMotion, **leave: str) -> None:
    for job in ("pictures", "movies"):
        await send(motion, "recording.stop", leave=leave, job=job)


async def purge(motion: RealMotion, camera: str = "1", **arguments: str) -> str:
    told = {"cutoff": datetime.now(UTC).isoformat(), "recordings": "", **arguments}
    return await send(motion, "footage.purge", camera, leave={}, **told)


def listed(facts: Facts, name: str, camera: str = "1", layer: Layer = Layer.RUNTIME) -> Items[Any]:
    reading = facts[FactKey("motion-real", camera, name, layer)].reading
    assert isinstance(reading, Known), reading
    value: Items[Any] = reading.value
    return value


def recording(facts: Facts, layer: Layer = Layer.RUNTIME, camera: str = "1") -> set[str]:
    """The jobs that are on."""
    return {item.id for item in listed(facts, "recording.jobs", camera, layer).values if item.active}


def services(facts: Facts, layer: Layer = Layer.RUNTIME) -> dict[str, bool | None]:
    return {item.id: item.enabled for item in listed(facts, "stream.services", layer=layer).values}


async def witnessed(
    motion: RealMotion, kind: str, memories: tuple[WitnessMemory, ...] = (), camera: str = "1", **options: str
) -> tuple[Facts, tuple[WitnessMemory, ...]]:
    """What the core's own looks at the points of a kind prove, and what it would remember of them."""
    async with opened(motion, **options) as session:
        await session.read()
        points = [point for point in session.driver.witness_points(camera) if point.kind == kind]
    if kind == "file":
        points = points[:1]
    seen = [(point, await look(point, motion.target(), clock=SystemClock())) for point in points]
    known = {memory_key(memory): memory for memory in memories}
    told = conclude("motion-real", seen, known, host_is_alive=True, at=datetime.now(UTC))
    return {fact.key: fact for fact in told.facts}, told.memories


def judged(control: str, facts: Facts, camera: str = "1") -> Outcome:
    now = datetime.now(UTC)
    deletions = FactKey("motion-real", camera, "deletion.verified")
    told = {deletions: Fact(deletions, Known(Items()), Basis.READ_BACK, now), **facts}
    endpoint = Endpoint("motion-real", camera, Role.RECORDER)
    snapshot = CameraSnapshot(camera=Camera(id="cam", site="test"), endpoints=(endpoint,), facts=told)
    params = StreamOffParams() if control == "transmission.stream.off" else NoParams()
    return CORE_CONTROLS[control].judge(params, View(snapshot, endpoint, now, CORE_FACTS))


class TestRecording:
    async def test_it_is_seen_stopped_and_purged_and_the_disk_agrees(self, starting: Starting) -> None:
        motion = starting()
        motion.wait_for_footage()
        facts = await read(motion, **seen_files(motion))
        for layer in BOTH:
            assert {"pictures", "movies"} == recording(facts, layer)
        footage = listed(facts, "footage.recordings")
        assert footage.complete
        assert all(abs(datetime.now(UTC) - item.end) < timedelta(minutes=1) for item in footage.values)
        grown, memories = await witnessed(motion, "file")
        assert True is grown[FactKey("motion-real", "1", "footage.grows")].reading.value  # type: ignore[union-attr]

        await stop_recording(motion, **full_leave(motion))

        facts = await read(motion, **seen_files(motion))
        for layer in BOTH:
            assert set() == recording(facts, layer)
        time.sleep(MotionDriver.manifest(None).verb("recording.stop").settle_seconds)  # type: ignore[union-attr]
        before = motion.files("1"), motion.bytes_of("1")
        time.sleep(10)
        assert before == (motion.files("1"), motion.bytes_of("1"))
        still, _ = await witnessed(motion, "file", memories)
        outcome = judged("storage.vms.off", {**facts, **still})
        assert (Verdict.PASS, Basis.OBSERVED) == (outcome.verdict, outcome.basis)

        assert "accepted" == await purge(motion)
        facts = await read(motion)
        assert ([], ()) == (motion.files("1"), listed(facts, "footage.recordings").values)
        empty, _ = await witnessed(motion, "file", memories)
        outcome = judged("storage.residue.empty", {**facts, **empty})
        assert (Verdict.PASS, Basis.OBSERVED) == (outcome.verdict, outcome.basis)
        assert "already" == await send(motion, "recording.stop", leave=full_leave(motion), job="pictures")

    async def test_off_in_memory_is_on_again_after_a_restart_and_is_found_and_repaired(
        self, starting: Starting
    ) -> None:
        motion = starting()
        await stop_recording(motion)
        facts = await read(motion)
        assert set() == recording(facts)
        stored = facts[FactKey("motion-real", "1", "recording.jobs", Layer.STORED)].reading
        assert isinstance(stored, Unknown)
        assert Verdict.UNKNOWN is judged("storage.vms.off", facts).verdict

        motion.start_again()

        facts = await read(motion)
        assert {"pictures", "movies"} == recording(facts)
        assert Verdict.FAIL is judged("storage.vms.off", facts).verdict
        await stop_recording(motion)
        assert set() == recording(await read(motion))

    async def test_off_in_memory_and_on_in_the_file_is_no_pass_and_is_reported_as_refused(
        self, starting: Starting
    ) -> None:
        motion = starting()

        with pytest.raises(Refused) as refused:
            await stop_recording(motion, **seen_files(motion))

        assert "memory-only" == refused.value.code
        facts = await read(motion, **seen_files(motion))
        assert {"movies"} == recording(facts)
        assert {"pictures", "movies"} == recording(facts, Layer.STORED)
        assert Verdict.FAIL is judged("storage.vms.off", facts).verdict

    async def test_what_is_written_to_the_files_lasts_through_a_restart(self, starting: Starting) -> None:
        motion = starting()
        await stop_recording(motion, **full_leave(motion))

        motion.start_again()

        assert set() == recording(await read(motion))
        assert f"webcontrol_authentication {USER}:" in motion.config_path.read_text()

    async def test_a_done_from_a_motion_that_may_not_write_its_files_is_not_believed(self, starting: Starting) -> None:
        motion = starting(user="nobody")
        before = motion.config_path.read_text()
        for place in (motion.config_path, *motion.folder.glob("camera-*.conf")):
            place.chmod(0o644)
        assert (200, "Camera 1 write \nDone \n") == motion.ask("1/config/write")  # the reply that lies
        assert before == motion.config_path.read_text()

        with pytest.raises(Refused) as refused:
            await stop_recording(motion, **full_leave(motion))

        assert "not-written" == refused.value.code
        assert "pictures" not in recording(await read(motion, **seen_files(motion)))

    async def test_nothing_that_somebody_switched_on_for_a_while_is_made_permanent(self, starting: Starting) -> None:
        motion = starting(cameras={"1": RECORDS, "2": {}})
        motion.set("2", "snapshot_interval", "600")

        with pytest.raises(Refused) as refused:
            await stop_recording(motion, **full_leave(motion))

        assert "memory-differs" == refused.value.code
        assert "2:snapshot_interval" in refused.value.detail
        assert "snapshot_interval" not in (motion.folder / "camera-2.conf").read_text()

    async def test_a_paused_detection_goes_on_writing_and_is_no_pass(self, starting: Starting) -> None:
        motion = starting()
        motion.wait_for_footage()
        motion.ask("1/detection/pause")
        assert "Camera 1 Detection status PAUSE \n" == motion.ask("1/detection/status")[1]
        before = len(motion.files("1"))

        until(lambda: len(motion.files("1")) > before + 5, seconds=15, what="files of a paused camera")

        facts = await read(motion)
        (detection,) = listed(facts, "analytics.functions").values
        assert ("1:detection", False) == (detection.id, detection.enabled)
        assert {"pictures", "movies"} == recording(facts)

    async def test_an_open_movie_grows_after_movies_are_read_back_as_off_until_the_event_ends(
        self, starting: Starting
    ) -> None:
        motion = starting(cameras={"1": {**RECORDS, "picture_output": "off"}})
        until(lambda: motion.files("1"), seconds=20, what="a movie")
        motion.set("1", "movie_output", "off")
        assert "off" == motion.get("1", "movie_output")
        (movie,) = motion.files("1")
        before = movie.stat().st_size
        until(lambda: movie.stat().st_size > before, seconds=20, what="growth of a movie that is off")

        motion.set("1", "movie_output", "on")
        await send(motion, "recording.stop", leave={}, job="movies")
        time.sleep(1.5)
        closed = motion.bytes_of("1")
        time.sleep(6)
        assert closed == motion.bytes_of("1")

    async def test_a_word_that_motion_takes_and_nobody_knows_is_no_pass(self, starting: Starting) -> None:
        motion = starting(cameras={"1": {}})
        assert "picture_output = banana \nDone \n" == motion.set("1", "picture_output", "banana")

        facts = await read(motion, **seen_files(motion))

        (pictures,) = [item for item in listed(facts, "recording.jobs").values if item.id == "pictures"]
        assert pictures.active is None
        assert Verdict.UNKNOWN is judged("storage.vms.off", facts).verdict


class TestStreams:
    async def test_a_port_that_is_read_back_as_0_goes_on_serving_and_the_witness_sees_it(
        self, starting: Starting
    ) -> None:
        port = free_port()
        motion = starting(main={"stream_port": str(port)}, cameras={"1": {}})
        until(lambda: listening(port), seconds=15, what="the stream")
        facts = await read(motion, **seen_files(motion))
        assert {"stream": False, "shared-stream": True} == services(facts, Layer.STORED)
        assert {"stream": None, "shared-stream": True} == services(facts)

        motion.set("0", "stream_port", "0")
        assert "0" == motion.get("0", "stream_port")

        options = {"stream_ports": str(port)}
        facts = await read(motion, **options)
        assert {"stream": None, "shared-stream": None} == services(facts)
        seen, _ = await witnessed(motion, "tcp", **options)
        assert Known(True) == seen[FactKey("motion-real", "1", "stream.answers")].reading
        outcome = judged("transmission.stream.off", {**facts, **seen})
        assert (Verdict.FAIL, Basis.OBSERVED) == (outcome.verdict, outcome.basis)
        # Whoever is not told the port cannot look, and does not know.
        assert Verdict.UNKNOWN is judged("transmission.stream.off", await read(motion)).verdict

    async def test_a_stream_is_stopped_with_a_restart_and_its_port_refuses(self, starting: Starting) -> None:
        port = free_port()
        motion = starting(cameras={"1": {"stream_port": str(port)}})
        until(lambda: listening(port), seconds=15, what="the stream")
        leave = {**full_leave(motion), "stream_ports": str(port)}
        _, memories = await witnessed(motion, "tcp", **leave)

        assert "accepted" == await send(motion, "stream.stop", leave=leave, service="stream")

        facts = await read(motion, **leave)
        seen, _ = await witnessed(motion, "tcp", memories, **leave)
        assert not listening(port)
        outcome = judged("transmission.stream.off", {**facts, **seen})
        assert (Verdict.PASS, Basis.OBSERVED) == (outcome.verdict, outcome.basis), outcome

    async def test_without_leave_to_restart_nothing_is_sent(self, starting: Starting) -> None:
        motion = starting(cameras={"1": {"stream_port": str(free_port())}})
        before = motion.digest()

        with pytest.raises(Refused) as refused:
            await send(motion, "stream.stop", leave=seen_files(motion), service="stream")

        assert ("needs-restart", before) == (refused.value.code, motion.digest())


class TestFootage:
    async def test_only_files_from_before_the_cutoff_go_and_held_ones_stay(self, starting: Starting) -> None:
        motion = starting(cameras={"1": {}, "2": {}})
        old, held, young = (
            motion.add_file("1", f"{days}.jpg", age=timedelta(days=days, minutes=days)) for days in (9, 5, 1)
        )
        other = motion.add_file("2", "9.jpg", age=timedelta(days=9))
        now = datetime.now(UTC)
        window = HeldWindow(now - timedelta(days=5, hours=1), now - timedelta(days=4, hours=23))

        cutoff = (now - timedelta(days=3)).isoformat()
        assert "accepted" == await purge(motion, cutoff=cutoff, held=write_windows([window]))

        assert [held, young] == sorted(motion.files("1"), key=lambda path: path.stat().st_mtime)
        assert (False, True) == (old.exists(), other.exists())

    async def test_a_snapshot_by_hand_is_written_whatever_is_off_and_found_as_footage(self, starting: Starting) -> None:
        motion = starting(cameras={"1": {}})
        motion.add_file("2", "keeps-the-storage-from-being-empty.jpg")
        assert set() == recording(await read(motion))

        def snapshot() -> bool:
            motion.ask("1/action/snapshot")
            return bool(motion.files("1"))

        until(snapshot, seconds=20, what="a snapshot", every=0.5)

        assert 1 == len(listed(await read(motion), "footage.recordings").values)
        assert "accepted" == await purge(motion)
        assert ([], False) == (motion.files("1"), os.path.lexists(motion.footage / "1" / "lastsnap.jpg"))

    async def test_a_directory_outside_the_storage_is_neither_listed_nor_purged(self, starting: Starting) -> None:
        motion = starting(cameras={"1": {}})
        elsewhere = motion.folder / "elsewhere"
        elsewhere.mkdir()
        kept = elsewhere / "private.jpg"
        kept.write_bytes(b"x")
        motion.set("1", "target_dir", str(elsewhere))

        footage = listed(await read(motion), "footage.recordings")
        with pytest.raises(Refused) as refused:
            await purge(motion)

        assert ((), False) == (footage.values, footage.complete)
        assert ("files-not-visible", True) == (refused.value.code, kept.exists())


class TestReading:
    async def test_it_changes_nothing_and_shows_no_login(self, starting: Starting) -> None:
        motion = starting(cameras={"1": {}, "2": {}})
        before = motion.digest()

        async with opened(motion, **full_leave(motion)) as session:
            facts = await session.read()
            channels = await session.channels()

        assert before == motion.digest()
        assert {Effect.READ} == set(session.client.requests)
        assert ("motion", "4") == (session.identity.model, session.identity.firmware.partition(".")[0])
        assert (True, "digest") == (session.identity.as_administrator, session.identity.login_mode)
        source = {(channel.id, channel.source_host, channel.source_port) for channel in channels}
        port = int(motion.source.rsplit(":", 1)[1].strip("/"))
        assert {("1", "127.0.0.1", port), ("2", "127.0.0.1", port)} == source
        assert "hunter2" not in repr(facts)
        assert Known(False) == facts[FactKey("motion-real", "*", "access.anonymous")].reading
        assert Known(True) == facts[FactKey("motion-real", "*", "access.addresses_limited")].reading

    async def test_what_a_file_leaves_out_is_what_motion_does_without_one(self, starting: Starting) -> None:
        from vmsguard_motion.settings import DEFAULTS, kept
        from vmsguard_motion.web_replies import pairs_in

        motion = starting(cameras={})
        shown = kept(pairs_in(motion.ask("0/config/list")[1]).items()).values
        set_here = {"webcontrol_port", "webcontrol_auth_method"}

        assert {name: DEFAULTS[name] for name in shown if name not in set_here} == {
            name: value for name, value in shown.items() if name not in set_here
        }
        assert set(DEFAULTS) == set(shown)

    async def test_the_files_are_read_as_motion_reads_them(self, starting: Starting) -> None:
        motion = starting(cameras={"7": {"picture_output": "first", "movie_output": "YES"}})
        text = motion.config_path.read_text()
        (motion.folder / "more").mkdir()
        (motion.folder / "more" / "x.conf").write_text(f"target_dir {motion.footage}/x\nffmpeg_timelapse 0\n")
        motion.kill()
        motion.config_path.write_text(
            "output_pictures best\n snapshot_interval = 7\nffmpeg_output_movies 0\nffmpeg_timelapse=3600x\n"
            + text
            + f'camera_dir {motion.folder}/more\nmovie_filename "quoted"\npicture_output off\n'
        )
        motion.start()

        facts = await read(motion, **seen_files(motion))

        assert ["2", "7"] == sorted({key.channel for key in facts} - {"*"})
        for camera in ("2", "7"):
            runtime, stored = (
                listed(facts, "recording.jobs", camera, layer) for layer in (Layer.RUNTIME, Layer.STORED)
            )
            assert runtime == stored
        assert {"pictures", "snapshots"} == recording(facts, camera="2")
        assert {"pictures", "snapshots", "movies", "timelapse"} == recording(facts, camera="7")

    async def test_commands_are_seen_with_level_3_alone_and_cannot_be_cleared_over_the_web_control(
        self, starting: Starting
    ) -> None:
        motion = starting(cameras={"1": {"on_picture_save": "/bin/true hunter2 %f"}})
        told = listed(await read(motion), "push.destinations", "*")
        assert (["1:on_picture_save"], True) == ([item.id for item in told.values], told.complete)
        assert "<form" in motion.set("1", "on_picture_save", "")
        assert "/bin/true hunter2 %f" == motion.get("1", "on_picture_save")

        motion.main = {"webcontrol_parms": "2"}
        motion.write_files()
        motion.start_again()
        told = listed(await read(motion), "push.destinations", "*")
        assert ((), False) == (told.values, told.complete)

    async def test_one_camera_without_a_file_of_its_own_is_number_0(self, starting: Starting) -> None:
        motion = starting(cameras={}, main={"movie_output": "off", "snapshot_interval": "900"})

        facts = await read(motion, **seen_files(motion))

        assert {"0"} == {key.channel for key in facts} - {"*"}
        for layer in BOTH:
            assert {"snapshots"} == recording(facts, layer, "0")
        await send(motion, "recording.stop", "0", leave=full_leave(motion), job="snapshots")
        assert set() == recording(await read(motion, **seen_files(motion)), Layer.STORED, "0")

    async def test_a_wrong_password_is_refused_and_pages_for_people_are_not_read(self, starting: Starting) -> None:
        motion = starting(cameras={}, main={"webcontrol_auth_method": "1"})
        with pytest.raises(AuthRejected):
            await read_as(motion, Login("secret://test/wrong", "admin", "wrong"))
        assert "basic" == await read_as(motion, motion.login)

        motion.main = {"webcontrol_interface": "0", "webcontrol_auth_method": "0"}
        motion.write_files()
        motion.start_again()
        with pytest.raises(ProtocolViolation) as refused:
            await read(motion)
        assert "webcontrol_interface 1" in refused.value.hint


async def read_as(motion: RealMotion, login: Login) -> str:
    async with opened(motion, login=login) as session:
        return session.identity.login_mode
