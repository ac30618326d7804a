"""Facts about who may enter ZoneMinder; pure, and without a name."""

from __future__ import annotations

from collections.abc import Sequence

from vmsguard.model.fact_values import Account
from vmsguard.model.facts import Items, Known, Reading, Unknown
from vmsguard.model.vocabulary import Why
from vmsguard_zoneminder.rows import User

__all__ = ["ACCESS_LOG", "accounts", "level_of"]

ACCESS_LOG = Unknown(Why.NO_DRIVER_FACT, "the web server in front of ZoneMinder keeps the access log, or does not")

_FACTORY_ACCOUNT = "admin"


def accounts(users: Sequence[User] | Unknown) -> Reading:
    """Every account by level; the one ZoneMinder is installed with is marked as default."""
    if isinstance(users, Unknown):
        return users
    return Known(
        Items(tuple(Account(f"u{user.id}", level_of(user), user.username == _FACTORY_ACCOUNT) for user in users))
    )


def level_of(user: User) -> str:
    """``administrator`` may change the system, ``operator`` monitors or events, ``user`` may look."""
    if not user.enabled:
        return "disabled"
    if user.system == "Edit":
        return "administrator"
    if {"Edit", "Create"} & {user.monitors, user.events}:
        return "operator"
    if "View" in (user.monitors, user.events, user.stream, user.system):
        return "user"
    return "none"
