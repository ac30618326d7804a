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
                "executor": documented(_ID, "Who carries tasks out: local, nats, or what a plugin registered."),
                "workers": documented(_TEXT, "Where workers report to the agent; workers.sock beside its socket."),
                "nats": _nats(),
                "health": documented(
                    {"type": "string", "pattern": r"^.+:\d+$"}, "ADDRESS:PORT of /livez, /readyz and /metrics."
                ),
                "sign_of_life": documented(sign, "Called while all is well: whoever misses it raises the alarm."),
                "sweep": documented(interval, "About how long a target goes without being read; PT1H unless given."),
                "watch": documented(interval, "About how long without being asked who it is; PT5M unless given."),
                "lease": documented(interval, "How long a target is held after its worker died; PT15M unless given."),
                "in_flight": documented({"type": "integer", "minimum": 1, "maximum": 1000}, "Targets at once."),
                "starts_per_second": documented(
                    {"type": "number", "minimum": 0.1, "maximum": 1000}, "Targets of one site begun per second."
                ),
            }
        ),
        "How the agent works; no deadline of a duty is set here.",
    )


def _nats() -> dict[str, Any]:
    server = {"type": "string", "pattern": rf"^(tls://[^@/?#\s]+|nats://{_HERE})$"}
    monitoring = {"type": "string", "pattern": rf"^(https://[^@/?#\s]+|http://{_HERE})/?$"}
    domain = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}
    vkey = {"type": "string", "pattern": r"^[^+\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+$"}
    hub = closed(
        {
            "domain": documented(domain, "The JetStream domain of the hub's server."),
            "key": documented(vkey, "Whose confirmations count: what vmsguard hub run prints; none unless given."),
            "policy_key": documented(vkey, "Whose policies are taken from the hub; none unless given."),
            "policies": documented(_TEXT, "The folder they become; policies-from-hub unless given."),
        },
        ("domain",),
    )
    return documented(
        closed(
            {
                "servers": documented(listing(server), "The site's server, or several of one cluster."),
                "credentials": documented(_TEXT, "The file of a user's JWT and key, or a reference to it."),
                "ca": documented(_TEXT, "PEM of who signed the server's certificate."),
                "monitoring": documented(monitoring, "Where doctor sees whether it writes before it acknowledges."),
                "domain": documented(domain, "The JetStream domain of the site's leaf node."),
                "hub": documented(hub, "Where the evidence of the site goes."),
            },
            ("servers",),
        ),
        "The NATS server of the site.",
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
