"""Which file system a path lies on: SQLite's locks and shared memory do not work on those of a network."""

from __future__ import annotations

import os
import re
from pathlib import Path

__all__ = ["filesystem_of", "is_of_a_network"]

_OF_A_NETWORK = frozenset(
    {
        *("9p", "acfs", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "gfs2", "glusterfs", "lustre", "ncpfs"),
        *("nfs", "nfs4", "ocfs2", "orangefs", "prl_fs", "smb2", "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs"),
        *("fuse.davfs", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "fuse.vmhgfs-fuse"),
    }
)
"""Shares, and what virtual machines mount from their host: WAL needs memory that all its users share."""


_ESCAPED = re.compile(r"\\([0-7]{3})")
"""Space, tab, newline and backslash in a mount point."""


def is_of_a_network(kind: str) -> bool:
    return kind in _OF_A_NETWORK


def filesystem_of(path: Path, mounts: str) -> str:
    """The kind of the file system below ``path``, by the text of ``/proc/self/mountinfo``; empty if it does not tell.

    Of mounts on one point the last one hides those before it (proc(5)).
    """
    best, kind = -1, ""
    place = os.path.abspath(path)
    for line in mounts.splitlines():
        before, found, after = line.partition(" - ")
        fields = before.split()
        if not found or len(fields) < 5 or not after.split():
            continue
        point = _ESCAPED.sub(lambda octal: chr(int(octal[1], 8)), fields[4])
        if len(point) >= best and (place == point or place.startswith(point.rstrip("/") + "/")):
            best, kind = len(point), after.split()[0]
    return kind
