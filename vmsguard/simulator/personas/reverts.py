"""Another system owns the configuration and puts it back."""

from __future__ import annotations

from typing import ClassVar

from vmsguard.simulator.personas.persona import Persona

__all__ = ["Reverts"]


class Reverts(Persona):
    """Every change is undone after ``revert_seconds``; footage that was deleted stays deleted."""

    name: ClassVar[str] = "reverts"

    restores = True
