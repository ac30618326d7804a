"""What certificate a target shows: a TLS handshake and nothing after it, no request and no login."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass

from vmsguard.errors import GuardTripped, Unreachable
from vmsguard.model.clock import Clock
from vmsguard.model.inventory import Target
from vmsguard.net.names import NameRefused
from vmsguard.net.origin import Origin, enrolled_origin
from vmsguard.net.pool import ConnectionPool
from vmsguard.net.tls import CertificateSeen, certificate_seen

__all__ = ["FirstSeen", "first_certificate"]

_OPERATION = "first contact"


@dataclass(frozen=True)
class FirstSeen:
    """A certificate, and whether an authority this machine trusts vouches for it under the enrolled host name."""

    certificate: CertificateSeen
    vouched: bool


async def first_certificate(target: Target, pool: ConnectionPool, clock: Clock) -> FirstSeen:
    """What the enrolled https address shows now, after two handshakes at most, in the target's own lane.

    Raises ``Unreachable`` where there is no TLS to speak to and ``GuardTripped`` for a name that may not be
    followed or a certificate without a readable key.
    """
    try:
        origin = enrolled_origin(target.url)
        lane = pool.lane(target, clock)
    except ValueError as error:
        raise GuardTripped(target.id, _OPERATION, str(error)) from error
    async with lane.turn:
        for verify in (True, False):
            await lane.pace.wait()
            try:
                async with asyncio.timeout(target.limits.deadline_seconds):
                    shown = await _handshake(origin, pool, verify=verify)
                return FirstSeen(certificate_seen(shown), verify)
            except ssl.SSLCertVerificationError:
                continue
            except NameRefused as error:
                raise GuardTripped(target.id, _OPERATION, f"{error}; nothing was sent") from None
            except TimeoutError:
                raise Unreachable(target.id, _OPERATION, "no TLS handshake in time") from None
            except ValueError:
                raise GuardTripped(target.id, _OPERATION, "the certificate has no key that can be read") from None
            except (ssl.SSLError, OSError, EOFError):
                raise Unreachable(target.id, _OPERATION, "the TLS handshake failed") from None
    raise Unreachable(target.id, _OPERATION, "the TLS handshake failed")


async def _handshake(origin: Origin, pool: ConnectionPool, *, verify: bool) -> bytes:
    context = ssl.create_default_context()
    if not verify:
        # Only looked at: what is done with the certificate is decided by whoever compares it with a pin.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    address = (await pool.names.addresses(origin.host))[0]
    _, writer = await asyncio.open_connection(address, origin.port, ssl=context, server_hostname=origin.host)
    try:
        shown: bytes | None = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    finally:
        writer.transport.abort()
    if not shown:
        raise ValueError("no certificate was shown")
    return shown
