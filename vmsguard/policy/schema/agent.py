"""Schemas of ``agent:`` and ``notifications:`` in a configuration."""

from __future__ import annotations

from typing import Any

from vmsguard.model.notification_routes import Urgency
from vmsguard.policy.schema.words import closed, documented, listing, words

__all__ = ["agent", "notifications"]

_TEXT = {"$ref": "#/$defs/text"}
_ID = {"$ref": "#/$defs/id"}
_SECRET = documented({"type": "string", "pattern": "^secret://"}, "A reference, never the secret itself.")

_ADDRESS = {"type": "string", "pattern": r"^[^@\s]+@[^@\s]+$"}
_HERE = r"(127\.[0-9.]+|localhost|\[::1\])(:\d+)?"
_HOOK = {"type": "string", "pattern": rf"^(secret://.+|(https://[^@/?#\s]+|http://{_HERE})([/?#]\S*)?)$"}


def agent() -> dict[str, Any]:
    interval = {"$ref": "#/$defs/duration"}
    sign = closed({"url": _HOOK, "every": interval}, ("url",))
    return documented(
        closed(
            {
                "socket": documented(_TEXT, "Where commands ask the running agent; agent.sock unless given."),
                "health": documented(
                    {"type": "string", "pattern": r"^.+:\d+$"}, "ADDRESS:PORT of /livez, /readyz and /metrics."
                ),
                "sign_of_life": documented(sign, "Called while all is well: whoever misses it raises the alarm."),
                "sweep": documented(interval, "About how long a target goes without being read; PT1H unless given."),
                "watch": documented(interval, "About how long without being asked who it is; PT5M unless given."),
                "in_flight": documented({"type": "integer", "minimum": 1, "maximum": 1000}, "Targets at once."),
                "starts_per_second": documented(
                    {"type": "number", "minimum": 0.1, "maximum": 1000}, "Targets of one site begun per second."
                ),
            }
        ),
        "How the agent works; no deadline of a duty is set here.",
    )


def notifications() -> dict[str, Any]:
    webhook = closed({"url": _HOOK, "secret": _SECRET}, ("url", "secret"))
    mail = closed(
        {
            "server": _TEXT,
            "port": {"type": "integer", "minimum": 1, "maximum": 65535},
            "tls": words(["starttls", "implicit", "none"], "How the connection is encrypted."),
            "login": _SECRET,
            "from": _ADDRESS,
            "to": listing(_ADDRESS),
        },
        ("server", "from", "to"),
    )
    protocol = words(["udp", "tcp"], "How lines are carried.")
    syslog = closed({"address": {"type": "string", "pattern": r"^(/.+|.+:\d+)$"}, "protocol": protocol}, ("address",))
    urgency = words([urgency.value for urgency in Urgency], "page: at once. warn and note: in the digest.")
    route = closed(
        {
            "id": _ID,
            "sites": listing(_ID),
            "urgencies": listing(urgency),
            "digest": {"$ref": "#/$defs/duration"},
            "webhook": documented(webhook, "A POST signed as Standard Webhooks has it."),
            "mail": documented(mail, "Plain text over SMTP."),
            "syslog": documented(syslog, "RFC 5424."),
        },
        ("id",),
    )
    several = {
        "type": "array",
        "items": route | {"oneOf": [{"required": [way]} for way in ("webhook", "mail", "syslog")]},
    }
    return documented(several, "Where the agent tells people what happened.")
