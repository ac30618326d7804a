"""The auditor's own trust file, in C2SP tlog-policy syntax: which logs, which witnesses, which quorum."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from msgspec import Struct, field

from vmsguard.errors import ConfigError, EvidenceError
from vmsguard.evidence.note import COSIGNATURE, ED25519, Note, VerifierKey

__all__ = ["Group", "Trust", "load_trust", "parse_trust"]

_RESERVED = "none"
_MOST_LINES = 1_000


class Group(Struct, frozen=True):
    """Counts as a witness when at least ``threshold`` of its members do."""

    threshold: int
    members: tuple[str, ...]


class Trust(Struct, frozen=True, kw_only=True):
    """Whose signatures count. An empty ``quorum`` asks for no witness."""

    logs: tuple[VerifierKey, ...]
    witnesses: Mapping[str, VerifierKey] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    quorum: str = ""

    def log_keys(self, origin: str) -> tuple[VerifierKey, ...]:
        """Keys of the log with this origin: a log's key name is its origin."""
        return tuple(key for key in self.logs if key.name == origin)

    def cosigners(self, note: Note) -> frozenset[str]:
        """Names of the witnesses whose cosignature on the note verifies."""
        return frozenset(self.cosigned(note))

    def cosigned(self, note: Note) -> dict[str, int]:
        """Names of the witnesses whose cosignature on the note verifies, each with the newest time (Unix) it states."""
        found: dict[str, int] = {}
        for name, key in self.witnesses.items():
            for signed in note.signatures:
                if key.made(signed) and key.verifies(note.text, signed):
                    found[name] = max(found.get(name, 0), int.from_bytes(signed.signature[:8], "big"))
        return found

    def quorum_met(self, cosigners: Collection[str]) -> bool:
        return not self.quorum or self._counts(self.quorum, cosigners)

    def _counts(self, name: str, cosigners: Collection[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in cosigners
        return sum(self._counts(member, cosigners) for member in group.members) >= group.threshold


def load_trust(path: Path) -> Trust:
    """The trust file at ``path``; a ``ConfigError`` names the line that is wrong."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"trust file cannot be read: {error.strerror}", file=path, hint="check --trust") from error
    return parse_trust(data, file=str(path))


def parse_trust(data: bytes, *, file: str = "") -> Trust:
    """Read a policy; names are opaque octets, so the text is taken byte for byte."""
    builder = _Builder(file or None)
    lines = data.decode("latin-1").split("\n")
    if len(lines) > _MOST_LINES:
        raise ConfigError(f"more than {_MOST_LINES} lines", file=builder.file, hint="a trust file is short")
    for number, line in enumerate(lines, start=1):
        builder.read(number, line)
    return builder.finish()


class _Builder:
    """Reads one line after the other; a name must be defined before it is used, which rules out circles."""

    def __init__(self, file: str | None) -> None:
        self.file = file
        self._line = 0
        self._logs: list[VerifierKey] = []
        self._witnesses: dict[str, VerifierKey] = {}
        self._groups: dict[str, Group] = {}
        self._grouped: set[str] = set()
        self._quorum: str | None = None

    def read(self, number: int, line: str) -> None:
        self._line = number
        if any((ord(char) < 0x20 and char != "\t") or ord(char) == 0x7F for char in line):
            raise self._error("a control character")
        words = line.replace("\t", " ").split(" ")
        words = [word for word in words if word]
        if not words or words[0].startswith("#"):
            return
        keyword, *rest = words
        match keyword, rest:
            case "log", [vkey] | [vkey, _]:
                self._add_log(vkey)
            case "witness", [name, vkey] | [name, vkey, _]:
                self._add_witness(name, vkey)
            case "group", [name, threshold, *members] if members:
                self._add_group(name, threshold, members)
            case "quorum", [name]:
                self._set_quorum(name)
            case _:
                raise self._error(
                    "expected `log VKEY`, `witness NAME VKEY`, `group NAME all|any|K NAME...` or `quorum NAME|none`"
                )

    def finish(self) -> Trust:
        if self._quorum is None:
            raise ConfigError(
                "no quorum line", file=self.file, hint="add `quorum none`, or name the witnesses you rely on"
            )
        return Trust(logs=tuple(self._logs), witnesses=self._witnesses, groups=self._groups, quorum=self._quorum)

    def _add_log(self, vkey: str) -> None:
        key = self._key(vkey, ED25519)
        if any(key.public == known.public for known in self._logs):
            raise self._error("this log's key is listed twice")
        self._logs.append(key)

    def _add_witness(self, name: str, vkey: str) -> None:
        self._new_name(name)
        key = self._key(vkey, COSIGNATURE)
        if any(key.public == known.public for known in self._witnesses.values()):
            raise self._error("this witness's key is listed twice")
        self._witnesses[name] = key

    def _add_group(self, name: str, threshold: str, members: list[str]) -> None:
        self._new_name(name)
        for member in members:
            self._known_name(member)
            if member in self._grouped:
                raise self._error(f"{member} is a member twice")
            self._grouped.add(member)
        least = {"all": len(members), "any": 1}.get(threshold)
        if least is None:
            least = int(threshold) if threshold.isascii() and threshold.isdecimal() else 0
        if not 1 <= least <= len(members):
            raise self._error(f"threshold {threshold} of {len(members)} members")
        self._groups[name] = Group(least, tuple(members))

    def _set_quorum(self, name: str) -> None:
        if self._quorum is not None:
            raise self._error("a second quorum line")
        if name != _RESERVED:
            self._known_name(name)
        self._quorum = "" if name == _RESERVED else name

    def _key(self, vkey: str, kind: int) -> VerifierKey:
        try:
            key = VerifierKey.parse(vkey.encode("latin-1").decode())
        except (EvidenceError, UnicodeDecodeError) as error:
            raise self._error(str(error)) from error
        if key.kind != kind:
            wanted = "a log key (type 0x01)" if kind == ED25519 else "a cosignature key (type 0x04)"
            raise self._error(f"the key of {key.name} is not {wanted}")
        return key

    def _new_name(self, name: str) -> None:
        if name == _RESERVED or name in self._witnesses or name in self._groups:
            raise self._error(f"the name {name} is taken")

    def _known_name(self, name: str) -> None:
        if name not in self._witnesses and name not in self._groups:
            raise self._error(f"{name} is not defined on a line above")

    def _error(self, message: str) -> ConfigError:
        return ConfigError(message, file=self.file, line=self._line, hint="see C2SP tlog-policy for the syntax")
