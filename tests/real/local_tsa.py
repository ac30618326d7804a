"""A timestamping authority of our own, by openssl: a root, a signer for timestamps alone, and replies to queries."""

from __future__ import annotations

import subprocess
from pathlib import Path

__all__ = ["LocalTsa"]

# No `certs =` line: OpenSSL 3.0 writes a chain as an unsorted set, which strict readers of DER refuse.
_CONFIG = """
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[signer]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = tsa1
[tsa1]
serial = {folder}/serial
signer_cert = {folder}/signer.pem
signer_key = {folder}/signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
accuracy = secs:1
"""


class LocalTsa:
    """Its files lie in ``folder``; ``root`` is what a verifier needs."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.root = folder / "root.pem"
        self._config = folder / "tsa.cnf"
        self._config.write_text(_CONFIG.format(folder=folder))
        (folder / "serial").write_text("01\n")
        self._new_key("root")
        self._new_key("signer")
        self._request("root", "Test root")
        self._request("signer", "Test timestamps")
        self._certify("root", "ca", "-signkey", folder / "root.key")
        self._certify("signer", "signer", "-CA", self.root, "-CAkey", folder / "root.key", "-CAcreateserial")

    def query(self, file: Path) -> Path:
        """A query about a file, with a nonce, that asks for the signer's certificate."""
        path = self.folder / "query.tsq"
        _openssl("ts", "-query", "-data", file, "-sha256", "-cert", "-out", path)
        return path

    def reply(self, query: Path, out: Path) -> Path:
        """The reply to a query, as it comes over HTTP."""
        _openssl("ts", "-reply", "-config", self._config, "-queryfile", query, "-out", out)
        return out

    def stamp(self, file: Path, out: Path) -> Path:
        return self.reply(self.query(file), out)

    def _new_key(self, name: str) -> None:
        _openssl(
            "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", self._path(f"{name}.key")
        )

    def _request(self, name: str, subject: str) -> None:
        key, out = self._path(f"{name}.key"), self._path(f"{name}.csr")
        _openssl("req", "-new", "-key", key, "-subj", f"/CN={subject}", "-out", out)

    def _certify(self, name: str, extensions: str, *how: object) -> None:
        ours = ("-extfile", self._config, "-extensions", extensions, "-days", "30", "-sha256")
        _openssl("x509", "-req", "-in", self._path(f"{name}.csr"), *how, *ours, "-out", self._path(f"{name}.pem"))

    def _path(self, name: str) -> Path:
        return self.folder / name


def _openssl(*words: object) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, timeout=60)
