"""A resolved login: lives in memory for one session and never prints itself."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Login"]


@dataclass(frozen=True)
class Login:
    """User and password; ``reference`` is where they came from and all that may be logged."""

    reference: str
    user: str = field(repr=False)
    password: str = field(repr=False)

    def __str__(self) -> str:
        return f"Login({self.reference})"
