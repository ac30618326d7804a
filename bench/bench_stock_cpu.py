"""What reading a camera costs with stock onvif-zeep, set-up included, beside our read plan.

onvif-zeep makes our calls in two ways, each in a process of its own: as it is shipped, where its definitions of
2014 do not know every operation, and told of the current definitions, where it makes every call of ours but those
for what cannot exist. The ratio is that of the first, though it reads less than we do: it is what stock is. The note
has the second, which compares the same reads.

Bare aiohttp that posts our requests and parses nothing (``bench_read_cpu``) is itself about 120 times cheaper than
stock as shipped, so that the goal leaves a fifth more than that for guards, XML and facts together. Getting there
would take another HTTP client, or fewer requests.
"""

from __future__ import annotations

import json

from camera_reads import record_a_read, replay_server
from current_definitions import current_definitions
from measure import Measured, told_by

GOAL = 100


def measure(*, quick: bool) -> Measured:
    cameras, stock_cameras, rounds = (20, 2, 1) if quick else (100, 6, 2)
    current = current_definitions()
    ways = {"as shipped": ""} if current is None else {"as shipped": "", "told of current definitions": str(current)}
    ours: list[dict[str, float]] = []
    stock: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    with replay_server(cameras + 1) as given:
        calls = record_a_read(given)
        ports = given["ports"][1:]
        for _ in range(rounds):
            ours.append(told_by("camera_reader.py", "ours", json.dumps({**given, "ports": ports})))
            for way, wsdls in ways.items():
                few = {"ports": ports[: stock_cameras + 1], "calls": calls, "wsdls": wsdls}
                stock[way].append(told_by("stock_reader.py", json.dumps(few)))
    least_ours = min(result["seconds"] for result in ours)
    least = {way: min(result["seconds"] for result in results) for way, results in stock.items()}
    chosen = "as shipped"
    told = "; ".join(
        f"{way} it makes {stock[way][0]['requests']:g} of them and costs {least[way] / least_ours:.1f} times as much"
        for way in ways
    )
    return Measured(
        value=least[chosen] / least_ours,
        goal=GOAL,
        higher_is_better=True,
        measured=least_ours * 1000,
        floor=least[chosen] * 1000,
        unit="CPU ms/camera",
        against=f"ONVIFCamera of onvif-zeep {chosen}, set-up and those of our calls that it knows",
        note=f"ours makes {ours[0]['requests']:g} requests a camera, of which {_made_up(calls)} ask for what cannot "
        f"exist; the goal leaves {least[chosen] * 1000 / GOAL:.1f} ms a camera; after its own set-up, {told}",
    )


def _made_up(calls: list[dict[str, object]]) -> int:
    return sum(call["operation"] == "GetVmsguardCanary" for call in calls)
