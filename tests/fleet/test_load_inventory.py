"""Inventories: what they say, and every mistake in them at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from vmsguard.errors import Problems
from vmsguard.fleet.load_inventory import load_inventory
from vmsguard.model.inventory import EndpointRef, LoginRefs
from vmsguard.model.vocabulary import Role

HEAD = "apiVersion: vmsguard/v1\nkind: Inventory\n"

GOOD = (
    HEAD
    + """defaults: {attributes: {country: KR}, limits: {requests_per_second: 5}}
groups: {gates: {attributes: {modality: thermal, purpose: fever-screening}}}
targets:
  - {id: t-1, site: s, role: device, driver: onvif, url: "http://192.0.2.1/onvif",
     login: {read: secret://env/R, change: secret://env/C}}
  - {id: z-1, site: s, role: recorder, driver: zoneminder, url: "http://192.0.2.2/zm", login: secret://env/Z,
     options: {storage_path: /x}, limits: {deadline_seconds: 3}}
cameras:
  - id: c-1
    site: s
    groups: [gates]
    tags: [protected]
    attributes: {modality: bispectral, managed_by: z-1}
    endpoints: [{target: t-1, channels: all}, {target: z-1, channels: ["3"]}]
"""
)


def load(tmp_path: Path, text: str) -> object:
    path = tmp_path / "inventory.yaml"
    path.write_text(text)
    return load_inventory([path])


def test_targets_and_cameras_are_read_with_defaults_and_groups(tmp_path: Path) -> None:
    path = tmp_path / "inventory.yaml"
    path.write_text(GOOD)
    inventory = load_inventory([path])
    camera = inventory.cameras["c-1"]
    device, recorder = inventory.targets["t-1"], inventory.targets["z-1"]
    values = {name: attribute.value for name, attribute in camera.attributes.items()}
    assert {"country": "KR", "modality": "bispectral", "purpose": "fever-screening", "managed_by": "z-1"} == values
    assert ("z-1", True) == (camera.managed_by, camera.protected)
    assert (EndpointRef("t-1", ("all",)), EndpointRef("z-1", ("3",))) == camera.endpoints
    assert (LoginRefs("secret://env/R", "secret://env/C"), Role.DEVICE) == (device.login, device.role)
    assert LoginRefs("secret://env/Z", "secret://env/Z") == recorder.login
    assert (5.0, 3.0) == (recorder.limits.requests_per_second, recorder.limits.deadline_seconds)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("site: s, role: device", "site: s, role: camera"), "role"),
        (("driver: onvif,", ""), "driver"),
        (("http://192.0.2.1/onvif", "rtsp://192.0.2.1/"), "http or https"),
        (("id: z-1, site: s", "id: z-1, site: other"), "belong to one site"),
        (("target: z-1", "target: z-2"), "z-2"),
        (("managed_by: z-1", "managed_by: z-9"), "z-9"),
        (("groups: [gates]", "groups: [gate]"), "gates"),
        (("modality: bispectral", "modality: bispektral"), "bispectral"),
        (("country: KR", "land: KR"), "land"),
        (('channels: ["3"]', "channels: 3"), "all"),
        (("requests_per_second: 5", "requests_per_second: 0"), "requests_per_second"),
        (("login: secret://env/Z", "login: admin:hunter2"), "reference"),
        (("login: secret://env/Z", "login: {read: hunter2}"), "reference"),
        (("login: secret://env/Z", "login: 20202"), "reference"),
        (("http://192.0.2.1/onvif", "ftp://admin:hunter2@192.0.2.1/"), "http or https"),
        (("http://192.0.2.1/onvif", "http://admin:hunter2@192.0.2.1/"), "does not belong"),
        (("driver: onvif,", "driver: onvif, tls_pin: abc,"), "tls_pin: not a SHA-256"),
        (("id: z-1, site", "id: t-1, site"), "twice"),
    ],
)
def test_a_mistake_is_told_where_it_stands(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    broken = GOOD.replace(*change)
    assert broken != GOOD
    with pytest.raises(Problems) as raised:
        load(tmp_path, broken)
    text = "\n".join(f"{problem} {problem.hint}" for problem in raised.value.problems)
    assert told in text
    assert "inventory.yaml:" in text
    assert "hunter2" not in text
    assert "20202" not in text


def test_a_site_states_its_time_zone_once(tmp_path: Path) -> None:
    path = tmp_path / "inventory.yaml"
    path.write_text(GOOD + "sites: {s: {timezone: Asia/Seoul}}\n")
    assert {"s": "Asia/Seoul"} == load_inventory([path]).zones


@pytest.mark.parametrize(
    ("sites", "message"),
    [
        ("sites: {s: {timezone: Asia/Soul}}\n", "no time zone is called 'Asia/Soul'"),
        ("sites: {s: {}}\n", "site s needs the key 'timezone'"),
        (
            "sites: {s: {timezone: UTC}}\n---\n" + HEAD + "sites: {s: {timezone: Asia/Seoul}}\n",
            "site s was said to be in UTC",
        ),
    ],
)
def test_a_zone_that_is_none_or_another_is_a_mistake(tmp_path: Path, sites: str, message: str) -> None:
    with pytest.raises(Problems) as caught:
        load(tmp_path, HEAD + sites)
    assert message in str(caught.value.problems[0])
    assert caught.value.problems[0].hint


def in_files(tmp_path: Path, *texts: str) -> list[Path]:
    paths = [tmp_path / f"{number}.yaml" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(HEAD + text)
    return paths


def test_a_camera_may_stand_in_another_document_than_its_group(tmp_path: Path) -> None:
    camera = "cameras: [{id: c-1, site: s, groups: [gates]}]\n"
    paths = in_files(tmp_path, camera, "groups: {gates: {attributes: {modality: thermal}}}\n")

    assert {"modality": "thermal"} == {
        name: told.value for name, told in load_inventory(paths).cameras["c-1"].attributes.items()
    }


def test_a_document_keeps_to_its_own_definition_of_a_group(tmp_path: Path) -> None:
    own = "groups: {gates: {attributes: {modality: visible}}}\ncameras: [{id: c-1, site: s, groups: [gates]}]\n"
    paths = in_files(tmp_path, "groups: {gates: {attributes: {modality: thermal}}}\n", own)

    assert "visible" == load_inventory(paths).cameras["c-1"].attributes["modality"].value


def test_a_group_that_others_define_differently_is_a_mistake(tmp_path: Path) -> None:
    definitions = [f"groups: {{gates: {{attributes: {{modality: {word}}}}}}}\n" for word in ("thermal", "visible")]
    paths = in_files(tmp_path, *definitions, "cameras: [{id: c-1, site: s, groups: [gates]}]\n")

    with pytest.raises(Problems) as caught:
        load_inventory(paths)

    assert f"{paths[2]}:3:38: group 'gates' is defined differently in several documents" == str(caught.value)
