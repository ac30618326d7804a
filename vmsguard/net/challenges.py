"""Which of several WWW-Authenticate challenges can be answered by a digest (RFC 9110 11.6.1, RFC 7616 3.7)."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["digest_challenge"]

# Where a challenge begins: at the start of a header, or after a comma before a scheme and its first parameter.
_SCHEME = re.compile(r"(?:^|,)[ \t]*([A-Za-z][A-Za-z0-9-]*)[ \t]+(?=[A-Za-z][A-Za-z0-9-]*[ \t]*=)")
_ALGORITHM = re.compile(r'algorithm[ \t]*=[ \t]*"?([A-Za-z0-9-]+)', re.IGNORECASE)
_KNOWN = frozenset({"MD5", "MD5-SESS", "SHA-256", "SHA-256-SESS", "SHA256", "SHA256-SESS"})


def digest_challenge(headers: Iterable[str]) -> str | None:
    """The first digest challenge of an algorithm we speak, alone; None where there is none.

    The order is the server's preference. Cameras offer Basic first, in a header of its own or in the same one.
    """
    for header in headers:
        begins = list(_SCHEME.finditer(header))
        ends = [*(following.start() for following in begins[1:]), len(header)]
        for number, found in enumerate(begins):
            told = header[found.end() : ends[number]].strip()
            named = _ALGORITHM.search(told)
            if found[1].lower() == "digest" and (named is None or named[1].upper() in _KNOWN):
                return f"Digest {told}"
    return None
