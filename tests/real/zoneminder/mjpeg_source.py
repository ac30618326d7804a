"""A live picture for tests: endless MJPEG over HTTP on 127.0.0.1 for any number of readers.

Usage: ``mjpeg_source.py PORT``. The frames are drawn once by ffmpeg, so that a run costs nearly no CPU.
"""

from __future__ import annotations

import http.server
import socketserver
import subprocess
import sys
import time

FRAMES_PER_SECOND = 5
START_OF_IMAGE = b"\xff\xd8"


def frames() -> list[bytes]:
    picture = f"testsrc=size=320x240:rate={FRAMES_PER_SECOND}"
    drawn = subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", picture, "-t", "4", "-f", "image2pipe", "-c:v", "mjpeg", "-"],
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    return [START_OF_IMAGE + frame for frame in drawn.split(START_OF_IMAGE)[1:]]


class Stream(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"
    pictures: list[bytes] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        shown = 0
        try:
            while True:
                picture = self.pictures[shown % len(self.pictures)]
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
                self.wfile.write(head.encode() + picture + b"\r\n")
                self.wfile.flush()
                shown += 1
                time.sleep(1 / FRAMES_PER_SECOND)
        except (BrokenPipeError, ConnectionResetError):
            return

    def log_message(self, format: str, *args: object) -> None:
        return


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    allow_reuse_address = True


if __name__ == "__main__":
    Stream.pictures = frames()
    Server(("127.0.0.1", int(sys.argv[1])), Stream).serve_forever()
