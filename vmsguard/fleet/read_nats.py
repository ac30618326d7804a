"""``agent: nats:`` of a configuration: the NATS server of the site, and the hub behind it."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct

from vmsguard.errors import EvidenceError
from vmsguard.fleet.read_hook_url import fit_to_be_called, on_this_machine
from vmsguard.fleet.secrets import SCHEME
from vmsguard.policy.syntax.reading import Fields, Reader
from vmsguard.policy.syntax.strict_yaml import Node

if TYPE_CHECKING:
    from vmsguard.evidence.note import VerifierKey

__all__ = ["HubConfig", "NatsConfig", "read_nats"]

_DOMAIN = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
"""A JetStream domain is one token of a subject (``$JS.DOMAIN.API``)."""


class HubConfig(Struct, frozen=True, kw_only=True):
    """Where the evidence of the site goes, and whose policies it takes."""

    domain: str
    """The JetStream domain of the hub's server."""
    key: VerifierKey | None = None
    """The key that the hub signs its confirmations with; None: whatever it confirms counts for nothing."""
    policy_key: VerifierKey | None = None
    """The key that bundles of policies have to be signed with; None: none is taken from the hub."""
    policies: Path | None = None
    """The folder that such a bundle becomes; None for ``policies-from-hub`` beside the configuration."""


class NatsConfig(Struct, frozen=True, kw_only=True):
    """The server of a site, as its file has it."""

    servers: tuple[str, ...]
    """``nats://HOST[:PORT]`` on this machine, ``tls://HOST[:PORT]`` anywhere."""
    credentials: str = ""
    """The file of a user's JWT and key: an absolute path, or a reference to a secret that is a file."""
    ca: Path | None = None
    """PEM of who signed the server's certificate, where that is nobody the system trusts."""
    monitoring: str = ""
    """``http://HOST:PORT`` of its monitoring, where it can be seen whether it writes before it acknowledges."""
    domain: str = ""
    """The JetStream domain of the site's leaf node."""
    hub: HubConfig | None = None


def read_nats(node: Node | None, reader: Reader, folder: Path) -> NatsConfig | None:
    """The server of a configuration; None where it names none."""
    if node is None:
        return None
    with reader.fields(node, "nats") as fields:
        return NatsConfig(
            servers=fields.read("servers", lambda child, what: _servers(child, what, reader), (), None),
            credentials=_credentials(fields, reader, folder),
            ca=None if "ca" not in fields else folder / fields.text("ca"),
            monitoring=_monitoring(fields, reader),
            domain=_domain(fields, reader, default=""),
            hub=_hub(fields, reader, folder),
        )


def _servers(node: Node, what: str, reader: Reader) -> tuple[str, ...]:
    return reader.each(node, what, lambda child, _: _server(child, reader), least=1)


def _server(node: Node, reader: Reader) -> str:
    told = reader.text(node, "servers")
    if not told:
        return told
    try:
        parts = urlsplit(told)
        host, _port = parts.hostname or "", parts.port  # a port that is none raises
    except ValueError:
        host, parts = "", urlsplit("")
    known = parts.scheme == "tls" or (parts.scheme == "nats" and on_this_machine(host))
    if not host or parts.username is not None or parts.path or parts.query or parts.fragment or not known:
        hint = "write tls://HOST:4222 without a login (that is what credentials: is for), or nats://127.0.0.1:4222"
        reader.fault(node, "servers: expected tls://HOST:PORT, or nats:// to this machine", hint)
    elif parts.scheme == "tls" and not _is_name_or_address(host):
        reader.fault(node, "servers: is no host", "such as tls://nats.example.org:4222")
    return told


def _is_name_or_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", host, re.ASCII) is not None
    return True


def _credentials(fields: Fields, reader: Reader, folder: Path) -> str:
    told = fields.text("credentials", "")
    node = fields.peek("credentials")
    if node is None or not told:
        return ""
    if not told.startswith(f"{SCHEME}:"):
        if "\n" in told or told.startswith("-----"):
            reader.fault(
                node, "credentials: expected the path of a file", "put what stands here into a file, mode 0600"
            )
            return ""
        return str(folder / told)
    if not told.startswith((f"{SCHEME}://file/", f"{SCHEME}://systemd/")):
        hint = "write a path, secret://file/PATH or secret://systemd/NAME"
        reader.fault(node, "credentials: expected a file, which is read again at every connection", hint)
        return ""
    return told


def _monitoring(fields: Fields, reader: Reader) -> str:
    told = fields.text("monitoring", "")
    node = fields.peek("monitoring")
    if node is not None and told and not fit_to_be_called(told):
        hint = "write http://127.0.0.1:8222, or https:// to another machine"
        reader.fault(node, "monitoring: expected https://, or http:// to this machine", hint)
    return told


def _domain(fields: Fields, reader: Reader, *, default: str | None) -> str:
    told = fields.text("domain", default)
    node = fields.peek("domain")
    if node is not None and told and not _DOMAIN.fullmatch(told):
        reader.fault(
            node, "domain: expected letters, digits, - and _", "as the server's jetstream { domain: ... } has it"
        )
    return told


def _hub(fields: Fields, reader: Reader, folder: Path) -> HubConfig | None:
    node = fields.get("hub")
    if node is None:
        return None
    with reader.fields(node, "hub") as inner:
        domain = _domain(inner, reader, default=None)
        key, policy_key = _vkey(inner, reader, "key"), _vkey(inner, reader, "policy_key")
        if key is not None and policy_key is not None and key.public == policy_key.public:
            hint = "make another for policies, and keep its private half away from the hub"
            reader.fault(node, "hub: key and policy_key are one: whoever has the hub would write policies", hint)
        return HubConfig(
            domain=domain,
            key=key,
            policy_key=policy_key,
            policies=None if "policies" not in inner else folder / inner.text("policies"),
        )


def _vkey(fields: Fields, reader: Reader, name: str) -> VerifierKey | None:
    told = fields.text(name, "")
    node = fields.peek(name)
    if node is None or not told:
        return None
    from vmsguard.evidence.note import ED25519, VerifierKey  # cryptography, which few configurations need

    try:
        key = VerifierKey.parse(told)
    except EvidenceError as error:
        reader.fault(node, str(error), error.hint)
        return None
    if key.kind != ED25519:
        hint = "name one that `vmsguard evidence keygen` made"
        reader.fault(node, f"the key of {key.name} signs nothing but heads it has seen", hint)
        return None
    return key
