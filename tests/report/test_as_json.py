"""The JSON is the report, no more and no less, with sorted keys and times in UTC."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import msgspec

from vmsguard.report.as_json import SCHEMA, as_json, json_schema
from vmsguard.report.model import Report


def keys_sorted(value: Any) -> bool:
    if isinstance(value, dict):
        return list(value) == sorted(value) and all(map(keys_sorted, value.values()))
    return all(map(keys_sorted, value)) if isinstance(value, list) else True


def test_it_reads_back_as_the_same_report(sample_report: Report) -> None:
    assert sample_report == msgspec.json.decode(as_json(sample_report), type=Report)


def test_it_names_its_schema_and_sorts_its_keys(sample_report: Report) -> None:
    told = json.loads(as_json(sample_report))

    assert SCHEMA == told["schema"]
    assert keys_sorted(told)
    assert {"schema", *Report.__struct_fields__} == set(told)


def test_times_are_rfc_3339_in_utc(sample_report: Report) -> None:
    assert "2026-11-22T03:00:00Z" == json.loads(as_json(sample_report))["made_at"]


def test_it_fits_its_own_json_schema(sample_report: Report) -> None:
    jsonschema.validate(json.loads(as_json(sample_report)), json.loads(json_schema()))
