from __future__ import annotations

from datetime import UTC, datetime, timedelta

from lxml import etree
from vmsguard_onvif.namespaces import SOAP12
from vmsguard_onvif.security import digest, username_token

from vmsguard.net.login import Login

NOW = datetime(2026, 11, 22, 3, 0, 0, 900000, tzinfo=UTC)


def texts(token: str) -> dict[str, str]:
    root = etree.fromstring(f'<s:Header xmlns:s="{SOAP12}">{token}</s:Header>')
    return {etree.QName(found).localname: found.text or "" for found in root.iter() if len(found) == 0}


def test_the_digest_is_that_of_the_onvif_programmers_guide() -> None:
    # The worked example of the ONVIF Application Programmer's Guide.
    import base64

    nonce = base64.b64decode("LKqI6G/AikKCQrN0zqZFlg==")
    assert digest(nonce, "2010-09-16T07:50:45Z", "userpassword") == "tuOSpGlFlIXsozq4HFNeeGeFLEI="


def test_the_time_is_the_devices_and_ends_in_z() -> None:
    told = texts(username_token(Login("r", "admin", "pw"), NOW, timedelta(hours=9), b"0" * 16))
    assert told["Created"] == "2026-11-22T12:00:00Z"


def test_the_password_is_not_in_the_token_and_the_user_is_escaped() -> None:
    token = username_token(Login("r", "<ad&min>", "pass-word"), NOW, timedelta(0), b"0" * 16)
    assert "pass-word" not in token
    assert texts(token)["Username"] == "<ad&min>"
