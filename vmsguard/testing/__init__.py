"""The conformance kit for drivers, and sessions outside a run; needs the extra ``vmsguard[testing]``."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite(
    "vmsguard.testing.change_checks",
    "vmsguard.testing.contract_base",
    "vmsguard.testing.level_delete",
    "vmsguard.testing.level_faults",
    "vmsguard.testing.level_read",
)

from vmsguard.testing.contract import DriverContract  # noqa: E402  # after the rewrite is registered
from vmsguard.testing.device import Ability, ContractDevice, Fault  # noqa: E402
from vmsguard.testing.sessions import Session, open_session  # noqa: E402

__all__ = ["Ability", "ContractDevice", "DriverContract", "Fault", "Session", "open_session"]
