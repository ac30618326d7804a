"""``kind: Config``: where the inventory, packs, assignments, papers, evidence and state of an installation are."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from vmsguard.errors import ConfigError, Problems
from vmsguard.fleet.read_agent import AgentConfig, read_agent
from vmsguard.fleet.read_anchors import AnchorsConfig, read_anchors
from vmsguard.fleet.read_notifications import read_notifications
from vmsguard.fleet.secrets import SCHEME
from vmsguard.model.notification_routes import Route
from vmsguard.policy.syntax.reading import Reader
from vmsguard.policy.syntax.strict_yaml import Node
from vmsguard.policy.syntax.yaml_files import read_documents

__all__ = ["DEFAULT_NAME", "Config", "EvidenceConfig", "load_config"]

DEFAULT_NAME = "vmsguard.yaml"


class EvidenceConfig(Struct, frozen=True):
    """Where the log lies, under which name, signed with which key (a ``secret://file`` reference)."""

    directory: Path
    origin: str
    key: str
    previous_key: str = ""
    """The key before it, while both sign: until every auditor's trust file names the new one."""
    anchors: AnchorsConfig = AnchorsConfig()


class Config(Struct, frozen=True, kw_only=True):
    """One installation; every path is absolute, relative ones count from the file's folder."""

    file: Path
    inventory: tuple[Path, ...]
    packs: tuple[Path, ...]
    assignments: tuple[Path, ...]
    exceptions: tuple[Path, ...]
    documents: tuple[Path, ...]
    holds: tuple[Path, ...] = ()
    freezes: tuple[Path, ...] = ()
    evidence: EvidenceConfig
    state: str
    plugins: tuple[str, ...] | None = None
    """Distributions that may load; None for all that are installed."""
    notifications: tuple[Route, ...] = ()
    agent: AgentConfig

    @property
    def folder(self) -> Path:
        return self.file.parent


def load_config(path: Path | None) -> Config:
    """The configuration of a file (``./vmsguard.yaml`` for None); raises ``Problems`` with every mistake in it."""
    file = Path(DEFAULT_NAME) if path is None else path
    if not file.exists():
        raise ConfigError(
            "there is no configuration", file=file, hint="run vmsguard init, or name one with --config FILE"
        )
    file = file.resolve()
    documents = read_documents(file)
    found = [document for document in documents if document.kind == "Config"]
    if len(found) != 1:
        raise ConfigError(
            f"expected one document of kind Config, found {len(found)}",
            file=file,
            line=found[1].node.line if found else 1,
            column=found[1].node.column if found else 1,
            hint="keep one of them" if found else "see vmsguard init for a sample",
        )
    document = found[0]
    reader = document.reader

    def paths(names: tuple[str, ...]) -> tuple[Path, ...]:
        return tuple(file.parent / name for name in names)

    with document.fields() as fields:
        inventory = paths(fields.texts("inventory", ()))
        if not inventory and any(other.kind == "Inventory" for other in documents):
            inventory = (file,)
        assignments = paths(fields.texts("assignments", ()))
        if not assignments and any(other.kind == "Assignment" for other in documents):
            assignments = (file,)
        packs, exceptions, papers = (paths(fields.texts(key, ())) for key in ("packs", "exceptions", "documents"))
        holds, freezes = (paths(fields.texts(key, ())) for key in ("holds", "freezes"))
        evidence = EvidenceConfig(file.parent, "", "")
        node = fields.need("evidence")
        if node is not None:
            with reader.fields(node, "evidence") as inner:
                evidence = EvidenceConfig(
                    file.parent / inner.text("dir"),
                    inner.text("origin"),
                    inner.read("key", lambda child, what: _reference(reader, child, what), "", None),
                    inner.read("previous_key", lambda child, what: _reference(reader, child, what), "", ""),
                    read_anchors(inner.get("anchors"), reader, file.parent),
                )
        state = _state_url(fields.text("state", "sqlite:///state.db"), file.parent)
        agent = read_agent(fields.get("agent"), reader, file.parent)
        notifications = read_notifications(fields.items("notifications", required=False), reader)
        plugins = fields.texts("plugins") if "plugins" in fields else None
    reader.finish()
    if not inventory:
        raise Problems(
            [ConfigError("no inventory is named", file=file, line=1, hint="add inventory: [inventory.yaml]")]
        )
    return Config(
        file=file,
        inventory=inventory,
        packs=packs,
        assignments=assignments,
        exceptions=exceptions,
        documents=papers,
        holds=holds,
        freezes=freezes,
        evidence=evidence,
        state=state,
        plugins=plugins,
        notifications=notifications,
        agent=agent,
    )


def _reference(reader: Reader, node: Node, what: str) -> str:
    """A secret by its name; what stands here instead may be one, and is not told."""
    if isinstance(node.value, str) and node.value.startswith(SCHEME):
        return node.value
    reader.fault(node, f"{what}: a key is given by reference", "write secret://file/PATH")
    return ""


def _state_url(url: str, folder: Path) -> str:
    """A ``sqlite:///relative`` path counts from the configuration's folder, whatever the working folder is."""
    prefix = "sqlite:///"
    if url.startswith(prefix) and not url.startswith(prefix + "/"):
        return f"{prefix}{folder / url.removeprefix(prefix)}"
    return url
