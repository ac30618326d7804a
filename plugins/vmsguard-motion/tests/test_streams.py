from __future__ import annotations

import pytest
from vmsguard_motion.settings import Settings
from vmsguard_motion.streams import Streams, stated_ports

from vmsguard.model.facts import Known, Unknown
from vmsguard.model.vocabulary import Why

BLIND = Unknown(Why.NOT_READ)


def on(port: str) -> Settings:
    return Settings({"stream_port": port})


def told(streams: Streams, *, stored: bool) -> dict[str, tuple[bool | None, bool]]:
    reading = streams.in_file() if stored else streams.runtime()
    assert isinstance(reading, Known), reading
    return {item.id: (item.enabled, item.probed) for item in reading.value.values}


def test_a_port_is_on_and_somebody_can_look() -> None:
    streams = Streams("1", {"0": on("8081"), "1": on("8082")}, {"0": on("8081"), "1": on("8082")})
    expected = {"stream": (True, True), "shared-stream": (True, True)}
    assert (expected, expected) == (told(streams, stored=False), told(streams, stored=True))
    assert (8081, 8082) == streams.ports()


def test_a_zero_in_memory_says_nothing_and_a_zero_in_the_file_says_off() -> None:
    streams = Streams("1", {"0": on("0"), "1": on("0")}, {"0": on("0"), "1": on("0")})
    assert {"stream": (None, False), "shared-stream": (None, False)} == told(streams, stored=False)
    assert {"stream": (False, False), "shared-stream": (False, False)} == told(streams, stored=True)
    assert () == streams.ports()


def test_a_port_that_the_file_still_names_is_looked_at() -> None:
    streams = Streams("1", {"0": on("0"), "1": on("0")}, {"0": on("8081"), "1": on("0")})
    assert {"stream": (None, False), "shared-stream": (None, True)} == told(streams, stored=False)
    assert (8081,) == streams.ports()


def test_what_the_inventory_states_is_looked_at_for_every_service() -> None:
    streams = Streams("1", {"0": on("0"), "1": on("0")}, BLIND, (8090,))
    assert {"stream": (None, True), "shared-stream": (None, True)} == told(streams, stored=False)
    assert BLIND == streams.in_file()
    assert (8090,) == streams.ports()


def test_one_camera_alone_has_one_service() -> None:
    assert {"stream": (True, True)} == told(Streams("0", {"0": on("8081")}, BLIND), stored=False)


def test_what_is_not_shown_is_unknown() -> None:
    assert {"stream": (None, False), "shared-stream": (None, False)} == told(
        Streams("1", {"0": BLIND, "1": Settings({})}, BLIND), stored=False
    )
    assert BLIND == Streams("1", {"0": on("0"), "1": BLIND}, BLIND).runtime()


@pytest.mark.parametrize(("text", "ports"), [("", ()), ("8081", (8081,)), ("8081, 8082 8083", (8081, 8082, 8083))])
def test_ports_are_stated_in_words(text: str, ports: tuple[int, ...]) -> None:
    assert ports == stated_ports(text)


@pytest.mark.parametrize("text", ["0", "65536", "-1", "http"])
def test_what_is_no_port_is_a_mistake(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        stated_ports(text)
