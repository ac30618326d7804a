"""A fake motion as an inventory would enrol it."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from motion_fake import FakeMotion

from vmsguard.model.inventory import Limits, Target
from vmsguard.model.vocabulary import Role
from vmsguard.net.login import Login
from vmsguard.testing import Session

__all__ = ["Opening", "enrolled", "everything"]


class Opening(Protocol):
    """Opens a session with a fake."""

    def __call__(
        self, server: FakeMotion, *, write_allowed: bool = False, login: Login | None = None, **options: str
    ) -> AbstractAsyncContextManager[Session]: ...


def everything(server: FakeMotion) -> dict[str, str]:
    """Options with which the driver sees all and may do all."""
    return {
        "storage_path": str(server.footage),
        "config_path": str(server.folder / "motion.conf"),
        "config_write": "allowed",
        "restart": "allowed",
    }


def enrolled(server: FakeMotion, **options: str) -> Target:
    return Target(
        id="t-motion",
        site="s",
        role=Role.RECORDER,
        driver="motion",
        url=f"http://127.0.0.1:{server.port}",
        options=options,
        limits=Limits(requests_per_second=1000.0),
    )
