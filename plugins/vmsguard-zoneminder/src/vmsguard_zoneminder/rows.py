"""The rows of ZoneMinder's REST replies, reduced to what is needed: no name, no password is decoded.

Numbers arrive as numbers or as strings, depending on the PHP driver in use; decoding is lax about that.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec
from msgspec import Struct, field

__all__ = [
    "ConfigReply",
    "ConfigValue",
    "DaemonReply",
    "Event",
    "EventRow",
    "EventsReply",
    "LogLine",
    "LogRow",
    "Login",
    "LogsReply",
    "Monitor",
    "MonitorReply",
    "MonitorRow",
    "MonitorStatus",
    "MonitorsReply",
    "Pagination",
    "RunState",
    "SavedReply",
    "StateRow",
    "StatesReply",
    "StorageArea",
    "StorageReply",
    "StorageRow",
    "User",
    "UserRow",
    "UsersReply",
    "decode",
]

T = TypeVar("T")


class Login(Struct, frozen=True):
    version: str = ""
    access_token: str | None = field(default=None)
    access_token_expires: float | None = None

    def __repr__(self) -> str:
        return f"Login(version={self.version!r})"


class Monitor(Struct, frozen=True, rename="pascal"):
    """One monitor. 1.36 has ``Function``; from 1.37.12 on it is a leftover that no daemon reads."""

    id: int
    deleted: bool | None = None
    storage_id: int | None = None
    type: str | None = None
    function: str | None = None
    capturing: str | None = None
    analysing: str | None = None
    recording: str | None = None
    host: str | None = None
    port: str | int | None = None
    protocol: str | None = None
    path: str | None = None
    rtsp_server: bool | None = field(default=None, name="RTSPServer")
    rtsp_stream_name: str | None = field(default=None, name="RTSPStreamName")
    restream: bool | None = None
    rtsp2web_enabled: bool | None = field(default=None, name="RTSP2WebEnabled")
    go2rtc_enabled: bool | None = field(default=None, name="Go2RTCEnabled")
    janus_enabled: bool | None = field(default=None, name="JanusEnabled")
    event_start_command: str | None = None
    event_end_command: str | None = None
    mqtt_enabled: bool | None = field(default=None, name="MQTT_Enabled")
    object_detection: str | None = None

    def __repr__(self) -> str:  # a path may hold a camera's password
        return f"Monitor(id={self.id})"


class MonitorStatus(Struct, frozen=True, rename="pascal"):
    status: str | None = None


class MonitorRow(Struct, frozen=True):
    monitor: Monitor = field(name="Monitor")
    status: MonitorStatus | None = field(default=None, name="Monitor_Status")


class MonitorsReply(Struct, frozen=True):
    monitors: list[MonitorRow]


class MonitorReply(Struct, frozen=True):
    monitor: MonitorRow


class Event(Struct, frozen=True, rename="pascal"):
    """One event: times are local to the recorder and carry no offset."""

    id: int
    monitor_id: int
    start_date_time: str | None = None
    end_date_time: str | None = None
    archived: bool | None = None
    storage_id: int | None = None
    secondary_storage_id: int | None = None


class EventRow(Struct, frozen=True):
    event: Event = field(name="Event")


class Pagination(Struct, frozen=True):
    next_page: bool = field(default=False, name="nextPage")
    page: int = 1


class EventsReply(Struct, frozen=True):
    events: list[EventRow]
    pagination: Pagination | None = None


class LogLine(Struct, frozen=True, rename="pascal"):
    time_key: float
    component: str | None = None
    message: str | None = None


class LogRow(Struct, frozen=True):
    log: LogLine = field(name="Log")


class LogsReply(Struct, frozen=True):
    logs: list[LogRow]
    pagination: Pagination | None = None


class StorageArea(Struct, frozen=True, rename="pascal"):
    id: int
    path: str = ""
    type: str = "local"


class StorageRow(Struct, frozen=True):
    storage: StorageArea = field(name="Storage")


class StorageReply(Struct, frozen=True):
    storage: list[StorageRow]


class User(Struct, frozen=True, rename="pascal"):
    """One account; its name is compared with our own login and dropped."""

    id: int
    username: str
    enabled: bool = True
    stream: str = "None"
    events: str = "None"
    monitors: str = "None"
    system: str = "None"
    monitor_ids: str | None = None

    def __repr__(self) -> str:
        return f"User(id={self.id})"


class UserRow(Struct, frozen=True):
    user: User = field(name="User")


class UsersReply(Struct, frozen=True):
    users: list[UserRow]
    pagination: Pagination | None = None


class ConfigValue(Struct, frozen=True, rename="pascal"):
    value: str | int | None = None

    def __repr__(self) -> str:
        return "ConfigValue()"


class ConfigReply(Struct, frozen=True):
    config: ConfigValue


class DaemonReply(Struct, frozen=True):
    """``daemonCheck`` tells 1 or 0, ``daemonControl`` the line that ``zmdc.pl`` printed."""

    result: str | int | None = None


class RunState(Struct, frozen=True, rename="pascal"):
    """One run state; its name is not decoded, for it may be a person's or a room's."""

    id: int
    is_active: bool = False


class StateRow(Struct, frozen=True):
    state: RunState = field(name="State")


class StatesReply(Struct, frozen=True):
    states: list[StateRow]


class SavedReply(Struct, frozen=True):
    message: object = None


def decode(body: bytes, kind: type[T]) -> T:
    """The reply as ``kind``; raises ``msgspec.ValidationError`` or ``DecodeError`` for anything else."""
    return msgspec.convert(msgspec.json.decode(body), kind, strict=False)
