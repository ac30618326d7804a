"""A task and what became of it: ids only, because a task that is lost, doubled or forged must be harmless."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

__all__ = ["DUE", "WATCH", "Done", "Drop", "Kind", "Outcome", "Retry", "TaskRef"]

Kind: TypeAlias = Literal["due", "watch"]

DUE: Kind = "due"
"""Everything that is due at the target: its purges, then what drifted."""
WATCH: Kind = "watch"
"""Look who answers, and nothing else: what changed brings a ``due`` forward."""


class TaskRef(Struct, frozen=True, forbid_unknown_fields=True):
    """ "Please look at this target": no policy, no address, no secret.

    What is to be done there is worked out from the state and the policies when it is taken up.
    """

    site: str
    target: str
    kind: Kind = DUE
    attempt: int = 0
    """How many before it ended in ``Retry``; it makes no other task of it."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What two dispatches of one task share."""
        return self.site, self.target, self.kind


class Done(Struct, frozen=True):
    """Carried out, and written to the state under the lease's token."""


class Retry(Struct, frozen=True):
    """Not carried out; worth another try after so many seconds. The duty's clock goes on all the while."""

    after: float


class Drop(Struct, frozen=True):
    """Nothing to be done: unknown here, or somebody else holds it. The state will ask again if need be."""

    why: str = ""


Outcome: TypeAlias = Done | Retry | Drop
