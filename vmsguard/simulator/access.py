"""Who may call what: the access classes of ONVIF Core and the default access policy."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Access", "allows"]


class Access(StrEnum):
    PRE_AUTH = "pre-auth"
    READ_SYSTEM = "read-system"
    READ_SYSTEM_SENSITIVE = "read-system-sensitive"
    READ_SYSTEM_SECRET = "read-system-secret"
    WRITE_SYSTEM = "write-system"
    UNRECOVERABLE = "unrecoverable"
    READ_MEDIA = "read-media"
    ACTUATE = "actuate"


_USER = frozenset({Access.PRE_AUTH, Access.READ_SYSTEM, Access.READ_MEDIA})
_OPERATOR = _USER | {Access.READ_SYSTEM_SENSITIVE, Access.ACTUATE}
_POLICY = {"User": _USER, "Operator": _OPERATOR, "Administrator": frozenset(Access)}


def allows(level: str, access: Access) -> bool:
    return access in _POLICY.get(level, frozenset())
