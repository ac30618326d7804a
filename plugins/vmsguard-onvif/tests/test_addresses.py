from __future__ import annotations

import pytest
from vmsguard_onvif.addresses import StreamAddress, stream_address


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("rtsp://10.0.0.7/live", StreamAddress("rtsp", "10.0.0.7", 554, "/live")),
        ("RTSP://cam:8554/a?channel=1&subtype=0", StreamAddress("rtsp", "cam", 8554, "/a?channel=1&subtype=0")),
        ("rtsp://admin:pw@cam/live", StreamAddress("rtsp", "cam", 554, "/live")),
        ("rtsp://cam/live?user=a&password=b", StreamAddress("rtsp", "cam", 554, "/live")),
        ("http://cam/snap.jpg?loginuse=a&loginpas=x", StreamAddress("http", "cam", 80, "/snap.jpg")),
        ("rtsp://cam", StreamAddress("rtsp", "cam", 554, "/")),
        ("/live", None),
        ("rtsp://cam:x/live", None),
        ("", None),
    ],
)
def test_what_of_an_address_is_kept(uri: str, expected: StreamAddress | None) -> None:
    assert stream_address(uri) == expected
