"""The conformance kit: every driver, ours and vendors', is held to the same named tests."""

from __future__ import annotations

from vmsguard.testing.level_delete import DeleteLevel
from vmsguard.testing.level_faults import FaultLevel
from vmsguard.testing.level_read import ReadLevel
from vmsguard.testing.level_write import VerifyLevel, WriteLevel

__all__ = ["DriverContract"]


class DriverContract(ReadLevel, FaultLevel, WriteLevel, VerifyLevel, DeleteLevel):
    """All levels: ``read``, ``write``, ``verify``, ``delete``.

    ::

        class TestAcme(DriverContract):
            driver_class = AcmeDriver

            @pytest.fixture
            async def device(self):
                async with AcmeSimulator() as simulator:
                    yield AcmeContractDevice(simulator)

    Tests for verbs that a driver does not declare do not exist for it; tests for which its device lacks
    an ability are skipped with the device's reason. Each test carries the properties ``driver``,
    ``driver_version``, ``product`` and ``level`` in JUnit reports.
    """
