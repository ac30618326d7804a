"""What the driver reports of devices that misbehave in ways seen on real ones."""

from __future__ import annotations

from typing import Any

import pytest

from vmsguard.errors import AuthRejected, NotSupported, Refused, Unreachable
from vmsguard.model.changes import Change
from vmsguard.model.fact_values import PushDestination
from vmsguard.model.facts import Absent, Fact, FactKey, Items, Known, Unknown
from vmsguard.model.vocabulary import Layer, Role, Why
from vmsguard.net.login import Login

NO_MULTICAST = PushDestination("multicast-metadata:profile-1", "multicast-metadata", False)


def reading(facts: dict[FactKey, Fact], name: str, layer: Layer = Layer.RUNTIME) -> Any:
    return next(fact.reading for key, fact in facts.items() if key.name == name and key.layer is layer)


def items(facts: dict[FactKey, Fact], name: str, layer: Layer = Layer.RUNTIME) -> Items[Any]:
    found = reading(facts, name, layer)
    assert isinstance(found, Known)
    return found.value


def recording_stop(channel: str = "source-1", target: str = "cam") -> Change:
    return Change("recording.stop", target, channel, {"job": "job-1"})


@pytest.mark.parametrize("auth", ["none", "wsse", "digest", "both"])
async def test_every_way_to_authenticate_is_found_out(simulate: Any, auth: str) -> None:
    async with simulate(auth=auth) as simulated, simulated.session(write=True) as session:
        assert session.identity.manufacturer == "vmsguard"
        assert (auth == "none") == ("no-auth-required" in session.identity.notes)
        facts = await session.read()
        assert reading(facts, "access.anonymous") == Known(auth == "none")
        assert (await session.change(recording_stop())).reported == "accepted"


@pytest.mark.parametrize("auth", ["wsse", "digest", "both"])
async def test_the_mode_can_be_configured(simulate: Any, auth: str) -> None:
    async with simulate(auth=auth) as simulated, simulated.session(auth=auth) as session:
        assert reading(await session.read(), "access.anonymous") == Unknown(
            Why.NOT_READ, "no protected read was sent without a login"
        )


@pytest.mark.parametrize("auth", ["wsse", "digest"])
async def test_a_wrong_password_is_sent_once(simulate: Any, auth: str) -> None:
    async with simulate(auth=auth) as simulated:
        wrong = Login("secret://test/wrong", "admin", "wrong")
        with pytest.raises(AuthRejected):
            async with simulated.session(login=wrong):
                pass
        # The clock and the look without a login come first; GetServices needs none; then one try is refused.
        assert simulated.simulator.requests("cam") <= 5


async def test_a_clock_that_is_an_hour_off_is_used_and_reported(simulate: Any) -> None:
    async with simulate(auth="wsse", clock_offset=3600.0) as simulated, simulated.session() as session:
        skew = reading(await session.read(), "clock.skew_seconds")
        assert abs(skew.value - 3600) <= 2


async def test_a_clock_that_jumps_is_read_again_once_and_no_login_is_wasted(simulate: Any) -> None:
    async with simulate(auth="wsse", created_window=5.0) as simulated, simulated.session() as session:
        await session.read()
        begun = simulated.simulator.requests("cam")
        await session.read()
        plain = simulated.simulator.requests("cam") - begun
        simulated.simulator.camera("cam").state.clock_offset = 900.0
        facts = await session.read()
        assert items(facts, "recording.jobs").values[0].active is True
        # One refused request, one look at the clock, and the plan goes on.
        assert simulated.simulator.requests("cam") - begun - plain == plain + 2


async def test_a_clock_that_keeps_jumping_ends_in_a_refused_login(simulate: Any) -> None:
    async with simulate(auth="wsse", created_window=5.0) as simulated, simulated.session() as session:
        camera = simulated.simulator.camera("cam").state
        camera.clock_offset = 900.0
        await session.read()
        camera.clock_offset = 1800.0
        again = await session.read(["source-1"])
        assert reading(again, "recording.jobs").why is Why.AUTH


async def test_wrong_addresses_are_findings_and_are_not_followed(simulate: Any) -> None:
    async with simulate(persona="wrong-xaddr") as simulated, simulated.session() as session:
        assert session.identity.foreign_addresses == ("192.0.2.10",)
        assert items(await session.read(), "recording.jobs").values[0].active is True


async def test_fabricated_lists_are_unknown(simulate: Any) -> None:
    async with simulate(persona="fabricates-empty-lists") as simulated, simulated.session() as session:
        assert session.identity.fabricates is True
        assert session.identity.as_administrator is None
        facts = await session.read()
        for name in ("recording.jobs", "footage.recordings", "analytics.functions", "storage.external"):
            assert reading(facts, name).why is Why.FABRICATED, name


async def test_a_service_that_answers_anything_is_found_out_behind_a_device_service_that_does_not(
    simulate: Any,
) -> None:
    persona = "fabricates-besides-device"
    async with simulate(persona=persona) as simulated, simulated.session() as session:
        assert session.identity.fabricates is False
        facts = await session.read()
        for name in ("recording.jobs", "footage.recordings", "recording.retention"):
            assert reading(facts, name).why is Why.FABRICATED, name


async def test_an_empty_list_of_an_honest_service_costs_one_question_in_a_session(simulate: Any) -> None:
    async with simulate(brokers=[]) as simulated, simulated.session() as session:
        counts = []
        for _ in range(2):
            before = simulated.simulator.requests("cam")
            assert items(await session.read(), "push.destinations").values == (NO_MULTICAST,)
            counts.append(simulated.simulator.requests("cam") - before)
        # Events has no brokers, Media2 no audio encoders, Analytics no rules.
        assert counts[0] - counts[1] == 3


async def test_an_honest_device_without_a_service_proves_its_absence(simulate: Any) -> None:
    async with simulate(recordings=None) as simulated, simulated.session() as session:
        facts = await session.read()
        assert reading(facts, "ptz.movable") == Absent("GetServices lists no PTZ service")
        assert items(facts, "cloud.links").complete is False


async def test_without_codes_nothing_is_proven_absent(simulate: Any) -> None:
    camera = {"persona": "faults-without-subcode", "recordings": None}
    async with simulate(**camera) as simulated, simulated.session() as session:
        facts = await session.read()
        assert reading(facts, "recording.jobs").why is Why.UNSUPPORTED_UNPROVEN


async def test_a_truncated_list_is_no_shorter_list(simulate: Any) -> None:
    async with simulate(persona="truncated") as simulated, simulated.session() as session:
        facts = await session.read()
        assert reading(facts, "recording.jobs").why is Why.PROTOCOL
        assert reading(facts, "footage.recordings").why is Why.PROTOCOL


async def test_silence_is_unreachable(simulate: Any) -> None:
    async with simulate(persona="silent") as simulated:
        with pytest.raises(Unreachable):
            async with simulated.session():
                pass


async def test_a_device_that_cannot_stop_recording_says_so(simulate: Any) -> None:
    async with simulate(persona="cannot-stop-recording") as simulated, simulated.session(write=True) as session:
        assert session.identity.as_administrator is True
        with pytest.raises(NotSupported):
            await session.change(recording_stop())


async def test_its_footage_can_still_be_purged(simulate: Any) -> None:
    async with simulate(persona="cannot-stop-recording") as simulated:
        async with simulated.session(write=True) as session:
            now = session.driver.ctx.clock.now().isoformat()
            before = simulated.simulator.camera("cam").truth.footage_from
            await session.change(Change("footage.purge", "cam", "source-1", {"cutoff": now, "recordings": ""}))
        after = simulated.simulator.camera("cam").truth.footage_from
        assert before is not None
        assert after is None or after > before


async def test_static_recordings_refuse_deletion_by_their_capabilities(simulate: Any) -> None:
    async with simulate(persona="static-recordings") as simulated, simulated.session(write=True) as session:
        now = session.driver.ctx.clock.now().isoformat()
        with pytest.raises(NotSupported):
            await session.change(Change("footage.purge", "cam", "source-1", {"cutoff": now, "recordings": ""}))
        assert simulated.simulator.writes_of("cam") == 0


async def test_fixed_rules_are_refused(simulate: Any) -> None:
    camera = {"persona": "fixed-rules", "rules": ["tt:FaceRecognition"]}
    async with simulate(**camera) as simulated, simulated.session(write=True) as session:
        function = items(await session.read(), "analytics.functions").values[0]
        with pytest.raises(Refused) as refused:
            await session.change(Change("analytics.stop", "cam", "source-1", {"function": function.id}))
        assert refused.value.code == "FixedRules"


async def test_a_lost_reply_to_a_write_is_unreachable_and_not_sent_again(simulate: Any) -> None:
    async with simulate(persona="drop-reply-after-write") as simulated, simulated.session(write=True) as session:
        with pytest.raises(Unreachable):
            await session.change(recording_stop())
        assert simulated.simulator.writes_of("cam") == 1


async def test_what_takes_effect_after_a_restart_shows(simulate: Any) -> None:
    async with simulate(persona="effective-after-restart") as simulated:
        async with simulated.session(write=True) as session:
            assert (await session.change(Change("stream.stop", "cam", "source-1", {"service": "rtsp"}))).reported
        assert simulated.simulator.camera("cam").truth.streams is True
        async with simulated.session() as session:
            points = await session.read() and session.driver.witness_points("source-1")
            assert [point.kind for point in points][:2] == ["rtsp", "tcp"]


async def test_stopping_rtsp_leaves_http_and_closes_the_port(simulate: Any) -> None:
    async with simulate() as simulated:
        async with simulated.session(write=True) as session:
            await session.change(Change("stream.stop", "cam", "source-1", {"service": "rtsp"}))
            again = await session.change(Change("stream.stop", "cam", "source-1", {"service": "rtsp"}))
        assert again.reported == "already"
        assert simulated.simulator.writes_of("cam") == 1
        device = simulated.simulator.camera("cam")
        assert device.truth.streams is False
        assert [entry.name for entry in device.state.configuration.protocols if entry.enabled] == ["HTTP"]


async def test_a_snapshot_is_stopped_through_its_profile(simulate: Any) -> None:
    async with simulate() as simulated:
        async with simulated.session(write=True) as session:
            services = items(await session.read(), "stream.services").values
            snapshot = next(service for service in services if service.kind == "snapshot")
            await session.change(Change("stream.stop", "cam", "source-1", {"service": snapshot.id}))
        assert simulated.simulator.camera("cam").truth.snapshots is False
        async with simulated.session() as session:
            left = items(await session.read(), "stream.services")
            assert [service.kind for service in left.values if service.enabled] == ["rtsp"]
            assert left.complete is True


async def test_webrtc_keeps_the_other_servers(simulate: Any) -> None:
    async with simulate(webrtc=["wss://one.example.org", "wss://two.example.org"]) as simulated:
        async with simulated.session(write=True) as session:
            services = items(await session.read(), "stream.services", Layer.STORED).values
            first = next(service for service in services if service.kind == "webrtc")
            await session.change(Change("stream.stop", "cam", "source-1", {"service": first.id}))
        assert simulated.simulator.camera("cam").truth.webrtc == ("wss://two.example.org",)
        assert len(simulated.simulator.camera("cam").state.configuration.webrtc) == 2


async def test_a_recorder_is_matched_and_stopped_with_its_receiver(simulate: Any) -> None:
    async with simulate(recorder={}) as simulated:
        async with simulated.session() as session:
            camera = (await session.channels())[0]
        async with simulated.session("nvr", Role.RECORDER, write=True) as session:
            channel = (await session.channels())[0]
            assert (channel.source_host, channel.source_port, channel.source_path) == (
                camera.source_host,
                camera.source_port,
                camera.source_path,
            )
            await session.change(recording_stop(channel.id, "nvr"))
        recorder = simulated.simulator.camera("nvr")
        assert recorder.truth.records is False
        assert [receiver.mode for receiver in recorder.state.configuration.receivers] == ["NeverConnect"]


async def test_retention_is_set_and_zero_reads_as_unlimited(simulate: Any) -> None:
    async with simulate() as simulated:
        async with simulated.session(write=True) as session:
            setting = items(await session.read(), "recording.retention").values[0]
            assert setting.seconds is None
            await session.change(
                Change("retention.set", "cam", "source-1", {"store": setting.store, "seconds": "3600"})
            )
        async with simulated.session() as session:
            assert items(await session.read(), "recording.retention").values[0].seconds == 3600


async def test_profiles_that_were_not_shown_leave_the_list_of_streams_incomplete(simulate: Any) -> None:
    async with simulate(persona="forgets-media2") as simulated, simulated.session() as session:
        services = items(await session.read(), "stream.services")
        assert services.complete is False
        assert {service.kind for service in services.values} >= {"rtsp", "snapshot"}


@pytest.mark.parametrize("rules", [["tt:LineDetector"], None])
async def test_a_maker_that_keeps_faces_elsewhere_has_no_complete_list(simulate: Any, rules: Any) -> None:
    async with simulate(rules=rules, modules=rules) as simulated:
        simulated.simulator.camera("cam").state.product.manufacturer = "HIKVISION"
        async with simulated.session() as session:
            facts = await session.read()
        if rules is None:
            assert reading(facts, "analytics.functions").why is Why.UNSUPPORTED_UNPROVEN
        else:
            assert items(facts, "analytics.functions").complete is False


async def test_an_old_list_of_services_rules_out_only_what_it_could_name(simulate: Any) -> None:
    camera = {"persona": "no-get-services", "webrtc": ["wss://one.example.org"], "recordings": None, "rtsp": False}
    async with simulate(**camera) as simulated:
        simulated.simulator.camera("cam").state.configuration.profiles[0].video_source = ""
        async with simulated.session() as session:
            facts = await session.read()
    assert reading(facts, "ptz.movable") == Absent("GetCapabilities lists no PTZ service")
    streams = items(facts, "stream.services")
    assert (streams.complete, streams.missing) == (False, "GetCapabilities has no place for the Media2 service")
    assert items(facts, "analytics.functions").complete is False
