"""Names on the server: a subject for each task, a durable consumer for each site. Pure."""

from __future__ import annotations

import re
from urllib.parse import quote

import msgspec

from vmsguard.agent.execution.tasks import TaskRef

__all__ = ["STREAM", "consumer_of", "decode_task", "encode_task", "site_subject", "subject_of"]

STREAM = "vmsguard-work"
_ROOT = "vmsguard.work"
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")
_TASKS: msgspec.json.Decoder[TaskRef] = msgspec.json.Decoder(TaskRef)


def subject_of(ref: TaskRef) -> str:
    """One subject for each task's key: the server keeps at most one message on it."""
    return f"{_ROOT}.{_token(ref.site)}.{_token(ref.target)}.{ref.kind}"


def site_subject(site: str) -> str:
    """Everything of one site."""
    return f"{_ROOT}.{_token(site)}.>"


def consumer_of(site: str) -> str:
    """The durable consumer of a site; different sites never share one."""
    return "site-" + _UNSAFE.sub(lambda found: f"={ord(found[0]):x}=", site)


def encode_task(ref: TaskRef) -> bytes:
    return msgspec.json.encode(ref)


def decode_task(subject: str, payload: bytes) -> TaskRef | None:
    """The task of a message; None for anything that is none, or that lies on another task's subject."""
    try:
        ref = _TASKS.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return ref if subject_of(ref) == subject else None


def _token(name: str) -> str:
    """A name as one token: what the server reads as a separator or a wildcard is written otherwise."""
    return quote(name, safe="").replace(".", "%2E")
