"""What a timestamp token states, before anything of it is proven."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256, sha384, sha512

from msgspec import Struct

__all__ = ["TokenClaims"]

_DIGESTS = {"sha256": sha256, "sha384": sha384, "sha512": sha512}


class TokenClaims(Struct, frozen=True, kw_only=True):
    granted: bool
    at: datetime
    hash_name: str
    """``sha256`` and the like; other spellings are unknown to us."""
    imprint: bytes
    nonce: int | None
    authority: str = ""
    """The common name in its signer's certificate; empty where the reader does not tell it."""

    def wrong_for(self, note: bytes, nonce: int | None) -> str:
        """Why this is no token over ``note``, whoever signed it; empty if it is one."""
        if not self.granted:
            return "the authority did not grant it"
        if self.hash_name not in _DIGESTS:
            return "its hash is none of SHA-256, SHA-384, SHA-512"
        if _DIGESTS[self.hash_name](note).digest() != self.imprint:
            return "it is over other bytes"
        if nonce is not None and self.nonce != nonce:
            return "it answers another request: the nonce differs"
        return ""
