"""Facts about how pictures leave ZoneMinder: on request, by themselves, or through what it cannot show; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from vmsguard.model.fact_values import PushDestination, StreamService
from vmsguard.model.facts import Items, Known, Reading, Unknown
from vmsguard_zoneminder.monitor_setting import Setting
from vmsguard_zoneminder.rows import Monitor

__all__ = [
    "CLOUD",
    "GATEWAYS",
    "PUSH_OPTIONS",
    "RTSP_PORT",
    "ZMS",
    "Gateway",
    "flag_of",
    "push_destinations",
    "runtime_streams",
    "stored_streams",
]

RTSP_PORT = "ZM_MIN_RTSP_PORT"
ZMS = "zms"

PUSH_OPTIONS: Mapping[str, tuple[str, str]] = {
    "ZM_OPT_UPLOAD": ("filters:upload", "upload"),
    "ZM_OPT_EMAIL": ("filters:email", "email"),
    "ZM_OPT_MESSAGE": ("filters:message", "email"),
    "ZM_OPT_USE_EVENTNOTIFICATION": ("event-server", "http"),
}
"""Options without which ZoneMinder itself does not send that way: setting to destination id and kind."""

CLOUD = Known(
    Items(
        complete=False,
        missing="what filter commands and the event server connect to is not visible in ZoneMinder's REST interface",
    )
)

_UNSEEN_PUSH = "filters (upload, e-mail, message, command, copy, move) are not visible in ZoneMinder's REST interface"


class Gateway(Struct, frozen=True):
    """A media server or gateway that a monitor can be handed to: its flag, form field and the setting it hangs on."""

    id: str
    kind: str
    attribute: str
    field: str
    setting: str


GATEWAYS = (
    Gateway("rtsp-server", "rtsp", "rtsp_server", "RTSPServer", RTSP_PORT),
    Gateway("rtsp2web", "webrtc", "rtsp2web_enabled", "RTSP2WebEnabled", "ZM_RTSP2WEB_PATH"),
    Gateway("go2rtc", "webrtc", "go2rtc_enabled", "Go2RTCEnabled", "ZM_GO2RTC_PATH"),
    Gateway("janus", "webrtc", "janus_enabled", "JanusEnabled", "ZM_JANUS_PATH"),
)


def flag_of(monitor: Monitor, gateway: Gateway) -> bool | None:
    """The monitor's flag for a gateway; None where this release does not know it."""
    flag: bool | None = getattr(monitor, gateway.attribute)
    return flag


def stored_streams(monitor: Monitor, setting: Setting, *, encrypted: bool) -> Reading:
    """What the monitor is set to serve. The web view (zms) answers whenever the monitor captures."""
    web = StreamService(ZMS, "http", setting.captures, encrypted)
    others = tuple(
        StreamService(gateway.id, gateway.kind, flag)
        for gateway in GATEWAYS
        if (flag := flag_of(monitor, gateway)) is not None
    )
    return Known(Items((web, *others)))


def runtime_streams(
    monitor: Monitor,
    setting: Setting,
    status: str | None,
    configs: Mapping[str, str | Unknown | None],
    *,
    encrypted: bool,
) -> Reading:
    """What is served now, as far as ZoneMinder shows it.

    ZoneMinder's RTSP server went on listening after its flag was cleared, until a restart: where a gateway
    is configured, a cleared flag says nothing about the running one.
    """
    web = setting.captures
    if web is False and status not in (None, "NotRunning"):
        web = None
    others = tuple(
        StreamService(gateway.id, gateway.kind, _serves(flag, configs.get(gateway.setting)))
        for gateway in GATEWAYS
        if (flag := flag_of(monitor, gateway)) is not None
    )
    return Known(Items((StreamService(ZMS, "http", web, encrypted), *others)))


def _serves(flag: bool, configured: str | Unknown | None) -> bool | None:
    if isinstance(configured, Unknown):
        return None
    if configured in (None, "", "0"):
        return False
    return True if flag else None


def push_destinations(monitors: Iterable[Monitor], configs: Mapping[str, str | Unknown | None]) -> Reading:
    """What sends by itself; never complete, because filters are not shown."""
    found: list[PushDestination] = []
    for name, (destination, kind) in PUSH_OPTIONS.items():
        value = configs.get(name)
        if isinstance(value, Unknown):
            found.append(PushDestination(destination, kind, None))
        elif value is not None:
            found.append(PushDestination(destination, kind, _sends(destination, value)))
    for monitor in monitors:
        found.extend(_of_monitor(monitor))
    return Known(Items(tuple(found), complete=False, missing=_UNSEEN_PUSH))


def _sends(destination: str, value: str) -> bool | None:
    if value in ("", "0"):
        return False
    # The option only allows it; whether a filter uses it cannot be seen. The event server runs when it is on.
    return True if destination == "event-server" else None


def _of_monitor(monitor: Monitor) -> Iterable[PushDestination]:
    for name, command in (
        ("event-start-command", monitor.event_start_command),
        ("event-end-command", monitor.event_end_command),
    ):
        if command is not None:  # an empty one is listed too: the list is never complete, so silence proves nothing
            yield PushDestination(f"{monitor.id}:{name}", "command", bool(command))
    if monitor.mqtt_enabled is not None:
        yield PushDestination(f"{monitor.id}:mqtt", "mqtt", monitor.mqtt_enabled)
