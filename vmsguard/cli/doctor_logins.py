"""What ``vmsguard doctor`` says of the logins: each secret that is missing once, with the targets that need it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vmsguard.errors import SecretMissing
    from vmsguard.fleet.secrets import SecretStore
    from vmsguard.model.inventory import Target

__all__ = ["login_rows"]

_NAMED = 3


def login_rows(targets: Iterable[Target], secrets: SecretStore) -> Iterator[dict[str, Any]]:
    """A row for the read logins and one for the change logins; one for each secret behind them that is missing."""
    ordered = sorted(targets, key=lambda target: target.id)
    yield from _rows("read logins", [(one.id, one.login.read) for one in ordered], secrets)
    yield from _rows("change logins", [(one.id, one.login.change) for one in ordered], secrets)


def _rows(check: str, references: list[tuple[str, str]], secrets: SecretStore) -> Iterator[dict[str, Any]]:
    from vmsguard.errors import SecretMissing

    missing: dict[str, tuple[SecretMissing, list[str]]] = {}
    there = 0
    for target, reference in references:
        if reference in missing:
            missing[reference][1].append(target)
            continue
        try:
            there += secrets.login(reference) is not None
        except SecretMissing as error:
            missing[reference] = (error, [target])
    for why, needing in missing.values():
        found = f"{why.message}; needed by {_named(needing)}"
        yield {"check": check, "ok": False, "found": found, "next": why.hint}
    if not missing:
        yield {"check": check, "ok": True, "found": _told(there, len(references)), "next": ""}


def _told(there: int, of: int) -> str:
    from vmsguard.model.counted import counted

    return f"{there} of {counted(of, 'target')} {'has' if there == 1 else 'have'} one"


def _named(targets: list[str]) -> str:
    """A fleet may share one login: the first few are named, the others counted."""
    few = ", ".join(targets[:_NAMED])
    return few if len(targets) <= _NAMED else f"{few} and {len(targets) - _NAMED} more"
