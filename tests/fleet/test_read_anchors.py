"""``evidence: anchors:`` of a configuration is read strictly."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vmsguard.errors import Problems
from vmsguard.evidence.anchor.witness_key import WitnessKey
from vmsguard.evidence.keys import SigningKey
from vmsguard.fleet.load_config import EvidenceConfig, load_config
from vmsguard.fleet.read_anchors import AnchorsConfig, AuthorityConfig, WitnessConfig

WITNESS = WitnessKey("example.org/witness", Ed25519PrivateKey.from_private_bytes(bytes(32))).verifier
LOG = SigningKey("example.org/site", Ed25519PrivateKey.from_private_bytes(bytes(32))).vkey


def read(folder: Path, anchors: str) -> EvidenceConfig:
    (folder / "vmsguard.yaml").write_text(
        "apiVersion: vmsguard/v1\nkind: Config\ninventory: [inventory.yaml]\n"
        f"evidence:\n  dir: evidence\n  origin: example.org/site\n  key: secret://file/key.pem\n{anchors}",
        encoding="utf-8",
    )
    return load_config(folder / "vmsguard.yaml").evidence


def test_without_the_key_nobody_is_asked(tmp_path: Path) -> None:
    assert AnchorsConfig() == read(tmp_path, "").anchors


def test_witnesses_and_authorities_are_read(tmp_path: Path) -> None:
    told = read(
        tmp_path,
        f"""\
  anchors:
    witnesses: [{{url: "http://127.0.0.1:8750", vkey: {WITNESS.vkey}}}]
    tsa: [{{url: "https://tsa.example.org/tsr", roots: [root.pem]}}, {{url: "http://tsa.example.com"}}]
""",
    )

    expected = AnchorsConfig(
        (WitnessConfig("http://127.0.0.1:8750", WITNESS),),
        (
            AuthorityConfig("https://tsa.example.org/tsr", (tmp_path.resolve() / "root.pem",)),
            AuthorityConfig("http://tsa.example.com"),
        ),
    )
    assert expected == told.anchors


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("witnesses: [{url: 'https://w.example.org'}]", "vkey"),
        ("witnesses: [{url: 'https://w.example.org', vkey: nonsense}]", "not a vkey"),
        (f"witnesses: [{{url: 'https://w.example.org', vkey: {LOG}}}]", "is not a witness's"),
        (f"witnesses: [{{url: 'w.example.org', vkey: {WITNESS.vkey}}}]", "expected http(s)"),
        ("tsa: [{url: 'https://me:secret-word@tsa.example.org'}]", "without a login"),
        ("tsa: [{address: 'https://tsa.example.org'}]", "unknown key 'address'"),
        ("timestamps: []", "unknown key 'timestamps'"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, line: str, expected: str) -> None:
    with pytest.raises(Problems) as raised:
        read(tmp_path, f"  anchors:\n    {line}\n")

    assert expected in str(raised.value)
    assert "vmsguard.yaml:9" in str(raised.value)
    assert "secret-word" not in str(raised.value)
