"""A log as a witness sees it, a witness, and a timestamping authority of our own, both also on HTTP."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vmsguard.evidence.anchor.add_checkpoint import AddCheckpoint
from vmsguard.evidence.anchor.witness import Witness
from vmsguard.evidence.anchor.witness_key import WitnessKey
from vmsguard.evidence.anchor.witness_server import Limits, serving
from vmsguard.evidence.anchor.witness_state import WitnessState
from vmsguard.evidence.checkpoint import Checkpoint
from vmsguard.evidence.disk import Disk
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.tree import consistency_proof, leaf_hash, root_hash
from vmsguard.model.clock import Clock

CONFIG = """
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[signer]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[mailer]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, emailProtection
[tsa]
default_tsa = plain
[plain]
signer_cert = {folder}/signer.pem
{common}
[chained]
signer_cert = {folder}/signer.pem
certs = {folder}/root.pem
clock_precision_digits = 3
{common}
"""
COMMON = """serial = {folder}/serial
signer_key = {folder}/signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_alg = sha256
accuracy = secs:1"""


class LocalTsa:
    """A root and a signer for timestamps alone, by openssl; ``section`` chooses how a reply is made.

    ``chained`` puts the chain into the token, as an unsorted set of certificates and with parts of a second.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "root.pem"
        common = COMMON.format(folder=folder)
        (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder, common=common))
        (folder / "serial").write_text("01\n")
        for name, subject in (("root", "/CN=Test root"), ("signer", "/O=Test/CN=Test timestamps")):
            curve = ("-pkeyopt", "ec_paramgen_curve:P-256")
            self.openssl("genpkey", "-algorithm", "EC", *curve, "-out", f"{name}.key")
            self.openssl("req", "-new", "-key", f"{name}.key", "-subj", subject, "-out", f"{name}.csr")
        self._certify("root", "ca", "-signkey", "root.key")
        self.certify_signer()

    def certify_signer(self, extensions: str = "signer") -> None:
        self._certify("signer", extensions, "-CA", "root.pem", "-CAkey", "root.key", "-set_serial", "4711")

    def signer_der(self) -> bytes:
        self.openssl("x509", "-in", "signer.pem", "-outform", "DER", "-out", "signer.der")
        return (self.folder / "signer.der").read_bytes()

    @property
    def roots(self) -> tuple[bytes, ...]:
        return (self.root.read_bytes(),)

    def reply(self, query: bytes, section: str = "plain") -> bytes:
        (self.folder / "query.tsq").write_bytes(query)
        how = ("-config", "tsa.cnf", "-section", section, "-queryfile", "query.tsq")
        self.openssl("ts", "-reply", *how, "-out", "reply.tsr")
        return (self.folder / "reply.tsr").read_bytes()

    def stamp(self, note: bytes, section: str = "plain", *how: str) -> bytes:
        (self.folder / "stamped").write_bytes(note)
        self.openssl("ts", "-query", "-data", "stamped", "-sha256", "-cert", *how, "-out", "query.tsq")
        return self.reply((self.folder / "query.tsq").read_bytes(), section)

    def accepts(self, token: bytes, note: bytes) -> bool:
        """Whether ``openssl ts -verify``, which shares no code with ours, accepts it."""
        (self.folder / "asked.tsr").write_bytes(token)
        (self.folder / "asked").write_bytes(note)
        command = ["openssl", "ts", "-verify", "-in", "asked.tsr", "-data", "asked", "-CAfile", "root.pem"]
        return subprocess.run(command, cwd=self.folder, capture_output=True, check=False).returncode == 0

    def openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, check=True, timeout=60)

    def _certify(self, name: str, extensions: str, *how: str) -> None:
        ours = ("-extfile", "tsa.cnf", "-extensions", extensions, "-days", "30", "-sha256")
        self.openssl("x509", "-req", "-in", f"{name}.csr", *how, *ours, "-out", f"{name}.pem")


class Site:
    """A log as its witness sees it: an origin, leaves, heads; ``fork`` is another history from a record on."""

    def __init__(self, key: SigningKey, leaves: int = 64, label: bytes = b"") -> None:
        self.key = key
        self.leaves = [leaf_hash(b"%s%d" % (label, number)) for number in range(leaves)]

    def fork(self, at: int) -> Site:
        other = Site(self.key, len(self.leaves), b"forked ")
        other.leaves[:at] = self.leaves[:at]
        return other

    def head(self, size: int) -> Checkpoint:
        return self.key.sign(Checkpoint(self.key.name, size, root_hash(self.leaves[:size])))

    def proof(self, old: int, size: int) -> list[bytes]:
        return consistency_proof(self.leaves[:size], old) if old else []

    def request(self, old: int, size: int) -> bytes:
        return AddCheckpoint(old, tuple(self.proof(old, size)), self.head(size)).to_bytes()


class Told:
    """A structured log that keeps its lines."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []

    def info(self, event: str, /, **fields: Any) -> None:
        self.lines.append({"event": event, "level": "info", **fields})

    def error(self, event: str, /, **fields: Any) -> None:
        self.lines.append({"event": event, "level": "error", **fields})


@pytest.fixture(scope="session")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> LocalTsa:
    if shutil.which("openssl") is None:
        if os.environ.get("VMSGUARD_REQUIRE_REAL") == "1":
            pytest.fail("required, but openssl is not installed")
        pytest.skip("openssl is not installed")
    return LocalTsa(tmp_path_factory.mktemp("tsa"))


@pytest.fixture(scope="session")
def other_tsa(tsa: LocalTsa, tmp_path_factory: pytest.TempPathFactory) -> LocalTsa:
    return LocalTsa(tmp_path_factory.mktemp("other"))


@pytest.fixture
def make_tsa(tsa: LocalTsa, tmp_path: Path) -> Callable[[], LocalTsa]:
    def make() -> LocalTsa:
        (tmp_path / "tsa").mkdir()
        return LocalTsa(tmp_path / "tsa")

    return make


@pytest.fixture
def site(key: SigningKey) -> Site:
    return Site(key)


@pytest.fixture
def make_site() -> Callable[[str], Site]:
    def make(origin: str) -> Site:
        return Site(SigningKey(origin, Ed25519PrivateKey.from_private_bytes(sha256(origin.encode()).digest())))

    return make


@pytest.fixture
def witness_key() -> WitnessKey:
    return WitnessKey("example.org/witness", Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))


@pytest.fixture
def state_folder(tmp_path: Path) -> Path:
    return tmp_path / "witness-state"


@pytest.fixture
def open_witness(
    site: Site, witness_key: WitnessKey, state_folder: Path, clock: Clock
) -> Iterator[Callable[..., tuple[Witness, WitnessState]]]:
    """Starts the witness of ``site`` as a fresh process would; its state has to be closed before the next."""

    states: list[WitnessState] = []

    def start(disk: Disk | None = None, *more: SigningKey) -> tuple[Witness, WitnessState]:
        state = WitnessState(state_folder, witness_key.verifier, disk or Disk())
        states.append(state)
        logs = (site.key.verifier, *(key.verifier for key in more))
        return Witness(witness_key, logs, state, clock), state

    yield start
    for state in states:
        state.close()


@pytest.fixture
def told() -> Told:
    return Told()


Serve = Callable[..., Awaitable[str]]


@pytest.fixture
async def serve_witness(told: Told) -> AsyncIterator[Serve]:
    """Puts a witness on HTTP; returns its URL."""
    stops: list[Callable[[], Awaitable[Any]]] = []

    async def start(witness: Witness, limits: Limits | None = None) -> str:
        context = serving(witness, "127.0.0.1", 0, told, limits=limits)
        _, port = await context.__aenter__()
        stops.append(lambda: context.__aexit__(None, None, None))
        return f"http://127.0.0.1:{port}"

    yield start
    for stop in stops:
        await stop()


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture
async def serve_handler() -> AsyncIterator[Callable[[Handler], Awaitable[str]]]:
    """Puts any handler of every path on HTTP: a witness or authority that does as it likes; returns its URL."""
    runners: list[web.AppRunner] = []

    async def start(handler: Handler) -> str:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", handler)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
def tsa_handler(tsa: LocalTsa) -> Handler:
    """An honest authority, which stamps one after the other."""
    turn = asyncio.Lock()

    async def answer(request: web.Request) -> web.StreamResponse:
        assert request.method == "POST"
        assert request.content_type == "application/timestamp-query"
        query = await request.read()
        async with turn:
            reply = await asyncio.to_thread(tsa.reply, query)
        return web.Response(body=reply, content_type="application/timestamp-reply")

    return answer
