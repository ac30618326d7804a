"""A witness's key: its file names it, and a cosignature states a time that a calendar can hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from vmsguard.errors import EvidenceError
from vmsguard.evidence.anchor.witness_key import WitnessKey
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.note import NoteSignature

TEXT = "example.org/a\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"


def test_a_saved_key_is_read_back_and_signs_the_same(witness_key: WitnessKey, tmp_path: Path) -> None:
    witness_key.save(tmp_path / "w.pem")

    again = WitnessKey.load(tmp_path / "w.pem")

    assert witness_key.verifier == again.verifier
    assert witness_key.cosign(TEXT, 1) == again.cosign(TEXT, 1)
    assert "WitnessKey(example.org/witness)" == repr(again)


def test_an_existing_file_is_not_overwritten(witness_key: WitnessKey, tmp_path: Path) -> None:
    (tmp_path / "w.pem").write_text("mine")

    with pytest.raises(EvidenceError, match="is not overwritten"):
        witness_key.save(tmp_path / "w.pem")
    assert "mine" == (tmp_path / "w.pem").read_text()


def test_what_is_not_a_witness_s_key_is_refused(witness_key: WitnessKey, key: SigningKey, tmp_path: Path) -> None:
    path = tmp_path / "w.pem"
    witness_key.save(path)
    first, _, pem = path.read_text().partition("\n")
    other = WitnessKey.generate(witness_key.verifier.name).trust_line
    cases = {
        "does not name it": pem,
        "another key": f"{other}\n{pem}",
        "key id does not belong": f"{first.replace('example.org', 'example.com')}\n{pem}",
        "no unencrypted PKCS#8": f"{first}\n",
        "cannot be read": None,
    }
    for expected, text in cases.items():
        if text is None:
            path.unlink()
        else:
            path.write_text(text)
        with pytest.raises(EvidenceError, match=expected):
            WitnessKey.load(path)
    key.save(path)
    with pytest.raises(EvidenceError, match="not a witness's key"):
        WitnessKey.load(path)


@pytest.mark.parametrize(("time", "expected"), [(0, True), (1, True), (2**63 - 1, True), (2**63, False)])
def test_a_time_beyond_the_format_does_not_verify(witness_key: WitnessKey, time: int, expected: bool) -> None:
    line = witness_key.cosign(TEXT, time)

    assert expected == witness_key.verifier.verifies(TEXT, line)


def test_no_other_time_or_text_verifies(witness_key: WitnessKey) -> None:
    line = witness_key.cosign(TEXT, 1_795_000_000)
    later = NoteSignature(line.name, line.key_id, (1_795_000_001).to_bytes(8, "big") + line.signature[8:])

    assert [True, False, False] == [
        witness_key.verifier.verifies(TEXT, line),
        witness_key.verifier.verifies(TEXT, later),
        witness_key.verifier.verifies(TEXT.replace("0", "1"), line),
    ]
