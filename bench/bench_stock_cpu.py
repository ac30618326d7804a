"""What reading a camera costs with stock onvif-zeep, set-up included, beside our read plan."""

from __future__ import annotations

import json

from camera_reads import record_a_read, replay_server
from measure import Measured, told_by


def measure(*, quick: bool) -> Measured:
    cameras, stock_cameras, rounds = (20, 2, 1) if quick else (100, 6, 2)
    ours, stock = [], []
    with replay_server(cameras + 1) as given:
        calls = record_a_read(given)
        ports = given["ports"][1:]
        for _ in range(rounds):
            ours.append(told_by("camera_reader.py", "ours", json.dumps({**given, "ports": ports})))
            few = {"ports": ports[: stock_cameras + 1], "calls": calls}
            stock.append(told_by("stock_reader.py", json.dumps(few)))
    least_ours = min(result["seconds"] for result in ours)
    least_stock = min(result["seconds"] for result in stock)
    return Measured(
        value=least_stock / least_ours,
        goal=100,
        higher_is_better=True,
        measured=least_ours * 1000,
        floor=least_stock * 1000,
        unit="CPU ms/camera",
        against="ONVIFCamera of onvif-zeep, set-up and the same calls",
        note=f"ours makes {ours[0]['requests']:g} requests a camera; stock makes the {stock[0]['requests']:g} "
        "of them that its WSDLs know, after its own set-up",
    )
