"""The ports on which motion shows live pictures, and what its settings prove of them; pure.

``stream_port=0`` is read back as 0 at once, and the port goes on serving until motion restarts. A zero in
memory therefore says nothing; a port that used to answer and refuses now does.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from vmsguard.model.fact_values import StreamService
from vmsguard.model.facts import Items, Known, Reading, Unknown
from vmsguard_motion.session import MAIN
from vmsguard_motion.settings import Settings

__all__ = ["OWN", "SHARED", "Streams", "stated_ports"]

OWN = "stream"
"""The camera's own port."""
SHARED = "shared-stream"
"""motion's port, on which every camera is shown below its number."""


def stated_ports(text: str) -> tuple[int, ...]:
    """The ports of the option ``stream_ports``; raises ``ValueError`` for what is none."""
    ports = tuple(int(part) for part in text.replace(",", " ").split())
    if not all(0 < port < 65536 for port in ports):
        raise ValueError("a port is not one")
    return ports


class Streams(Struct, frozen=True):
    """What is known of the streams of one camera, from memory and from the files."""

    camera: str
    memory: Mapping[str, Settings | Unknown]
    stored: Mapping[str, Settings] | Unknown
    stated: tuple[int, ...] = ()
    """Ports that the inventory names: on them streams are or were served."""

    def ports(self) -> tuple[int, ...]:
        """Where somebody can look whether pictures are served, from whoever knows."""
        told = {port for service in self._services() for port in self._known(service)}
        return tuple(sorted(told | set(self.stated)))

    def runtime(self) -> Reading:
        mine = self.memory[self.camera]
        if isinstance(mine, Unknown):
            return mine
        return Known(Items(tuple(self._item(service, stored=False) for service in self._services())))

    def in_file(self) -> Reading:
        if isinstance(self.stored, Unknown):
            return self.stored
        return Known(Items(tuple(self._item(service, stored=True) for service in self._services())))

    def _services(self) -> Mapping[str, str]:
        """Service to the number under which its port is set; where motion runs one camera, they are the same."""
        return {OWN: self.camera} if self.camera == MAIN else {OWN: self.camera, SHARED: MAIN}

    def _known(self, service: str) -> set[int]:
        number = self._services()[service]
        told = {_port(self.memory.get(number))}
        if not isinstance(self.stored, Unknown):
            told.add(_port(self.stored.get(number)))
        return {port for port in told if port}

    def _item(self, service: str, *, stored: bool) -> StreamService:
        number = self._services()[service]
        settings = self.memory.get(number)
        if stored:
            assert not isinstance(self.stored, Unknown)
            settings = self.stored.get(number)
        port = _port(settings)
        enabled = None if port is None else port > 0
        if enabled is False and not stored:
            enabled = None
        encrypted = isinstance(settings, Settings) and settings.is_on("stream_tls") is True
        return StreamService(service, "http", enabled, encrypted, probed=bool(self.stated or self._known(service)))


def _port(settings: Settings | Unknown | None) -> int | None:
    return settings.number("stream_port") if isinstance(settings, Settings) else None
