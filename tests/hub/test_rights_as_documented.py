"""A site with a worker under a hub, over TLS, each with no more rights than docs/operations.md gives it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parent))  # these folders are no packages
sys.path.insert(0, str(Path(__file__).parents[1] / "agent"))
sys.path.insert(0, str(Path(__file__).parents[1] / "agent" / "jetstream"))
sys.path.insert(0, str(Path(__file__).parents[1] / "agent" / "kills"))

from kept_site import ORIGIN, KeptSite
from nats_certificates import Authority
from nats_operator import Key, user_key
from nats_server import NatsServer, free_port, nats_binary, required_nats

from vmsguard.agent.jetstream.connection import NatsSettings, connect
from vmsguard.evidence.keys import SigningKey

DOCS = Path(__file__).parents[2] / "docs" / "operations.md"
AGENT, WORKER, HUB, LEAF = (user_key(number) for number in (11, 12, 13, 14))
SOON = 120.0


@dataclass
class AsWritten(NatsServer):
    """A server whose file is not made here."""

    text: str = ""

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "server.conf").write_text(self.text)
        with (self.folder / "log").open("ab") as log:
            command = [self.binary, "-c", str(self.folder / "server.conf")]
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        self._wait()

    @property
    def refusals(self) -> list[str]:
        """What somebody tried and had no right to."""
        told = (self.folder / "log").read_text()
        return [line for line in told.splitlines() if "iolation" in line or "not permitted" in line]


def documented(first_line: str) -> str:
    """The server's file in the docs that begins so."""
    return DOCS.read_text().partition(f"# {first_line}\n")[2].partition("```")[0]


def swapped(text: str, *pairs: tuple[str, str]) -> str:
    """The text with other names and places, each of which has to be there."""
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


class Installation:
    """A kept site whose server is a leaf node of the hub's, and the hub."""

    def __init__(self, folder: Path) -> None:
        pki = Authority(folder / "pki", "ca")
        tls, ca = pki.server("server"), pki.ca
        files = (
            ("/etc/nats/server.pem", str(folder / "pki" / "server.pem")),
            ("/etc/nats/server.key", str(folder / "pki" / "server.key")),
        )
        assert all(new in tls for _, new in files)
        leaf_port = free_port()
        self.hub = self._server(
            folder / "hub-nats",
            "nats-server.conf of the hub",
            *files,
            ("0.0.0.0:7422", f"127.0.0.1:{leaf_port}"),
            ("UHUB", HUB.public),
            ("ULEAF", LEAF.public),
        )
        self.site = KeptSite(folder / "site", 2, 20, 7, executor="nats", binary=required_nats(nats_binary()))
        self.site.workers = self.site.workers[:1]
        self.nats = self.site.nats = self._server(
            folder / "site-nats",
            "nats-server.conf of a site that has workers and a hub",
            *files,
            ("tls://hub.example.org:7422", f"tls://127.0.0.1:{leaf_port}"),
            ("SULEAF", LEAF.seed),
            ("/etc/nats/ca.pem", str(ca)),
            ("UAGENT", AGENT.public),
            ("UWORKER", WORKER.public),
        )
        key = SigningKey.generate("hub.example.org/hub")
        self.hub_file = self._hub_file(folder / "hub", key, ca)
        self._configure_site(key, ca)
        self.policies = SigningKey.generate("example.org/policies")
        self.policies.save(folder / "policies.pem")
        self.hub_process: subprocess.Popen[bytes] | None = None

    def _server(self, folder: Path, first_line: str, *pairs: tuple[str, str]) -> AsWritten:
        made = AsWritten(folder, required_nats(nats_binary()))
        made.text = swapped(
            documented(first_line),
            ("127.0.0.1:4222", f"127.0.0.1:{made.port}"),
            ("127.0.0.1:8222", f"127.0.0.1:{made.monitoring_port}"),
            ("/var/lib/nats", str(folder / "store")),
            *pairs,
        )
        return made

    def _hub_file(self, folder: Path, key: SigningKey, ca: Path) -> Path:
        folder.mkdir()
        key.save(folder / "hub.pem")
        kept(folder / "hub.nk", HUB.seed)
        (folder / "trust.txt").write_text(f"log {self.site.key.vkey}\nquorum none\n")
        file = folder / "hub.yaml"
        told = {
            "apiVersion": "vmsguard/v1",
            "kind": "Hub",
            "name": key.name,
            "key": "hub.pem",
            "directory": "kept",
            "trust": "trust.txt",
            "nats": {
                "servers": [self.hub.url.replace("nats:", "tls:")],
                "credentials": "hub.nk",
                "ca": str(ca),
                "domain": "hub",
            },
            "sites": [{"origin": ORIGIN, "domain": "seoul-hq"}],
        }
        file.write_text(yaml.safe_dump(told))
        return file

    def _configure_site(self, key: SigningKey, ca: Path) -> None:
        file = self.site.folder / "vmsguard.yaml"
        told = yaml.safe_load(file.read_text())
        told["agent"]["nats"] = {
            "servers": [self.nats.url.replace("nats:", "tls:")],
            "monitoring": self.nats.monitoring,
            "credentials": "secret://systemd/nats",
            "ca": str(ca),
            "domain": "seoul-hq",
            "hub": {"domain": "hub", "key": key.vkey},
        }
        file.write_text(yaml.safe_dump(told))
        for program, user in ((self.site.agent, AGENT), (self.site.workers[0], WORKER)):
            place = self.site.folder / f"credentials-of-{program.name}"
            place.mkdir(mode=0o700)
            kept(place / "nats", user.seed)
            program.environment = {**program.environment, "CREDENTIALS_DIRECTORY": str(place)}

    def start(self) -> None:
        self.hub.start()
        with (self.hub_file.parent / "log").open("ab") as log:
            self.hub_process = subprocess.Popen(
                [sys.executable, "-m", "vmsguard", "hub", "run", str(self.hub_file)], stdout=log, stderr=log
            )
        self.site.start()

    def end(self) -> None:
        self.site.end()
        if self.hub_process is not None:
            self.hub_process.kill()
            self.hub_process.wait()
        self.hub.kill()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "vmsguard", *arguments],
            cwd=self.site.folder,
            env=dict(self.site.agent.environment),
            capture_output=True,
            text=True,
            check=False,
        )


def kept(file: Path, content: str) -> str:
    file.write_text(content)
    file.chmod(0o600)
    return str(file)


@pytest.fixture
def all_of_it(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path)
    yield made
    made.end()


def test_the_rights_that_are_documented_are_enough_and_there_is_nothing_that_they_lack(
    all_of_it: Installation, tmp_path: Path
) -> None:
    site = all_of_it.site

    def emptied() -> bool:
        return site.honest() <= {one.target for one in site.asked() if one.what == "purge"}

    def confirmed() -> int:
        with site.state() as state:
            return state.confirmed_evidence(ORIGIN) or 0

    all_of_it.start()
    site.wait_for(emptied, SOON, "every camera emptied by the worker")
    site.wait_for(lambda: confirmed() > 0, SOON, "the hub has records, and its word came back")

    well = "writes a message to disk before it acknowledges it"
    site.wait_for(lambda: well in all_of_it.run("doctor").stdout, SOON, "doctor is content")
    source = tmp_path / "source"
    source.mkdir()
    (source / "assignment.yaml").write_text((site.folder / "assignments.yaml").read_text())
    options = ["--hub", str(all_of_it.hub_file), "--key", str(tmp_path / "policies.pem")]
    published = all_of_it.run(
        "hub", "publish", str(source), *options, "--name", "example.org/policies", "--number", "1"
    )
    assert 0 == published.returncode, published.stderr
    assert [0, 0] == [site.workers[0].stop(), site.agent.stop()], site.told()
    assert ([], []) == (all_of_it.nats.refusals, all_of_it.hub.refusals)


def test_what_they_have_no_right_to_is_refused(all_of_it: Installation, tmp_path: Path) -> None:
    server = all_of_it.nats
    server.start()
    forbidden = [
        (AGENT, "vmsguard.confirmed.x"),
        (AGENT, "vmsguard.policies"),
        (AGENT, "$JS.API.STREAM.DELETE.vmsguard-work"),
        (WORKER, "vmsguard.work.a.b.due"),
        (WORKER, "vmsguard.evidence.x"),
        (WORKER, "$JS.API.STREAM.PURGE.vmsguard-work"),
    ]

    async def tries(user: Key, subject: str) -> None:
        settings = NatsSettings(
            servers=(server.url.replace("nats:", "tls:"),),
            credentials=Path(kept(tmp_path / "user.nk", user.seed)),
            ca=tmp_path / "pki" / "ca.pem",
        )
        client = await connect(settings, "test", patience=SOON)
        try:
            await client.publish(subject, b"")
            await client.flush(60)
        finally:
            await client.close()

    for user, subject in forbidden:
        asyncio.run(tries(user, subject))

    refused = [line.partition("Publish Violation - Subject ")[2].strip('"') for line in server.refusals]
    assert [subject for _, subject in forbidden] == refused
