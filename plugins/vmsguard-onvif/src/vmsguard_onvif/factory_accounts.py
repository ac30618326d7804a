"""Accounts that came with the device: known by what GetUsers lists and by our own login, never by trying one."""

from __future__ import annotations

from collections.abc import Iterable

from vmsguard.net.login import Login
from vmsguard_onvif.replies.device import User

__all__ = ["is_anonymous", "is_factory_account", "is_factory_login"]

_FACTORY_NAMES = frozenset({"666666", "888888", "default"})
"""Names that Dahua's firmware brings along and nobody chooses."""

_FACTORY_LOGINS = frozenset(
    {
        ("admin", "1111"),
        ("admin", "1234"),
        ("admin", "12345"),
        ("admin", "123456"),
        ("admin", "4321"),
        ("admin", "9999"),
        ("admin", "fliradmin"),
        ("admin", "jvc"),
        ("admin", "meinsm"),
        ("admin", "password"),
        ("root", "pass"),
        ("root", "system"),
        ("supervisor", "supervisor"),
    }
)
"""Logins printed in makers' manuals; a password that repeats the user name, or is empty, needs no list."""


def is_factory_login(login: Login) -> bool:
    """Whether a login is one that anybody would try first."""
    user, password = login.user.casefold(), login.password.casefold()
    return not password or user == password or (user, password) in _FACTORY_LOGINS


def is_anonymous(user: User) -> bool:
    """Whether an account stands for people without a login (``tt:UserLevel`` Anonymous)."""
    return user.level == "Anonymous"


def is_factory_account(user: User, accepted: Iterable[Login]) -> bool:
    """Whether somebody who knows the make of the device gets in by this account; ``accepted`` are logins it took."""
    return (
        is_anonymous(user)
        or user.name in _FACTORY_NAMES
        or any(login.user == user.name and is_factory_login(login) for login in accepted)
    )
