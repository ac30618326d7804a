"""The ONVIF services a simulated device can have, found by the path they answer at."""

from __future__ import annotations

from typing import Final

from vmsguard.simulator.call import Service
from vmsguard.simulator.services import (
    analytics,
    appmgmt,
    authentication,
    credential,
    device,
    events,
    media,
    media2,
    receiver,
    recording,
    replay,
    search,
    thermal,
    uplink,
)

__all__ = ["BY_PATH", "SERVICES"]

SERVICES: Final[tuple[Service, ...]] = (
    device.SERVICE,
    media.SERVICE,
    media2.SERVICE,
    analytics.SERVICE,
    recording.SERVICE,
    search.SERVICE,
    replay.SERVICE,
    receiver.SERVICE,
    events.SERVICE,
    uplink.SERVICE,
    thermal.SERVICE,
    appmgmt.SERVICE,
    credential.SERVICE,
    authentication.SERVICE,
)
BY_PATH: Final = {service.path: service for service in SERVICES}
