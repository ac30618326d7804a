"""Secrets by reference, ``secret://env|file|systemd/NAME`` or of a plugin's source; values never leave memory."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

from vmsguard.errors import SecretMissing
from vmsguard.model.inventory import Target
from vmsguard.net.login import Login
from vmsguard.plugin.secret_source import SecretSource

__all__ = ["SCHEME", "SecretStore", "check_read_logins"]

SCHEME = "secret"

_SETTLED_SECONDS = 2.0
"""How long a file must have been left alone: half a password that is being written is a wrong one."""

_Stamp: TypeAlias = tuple[int, int, int]
"""Which file it is, when it was written and how long it is; nothing of what it holds."""


class SecretStore:
    """Resolves references against an environment and a base folder.

    Each once; from a file again once the file is another one, so that a login that was missing or refused is mended
    without a start. Whoever asks again with the same login is not its concern: refusals are counted by what it holds.
    """

    def __init__(
        self,
        base: Path,
        environment: Mapping[str, str] | None = None,
        sources: Callable[[str], SecretSource | None] = lambda name: None,
    ) -> None:
        self._base = base
        self._environment = os.environ if environment is None else environment
        self._find_source = sources
        self._sources: dict[str, SecretSource] = {}
        self._logins: dict[str, tuple[Login, _Stamp | None]] = {}

    def text(self, reference: str) -> str:
        """The secret's text; raises ``SecretMissing`` naming the reference and how to provide it."""
        parts = urlsplit(reference)
        name = parts.path.lstrip("/")
        if parts.scheme != SCHEME or not name:
            raise SecretMissing(
                reference if parts.scheme == SCHEME else "(not a reference)",
                "a secret is given by reference, never in the file itself",
                hint="write secret://env/NAME, secret://file/PATH or secret://systemd/NAME",
            )
        if parts.netloc == "env":
            return self._from_environment(reference, name)
        if parts.netloc == "file":
            return _read(reference, self.path(reference))
        if parts.netloc == "systemd":
            return _read(reference, self._credential(reference, name))
        return self._from_source(reference, parts.netloc, name)

    def path(self, reference: str) -> Path:
        """The file that a ``secret://file/`` or ``secret://systemd/`` reference names, there and private."""
        parts = urlsplit(reference)
        name = parts.path.lstrip("/")
        if parts.scheme == SCHEME and parts.netloc == "systemd" and name:
            return self._credential(reference, name)
        if parts.scheme != SCHEME or parts.netloc != "file" or not name:
            raise SecretMissing(reference, f"{reference}: expected secret://file/PATH", hint="see vmsguard init")
        path = self._base / name
        try:
            mode = path.stat().st_mode
        except OSError as error:
            raise SecretMissing(
                reference, f"{reference}: {error.strerror or 'cannot be read'}", hint="create it, mode 0600"
            ) from error
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise SecretMissing(
                reference, f"{reference}: the file can be read by others", hint="chmod 600 and change what it held"
            )
        return path

    def login(self, reference: str) -> Login | None:
        """The login behind a reference (``user:password``); None for an empty reference."""
        if not reference:
            return None
        known, stamp = self._logins.get(reference), self._stamp(reference)
        if known is None or (known[1] != stamp and _is_settled(stamp)):
            user, colon, password = self.text(reference).partition(":")
            if not colon or not user:
                raise SecretMissing(
                    reference, f"{reference}: is not of the form user:password", hint="set it to user:password"
                )
            known = self._logins[reference] = Login(reference, user, password), stamp
        return known[0]

    def _stamp(self, reference: str) -> _Stamp | None:
        """Of the file behind a reference; None where there is no file, as in an environment, which does not change."""
        parts = urlsplit(reference)
        name = parts.path.lstrip("/")
        if parts.netloc == "file":
            file = self._base / name
        elif parts.netloc == "systemd":
            file = Path(self._environment.get("CREDENTIALS_DIRECTORY", "")) / name
        else:
            return None
        try:
            told = file.stat()
        except OSError:  # gone: whoever reads it says so
            return None
        return told.st_ino, told.st_mtime_ns, told.st_size

    def _credential(self, reference: str, name: str) -> Path:
        """A credential that systemd decrypted for this process alone (systemd.exec(5), LoadCredentialEncrypted)."""
        folder = self._environment.get("CREDENTIALS_DIRECTORY", "")
        hint = f"add LoadCredentialEncrypted={name}:FILE to the unit, and start it with systemctl"
        if "/" in name or name in (".", ".."):
            raise SecretMissing(reference, f"{reference}: a credential has no path", hint="name it as the unit does")
        if not folder or not (Path(folder) / name).is_file():
            raise SecretMissing(reference, f"{reference}: this process was given no such credential", hint=hint)
        return Path(folder) / name

    def _from_source(self, reference: str, source: str, name: str) -> str:
        """What a plugin's source gives; whatever it raises is told by its type alone, for its message may be secret."""
        if source not in self._sources:
            found = self._find_source(source)
            if found is None:
                hint = "vmsguard itself knows env, file and systemd; install the plugin that brings this one"
                raise SecretMissing(reference, f"{reference}: unknown secret store {source!r}", hint=hint)
            self._sources[source] = found
        try:
            told: object = self._sources[source].text(name)
        except KeyError:
            raise SecretMissing(reference, f"{reference}: is not there", hint=f"store it in {source}") from None
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything
            why = f"{reference}: {source} gives nothing now ({type(error).__name__})"
            raise SecretMissing(reference, why, hint=f"see whether {source} can be reached from here") from None
        if not isinstance(told, str) or not told:
            raise SecretMissing(reference, f"{reference}: {source} gave no text", hint=f"store it in {source}")
        return told

    def _from_environment(self, reference: str, name: str) -> str:
        value = self._environment.get(name)
        if not value:
            raise SecretMissing(
                reference, f"{reference}: the environment variable is not set", hint=f"export {name}=user:password"
            )
        return value


def _is_settled(stamp: _Stamp | None) -> bool:
    return stamp is None or abs(time.time() - stamp[1] / 1e9) > _SETTLED_SECONDS


def _read(reference: str, file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SecretMissing(reference, f"{reference}: the file cannot be read", hint="see who owns it") from error


def check_read_logins(targets: Iterable[Target], store: SecretStore) -> None:
    """Resolve every ``read`` login before anything is asked; raises the first ``SecretMissing`` by target order.

    A missing secret is a mistake in the set-up (exit 2), not an unknown camera.
    """
    for target in sorted(targets, key=lambda target: target.id):
        try:
            store.login(target.login.read)
        except SecretMissing as error:
            raise SecretMissing(error.reference, f"target {target.id}: {error.message}", hint=error.hint) from error
