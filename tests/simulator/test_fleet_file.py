"""A fleet file is read strictly: a mistake is an error with the file's name, never a smaller fleet."""

from __future__ import annotations

import pytest

from vmsguard.errors import ConfigError
from vmsguard.simulator import Fleet, load_fleet
from vmsguard.simulator.fleet_file import camera_ids, group_name

GOOD = """
apiVersion: vmsguard/v1
kind: Fleet
seed: 7
groups:
  - {id: "gate-{n:03}", count: 2, persona: honest, attributes: {country: KR}, rules: ["tt:FaceRecognition"]}
recorders: [{id: nvr}]
"""


def test_a_good_file_is_read(tmp_path) -> None:
    path = tmp_path / "fleet.yaml"
    path.write_text(GOOD)
    fleet = load_fleet(path)
    assert camera_ids(fleet.groups[0]) == ["gate-001", "gate-002"]
    assert (group_name(fleet.groups[0]), fleet.seed, fleet.recorders[0].id) == ("gate", 7, "nvr")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("groups: [{id: cam, presona: honest}]", "presona"),
        ("groups: [{id: cam, persona: nice}]", "unknown persona 'nice'"),
        ("groups: [{id: cam, count: 2}]", "need a counter"),
        ("groups: [{id: cam, channels: 0}]", "start at 1"),
        ("groups: [{id: cam, recorder: nvr}]", "unknown recorder 'nvr'"),
        ("groups: [{id: cam, without: [media3]}]", "no such service: media3"),
        ("groups: [{id: 'a/b'}]", "letters, digits"),
        ("groups: [{id: 'cam-{n}{x}', count: 2}]", "not a pattern"),
        ("groups: [{id: a, name: g, attributes: {country: KR}}, {id: b, name: g}]", "differ in their attributes"),
        ("groups: [{id: cam, auth: basic}]", "auth"),
        ("kind: Inventory", "kind"),
        ("groups: [", "not valid YAML"),
        ("- 1", "object"),
    ],
)
def test_a_mistake_names_itself_and_its_file(tmp_path, text, message) -> None:
    path = tmp_path / "fleet.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_fleet(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_file_that_is_not_there_is_an_error(tmp_path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_fleet(tmp_path / "none.yaml")


async def test_two_devices_may_not_share_an_id(run) -> None:
    with pytest.raises(ConfigError, match="two devices"):
        async with run({"id": "cam"}, {"id": "cam"}):
            pass


def test_the_defaults_are_one_honest_camera() -> None:
    (group,) = Fleet.from_value({"groups": [{"id": "cam"}]}).groups
    assert (group.count, group.persona, group.channels, group.rtsp) == (1, "honest", 1, False)
