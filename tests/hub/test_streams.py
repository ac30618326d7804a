"""Which sources of the hub's stream the server still hears of, by its own answer."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("nats")

from vmsguard.hub.streams import awake_in


def info(*sources: dict[str, object]) -> bytes:
    return json.dumps({"type": "io.nats.jetstream.api.v1.stream_info_response", "sources": sources}).encode()


def source(domain: str, active: int) -> dict[str, object]:
    return {"name": "vmsguard-evidence", "active": active, "external": {"api": f"$JS.{domain}.API", "deliver": ""}}


def test_one_that_beats_is_awake_and_one_that_was_never_heard_of_or_long_ago_is_not() -> None:
    told = info(source("seoul", 800_000_000), source("busan", -1), source("jeju", 31 * 10**9))

    assert {"seoul"} == awake_in(told)


@pytest.mark.parametrize(
    "told",
    [
        info(),
        info({"name": "vmsguard-evidence", "active": 5}),
        info({"name": "vmsguard-evidence", "active": 5, "external": {"api": "JS"}}),
        b'{"error": {"code": 404}}',
        b"",
    ],
    ids=["none", "of no domain", "another prefix", "no stream", "no answer"],
)
def test_what_is_not_said_to_be_awake_is_not(told: bytes) -> None:
    assert frozenset() == awake_in(told)
