"""The check of a pin inside aiohttp: after the TLS handshake, before the first byte of a request."""

from __future__ import annotations

import asyncio

import aiohttp

from vmsguard.net.tls import CertificateSeen, Pin, certificate_seen

__all__ = ["PinnedCertificate"]


class PinnedCertificate(aiohttp.Fingerprint):
    """Lets a connection through only where the certificate meets the pin; ``seen`` is what was shown last."""

    def __init__(self, pin: Pin) -> None:
        super().__init__(pin.digest)
        self._pin = pin
        self.seen: CertificateSeen | None = None

    def check(self, transport: asyncio.Transport) -> None:
        """Raise ``ServerFingerprintMismatch`` for any other certificate, for none, and for one without a key."""
        tls = transport.get_extra_info("ssl_object")
        certificate = None if tls is None else tls.getpeercert(binary_form=True)
        try:
            self.seen = None if certificate is None else certificate_seen(certificate)
        except ValueError:
            self.seen = None
        if self.seen is None or not self.seen.meets(self._pin):
            host, port, *_ = transport.get_extra_info("peername") or ("", 0)
            raise aiohttp.ServerFingerprintMismatch(self._pin.digest, b"", host, port)
