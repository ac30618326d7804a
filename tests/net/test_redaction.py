from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.net.redaction import REDACTED, Redactor, redact

SECRET = "Wh1te-Rabbit"

TEXTS = {
    "rtsp user info": f"opening rtsp://admin:{SECRET}@10.0.0.5:554/live",
    "user info with an at sign": f"rtsp://admin:{SECRET}@x@10.0.0.5/live",
    "query token": f"GET /zm/api/monitors.json?token={SECRET}&page=2",
    "access token": f"access_token={SECRET}",
    "form password": f"user=admin&pass={SECRET}",
    "json password": f'{{"user": "admin", "password": "{SECRET}"}}',
    "python dict": f"{{'password': '{SECRET}'}}",
    "wss password": f'<wsse:Password Type="x#PasswordDigest">{SECRET}</wsse:Password>',
    "wss name": f"<Username>{SECRET}</Username>",
    "basic header": f"Authorization: Basic {SECRET}",
    "digest header": f'authorization: Digest username="admin", response="{SECRET}"',
    "header dict": f"{{'Authorization': 'Bearer {SECRET}'}}",
    "cookie": f"Set-Cookie: session={SECRET}; Path=/",
    "jwt": "token was eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyIjoiV2gxdGUifQ.Wh1te-Rabbit",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_secret_is_taken_out_wherever_it_stands(text: str) -> None:
    assert SECRET not in redact(text)
    assert REDACTED in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "t-0a31: GetProfiles: no complete reply within 10 s",
        "http://127.0.0.1:8081/onvif/device_service",
        "compass heading 12, passage open",
        "sha256 of policies/kr-pipc-thermal-2020/pack.yaml",
        "deadline=10.0 retries=1",
    ],
)
def test_what_is_no_secret_stays_readable(text: str) -> None:
    assert text == redact(text)


def test_long_base64_is_taken_out() -> None:
    blob = base64.b64encode(bytes(range(64))).decode()
    assert f"body {REDACTED}" == redact(f"body {blob}")


def test_event_fields_are_redacted_by_name_and_by_content() -> None:
    event = {
        "event": "sent",
        "password": "x",
        "read_token": "y",
        "login_ok": True,
        "nested": {"Authorization": "z", "url": "http://a:b@c/"},
        "body": b"raw",
        "list": ["pass=1234"],
        "error": ValueError("token=abc"),
        "count": 3,
    }
    assert {
        "event": "sent",
        "password": REDACTED,
        "read_token": REDACTED,
        "login_ok": True,
        "nested": {"Authorization": REDACTED, "url": f"http://{REDACTED}@c/"},
        "body": "[3 bytes]",
        "list": [f"pass={REDACTED}"],
        "error": f"ValueError: token={REDACTED}",
        "count": 3,
    } == Redactor()(None, "info", event)


@given(secret=st.text(st.characters(min_codepoint=33, max_codepoint=0x2FFF), min_size=4, max_size=20))
def test_a_known_secret_is_found_raw_encoded_and_in_base64(secret: str) -> None:
    encoded = base64.b64encode(secret.encode()).decode()
    told = Redactor([secret]).text(f"a {secret} b {encoded} c")
    assert secret not in told.replace(REDACTED, "")
    assert encoded not in told


def test_a_structure_without_an_end_is_cut() -> None:
    event: dict[str, object] = {}
    event["self"] = event
    assert REDACTED in str(Redactor()(None, "info", dict(event)))
