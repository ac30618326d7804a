"""``hub.yaml``: where the hub's NATS server is, whose logs it keeps, and where."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from msgspec import Struct

from vmsguard.errors import ConfigError
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.note import VerifierKey, valid_name
from vmsguard.evidence.trust import load_trust
from vmsguard.fleet.read_nats import NatsConfig, read_nats
from vmsguard.fleet.secrets import SCHEME, SecretStore
from vmsguard.policy.syntax.reading import Fields, Reader
from vmsguard.policy.syntax.strict_yaml import Node, read_yaml
from vmsguard.policy.syntax.yaml_files import API_VERSION

__all__ = ["DEFAULT_NAME", "HubFile", "SiteOfHub", "folder_of", "load_hub_file"]

DEFAULT_NAME = "hub.yaml"


class SiteOfHub(Struct, frozen=True):
    """One site whose evidence the hub takes."""

    origin: str
    domain: str
    """The JetStream domain of its leaf node."""
    keys: tuple[VerifierKey, ...]
    """Of its log, from the trust file; where it is empty, nothing of this log can be taken."""


class HubFile(Struct, frozen=True, kw_only=True):
    """One hub; paths count from the file's folder."""

    file: Path
    directory: Path
    name: str
    """Under which it signs what it confirms."""
    key: str
    """The key for that: a path, or a reference to a secret that is a file. Only a hub that runs needs it."""
    nats: NatsConfig
    sites: tuple[SiteOfHub, ...]
    silent_after: timedelta
    """A site that was not heard for so long is told as unknown."""
    prunings: bool
    """Whether what a site prunes is removed here too."""

    def signing_key(self, secrets: SecretStore) -> SigningKey:
        """The key, read now; ``SecretMissing`` or ``EvidenceError`` where it is not there, or others may read it."""
        file = secrets.path(self.key) if self.key.startswith(f"{SCHEME}://") else Path(self.key)
        return SigningKey.load(file, self.name)

    def evidence(self, origin: str) -> Path:
        """The copy of a log, in the form that ``vmsguard evidence verify`` reads."""
        return self.directory / "evidence" / folder_of(origin)

    def standing(self, origin: str) -> Path:
        """What the hub remembers of it, beside it."""
        return self.directory / "standing" / folder_of(origin) / "standing.json"

    @property
    def server(self) -> Path:
        """What a running hub says of its NATS server."""
        return self.directory / "server.json"


def folder_of(origin: str) -> str:
    """An origin as one name of a folder: readable, and never ``.`` or ``..``."""
    from urllib.parse import quote

    name = quote(origin, safe="")
    return f"%2E{name[1:]}" if name.startswith(".") else name


def load_hub_file(path: Path | None) -> HubFile:
    """The hub of a file (``./hub.yaml`` for None); raises ``Problems`` with every mistake in it."""
    file = Path(DEFAULT_NAME) if path is None else path
    if not file.exists():
        raise ConfigError(
            "there is no hub file", file=file, hint="see `A hub` in docs/operations.md for one to start from"
        )
    file = file.resolve()
    documents = read_yaml(file)
    if len(documents) != 1:
        raise ConfigError(f"expected one document, found {len(documents)}", file=file, line=1, hint="keep one of them")
    reader = Reader(file)
    with reader.fields(documents[0], "a hub file") as fields:
        fields.word("apiVersion", (API_VERSION,))
        fields.word("kind", ("Hub",))
        directory = file.parent / fields.text("directory")
        name = fields.read("name", lambda node, what: _name(node, what, reader), "", None)
        key = fields.read("key", lambda node, what: _key(node, what, reader, file.parent), "", None)
        trust = fields.text("trust")
        fields.need("nats")
        nats = read_nats(fields.peek("nats"), reader, file.parent)
        silent_after = fields.duration("silent_after", timedelta(minutes=15))
        prunings = fields.word("prunings", ("follow", "keep"), "follow")
        told = _sites(fields, reader)
    reader.finish()
    assert nats is not None
    rules = load_trust(file.parent / trust)
    return HubFile(
        file=file,
        directory=directory,
        name=name,
        key=key,
        nats=nats,
        sites=tuple(SiteOfHub(origin, domain, rules.log_keys(origin)) for origin, domain in told),
        silent_after=silent_after,
        prunings=prunings == "follow",
    )


def _name(node: Node, what: str, reader: Reader) -> str:
    told = reader.text(node, what)
    if told and not valid_name(told):
        reader.fault(node, f"{what}: {told!r} cannot name a key", "without scheme, spaces and +: example.org/hub")
    return told


def _key(node: Node, what: str, reader: Reader, folder: Path) -> str:
    """As of credentials: what stands here instead of a file's name may be the key itself, and is not told."""
    told = reader.text(node, what)
    if told.startswith(f"{SCHEME}:"):
        if not told.startswith((f"{SCHEME}://file/", f"{SCHEME}://systemd/")):
            reader.fault(node, f"{what}: expected a file", "write a path, secret://file/PATH or secret://systemd/NAME")
        return told
    if "\n" in told or told.startswith("-----"):
        reader.fault(node, f"{what}: expected the path of a file", "put what stands here into a file, mode 0600")
        return ""
    return str(folder / told)


def _sites(fields: Fields, reader: Reader) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for node in fields.items("sites", least=1):
        with reader.fields(node, "a site") as inner:
            origin, domain = inner.text("origin"), inner.identifier("domain")
        if any(origin == other for other, _ in found) or any(domain == other for _, other in found):
            reader.fault(node, "the origin or the domain stands there twice", "each leaf node has a domain of its own")
        found.append((origin, domain))
    return found
