"""The schema of configuration and inventory says what their readers read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import vmsguard.cli
from vmsguard.fleet.load_config import load_config
from vmsguard.fleet.load_inventory import load_inventory
from vmsguard.policy.catalogue import Catalogue
from vmsguard.policy.schema.document import policy_schema
from vmsguard.policy.syntax.strict_yaml import plain_tree, read_yaml

TEMPLATES = Path(vmsguard.cli.__file__).parent / "templates"

EVERYTHING = """\
apiVersion: vmsguard/v1
kind: Config
inventory: [all.yaml]
packs: [my-packs/]
assignments: [all.yaml]
exceptions: [exceptions/]
holds: []
freezes: []
documents: [documents/]
evidence:
  dir: evidence
  origin: vmsguard.example.org/here
  key: secret://file/keys/new.pem
  previous_key: secret://file/keys/evidence.pem
  anchors:
    witnesses:
      - url: https://witness.example.org
        vkey: example.org/witness+56436875+BDtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop
    tsa: [{url: "https://tsa.example.org", roots: [tsa-root.pem]}]
state: sqlite:///state.db
plugins: [vmsguard-onvif]
agent:
  socket: run/agent.sock
  workers: run/workers.sock
  executor: nats
  nats:
    servers: ["nats://127.0.0.1:4222", "tls://nats.example.org:4222"]
    credentials: keys/agent.creds
    ca: keys/nats-ca.pem
    monitoring: "http://127.0.0.1:8222"
    domain: here
    hub:
      domain: hub
      key: example.org/hub+5e4716c7+ASAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PT4/
      policy_key: example.org/policies+97a1f2fa+AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f
      policies: from-hub
  health: "127.0.0.1:9187"
  sign_of_life: {url: secret://file/keys/life, every: PT1M}
  sweep: PT30M
  watch: PT1M
  in_flight: 32
  starts_per_second: 2
  lease: PT15M
notifications:
  - id: chat
    sites: [here]
    urgencies: [page, warn]
    digest: PT1H
    webhook: {url: "https://chat.example.org/hook", secret: secret://file/keys/hook}
  - id: office
    mail:
      server: mail.example.org
      port: 465
      tls: implicit
      login: secret://file/keys/mail
      from: vmsguard@example.org
      to: [ops@example.org]
  - {id: siem, syslog: {address: "192.0.2.7:601", protocol: tcp}}
---
apiVersion: vmsguard/v1
kind: Inventory
defaults: {attributes: {country: KR}, limits: {requests_per_second: 2}}
sites: {here: {timezone: Asia/Seoul}}
groups: {gates: {attributes: {modality: thermal, visible_face_capture: true, my-site/floor: 3}}}
targets:
  - id: t-1
    site: here
    role: device
    driver: onvif
    url: "http://127.0.0.1:8081/onvif/device_service"
    login: {read: secret://env/CAM_READ, change: secret://env/CAM_ADMIN}
    tls_pin: null
    options: {storage_path: /var/lib/zm/events, deep: true, port: 554}
    limits: {requests_per_second: 1, connections: 1, deadline_seconds: 10, session_seconds: 600, max_reply_bytes: 65536}
  - {id: zm-1, site: here, role: recorder, driver: zoneminder, url: "http://127.0.0.1/zm", login: secret://env/ZM}
cameras:
  - id: cam-1
    site: here
    groups: [gates]
    attributes: {space: public, managed_by: zm-1}
    endpoints: [{target: t-1, channels: all}, {target: zm-1, channels: ["3"]}]
    tags: [protected]
"""


@pytest.fixture(scope="module")
def validator(catalogue: Catalogue) -> Draft202012Validator:
    return Draft202012Validator(policy_schema(catalogue))


def errors(validator: Draft202012Validator, path: Path) -> list[str]:
    return [error.message for node in read_yaml(path) for error in validator.iter_errors(plain_tree(node))]


def keys(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        yield from tree
        for child in tree.values():
            yield from keys(child)
    elif isinstance(tree, list):
        for child in tree:
            yield from keys(child)


def declared(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield from schema.get("properties", {})
        for child in schema.values():
            yield from declared(child)
    elif isinstance(schema, list):
        for child in schema:
            yield from declared(child)


def test_what_the_readers_accept_the_schema_accepts(
    validator: Draft202012Validator, write: Callable[[str, str], Path]
) -> None:
    path = write("all.yaml", EVERYTHING)

    assert ["t-1", "zm-1"] == list(load_inventory([path]).targets)
    assert ("vmsguard-onvif",) == load_config(path).plugins
    assert [] == errors(validator, path)


def test_what_the_schema_offers_the_readers_know(
    validator: Draft202012Validator, write: Callable[[str, str], Path]
) -> None:
    schema: Any = validator.schema
    offered = {key for kind in ("Config", "Inventory") for key in declared(schema["$defs"][kind])}
    used = {key for node in read_yaml(write("all.yaml", EVERYTHING)) for key in keys(plain_tree(node))}

    assert set() == offered - used


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("role: device", "role: camera"),
        ("login: secret://env/ZM", "login: admin:hunter2"),
        ("channels: all", "channels: every"),
        ("modality: thermal", "modalty: thermal"),
        ("connections: 1", "connections: 0"),
        ("evidence:\n", "evidences:\n"),
        ('url: "http://127.0.0.1/zm"', "url: rtsp://127.0.0.1"),
        ("holds: []", "holds: holds/"),
    ],
)
def test_a_mistake_is_seen_while_typing(
    validator: Draft202012Validator, write: Callable[[str, str], Path], right: str, wrong: str
) -> None:
    assert right in EVERYTHING
    assert errors(validator, write("all.yaml", EVERYTHING.replace(right, wrong)))


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("init/*.yaml")), ids=lambda path: path.name)
def test_what_init_writes_fits(validator: Draft202012Validator, path: Path) -> None:
    assert [] == errors(validator, path)
