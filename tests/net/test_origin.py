from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.net.origin import Origin, OriginError, enrolled_origin, resolve

CAMERA = enrolled_origin("http://cam.example:8081/onvif/device_service")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://CAM.example/", Origin("http", "cam.example", 80, "")),
        ("https://cam.example./zm/", Origin("https", "cam.example", 443, "/zm")),
        ("http://[::1]:81", Origin("http", "::1", 81, "")),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, expected: Origin) -> None:
    assert expected == enrolled_origin(url)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a/b?c=d", "http://cam.example:8081/a/b?c=d"),
        ("snap", "http://cam.example:8081/onvif/device_service/snap"),
        ("http://CAM.example:8081/x?y=1", "http://cam.example:8081/x?y=1"),
        ("//evil.example/x", "http://cam.example:8081//evil.example/x"),
        ("@evil.example/", "http://cam.example:8081/onvif/device_service/@evil.example/"),
    ],
)
def test_a_path_stays_on_the_origin(path: str, expected: str) -> None:
    assert expected == resolve(CAMERA, path)


@pytest.mark.parametrize(
    "path",
    [
        "http://evil.example:8081/",
        "http://cam.example/",
        "http://cam.example:80/",
        "https://cam.example:8081/",
        "http://cam.example.evil:8081/",
        "http://u:p@cam.example:8081/",
        "http://cam.example:8081@evil.example/",
        "http://cam.example:x/",
        "http://[::1/",
        "file:///etc/passwd",
        "javascript:1",
    ],
)
def test_another_origin_is_refused_without_being_quoted(path: str) -> None:
    with pytest.raises(OriginError) as raised:
        resolve(CAMERA, path)
    assert path not in str(raised.value)


@given(path=st.text(st.characters(min_codepoint=32, max_codepoint=0x500), max_size=40))
def test_no_path_leaves_the_origin(path: str) -> None:
    try:
        url = resolve(CAMERA, path)
    except OriginError:
        return
    assert url.startswith("http://cam.example:8081/")
    assert urlsplit(url).netloc == "cam.example:8081"


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1", True),
        ("http://127.9.9.9", True),
        ("http://[::1]", True),
        ("http://localhost", True),
        ("http://localhost.evil.example", False),
        ("http://10.0.0.1", False),
        ("http://127.0.0.1.evil.example", False),
    ],
)
def test_loopback_is_told_by_the_address(url: str, loopback: bool) -> None:
    assert loopback is enrolled_origin(url).is_loopback
