"""RFC 3161 timestamp tokens: what a timestamping authority says of a note, and whether it is proven."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import UTC
from enum import StrEnum
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import NameOID
from msgspec import Struct

from vmsguard.errors import EvidenceError
from vmsguard.evidence.anchor.claims import TokenClaims
from vmsguard.evidence.anchor.openssl import Openssl, OpensslMissing

if TYPE_CHECKING:
    from rfc3161_client.tsp import TimeStampResponse

__all__ = ["MAX_TOKEN", "TokenTold", "TokenVerdict", "load_roots", "verify_token"]

MAX_TOKEN = 65_536
"""Bytes. Real tokens with their chain have two to eight thousand."""

_HASHES = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_UNREADABLE = (
    ValueError,
    KeyError,  # a name with an ASN.1 type that no name has
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    CryptographyDeprecationWarning,
)
"""What broken tokens and certificates raise: cryptography's errors have no common class."""

_UNKNOWN_AUTHORITY = (
    "unable to get local issuer certificate",
    "unable to get issuer certificate",
    "unable to verify the first certificate",
    "self-signed certificate",
    "self signed certificate",
)


class TokenVerdict(StrEnum):
    VERIFIED = "verified"
    REFUSED = "refused"
    """It is no token over this note, or not what its signer signed."""
    UNDECIDED = "undecided"
    """Nothing wrong was found, and it cannot be verified here: no root of its authority, or no program to read it."""


class TokenTold(Struct, frozen=True, kw_only=True):
    """What a token says, and how far that is proven."""

    verdict: TokenVerdict
    at: str = ""
    """When the authority saw the note, RFC 3339: proven where verified, claimed where undecided, else empty."""
    authority: str = ""
    """The name in its signer's certificate, on the same terms; empty where the reader does not tell it."""
    why: str = ""
    """Why it is not verified."""

    @property
    def verified(self) -> bool:
        return self.verdict is TokenVerdict.VERIFIED


def verify_token(token: bytes, note: bytes, roots: Sequence[bytes], *, nonce: int | None = None) -> TokenTold:
    """Judge a timestamp reply (a ``.tsr`` file) over the bytes of a note.

    ``roots`` are PEM files of the certificates the reader trusts, each with one or several. Certificates have to be
    valid at the time the token states, not today; whether one was revoked is not asked. The token's signature does
    not cover every byte of it (CMS versions, an algorithm's name, unsigned certificates): a changed token may still
    verify, but only as the same statement. Who cares for the bytes compares their SHA-256.
    """
    trusted = list(dict.fromkeys(certificate for pem in roots for certificate in load_roots(pem)))
    if len(token) > MAX_TOKEN:
        return _refused(f"a token of {len(token)} bytes; real ones are smaller than {MAX_TOKEN}")
    try:
        return _by_library(token, note, trusted, nonce)
    except ImportError:
        return _by_openssl(token, note, roots, nonce, "rfc3161-client is not installed")
    except _UNREADABLE:
        # It takes DER at its word, and OpenSSL 3.0 writes a chain as an unsorted set of certificates
        # (InvalidSetOrdering); OpenSSL reads what it wrote.
        return _by_openssl(token, note, roots, nonce, "rfc3161-client cannot read it")


def load_roots(pem: bytes) -> list[x509.Certificate]:
    """The certificates in a PEM file; one that holds none is an ``EvidenceError``."""
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise EvidenceError(
            "a root certificate file holds no PEM certificate",
            hint="export the authority's root as PEM: -----BEGIN CERTIFICATE-----",
        ) from error


def _by_library(token: bytes, note: bytes, trusted: Sequence[x509.Certificate], nonce: int | None) -> TokenTold:
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    with warnings.catch_warnings():
        # What a coming release will not read, we do not read today.
        warnings.simplefilter("error", CryptographyDeprecationWarning)
        reply = decode_timestamp_response(token)
        if reply.status > 1:  # neither granted nor granted with changes: there is no token to read
            return _refused("the authority did not grant it")
        claims = _read(reply)
        if wrong := claims.wrong_for(note, nonce):
            return _refused(wrong)
        if not trusted:
            return _undecided(claims, "no root certificate of an authority was given")
        if not reply.signed_data.certificates:
            return _undecided(claims, "it does not hold its signer's certificate")
        try:
            VerifierBuilder(roots=list(trusted)).build().verify_message(reply, note)
        except VerificationError as error:
            return _judged(claims, str(error) or "no reason told")
    return _judged(claims, "")


def _by_openssl(token: bytes, note: bytes, roots: Sequence[bytes], nonce: int | None, reason: str) -> TokenTold:
    try:
        openssl = Openssl(token)
        claims = openssl.claims()
        if claims is None:
            return _refused("it is no timestamp reply")
        if wrong := claims.wrong_for(note, nonce):
            return _refused(wrong)
        if not roots:
            return _undecided(claims, "no root certificate of an authority was given")
        return _judged(claims, openssl.why_not(claims, note, roots))
    except OpensslMissing as missing:
        return TokenTold(verdict=TokenVerdict.UNDECIDED, why=f"{reason}, and {missing}")


def _judged(claims: TokenClaims, objection: str) -> TokenTold:
    if not objection:
        return TokenTold(verdict=TokenVerdict.VERIFIED, at=_written(claims), authority=claims.authority)
    if any(words in objection for words in _UNKNOWN_AUTHORITY):
        return _undecided(claims, "no given root leads to the authority that signed it")
    if "certificate has expired" in objection or "certificate is not yet valid" in objection:
        return _refused("a certificate behind it was not valid at the time it states")
    if "EKU" in objection or "purpose" in objection:
        return _refused("its signer's certificate is not one for timestamps")
    return _refused("its signature is wrong")


def _read(reply: TimeStampResponse) -> TokenClaims:
    stated = reply.tst_info
    oid = stated.message_imprint.hash_algorithm.dotted_string
    return TokenClaims(
        granted=reply.status == 0,
        at=stated.gen_time,
        hash_name=_HASHES.get(oid, oid),
        imprint=stated.message_imprint.message,
        nonce=stated.nonce,
        authority=_authority(reply),
    )


def _authority(reply: TimeStampResponse) -> str:
    """Name of the signer; tokens seldom state it themselves, their certificate does."""
    signed = reply.signed_data
    signers = {(signer.issuer, signer.serial_number) for signer in signed.signer_infos}
    for certificate in map(x509.load_der_x509_certificate, signed.certificates):
        if (certificate.issuer, certificate.serial_number) in signers:
            names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
            return str(names[0].value) if names else certificate.subject.rfc4514_string()
    return ""


def _written(claims: TokenClaims) -> str:
    at = claims.at.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}{f'.{at.microsecond:06d}' if at.microsecond else ''}Z"


def _undecided(claims: TokenClaims, why: str) -> TokenTold:
    return TokenTold(verdict=TokenVerdict.UNDECIDED, at=_written(claims), authority=claims.authority, why=why)


def _refused(why: str) -> TokenTold:
    return TokenTold(verdict=TokenVerdict.REFUSED, why=why)
