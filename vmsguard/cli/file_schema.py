"""The JSON Schema of every kind of file a person writes, the simulator's among them, and where files name it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vmsguard.policy.catalogue import Catalogue

__all__ = ["MODELINE", "SCHEMA_FILE", "file_schema"]

SCHEMA_FILE = "vmsguard.schema.json"

MODELINE = "# yaml-language-server: $schema="
"""How the first line of a file tells an editor which schema it has; the path counts from the file's own folder."""


def file_schema(catalogue: Catalogue) -> str:
    """The schema as a file, with all controls and facts of the catalogue."""
    from vmsguard.policy.schema.document import schema_text
    from vmsguard.simulator.fleet_schema import fleet_schema

    fleet, definitions = fleet_schema()
    return schema_text(catalogue, kinds={"Fleet": fleet}, definitions=definitions)
