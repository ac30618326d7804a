"""What a hostile camera says reaches nobody's terminal, log or program as more than text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hostile_camera.ordinary import ordinary, response, services
from hostile_camera.said import ACTS, MARK, said_in
from hostile_camera.server import Camera, says

from vmsguard.cli.main import main
from vmsguard.cli.visible import json_escaped, visible

COMMANDS = (
    ("check",),
    ("check", "--controls"),
    ("check", "--format", "json"),
    ("plan",),
    ("evidence", "show"),
    ("evidence", "show", "--format", "json"),
    ("report", "--format", "csv", "-o", "report.csv"),
    ("report", "--format", "html", "-o", "report.html"),
    ("report", "--format", "json", "-o", "report.json"),
)


def unseen(text: str) -> set[str]:
    return {hex(ord(char)) for char in text if not char.isprintable() and char not in "\n\r\t"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("act", "in_tokens"),
    [
        ("what cannot be seen", False),
        ("what cannot be seen", True),
        ("markup", True),
        ("lines", False),
        ("length", False),
    ],
)
def test_nothing_a_camera_says_acts(
    scene: Any, act: str, in_tokens: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = scene.opened(Camera(dict(said_in(ACTS[act], in_tokens=in_tokens)), ordinary))
    # One string of those in question per installation is as good as all in the address of a service.
    listed = services(f"http://{MARK}.example/onvif")
    camera.tricks["GetServices"] = says(response("GetServices", listed))
    login = {"read": "secret://env/HOSTILE_LOGIN", "change": "secret://env/HOSTILE_LOGIN"}
    scene.install({"id": "t-hostile", "url": f"{camera.origin}/onvif/device_service", "login": login})
    monkeypatch.chdir(scene.folder)
    given = set(scene.folder.rglob("*"))
    said: dict[str, str] = {}
    for command in COMMANDS:
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main(list(command))
        told = capsys.readouterr()
        assert stopped.value.code not in (1, 2), told.err
        said[" ".join(command)] = told.out + told.err
    written = {path for path in scene.folder.rglob("*") if path.is_file()} - given
    for path in written:
        if path.suffix in {".jsonl", ".json", ".csv", ".html"}:
            said[path.name] = path.read_bytes().decode()
    assert {"report.csv", "report.html", "report.json"} <= said.keys()
    # Names are heard; tokens with characters that cannot be seen are refused, and what hangs on them is unknown.
    assert (act == "markup" or not in_tokens) is (MARK in said["check --format json"])
    assert {name: found for name, text in said.items() if (found := unseen(text))} == {}
    for text in (text for name, text in said.items() if name.endswith((".html",))):
        assert f"{MARK}<script>" not in text
    for name in ("check --format json", "evidence show --format json", "report.json"):
        for document in [said[name]] if name != "evidence show --format json" else said[name].splitlines():
            json.loads(document)
    # A line that the camera wrote would stand at the beginning of one.
    assert [] == [name for name, text in said.items() if "\nvmsguard: all pass" in text]
    judged = json.loads(said["check --format json"])["results"]
    assert scene.ordinary_verdicts == sorted(
        (result["rule"], result["control"], result["endpoint"], result["verdict"])
        for result in judged
        if result["camera"] == "cam-honest"
    )


def test_a_json_document_says_the_same_with_everything_visible() -> None:
    told = {"name": "a\x9b\u202e\U000e0041\x7f한국\n"}
    document = json_escaped(json.dumps(told, ensure_ascii=False))
    assert (told, set(), True) == (json.loads(document), unseen(document), "한국" in document)


def test_text_on_a_terminal_is_one_visible_line() -> None:
    assert "a\N{REPLACEMENT CHARACTER}b 한국" == visible("a\x9bb 한국")
