"""JSON Schema of ``kind: Fleet``, for editors: what :mod:`vmsguard.simulator.fleet_file` reads."""

from __future__ import annotations

import inspect
from typing import Any, Final

import msgspec

from vmsguard.simulator.fleet_file import Fleet
from vmsguard.simulator.personas import PERSONAS
from vmsguard.simulator.services import SERVICES

__all__ = ["fleet_schema"]

_SEVERAL: Final = r"^[a-z0-9-]+(\+[a-z0-9-]+)+$"


def fleet_schema() -> tuple[dict[str, Any], dict[str, Any]]:
    """The schema of a fleet, and the definitions it refers to below ``#/$defs``."""
    _, found = msgspec.json.schema_components([Fleet], ref_template="#/$defs/fleet{name}")
    personas = {
        "anyOf": [{"enum": sorted(PERSONAS)}, {"type": "string", "pattern": _SEVERAL}],
        "description": "How it behaves, or misbehaves; several are joined by +.",
    }
    for name in ("Group", "RecorderSetup"):
        found[name]["properties"]["persona"] = personas | {"default": "honest"}
    services = sorted(service.name for service in SERVICES)
    found["Group"]["properties"]["without"]["items"] = {"enum": services}
    definitions = {f"fleet{name}": _told(schema) for name, schema in found.items() if name != "Fleet"}
    return {**_told(found["Fleet"]), "description": "Cameras and recorders to simulate."}, definitions


def _told(schema: dict[str, Any]) -> dict[str, Any]:
    """Without the names of our classes, which say nothing to whoever writes the file."""
    told = {key: value for key, value in schema.items() if key != "title"}
    if "description" in told:
        told["description"] = " ".join(inspect.cleandoc(told["description"]).replace("``", "`").split())
    return told
