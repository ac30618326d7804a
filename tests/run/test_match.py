"""Which recorder channels show a camera."""

from __future__ import annotations

import pytest

from vmsguard.model.inventory import Camera, EndpointRef, Inventory, Target
from vmsguard.model.manifest import Channel, Identity
from vmsguard.model.snapshot import TargetSeen
from vmsguard.model.vocabulary import Role, Why
from vmsguard.run.match import CameraAddress, camera_addresses, match_recorders, recorder_channels, same_source
from vmsguard.run.observe import TargetObservation

CAMERA = Target(
    id="t-1", site="s", role=Role.DEVICE, driver="d", url="http://192.0.2.1/", options={"rtsp_port": "8554"}
)
RECORDER = Target(id="r-1", site="s", role=Role.RECORDER, driver="d", url="http://192.0.2.9/")


def seen(target: str, *channels: Channel, serial: str = "") -> TargetObservation:
    return TargetObservation(
        seen=TargetSeen(target=target, identity=Identity(serial=serial)), listed=channels, facts={}, points=()
    )


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        (Channel(id="1", source_host="192.0.2.1", source_port=8554), True),
        (Channel(id="1", source_host="192.0.2.1", source_port=8555), False),
        (Channel(id="1", source_host="192.0.2.2", source_port=8554), False),
        (Channel(id="1", source_host="192.0.2.1"), None),
        (Channel(id="1", source_host="camera.example.org", source_port=8554), None),
        (Channel(id="1"), None),
        (Channel(id="1", serial="SN1"), True),
        (Channel(id="1", serial="SN2", source_host="192.0.2.7", source_port=8554), False),
        (Channel(id="1", serial="SN2", source_host="192.0.2.1", source_port=8554), None),
        (Channel(id="1", source_host="::ffff:192.0.2.1", source_port=8554), True),
    ],
    ids=[
        "same",
        "other-port",
        "other-host",
        "no-port",
        "a-name",
        "nothing",
        "serial",
        "other-serial",
        "other-serial-same-place",
        "mapped",
    ],
)
def test_a_source_is_the_same_other_or_untold(channel: Channel, expected: bool | None) -> None:
    assert expected is same_source(channel, [CameraAddress("192.0.2.1", 8554, "SN1")])


def test_two_macs_are_compared_without_case() -> None:
    assert same_source(Channel(id="1", mac="AA:BB"), [CameraAddress("h", mac="aa:bb")]) is True


@pytest.mark.parametrize(
    ("host", "expected"),
    [("2001:db8:0:0::1", True), ("2001:DB8::1", True), ("2001:db8::2", False), ("cam.example.org", None)],
)
def test_addresses_are_compared_however_they_are_written(host: str, expected: bool | None) -> None:
    channel = Channel(id="1", source_host=host, source_port=554)
    assert expected is same_source(channel, [CameraAddress("2001:db8::1", 554)])


def test_a_second_network_card_is_no_other_camera() -> None:
    channel = Channel(id="1", mac="AA:BB", source_host="192.0.2.1", source_port=554)
    assert same_source(channel, [CameraAddress("192.0.2.1", 554, mac="AA:CC")]) is None


def test_a_camera_whose_address_nobody_knows_cannot_be_told_apart() -> None:
    assert same_source(Channel(id="1", source_host="192.0.2.1", source_port=1), []) is None


def matches(camera: Camera, observations: dict[str, TargetObservation], *others: Camera) -> tuple[object, ...]:
    inventory = Inventory({"t-1": CAMERA, "r-1": RECORDER}, {one.id: one for one in (camera, *others)})
    recorders = recorder_channels(inventory, observations)["s"]
    addresses = camera_addresses(camera, inventory.targets, observations)
    return tuple((m.recorder, m.listed, m.channels) for m in match_recorders(camera, recorders, addresses))


def test_an_unclaimed_channel_with_the_cameras_address_is_found() -> None:
    camera = Camera(id="c", site="s", endpoints=(EndpointRef("t-1", ("all",)),))
    found = matches(camera, {"r-1": seen("r-1", Channel(id="7", source_host="192.0.2.1", source_port=8554))})
    assert (("r-1", True, ("7",)),) == found


def test_a_recorder_with_a_channel_nobody_can_place_is_not_listed() -> None:
    camera = Camera(id="c", site="s", endpoints=(EndpointRef("t-1", ("all",)),))
    assert (("r-1", False, ()),) == matches(camera, {"r-1": seen("r-1", Channel(id="7"))})


def test_a_channel_another_camera_claims_is_not_this_ones() -> None:
    camera = Camera(id="c", site="s", endpoints=(EndpointRef("t-1", ("all",)),))
    other = Camera(id="o", site="s", endpoints=(EndpointRef("r-1", ("7",)),))
    assert (("r-1", True, ()),) == matches(camera, {"r-1": seen("r-1", Channel(id="7"))}, other)


def test_a_recorder_that_was_not_reached_is_not_listed() -> None:
    camera = Camera(id="c", site="s", endpoints=(EndpointRef("t-1", ("all",)), EndpointRef("r-1", ("7",))))
    gone = TargetObservation(seen=TargetSeen(target="r-1", why=Why.UNREACHABLE))
    assert (("r-1", False, ("7",)),) == matches(camera, {"r-1": gone})


def test_a_recorder_that_fetches_over_http_is_found() -> None:
    camera = Camera(id="c", site="s", endpoints=(EndpointRef("t-1", ("all",)),))
    found = matches(camera, {"r-1": seen("r-1", Channel(id="7", source_host="192.0.2.1", source_port=80))})
    assert (("r-1", True, ("7",)),) == found
