"""The report as one JSON object: the values of ``vmsguard.report.model``, keys sorted."""

from __future__ import annotations

import msgspec
import orjson

from vmsguard.report.model import Report

__all__ = ["SCHEMA", "as_json", "json_schema"]

SCHEMA = "vmsguard.report/1"
"""Stands in the member ``schema``; a change that breaks readers gets another number."""


def as_json(report: Report) -> str:
    """Indented, times in RFC 3339 and UTC; fields of the model and ``schema`` beside them."""
    told = {"schema": SCHEMA, **msgspec.to_builtins(report)}
    return orjson.dumps(told, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def json_schema() -> bytes:
    """The JSON Schema of what ``as_json`` writes."""
    schema = msgspec.json.schema(Report)
    told = schema["$defs"]["Report"]
    told["properties"] = {"schema": {"const": SCHEMA}, **told["properties"]}
    told["required"] = ["schema", *told["required"]]
    return orjson.dumps(schema, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
