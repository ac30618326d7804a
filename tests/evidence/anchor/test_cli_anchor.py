"""``evidence anchor`` and ``evidence witness`` as a site and its central office meet them."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import json
import re
import shutil
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from vmsguard.cli.main import main
from vmsguard.evidence.anchor.witness_key import WitnessKey
from vmsguard.evidence.anchor.witness_state import read_cosigned
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.log import EvidenceLog
from vmsguard.evidence.show import Filter, read_records
from vmsguard.model.clock import SystemClock

CONFIG = """apiVersion: vmsguard/v1
kind: Config
inventory: [inventory.yaml]
evidence:
  dir: evidence
  origin: {origin}
  key: secret://file/log.pem
"""
CAVEAT = "No outside witness has signed a head: the operator could have rewritten this."


class Answer(NamedTuple):
    exit_code: int
    out: str
    err: str


Call = Callable[..., Answer]


class Office:
    """The central office: a witness in a process of its own."""

    def __init__(self, folder: Path, log_vkey: str) -> None:
        self.key_file, self.state = folder / "witness.pem", folder / "state"
        self.key = WitnessKey.generate("example.org/office")
        self.key.save(self.key_file)
        self._log_vkey = log_vkey
        self.process: subprocess.Popen[str] | None = None
        self.url = ""

    def command(self, *more: str) -> list[str]:
        fixed = ["--key", str(self.key_file), "--state", str(self.state), "--log", self._log_vkey, *more]
        return [sys.executable, "-m", "vmsguard", "evidence", "witness", "serve", *fixed]

    def start(self, *more: str) -> None:
        listen = self.url.removeprefix("http://").rstrip("/") or "127.0.0.1:0"
        command = self.command("--listen", listen, *more)
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        assert f"{self.key.trust_line}\n" == self.process.stdout.readline()
        found = re.fullmatch(r"cosigning 1 log at (\S+)\n", self.process.stdout.readline())
        assert found is not None
        self.url = found[1]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Exit code, and what it told on standard error."""
        process, self.process = self.process, None
        if process is None:
            return 0, ""
        process.send_signal(how)
        _, err = process.communicate(timeout=60)
        return process.returncode, err


@pytest.fixture
def place(tmp_path: Path, key: SigningKey) -> Path:
    """A configured site with a log of two records, and the auditor's trust file beside it."""
    key.save(tmp_path / "log.pem")
    (tmp_path / "vmsguard.yaml").write_text(CONFIG.format(origin=key.name))
    (tmp_path / "auditor.policy").write_text(f"log {key.vkey}\nquorum none\n")
    grow(tmp_path, key)
    return tmp_path


def grow(place: Path, key: SigningKey) -> None:
    EvidenceLog.open(place / "evidence", origin=key.name, key=key, clock=SystemClock()).close()


@pytest.fixture
def office(tmp_path: Path, key: SigningKey) -> Iterator[Office]:
    (tmp_path / "office").mkdir()
    office = Office(tmp_path / "office", key.vkey)
    office.start()
    yield office
    office.stop(signal.SIGKILL)


@pytest.fixture
def call(place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """One evidence command in the site's folder, in this process."""
    monkeypatch.chdir(place)

    def run(*arguments: object) -> Answer:
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main(["evidence", *map(str, arguments)])
        told = capsys.readouterr()
        return Answer(int(stopped.value.code or 0), told.out, told.err)

    return run


def test_a_head_is_anchored_and_recorded(call: Call, office: Office, place: Path) -> None:
    told = call("anchor", "--witness", office.url, "--witness-key", office.key.verifier.vkey, "--format", "json")

    assert 0 == told.exit_code
    result = json.loads(told.out)
    (made,) = result["anchors"]
    assert (2, True, "anchored", "example.org/office") == (
        result["size"],
        result["recorded"],
        made["outcome"],
        made["name"],
    )
    (record,) = read_records(place / "evidence", Filter(event="checkpoint.anchored"))
    assert (2, "2.note", made["at"]) == (record["size"], record["ref"], record["at"])
    assert (5, "anchored") == (result["closing"]["size"], result["closing"]["anchors"][0]["outcome"])


def test_an_auditor_who_demands_the_witness_is_content_after_it(
    call: Call, office: Office, place: Path, key: SigningKey
) -> None:
    trust = trusting(place, office)

    anchored = call("anchor", "--witness", office.url, "--trust", trust)
    verified = call("verify", "evidence", "--trust", trust)
    grow(place, key)
    later = call("verify", "evidence", "--trust", trust)

    assert [True, True] == [words in anchored.out for words in ("recorded in the log", "the head of 5 records")]
    assert [0, 0, 3] == [anchored.exit_code, verified.exit_code, later.exit_code]
    assert "could have rewritten this" not in verified.out


def trusting(place: Path, office: Office) -> Path:
    """The auditor's trust file, with the office as the witness it relies on."""
    log = (place / "auditor.policy").read_text().partition("\n")[0]
    path = place / "with-office.policy"
    path.write_text(f"{log}\n{office.key.trust_line}\nquorum {office.key.verifier.name}\n")
    return path


def test_the_configuration_names_whom_to_ask(call: Call, office: Office, place: Path) -> None:
    with (place / "vmsguard.yaml").open("a") as file:
        file.write(f'  anchors: {{witnesses: [{{url: "{office.url}", vkey: {office.key.verifier.vkey}}}]}}\n')

    assert 0 == call("anchor").exit_code
    assert (place / "evidence/anchors/2.note").exists()


def test_a_rollback_is_undetectable_without_help_and_found_with_a_witness(
    call: Call, office: Office, place: Path, key: SigningKey
) -> None:
    evidence, trust = place / "evidence", trusting(place, office)
    ask = ("anchor", "--witness", office.url, "--trust", trust)
    shutil.copytree(evidence, place / "old")
    grow(place, key)
    assert 0 == call(*ask).exit_code
    saved = place / "saved.note"
    shutil.copy(evidence / "anchors/4.note", saved)
    theirs = (evidence / "anchors/7.note").read_text()
    assert 0 == call("verify", evidence, "--trust", "auditor.policy", "--since", saved).exit_code
    shutil.rmtree(evidence)
    (place / "old").rename(evidence)

    alone = call("verify", evidence, "--trust", "auditor.policy")
    with_quorum = call("verify", evidence, "--trust", trust)
    with_saved = call("verify", evidence, "--trust", "auditor.policy", "--since", saved)
    asked = call(*ask)
    as_json = call(*ask, "--format", "json")
    after = call("verify", evidence, "--trust", "auditor.policy")

    assert (0, True) == (alone.exit_code, CAVEAT in alone.out), "undetectable, and said to be"
    assert 3 == with_quorum.exit_code, "an auditor who demands the witness is not content"
    assert 1 == with_saved.exit_code
    assert 1 == asked.exit_code
    assert "ROLLBACK DETECTED" in asked.out
    assert "it cosigned 7 records of this log, and here are 2" in asked.out
    assert theirs.splitlines()[2] in asked.out
    assert (evidence / "checkpoint").read_text().splitlines()[2] in asked.out
    assert [] == list(read_records(evidence, Filter(event="checkpoint.anchored"))), "the log was not continued"
    assert (1, "rollback") == (as_json.exit_code, json.loads(as_json.out)["anchors"][0]["outcome"])
    assert 1 == after.exit_code, "the head the witness showed lies below anchors/ now"


def test_a_fork_is_told_with_both_heads(call: Call, office: Office, place: Path, key: SigningKey) -> None:
    evidence = place / "evidence"
    ask = ("anchor", "--witness", office.url, "--witness-key", office.key.verifier.vkey)
    shutil.copytree(evidence, place / "old")
    grow(place, key)
    call(*ask)
    theirs = (evidence / "anchors/7.note").read_text()
    shutil.rmtree(evidence)
    (place / "old").rename(evidence)
    for _ in range(4):
        grow(place, key)

    told = call(*ask)

    assert (1, True) == (told.exit_code, "FORK DETECTED" in told.out)
    ours = (evidence / "checkpoint").read_text()
    assert [True, True] == [head.splitlines()[2] in told.out for head in (theirs, ours)]
    assert 1 == call("verify", evidence, "--trust", "auditor.policy").exit_code


def test_somebody_else_s_copy_is_anchored_without_a_record(call: Call, office: Office, place: Path) -> None:
    (place / "copy").mkdir()
    shutil.copytree(place / "evidence", place / "copy/evidence")
    before = (place / "copy/evidence/checkpoint").read_bytes()

    told = call("anchor", "copy/evidence", "--witness", office.url, "--trust", trusting(place, office))

    assert (0, False) == (told.exit_code, "recorded" in told.out)
    assert (place / "copy/evidence/anchors/2.note").exists()
    assert before == (place / "copy/evidence/checkpoint").read_bytes()


@pytest.fixture
def authority(tsa: Any) -> Iterator[str]:
    """A timestamping authority on HTTP, in a thread; its URL."""

    class Desk(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            reply = tsa.reply(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *arguments: object) -> None:
            """Nothing: pytest shows what matters."""

    with http.server.HTTPServer(("127.0.0.1", 0), Desk) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/tsr"
        server.shutdown()
        thread.join()


def test_a_timestamp_is_kept_and_the_auditor_verifies_it(call: Call, place: Path, tsa: Any, authority: str) -> None:
    told = call("anchor", "--tsa", authority, "--tsa-root", tsa.root)
    verified = call("verify", "evidence", "--trust", "auditor.policy", "--tsa-root", tsa.root, "--format", "json")

    assert 0 == told.exit_code
    assert "stamped by Test timestamps at 20" in told.out
    assert "asked over http: the answer is signed" in told.out
    assert (0, 2) == (verified.exit_code, json.loads(verified.out)["anchored_size"])
    token = place / "evidence/anchors/2.1.tsr"
    assert tsa.accepts(token.read_bytes(), (place / "evidence/anchors/2.note").read_bytes())
    data = token.read_bytes()
    for position in range(0, len(data), 50):
        token.write_bytes(data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :])
        assert 1 == call("verify", "evidence", "--trust", "auditor.policy").exit_code, f"byte {position}"


def test_a_report_tells_a_timestamp_as_verified_only_with_its_root(
    call: Call, place: Path, tsa: Any, authority: str, capsys: pytest.CaptureFixture[str]
) -> None:
    call("anchor", "--tsa", authority, "--tsa-root", tsa.root)
    capsys.readouterr()

    def anchors(*roots: object) -> list[bool]:
        with pytest.raises(SystemExit):
            main(["report", "evidence", "--trust", "auditor.policy", "--format", "json", *map(str, roots)])
        return [anchor["verified"] for anchor in json.loads(capsys.readouterr().out)["logs"][0]["anchors"]]

    assert [[False], [True]] == [anchors(), anchors("--tsa-root", tsa.root, "--jobs", "2")]


def test_a_configured_authority_is_asked_and_its_token_verified(
    call: Call, place: Path, tsa: Any, other_tsa: Any, authority: str
) -> None:
    for root, code in ((other_tsa.root, 3), (tsa.root, 0)):
        shutil.copy(root, place / "root.pem")
        (place / "vmsguard.yaml").write_text(
            (place / "vmsguard.yaml").read_text().partition("  anchors:")[0]
            + f'  anchors: {{tsa: [{{url: "{authority}", roots: [root.pem]}}]}}\n'
        )

        assert code == call("anchor").exit_code
    assert 1 == len(list((place / "evidence/anchors").glob("*.tsr")))


def test_who_gave_nothing_decides_the_exit_code(call: Call, office: Office) -> None:
    vkey = ("--witness-key", office.key.verifier.vkey)

    nobody = call("anchor", "--witness", "http://127.0.0.1:1", *vkey)
    one_of_two = call("anchor", "--witness", "http://127.0.0.1:1", "--witness", office.url, *vkey)

    assert [3, 2] == [nobody.exit_code, one_of_two.exit_code]
    assert "not anchored by http://127.0.0.1:1: no connection" in nobody.out
    assert "cosigned by example.org/office" in one_of_two.out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), "nobody is named who could vouch for the log"),
        (("--witness", "http://127.0.0.1:1"), "no key of a witness is known"),
        (("--witness", "http://me:word@127.0.0.1:1", "--witness-key", "W"), "not a plain http(s) URL"),
        (("--witness", "http://127.0.0.1:1", "--witness-key", "LOG"), "is not a witness's"),
        (("--tsa", "http://127.0.0.1:1", "--tsa-root", "log.pem"), "no PEM certificate"),
        (("--tsa", "http://127.0.0.1:1", "--tsa-root", "none.pem"), "none.pem cannot be read"),
    ],
)
def test_a_mistake_exits_3_and_says_what_to_do(
    call: Call, key: SigningKey, arguments: tuple[str, ...], expected: str
) -> None:
    words = {"W": WitnessKey.generate("example.org/w").verifier.vkey, "LOG": key.vkey}

    told = call("anchor", *(words.get(word, word) for word in arguments))

    assert (3, True, True) == (told.exit_code, expected in told.err, "next:" in told.err)
    assert "me:word" not in told.err


def test_nobody_is_asked_while_the_log_is_written(call: Call, office: Office, place: Path, key: SigningKey) -> None:
    with EvidenceLog.open(place / "evidence", origin=key.name, key=key, clock=SystemClock()):
        told = call("anchor", "--witness", office.url, "--witness-key", office.key.verifier.vkey)

    assert (3, True) == (told.exit_code, "is being written by process" in told.err)
    assert (0, "") == office.stop(), "it was not asked"


def test_a_witness_gets_a_key_and_shows_what_it_cosigned(call: Call, office: Office, place: Path) -> None:
    made = call("witness", "keygen", "--name", "example.org/second", "-o", "second.pem")
    assert 0 == made.exit_code
    assert f"{WitnessKey.load(place / 'second.pem').trust_line}\n" == made.out.splitlines(keepends=True)[-1]
    assert 0o600 == (place / "second.pem").stat().st_mode & 0o777

    assert 2 == call("witness", "keygen", "--name", "example.org/second", "-o", "second.pem").exit_code
    assert 2 == call("witness", "keygen", "--name", "two words", "-o", "third.pem").exit_code

    call("anchor", "--witness", office.url, "--witness-key", office.key.verifier.vkey)
    table = call("witness", "status", "--state", office.state)
    told = json.loads(call("witness", "status", "--state", office.state, "--format", "json").out)

    assert re.search(r"site-a +5 +\d{4}-\d\d-\d\dT", table.out)
    assert [5] == [log["size"] for log in told["logs"]]
    assert 2 == call("witness", "status", "--state", place / "nowhere").exit_code


def test_a_second_witness_on_one_state_is_refused(office: Office) -> None:
    assert office.process is not None
    done = subprocess.run(office.command("--listen", "127.0.0.1:0"), capture_output=True, text=True, check=False)

    assert (2, True) == (done.returncode, f"used by process {office.process.pid}" in done.stderr)


def test_a_witness_without_logs_or_with_open_doors_says_so(call: Call, office: Office, place: Path) -> None:
    office.stop()
    fixed = ("witness", "serve", "--key", office.key_file, "--state", office.state)

    assert "no log to cosign" in call(*fixed).err
    office.key_file.chmod(0o644)
    assert "is open to other users" in call(*fixed, "--trust", "auditor.policy").err


def test_it_ends_when_asked_to_and_after_one_answer_with_once(
    call: Call, office: Office, place: Path, key: SigningKey
) -> None:
    code, told = office.stop(signal.SIGTERM)
    assert (0, "") == (code, told)

    office.start("--once")
    assert office.process is not None
    call("anchor", "--witness", office.url, "--witness-key", office.key.verifier.vkey)
    _, err = office.process.communicate(timeout=60)

    (line,) = map(json.loads, err.splitlines())
    assert ("witness.answered", 200, key.name, 2) == (line["event"], line["status"], line["origin"], line["size"])
    assert 0 == office.process.returncode
    office.process = None


def test_others_than_this_machine_are_warned_of(office: Office) -> None:
    office.stop()
    office.url = "http://0.0.0.0:0"

    office.start()
    _, told = office.stop()

    assert "warning: 0.0.0.0 is not only this machine: put a reverse proxy with TLS before it" in told


def send(url: str, body: bytes) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(f"{url}add-checkpoint", body, timeout=60) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_killed_at_random_it_takes_back_no_cosignature(office: Office, site: Any) -> None:
    """What somebody has in hand is never forgotten: one history, and never a smaller size."""
    office.stop()
    in_hand = 0

    def grow_until_it_dies() -> None:
        nonlocal in_hand
        status, body = send(office.url, site.request(64, 64))
        size = int(body) if status == 409 else 64
        assert in_hand <= size <= in_hand + 1
        while size < 64:
            status, _ = send(office.url, site.request(size, size + 1))
            assert 200 == status
            size = in_hand = size + 1

    for turn in range(4):
        office.start()
        assert office.process is not None
        killer = threading.Timer(0.02 + 0.01 * turn, office.process.kill)
        killer.start()
        with contextlib.suppress(OSError, http.client.HTTPException):
            grow_until_it_dies()
        killer.join()
        office.stop(signal.SIGKILL)
        kept = read_cosigned(office.state)
        size = kept[0].head.size if kept else 0
        assert in_hand <= size <= in_hand + 1
        assert [site.head(size).root] * len(kept) == [one.head.root for one in kept]
        in_hand = size
    assert in_hand
