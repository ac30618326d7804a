"""What a control is: an id, the roles it judges, typed parameters, a judgement and the changes that answer it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any, ClassVar

from msgspec import Struct

from vmsguard.controls.view import View
from vmsguard.model.changes import Change
from vmsguard.model.manifest import Manifest
from vmsguard.model.results import Outcome
from vmsguard.model.vocabulary import Role

__all__ = ["Control", "NoParams"]


class NoParams(Struct, frozen=True, forbid_unknown_fields=True):
    """For controls that take no parameters."""


class Control(ABC):
    """A vendor-neutral requirement over facts; stateless, one instance serves every camera.

    A camera's verdict is the worst over its endpoints with one of ``roles`` and over ``judge_camera``.
    A control with ``Role.CAMERA`` alone is judged once, on the camera.
    """

    id: ClassVar[str]
    roles: ClassVar[frozenset[Role]]
    Params: ClassVar[type[Struct]] = NoParams
    says: ClassVar[Mapping[str, str]]
    """One sentence a lawyer can read aloud, by language: ``ko`` and ``en``."""
    enforceable: ClassVar[bool] = True
    """False for controls that can only be observed; the checker refuses nothing, plans stay empty."""
    verbs: ClassVar[tuple[str, ...]] = ()
    """The verbs ``enforce`` may ask for; a control is impossible only where all of these are."""

    by_readings: ClassVar[bool] = False
    """``judge`` looks at nothing but the facts and attributes it asks its view for, never at the time, a place,
    papers or proofs: endpoints that give equal readings are then judged once for all."""

    def in_zone(self, params: Any, zone: tzinfo) -> Any:
        """The parameters under a pack whose days are counted in this zone; those that count none stay as they are.

        What comes back is what every other method is given from then on.
        """
        return params

    @abstractmethod
    def reads(self, params: Any) -> frozenset[str]:
        """The names of the facts it may ask for; what ``observe`` is asked to read."""

    @abstractmethod
    def judge(self, params: Any, view: View) -> Outcome:
        """The outcome at one endpoint (``view.endpoint``), or at the camera for ``Role.CAMERA``."""

    def judge_camera(self, params: Any, view: View) -> Outcome | None:
        """What must be known of the camera as a whole before a pass at its endpoints counts; None for nothing.

        Called once, with the camera's view. When the camera has no endpoint of ``roles``, this outcome
        stands alone, and without one the camera is unknown (``no-endpoint-of-role``).
        """
        return None

    def enforce(self, params: Any, view: View, manifest: Manifest) -> Sequence[Change]:
        """Changes that would make a failing endpoint pass; empty: it can only be observed."""
        return ()
