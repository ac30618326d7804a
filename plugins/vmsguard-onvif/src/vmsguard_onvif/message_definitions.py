"""onvif-zeep's message definitions, parsed once per process; they cost half a second and 20 MB, not per camera."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from vmsguard_onvif.namespaces import ANALYTICS, DEVICE, MEDIA, RECEIVER, RECORDING

__all__ = ["Binding", "Definition", "definition"]

_LOCK = threading.Lock()
_LOADED: dict[str, Definition] = {}


class Binding(Enum):
    """The bindings we write through: file of the definitions, namespace, binding name.

    onvif-zeep's own table has no RuleEngineBinding, without which no rule can be deleted.
    """

    DEVICE = ("devicemgmt.wsdl", DEVICE, "DeviceBinding")
    MEDIA = ("media.wsdl", MEDIA, "MediaBinding")
    RECORDING = ("recording.wsdl", RECORDING, "RecordingBinding")
    RECEIVER = ("receiver.wsdl", RECEIVER, "ReceiverBinding")
    RULES = ("analytics.wsdl", ANALYTICS, "RuleEngineBinding")
    MODULES = ("analytics.wsdl", ANALYTICS, "AnalyticsEngineBinding")

    @property
    def file(self) -> str:
        return self.value[0]

    @property
    def namespace(self) -> str:
        return self.value[1]

    @property
    def qualified_name(self) -> str:
        return f"{{{self.value[1]}}}{self.value[2]}"


@dataclass(frozen=True)
class Definition:
    """A parsed document and the file it came from; shared by threads, which only read it."""

    path: str
    document: Any


def definition(file: str) -> Definition:
    """The parsed document; blocking the first time. Raises ``FileNotFoundError`` without onvif-zeep's files.

    The lock is what onvif-zeep-async lacks: 64 cameras started together parsed everything 64 times.
    """
    with _LOCK:
        found = _LOADED.get(file)
        if found is None:
            found = _LOADED[file] = _load(file)
        return found


def _load(file: str) -> Definition:
    with _logging_untouched():
        import onvif
        from zeep import Settings, Transport
        from zeep.wsdl import Document

        path = Path(onvif.__file__).parent.parent / "wsdl" / file
        if not path.is_file():
            raise FileNotFoundError(file)
        # Only files are opened: the definitions import each other by relative names.
        transport: Any = Transport()  # type: ignore[no-untyped-call]
        return Definition(str(path), Document(str(path), transport, settings=Settings(strict=True)))


@contextmanager
def _logging_untouched() -> Iterator[None]:
    """Importing onvif calls ``logging.basicConfig`` and silences zeep; both belong to the application."""
    root, client = logging.getLogger(), logging.getLogger("zeep.client")
    handlers, levels = list(root.handlers), (root.level, client.level)
    try:
        yield
    finally:
        for handler in [handler for handler in root.handlers if handler not in handlers]:
            root.removeHandler(handler)
        root.setLevel(levels[0])
        client.setLevel(levels[1])
