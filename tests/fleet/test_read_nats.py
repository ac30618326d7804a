"""``agent: nats:`` is read strictly: nothing of it leaves this machine in the clear, and it holds no login."""

from __future__ import annotations

from pathlib import Path

import pytest

from vmsguard.errors import Problems
from vmsguard.evidence.note import COSIGNATURE, ED25519, VerifierKey
from vmsguard.fleet.load_config import load_config
from vmsguard.fleet.read_agent import AgentConfig
from vmsguard.fleet.read_nats import HubConfig, NatsConfig

KEY = VerifierKey("example.org/policies", ED25519, bytes(range(32)))
WITNESS = VerifierKey("example.org/witness", COSIGNATURE, bytes(range(32)))


def read(folder: Path, told: str) -> AgentConfig:
    (folder / "vmsguard.yaml").write_text(
        "apiVersion: vmsguard/v1\nkind: Config\ninventory: [inventory.yaml]\n"
        f"evidence: {{dir: evidence, origin: example.org/site, key: secret://file/key.pem}}\n{told}",
        encoding="utf-8",
    )
    return load_config(folder / "vmsguard.yaml").agent


def test_without_the_keys_one_process_does_it_all(tmp_path: Path) -> None:
    told = read(tmp_path, "")
    assert ("local", None, tmp_path.resolve() / "workers.sock") == (told.executor, told.nats, told.workers)


def test_workers_report_beside_the_socket_of_the_agent(tmp_path: Path) -> None:
    assert Path("/run/v/workers.sock") == read(tmp_path, "agent: {socket: /run/v/agent.sock}\n").workers
    assert tmp_path.resolve() / "w.sock" == read(tmp_path, "agent: {workers: w.sock}\n").workers


def test_everything_is_read_and_paths_count_from_the_file(tmp_path: Path) -> None:
    here = tmp_path.resolve()
    told = read(
        tmp_path,
        f"""\
agent:
  executor: nats
  nats:
    servers: ["nats://[::1]:4222", "tls://nats.example.org"]
    credentials: keys/agent.creds
    ca: ca.pem
    monitoring: "http://127.0.0.1:8222"
    domain: site-1
    hub: {{domain: hub, policy_key: "{KEY.vkey}"}}
""",
    )
    assert "nats" == told.executor
    assert told.nats == NatsConfig(
        servers=("nats://[::1]:4222", "tls://nats.example.org"),
        credentials=str(here / "keys/agent.creds"),
        ca=here / "ca.pem",
        monitoring="http://127.0.0.1:8222",
        domain="site-1",
        hub=HubConfig(domain="hub", policy_key=KEY),
    )


@pytest.mark.parametrize("reference", ["secret://file/keys/agent.creds", "secret://systemd/nats"])
def test_credentials_may_be_a_secret_that_is_a_file(tmp_path: Path, reference: str) -> None:
    told = read(tmp_path, f"agent: {{nats: {{servers: ['nats://127.0.0.1'], credentials: '{reference}'}}}}\n").nats
    assert told is not None
    assert reference == told.credentials


def test_a_hub_goes_with_one_process_too(tmp_path: Path) -> None:
    told = read(tmp_path, "agent: {nats: {servers: ['nats://localhost'], hub: {domain: hub}}}\n")
    assert told.nats is not None
    assert ("local", HubConfig(domain="hub")) == (told.executor, told.nats.hub)


CLEAR = "servers: expected tls://HOST:PORT, or nats:// to this machine"
HERE = "nats://127.0.0.1:4222"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("executor: nats", "executor: nats needs a server"),
        ("executor: Celery", "executor: 'Celery' is not an id"),
        ("nats: {}", "nats needs the key 'servers'"),
        ("nats: {servers: []}", "servers: empty list"),
        ("nats: {servers: ['nats://192.0.2.7:4222']}", CLEAR),
        ("nats: {servers: ['nats://localhost.example.org']}", CLEAR),
        ("nats: {servers: ['tls://me:secret-word@nats.example.org']}", CLEAR),
        ("nats: {servers: ['ws://127.0.0.1']}", CLEAR),
        ("nats: {servers: ['tls://nats.example.org:port']}", CLEAR),
        ("nats: {servers: ['tls://nats.example.org/a']}", CLEAR),
        ("nats: {servers: ['tls://nats example']}", "servers: is no host"),
        (f"nats: {{servers: ['{HERE}', '{HERE}']}}", "stands there twice"),
        (f"nats: {{servers: ['{HERE}'], credentials: '-----BEGIN secret-word'}}", "expected the path of a file"),
        (f"nats: {{servers: ['{HERE}'], credentials: 'secret://env/CREDS'}}", "credentials: expected a file"),
        (f"nats: {{servers: ['{HERE}'], monitoring: 'http://192.0.2.7:8222'}}", "monitoring: expected https://"),
        (f"nats: {{servers: ['{HERE}'], monitoring: 'http://u:secret-word@127.0.0.1'}}", "monitoring: expected"),
        (f"nats: {{servers: ['{HERE}'], domain: a.b}}", "domain: expected letters"),
        (f"nats: {{servers: ['{HERE}'], domain: '*'}}", "domain: expected letters"),
        (f"nats: {{servers: ['{HERE}'], hub: {{}}}}", "hub needs the key 'domain'"),
        (f"nats: {{servers: ['{HERE}'], hub: {{domain: h, policy_key: x+y+z}}}}", "vkey"),
        (f"nats: {{servers: ['{HERE}'], hub: {{domain: h, policy_key: '{WITNESS.vkey}'}}}}", "signs nothing but heads"),
        (f"nats: {{servers: ['{HERE}'], streams: 3}}", "unknown key 'streams' in nats"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, line: str, expected: str) -> None:
    with pytest.raises(Problems) as raised:
        read(tmp_path, f"agent: {{{line}}}\n")

    assert expected in str(raised.value)
    assert "vmsguard.yaml:5" in str(raised.value)
    assert "secret-word" not in str(raised.value)
