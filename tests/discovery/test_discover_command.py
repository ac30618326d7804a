"""``vmsguard discover`` as a person runs it, at every width, and as a program reads it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from answering_device import Responder, match, message_id
from rich.console import Console

from vmsguard.cli.discover_lines import show_found
from vmsguard.cli.init import write_installation
from vmsguard.cli.main import main
from vmsguard.fleet.candidates_file import candidates_value
from vmsguard.fleet.discover import Found
from vmsguard.fleet.enrolled_addresses import EnrolledAddresses
from vmsguard.fleet.gather_answers import Unread
from vmsguard.model.clock import SystemClock
from vmsguard.model.discovery import Candidate, Way

Start = Callable[..., Responder]
Run = Callable[..., tuple[int, str, str]]

HOSTILE = Candidate(
    id="cam-0123456789",
    driver="onvif",
    address="192.0.2.66",
    interface="eth0",
    names=("[red]owned[/red] \ufffd[2J",),
    hardware=("[/]",),
    warnings=("it names another host, [b]evil.example[/b]; not followed",),
    enrolled="no",
)
PLAIN = Candidate(
    id="cam-9876543210",
    driver="onvif",
    address="192.0.2.7",
    interface="eth0",
    url="http://192.0.2.7/onvif/device_service",
    names=("Gate 3",),
    hardware=("M1",),
    enrolled="yes",
    targets=("t-1",),
)
FOUND = Found(
    (PLAIN, HOSTILE),
    (
        Way(interface="eth0", address="192.0.2.2", sent=8),
        Way(interface="eth1", address="198.51.100.2", problem="Network is down"),
    ),
    unread=(Unread("192.0.2.9", "not well-formed XML"),),
    ignored={"answers to questions that were not ours": 3},
    incomplete=("more than 8192 senders answered",),
)


def shown(found: Found, width: int) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    show_found(console, found, EnrolledAddresses(None), seconds=4.0)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [40, 80, 140])
def test_everything_is_told_at_every_width_and_nothing_is_markup(width: int) -> None:
    told = shown(FOUND, width)
    words = " ".join(told.split())

    assert max(len(line.rstrip()) for line in told.splitlines()) <= width
    for text in (
        "192.0.2.7",
        "Gate 3, M1",
        "t-1",
        "cam-0123456789",
        "[red]owned[/red] \ufffd[2J",
        "it names another host, [b]evil.example[/b]; not followed",
        "192.0.2.9 answered and could not be read: not well-formed XML",
        "not complete: more than 8192 senders answered",
        "3 datagrams ignored: answers to questions that were not ours",
        "eth1 (198.51.100.2), 0 datagrams; not all could be sent: Network is down",
        "2 answered.",
    ):
        assert text in words, (text, words)
    assert "http://192.0.2.7/onvif/device_service" in told.replace("\n  ", "").replace("\n", "")


@pytest.mark.parametrize("width", [40, 80, 140])
def test_silence_is_told_with_what_to_check(width: int) -> None:
    words = " ".join(shown(Found((), (Way(interface="eth0", address="192.0.2.2", sent=8),)), width).split())

    assert "nothing answered within 4 s asked: eth0 (192.0.2.2), 8 datagrams what to check:" in words
    for text in ("--host ADDRESS", "--interface", "3702", "Discovery is switched on in the cameras"):
        assert text in words


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in an empty folder; gives its exit code, output and errors."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main(list(arguments))
        told = capsys.readouterr()
        return int(stopped.value.code or 0), told.out, told.err

    return command


def test_the_json_holds_what_the_documentation_says(run: Run, device: Start) -> None:
    code, out, _ = run("discover", "--host", device().host, "--timeout", "1", "--format", "json")

    told: dict[str, Any] = json.loads(out)
    page = (Path(__file__).parents[2] / "docs" / "discovery.md").read_text(encoding="utf-8")
    assert 0 == code
    assert ["127.0.0.1"] == [one["address"] for one in told["candidates"]]
    assert set(candidates_value(FOUND, SystemClock().now())) == set(told)
    named = {*told, *told["candidates"][0], *told["ways"][0], "address", "why"}
    assert [] == sorted(name for name in named if f"`{name}`" not in page)


def test_silence_is_no_error(run: Run) -> None:
    code, out, _ = run("discover", "--host", "127.0.0.1:9", "--timeout", "0.5")

    assert (0, True) == (code, out.startswith("nothing answered within 0.5 s\n"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--interface", "eth99"), "there is no interface 'eth99' that is up"),
        (("--host", "127.0.0.1:x"), "--host: '127.0.0.1:x' cannot be looked up"),
        (("--timeout", "0"), "not in the range"),
        (tuple(part for number in range(1100) for part in ("--host", "h")), "--host: more than 1024 hosts"),
    ],
)
def test_a_mistake_is_told_before_anything_is_sent(run: Run, arguments: tuple[str, ...], told: str) -> None:
    code, out, err = run("discover", *arguments)

    assert (2, "") == (code, out)
    assert told in err


def test_without_a_plugin_there_is_nobody_to_ask(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VMSGUARD_PLUGINS", "")

    code, _, err = run("discover", "--host", "127.0.0.1")

    assert (2, True) == (code, "no plugin that can discover devices is loaded" in err)


def test_what_is_written_is_never_written_over(run: Run, device: Start, tmp_path: Path) -> None:
    camera = device()
    asked = ("discover", "--host", camera.host, "--timeout", "1", "-o", "candidates.yaml")
    first, second = run(*asked), run(*asked)

    assert (0, 2, True) == (first[0], second[0], "candidates.yaml exists" in second[2])
    assert "vmsguard inventory import candidates.yaml --site SITE" in first[1]
    told = yaml.safe_load((tmp_path / "candidates.yaml").read_text())
    assert ("Candidates", ["127.0.0.1"]) == (told["kind"], [one["address"] for one in told["candidates"]])
    assert 8 == len(camera.heard)


def test_what_is_enrolled_is_told_by_address(run: Run, device: Start, tmp_path: Path) -> None:
    write_installation(tmp_path / "site", "vmsguard.example.org/d")
    targets = [
        {"id": name, "site": "s", "role": "device", "driver": "onvif", "url": url}
        for name, url in (
            ("t-same", "https://127.0.0.1/onvif"),
            ("t-port", "http://127.0.0.2:8080/onvif"),
        )
    ]
    value = {"apiVersion": "vmsguard/v1", "kind": "Inventory", "targets": targets}
    (tmp_path / "site" / "inventory.yaml").write_text(yaml.safe_dump(value))

    def at(address: str, identity: str) -> str:
        url = f"http://{address}/onvif/device_service"
        return device(lambda probe: [match(message_id(probe), identity, url)], address).host

    hosts = [
        part for host in (at("127.0.0.1", "a"), at("127.0.0.2", "b"), at("127.0.0.3", "c")) for part in ("--host", host)
    ]
    _, out, _ = run("--config", "site/vmsguard.yaml", "discover", *hosts, "--timeout", "1", "--format", "json")

    assert [("yes", ["t-same"]), ("unknown", ["t-port"]), ("no", [])] == [
        (one["enrolled"], one["targets"]) for one in json.loads(out)["candidates"]
    ]


def test_what_a_device_calls_itself_reaches_no_terminal_as_control_characters(run: Run, device: Start) -> None:
    scopes = "onvif://www.onvif.org/name/%1b[2J%1b]0;x%07[bold]%E2%80%AE"
    camera = device(lambda probe: [match(message_id(probe), scopes=scopes)])

    for form in ("table", "json"):
        _, out, _ = run("discover", "--host", camera.host, "--timeout", "1", "--format", form)
        assert "\ufffd[2J\ufffd]0;x\ufffd[bold]\ufffd" in out
        assert [] == [char for char in out if not char.isprintable() and char != "\n"]
