"""``evidence: anchors:`` of a configuration: who outside is asked to vouch for the log's heads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from vmsguard.errors import EvidenceError
from vmsguard.policy.syntax.reading import Fields, Reader
from vmsguard.policy.syntax.strict_yaml import Node

if TYPE_CHECKING:
    from vmsguard.evidence.note import VerifierKey

__all__ = ["AnchorsConfig", "AuthorityConfig", "WitnessConfig", "read_anchors"]


class WitnessConfig(Struct, frozen=True):
    url: str
    key: VerifierKey


class AuthorityConfig(Struct, frozen=True):
    url: str
    roots: tuple[Path, ...] = ()
    """PEM files of the certificates its tokens have to lead to."""


class AnchorsConfig(Struct, frozen=True):
    witnesses: tuple[WitnessConfig, ...] = ()
    authorities: tuple[AuthorityConfig, ...] = ()


def read_anchors(node: Node | None, reader: Reader, folder: Path) -> AnchorsConfig:
    """Witnesses and authorities of a configuration; nobody where it names none."""
    if node is None:
        return AnchorsConfig()
    with reader.fields(node, "anchors") as fields:
        witnesses = [_witness(item, reader) for item in fields.items("witnesses", required=False)]
        authorities = tuple(_authority(item, reader, folder) for item in fields.items("tsa", required=False))
    return AnchorsConfig(tuple(one for one in witnesses if one is not None), authorities)


def _witness(node: Node, reader: Reader) -> WitnessConfig | None:
    with reader.fields(node, "witness") as fields:
        url, vkey = _url(node, reader, fields), fields.text("vkey")
    if not vkey:
        return None
    from vmsguard.evidence.note import COSIGNATURE, VerifierKey  # cryptography, which few configurations need

    try:
        key = VerifierKey.parse(vkey)
    except EvidenceError as error:
        reader.fault(node, str(error), error.hint)
        return None
    if key.kind != COSIGNATURE:
        reader.fault(node, f"the key of {key.name} is not a witness's", "copy the line `evidence witness keygen` told")
        return None
    return WitnessConfig(url, key)


def _authority(node: Node, reader: Reader, folder: Path) -> AuthorityConfig:
    with reader.fields(node, "tsa") as fields:
        url, roots = _url(node, reader, fields), fields.texts("roots", ())
    return AuthorityConfig(url, tuple(folder / root for root in roots))


def _url(node: Node, reader: Reader, fields: Fields) -> str:
    url = fields.text("url")
    if url and (not url.startswith(("http://", "https://")) or "@" in url):
        reader.fault(node, "url: expected http(s)://HOST[:PORT]/PATH without a login", "a secret has no place here")
    return url
