"""The digest among the challenges of a 401, in whatever headers they come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.net.challenges import digest_challenge

DIGEST = 'Digest realm="camera", nonce="0a1b", qop="auth", algorithm=MD5'
BASIC = 'Basic realm="camera"'


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([DIGEST], DIGEST),
        ([BASIC, DIGEST], DIGEST),
        ([DIGEST, BASIC], DIGEST),
        ([f"{BASIC}, {DIGEST}"], DIGEST),
        ([f"{DIGEST}, {BASIC}"], DIGEST),
        ([f"{BASIC},{DIGEST}"], DIGEST),
        (['DIGEST realm="camera", nonce="1"'], 'Digest realm="camera", nonce="1"'),
        ([DIGEST.replace("MD5", "SHA-512-256"), DIGEST], DIGEST),
        ([DIGEST.replace("MD5", '"SHA-256"')], DIGEST.replace("MD5", '"SHA-256"')),
        ([BASIC], None),
        ([DIGEST.replace("MD5", "SHA-512-256")], None),
        (["Digest"], None),
        ([""], None),
        ([], None),
    ],
)
def test_the_digest_is_found_and_stands_alone(headers, expected) -> None:
    assert digest_challenge(headers) == expected


@given(st.lists(st.text(st.characters(codec="latin-1")), max_size=4))
def test_whatever_a_device_sends_is_a_challenge_or_none(headers) -> None:
    found = digest_challenge(headers)
    assert found is None or found.startswith("Digest ")
