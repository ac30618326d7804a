"""The hub's word on a log: what is signed is all of it, and nothing else reads like it."""

from __future__ import annotations

from base64 import b64encode

import pytest

from vmsguard.agent.uplink.messages import Confirmation
from vmsguard.agent.uplink.policy_bundle import BundleRefused, read_note
from vmsguard.agent.uplink.signed_confirmation import read_confirmation, signed_confirmation
from vmsguard.errors import EvidenceError
from vmsguard.evidence.checkpoint import parse_checkpoint
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.note import Note

KEY = SigningKey.generate("example.org/hub")
SAID = Confirmation("example.org/site", 7, "ab" * 32)


@pytest.mark.parametrize(
    "said",
    [SAID, Confirmation("example.org/site", 0, "00" * 32, again=True), Confirmation("a", 1, "cd", trouble="fork")],
)
def test_all_of_it_comes_back(said: Confirmation) -> None:
    word = read_confirmation(signed_confirmation(said, KEY))

    assert word is not None
    assert (said, True) == (word.said, word.is_of(KEY.verifier))


@pytest.mark.parametrize(
    ("old", "new"), [("site", "sit2"), ("\n7\n", "\n9\n"), ("abab", "abac"), ("go on", "again"), ("\n-\n", "\nfork\n")]
)
def test_no_line_of_it_can_be_changed(old: str, new: str) -> None:
    told = signed_confirmation(SAID, KEY).decode()
    assert old in told

    word = read_confirmation(told.replace(old, new, 1).encode())

    assert word is not None
    assert not word.is_of(KEY.verifier)


def test_a_second_line_in_the_key_s_name_that_is_wrong_spoils_it() -> None:
    other = SigningKey.generate("example.org/other")
    text = signed_confirmation(SAID, KEY).decode().partition("\n\n")[0] + "\n"
    wrong = Note(text, (KEY.signature(text), KEY.signature("another text\n"))).to_bytes()
    beside = Note(text, (other.signature(text), KEY.signature(text))).to_bytes()

    told = [word.is_of(KEY.verifier) for word in map(read_confirmation, (wrong, beside)) if word is not None]

    assert [False, True] == told


@pytest.mark.parametrize("size", ["-1", "07", "7.0", "\u0667", "", "9" * 5000])
def test_a_size_has_one_form(size: str) -> None:
    text = signed_confirmation(SAID, KEY).decode().partition("\n\n")[0].replace("\n7\n", f"\n{size}\n") + "\n"

    assert read_confirmation(Note(text, (KEY.signature(text),)).to_bytes()) is None


def test_neither_a_head_nor_a_bundle_of_policies_reads_like_it_nor_it_like_them() -> None:
    told = signed_confirmation(SAID, KEY)
    text = f"example.org/site\n7\n{b64encode(bytes(32)).decode()}\n"

    with pytest.raises(EvidenceError):
        parse_checkpoint(told)
    with pytest.raises(BundleRefused):
        read_note(told, KEY.verifier)
    assert read_confirmation(Note(text, (KEY.signature(text),)).to_bytes()) is None
