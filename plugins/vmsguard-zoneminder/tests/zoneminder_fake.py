"""A small ZoneMinder for tests: the REST shapes of 1.36 (recorded from 1.36.33) and of 1.38 (from its sources).

It is no ZoneMinder: what it shows of 1.38 is how the driver deals with that release's field set, not that
the release behaves so.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any
from urllib.parse import unquote

from aiohttp import web

USERS_A_PAGE = 20
CAP = 100
FUNCTIONS = {"None", "Monitor", "Modect", "Record", "Mocord", "Nodect"}
ENUMS = {
    "Function": FUNCTIONS,
    "Capturing": {"None", "Ondemand", "Always"},
    "Recording": {"None", "OnMotion", "Always"},
}
OPENED = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def admin(**changes: Any) -> dict[str, Any]:
    rights = {"Stream": "View", "Events": "Edit", "Monitors": "Edit", "System": "Edit", "MonitorIds": ""}
    return {"Id": 1, "Username": "admin", "Enabled": 1, **rights, **changes}


class FakeZoneMinder:
    """State and server in one; ``async with`` starts it on a free port of 127.0.0.1."""

    def __init__(self, release: str = "1.36.33", password: str = "s3cret pässword", offset_hours: int = 0) -> None:
        self.release = release
        self.password = password
        self.offset = timedelta(hours=offset_hours)
        self.monitors: dict[int, dict[str, Any]] = {}
        self.events: dict[int, dict[str, Any]] = {}
        self.users = [admin()]
        self.storage = [{"Id": 1, "Path": "/srv/events", "Name": "Default", "Type": "local", "DoDelete": True}]
        self.configs = dict.fromkeys(
            ("ZM_OPT_FAST_DELETE", "ZM_OPT_UPLOAD", "ZM_OPT_EMAIL", "ZM_OPT_MESSAGE", "ZM_OPT_USE_EVENTNOTIFICATION"),
            "0",
        ) | {"ZM_MIN_RTSP_PORT": ""}
        self.logs: list[dict[str, Any]] = []
        self.states = [{"Id": 1, "Name": "default", "Definition": "", "IsActive": 1}]
        self.running_since = "26/11/20 03:00:00"
        self.auth = True
        self.write_requests = 0
        self.seen: list[str] = []
        self.posted: list[dict[str, str]] = []
        self.before_reply: Callable[[web.Request], web.StreamResponse | None] = lambda request: None
        self.effective = True
        self._token = "token-" + hashlib.sha256(password.encode()).hexdigest()
        self._runner: web.AppRunner | None = None
        self.port = 0

    @property
    def splits_modes(self) -> bool:
        return not self.release.startswith("1.36")

    def add_monitor(self, id_: int, **fields: Any) -> None:
        row: dict[str, Any] = {
            "Id": id_,
            "Name": f"hall {id_}",
            "StorageId": 0,
            "Type": "Ffmpeg",
            "Function": "Record",
            "Enabled": 1,
            "Path": f"rtsp://viewer:hunter2@192.0.2.{id_ % 250}:8554/stream{id_}?channel=2&password=hunter2",
            "User": "viewer",
            "Pass": "hunter2",
            "RTSPServer": False,
            "RTSPStreamName": f"hall{id_}",
            "SectionLength": 600,
        }
        if self.splits_modes:
            row |= {"Deleted": False, "Capturing": "Always", "Analysing": "None", "Recording": "Always"}
            row |= {"RTSP2WebEnabled": False, "Go2RTCEnabled": False, "JanusEnabled": False, "Restream": False}
            row |= {"EventStartCommand": "", "EventEndCommand": "", "MQTT_Enabled": False}
        self.monitors[id_] = row | fields

    def add_event(self, monitor: int, *, begun: datetime = OPENED, closed: bool = True, **fields: Any) -> int:
        id_ = max(self.events, default=0) + 1
        start = (begun + self.offset).strftime("%Y-%m-%d %H:%M:%S")
        end = (begun + self.offset + timedelta(minutes=10)).strftime("%Y-%m-%d %H:%M:%S") if closed else None
        row = {"Id": id_, "MonitorId": monitor, "StorageId": 0, "SecondaryStorageId": 0, "Archived": 0}
        self.events[id_] = row | {"StartDateTime": start, "EndDateTime": end} | fields
        self.logs.insert(
            0, {"TimeKey": f"{begun.timestamp() + 2:.6f}", "Component": f"zmc_m{monitor}", "Message": self._opened(id_)}
        )
        return id_

    def digest(self) -> str:
        told = json.dumps([self.monitors, self.events, self.configs, self.users, self.storage], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()

    async def __aenter__(self) -> FakeZoneMinder:
        app = web.Application()
        app.router.add_route("*", "/zm/api/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def _opened(self, event: int) -> str:
        if self.splits_modes:
            return f"Opened new event {event} Continuous"
        return f"hall: 049 - Opened new event {event}, section start"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = unquote(request.match_info["path"])
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.seen.append(f"{request.method} {path}")
        early = self.before_reply(request)
        if early is not None:
            return early
        if path == "host/login.json":
            return self._login(form)
        if self.auth and (request.query.get("token") or form.get("token")) != self._token:
            return self._error(request, 401, "Not Authenticated")
        if request.method != "GET":
            self.write_requests += 1
        return self._route(request, path, form)

    def _login(self, form: Mapping[str, str]) -> web.Response:
        told = {"version": self.release, "apiversion": "2.0"}
        if not self.auth:
            return web.json_response({"access_token": None, "access_token_expires": None, **told})
        if (form.get("user"), form.get("pass")) != ("admin", self.password):
            return web.json_response({"success": False, "data": {"name": "Login denied for user"}}, status=401)
        tokens = {"access_token": self._token, "access_token_expires": 7200, "refresh_token": "r"}
        return web.json_response({**tokens, **told})

    def _route(self, request: web.Request, path: str, form: Mapping[str, str]) -> web.StreamResponse:
        head, _, rest = path.removesuffix(".json").partition("/")
        match head, rest:
            case "host", "getVersion":
                return web.json_response({"version": self.release, "apiversion": "2.0"})
            case "host", "daemonCheck":
                return web.json_response({"result": int(bool(self.running_since))})
            case "host", "daemonControl/zmwatch.pl/status":
                return self._watchdog(request)
            case "states", "":
                return web.json_response({"states": [{"State": row} for row in self.states]})
            case "monitors", "":
                return web.json_response({"monitors": [self._monitor(row) for row in self.monitors.values()]})
            case "monitors", id_:
                return self._one_monitor(request, id_, form)
            case "events", condition if condition.startswith("index/"):
                return self._events(request, condition.removeprefix("index/").split("/"))
            case "events", id_ if request.method == "DELETE":
                return self._delete(request, int(id_))
            case "storage", "":
                return web.json_response({"storage": [{"Storage": row} for row in self.storage]})
            case "users", _:
                return self._users(int(rest.rpartition(":")[2] or 1))
            case "logs", "":
                return web.json_response(_paged("logs", "Log", self.logs, request))
            case "configs", _ if (name := rest.removeprefix("viewByName/")) in self.configs:
                return web.json_response({"config": {"Value": self.configs[name]}})
        return self._error(request, 404, "Not Found")

    def start(self, at: datetime) -> None:
        """Its daemons begin to run."""
        self.running_since = (at + self.offset).strftime("%y/%m/%d %H:%M:%S")
        message = f"Server starting at {self.running_since}"
        self.logs.insert(0, {"TimeKey": f"{at.timestamp():.6f}", "Component": "zmdc", "Message": message})

    def _watchdog(self, request: web.Request) -> web.StreamResponse:
        if self.users[0]["System"] != "View":  # as 1.36.33 has it: an administrator is refused
            return self._error(request, 401, "Insufficient privileges")
        told = f"running since {self.running_since}, pid = 25250" if self.running_since else "not running"
        return web.json_response({"result": f"'zmwatch.pl' {told}"})

    def _monitor(self, row: Mapping[str, Any]) -> dict[str, Any]:
        mode = row.get("Capturing", row["Function"]) if self.splits_modes else row["Function"]
        status = "NotRunning" if mode == "None" else "Connected"
        return {"Monitor": row, "Monitor_Status": {"MonitorId": row["Id"], "Status": status, "CaptureFPS": "5.00"}}

    def _one_monitor(self, request: web.Request, id_: str, form: Mapping[str, str]) -> web.StreamResponse:
        row = self.monitors.get(int(id_)) if id_.isdecimal() else None
        if row is None:
            return self._error(request, 404, "Invalid monitor")
        if request.method == "GET":
            return web.json_response({"monitor": self._monitor(row)})
        told = {name[8:-1]: value for name, value in form.items() if name.startswith("Monitor[")}
        self.posted.append(told)
        known = {name: value for name, value in told.items() if name in row}
        if any(value not in ENUMS.get(name, {value}) for name, value in known.items()):
            return web.json_response({"message": "Error Array\n(\n    [0] => choose one of\n)\n"})
        if not known:
            return web.json_response({"message": "Error Array\n(\n)\n"})
        if self.effective:
            row.update({name: _typed(row[name], value) for name, value in known.items()})
            self._close_events(row)
        return web.json_response({"message": "Saved"})

    def _close_events(self, row: Mapping[str, Any]) -> None:
        if (row["Recording"] if self.splits_modes else row["Function"]) in ("None", "Monitor"):
            for event in self.events.values():
                if event["MonitorId"] == row["Id"] and event["EndDateTime"] is None:
                    event["EndDateTime"] = event["StartDateTime"]

    def _events(self, request: web.Request, conditions: list[str]) -> web.StreamResponse:
        found = [self.events[id_] for id_ in sorted(self.events)]
        for condition in conditions:
            name, _, value = condition.partition(":")
            match name:
                case "Id >":
                    found = [row for row in found if row["Id"] > int(value)]
                case "Id" | "MonitorId":
                    found = [row for row in found if row[name] == int(value)]
                case "EndDateTime":
                    found = [row for row in found if row["EndDateTime"] is None]
                case _:
                    return self._error(request, 500, "An Internal Error Has Occurred.")
        return web.json_response(_paged("events", "Event", found, request))

    def _delete(self, request: web.Request, id_: int) -> web.StreamResponse:
        if id_ not in self.events:
            return self._error(request, 404, "Invalid event")
        if self.effective and not self.events[id_]["Archived"]:
            del self.events[id_]
        return web.Response(status=200)

    def _users(self, page: int) -> web.Response:
        shown = self.users[(page - 1) * USERS_A_PAGE : page * USERS_A_PAGE]
        told = {"page": page, "nextPage": page * USERS_A_PAGE < len(self.users), "limit": USERS_A_PAGE}
        return web.json_response({"users": [{"User": row} for row in shown], "pagination": told})

    def _error(self, request: web.Request, status: int, name: str) -> web.Response:
        # The real one echoes the URL, token and all.
        return web.json_response({"success": False, "data": {"name": name, "url": str(request.rel_url)}}, status=status)


def _paged(key: str, kind: str, found: list[dict[str, Any]], request: web.Request) -> dict[str, Any]:
    limit = min(int(request.query.get("limit", CAP)), CAP)
    page = int(request.query.get("page", 1))
    shown = found[(page - 1) * limit : page * limit]
    told = {"page": page, "current": len(shown), "count": len(found), "nextPage": page * limit < len(found)}
    return {key: [{kind: row} for row in shown], "pagination": told}


def _typed(before: Any, value: str) -> Any:
    return value != "0" if isinstance(before, bool) else value
