"""Chance that can be told again: a fraction that depends on names alone. Pure."""

from __future__ import annotations

import hashlib

__all__ = ["fraction"]


def fraction(*names: str) -> float:
    """Between 0 and 1 (not 1 itself), evenly spread over names, and the same for the same ones."""
    told = hashlib.blake2b("\x1f".join(names).encode(), digest_size=8).digest()
    return (int.from_bytes(told, "big") >> 11) / (1 << 53)
