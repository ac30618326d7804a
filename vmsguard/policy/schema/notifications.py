"""Schema of ``notifications:`` in a configuration."""

from __future__ import annotations

from typing import Any

from vmsguard.model.notification_routes import Urgency
from vmsguard.policy.schema.words import closed, documented, listing, words

__all__ = ["notifications"]

_TEXT = {"$ref": "#/$defs/text"}
_ID = {"$ref": "#/$defs/id"}
_SECRET = documented({"type": "string", "pattern": "^secret://"}, "A reference, never the secret itself.")


_ADDRESS = {"type": "string", "pattern": r"^[^@\s]+@[^@\s]+$"}
_HOOK = {"type": "string", "pattern": r"^(https://[^@]*|secret://.+|http://(127\.|localhost|\[::1\])[^@]*)$"}


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
