"""What must survive a restart: the ledger of deletions, proofs, duties, breakers and what was last seen.

Import this room inside the command that needs it: SQLAlchemy is not free to load.
"""

from __future__ import annotations

from vmsguard.state.store import State

__all__ = ["State"]
