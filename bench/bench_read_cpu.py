"""What reading a camera costs our process, beside posting the same bytes and reading nothing into the answers.

Of our instructions (cachegrind) 27 % were libxml2 reading two kilobytes per reply, most of it namespace declarations;
22 % aiohttp's connections and parser, without its session, which is two thirds of the floor; 9 % deadline, lane and
guard of each request; the rest Python that writes envelopes and makes facts. That was 2.08 times the floor's
instructions. Since then headers are put together once per operation, which takes a third of the time it took, and a
name is searched for words once. The instructions were not counted again; with the load of the machine the ratio moves
by a tenth and more. What is left to gain: a parser that hands over values instead of a tree (a sixth), one timer for
the deadlines of all requests in flight (a fortieth), or fewer requests.
"""

from __future__ import annotations

import json

from camera_reads import record_a_read, replay_server
from measure import Measured, told_by


def measure(*, quick: bool) -> Measured:
    cameras, rounds = (20, 1) if quick else (150, 4)
    told: dict[str, list[dict[str, float]]] = {"ours": [], "floor": []}
    with replay_server(cameras + 1) as given:
        calls = record_a_read(given)
        reads = json.dumps({**given, "ports": given["ports"][1:], "requests": len(calls)})
        for _ in range(rounds):
            for how, results in told.items():
                results.append(told_by("camera_reader.py", how, reads))
    least = {how: min(result["seconds"] for result in results) for how, results in told.items()}
    return Measured(
        value=least["ours"] / least["floor"],
        goal=2,
        measured=least["ours"] * 1000,
        floor=least["floor"] * 1000,
        unit="CPU ms/camera",
        against="bare aiohttp posting the same bytes, replies not parsed",
        note=f"{told['ours'][0]['requests']:g} requests a camera (floor {told['floor'][0]['requests']:g}), "
        "both on uvloop, the camera in another process",
    )
