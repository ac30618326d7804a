from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vmsguard_zoneminder.rows import Monitor
from vmsguard_zoneminder.source_address import channel_of

REMOTE = {"type": "Remote"}


@pytest.mark.parametrize(
    ("monitor", "source"),
    [
        ({"path": "rtsp://u:p%40ss@192.0.2.7/h264/1"}, ("192.0.2.7", 554, "/h264/1")),
        ({"path": "rtsp://192.0.2.7:85/cam?channel=3&subtype=1&pwd=x"}, ("192.0.2.7", 85, "/cam?channel=3&subtype=1")),
        ({"path": "http://u:p@cam.example.org/mjpeg"}, ("cam.example.org", 80, "/mjpeg")),
        ({"path": "rtsp://192.0.2.7/user=admin_password=x_channel=1_stream=0.sdp"}, ("192.0.2.7", 554, "")),
        ({"path": "rtsp://[2001:db8::7]/1"}, ("2001:db8::7", 554, "/1")),
        (REMOTE | {"host": "u:p@192.0.2.9", "port": "8", "path": "/v?stream=2&pwd=x"}, ("192.0.2.9", 8, "/v?stream=2")),
        (REMOTE | {"host": "192.0.2.9", "port": "", "protocol": "rtsp", "path": "/1"}, ("192.0.2.9", 554, "/1")),
        ({"type": "Local", "path": None}, ("", 0, "")),
        ({"path": "/var/video/test.mp4"}, ("", 0, "")),
        ({"path": "rtsp://192.0.2.7:port/1"}, ("", 0, "")),
    ],
)  # fmt: skip
def test_a_source_is_told_without_its_credentials(monitor: dict[str, str], source: tuple[str, int, str]) -> None:
    channel = channel_of(Monitor(id=4, **monitor))  # type: ignore[arg-type]

    assert source == (channel.source_host, channel.source_port, channel.source_path)
    assert "4" == channel.id


@given(st.from_regex(r"[A-Za-z0-9]{12,20}", fullmatch=True), st.sampled_from(["password", "pwd", "auth", "token", "x"]))
def test_a_secret_leaves_no_trace_wherever_it_stands(secret: str, name: str) -> None:
    for path in (f"rtsp://{secret}:{secret}@192.0.2.7/1", f"http://192.0.2.7/1?{name}={secret}"):
        assert secret not in str(channel_of(Monitor(id=1, path=path)))
