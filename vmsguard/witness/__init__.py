"""Second witnesses: looks from the network and the file system that no device answers for itself."""

from __future__ import annotations

from vmsguard.witness.conclude import Concluded, MemoryKey, conclude, memory_key, point_name
from vmsguard.witness.look import look
from vmsguard.witness.sighting import Sighting

__all__ = ["Concluded", "MemoryKey", "Sighting", "conclude", "look", "memory_key", "point_name"]
