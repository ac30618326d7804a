"""The fake as a target, and how tests open a session with it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from zoneminder_fake import FakeZoneMinder

from vmsguard.model.inventory import Limits, Target
from vmsguard.model.vocabulary import Role
from vmsguard.testing import Session

Opening = Callable[..., AbstractAsyncContextManager[Session]]


def enrolled(fake: FakeZoneMinder, **options: str) -> Target:
    return Target(
        id="t-zm",
        site="s",
        role=Role.RECORDER,
        driver="zoneminder",
        url=f"http://127.0.0.1:{fake.port}/zm",
        options=options,
        limits=Limits(requests_per_second=1e6, deadline_seconds=12.0),
    )
