from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmsguard.net.request_head import _usual_lines, request_head

ALWAYS = b"User-Agent: vmsguard\r\nAccept: */*\r\nAccept-Encoding: identity\r\n"


def test_a_post_says_what_it_carries_and_how_much() -> None:
    told = request_head(
        "POST", "/onvif?x=1", "10.0.0.1:8080", {"Content-Type": "application/soap+xml"}, 12, close=False
    )
    assert told == (
        b"POST /onvif?x=1 HTTP/1.1\r\nHost: 10.0.0.1:8080\r\n"
        + ALWAYS
        + b"Content-Type: application/soap+xml\r\nContent-Length: 12\r\n\r\n"
    )


@pytest.mark.parametrize(("method", "ends"), [("GET", b""), ("HEAD", b""), ("POST", b"Content-Length: 0\r\n")])
def test_without_a_body_only_methods_that_could_have_one_say_so(method: str, ends: bytes) -> None:
    told = request_head(method, "/", "cam", None, None, close=False)
    assert told == f"{method} / HTTP/1.1\r\nHost: cam\r\n".encode() + ALWAYS + ends + b"\r\n"


def test_a_body_without_a_type_is_octets() -> None:
    told = request_head("PUT", "/", "cam", None, 3, close=False)
    assert told.endswith(b"Content-Length: 3\r\nContent-Type: application/octet-stream\r\n\r\n")


def test_a_connection_for_one_request_says_so() -> None:
    assert request_head("GET", "/", "cam", None, None, close=True).endswith(b"Connection: close\r\n\r\n")


def test_what_a_driver_accepts_stands_once() -> None:
    told = request_head("GET", "/", "cam", {"accept": "application/json"}, None, close=False)
    assert re.findall(rb"(?im)^accept: (.*?)\r$", told) == [b"application/json"]
    assert b"User-Agent: vmsguard\r\n" in told


def test_a_text_that_is_not_ascii_goes_as_utf_8() -> None:
    assert "X-Site: 서울\r\n".encode() in request_head("GET", "/", "cam", {"X-Site": "서울"}, None, close=False)


@pytest.mark.parametrize("method", ["", "GET /", "GET\r\nX: 1", "G T", "GÉT"])
def test_a_method_that_is_no_token_is_refused(method: str) -> None:
    with pytest.raises(ValueError, match="method"):
        request_head(method, "/", "cam", None, None, close=False)


@pytest.mark.parametrize(
    "name", ["", "X Y", "X:", "X\r\nY", "Host", "content-length", "Transfer-Encoding", "connection"]
)
def test_a_header_that_would_move_the_end_or_the_aim_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        request_head("GET", "/", "cam", {name: "1"}, None, close=False)


@given(value=st.text(max_size=40))
def test_a_value_never_begins_another_line(value: str) -> None:
    try:
        told = request_head("GET", "/", "cam", {"X": value}, None, close=False)
    except ValueError:
        assert re.search(r"[\x00-\x1f\x7f\ud800-\udfff]", value)
        return
    assert told.count(b"\r") == told.count(b"\n") == told.count(b"\r\n") == 7
    assert f"X: {value}\r\n".encode() in told


def test_a_header_that_was_refused_once_is_refused_again() -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match="control"):
            request_head("GET", "/", "cam", {"Content-Type": "a\r\nX: 1"}, None, close=False)


def test_no_login_is_kept_in_memory() -> None:
    before = _usual_lines.cache_info().currsize
    for headers in ({"Authorization": "Basic x"}, {"Content-Type": "a/b", "Authorization": "Digest y"}):
        request_head("POST", "/", "cam", headers, 1, close=False)
    assert before == _usual_lines.cache_info().currsize
