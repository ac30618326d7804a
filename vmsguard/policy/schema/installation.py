"""Schemas of what an installation is made of: its configuration, and the inventory of targets and cameras."""

from __future__ import annotations

from typing import Any

from vmsguard.model.inventory import ALL_CHANNELS
from vmsguard.model.vocabulary import Role
from vmsguard.policy.schema.agent import agent, notifications
from vmsguard.policy.schema.words import closed, documented, listing, words

__all__ = ["config", "inventory"]

TEXT = {"$ref": "#/$defs/text"}
ID = {"$ref": "#/$defs/id"}
ATTRIBUTES = {"$ref": "#/$defs/attributes"}

_SECRET = documented({"type": "string", "pattern": "^secret://"}, "A reference, never the secret itself.")


def config() -> dict[str, Any]:
    previous = documented(_SECRET, "The key before it, while a rotation has both sign.")
    keys = {"key": _SECRET, "previous_key": previous}
    evidence = closed({"dir": TEXT, "origin": TEXT, **keys, "anchors": _anchors()}, ("dir", "origin", "key"))
    return closed(
        {
            "inventory": _several(TEXT, "Files and folders, as all paths here relative to this file."),
            "packs": _several(TEXT, "Folders of packs besides those that ship and those of plugins."),
            "assignments": _several(TEXT, "Which packs, how far, on which sites."),
            "exceptions": _several(TEXT, "What lifts a rule for named cameras."),
            "holds": _several(TEXT, "What keeps footage of named cameras from being deleted."),
            "freezes": _several(TEXT, "When nothing is changed at a site."),
            "documents": _several(TEXT, "Papers, as hash and dates."),
            "evidence": documented(evidence, "Where the log lies, under which name, signed with which key."),
            "state": documented(TEXT, "A database URL, sqlite:///state.db unless given."),
            "agent": agent(),
            "notifications": notifications(),
            "plugins": _several(TEXT, "Distributions that may load; all unless given."),
        },
        ("evidence",),
    )


def _anchors() -> dict[str, Any]:
    url = {"type": "string", "pattern": "^https?://[^@]*$"}
    witness = closed({"url": url, "vkey": TEXT}, ("url", "vkey"))
    authority = closed({"url": url, "roots": _several(TEXT, "PEM files its tokens have to lead to.")}, ("url",))
    several = {"type": "array", "minItems": 0}
    return documented(
        closed({"witnesses": several | {"items": witness}, "tsa": several | {"items": authority}}),
        "Whom `evidence anchor` asks to vouch for the newest head.",
    )


def inventory() -> dict[str, Any]:
    defaults = closed({"attributes": ATTRIBUTES, "limits": _limits()})
    group = closed({"attributes": ATTRIBUTES})
    named = {"type": "object", "additionalProperties": group}
    return closed(
        {
            "defaults": documented(defaults, "What holds for every camera and target unless it says otherwise."),
            "groups": documented(named, "Attributes that several cameras share."),
            "sites": documented(
                {"type": "object", "additionalProperties": closed({"timezone": TEXT}, ("timezone",))},
                "What holds for a site; its time zone decides on which day a text comes into force there.",
            ),
            "targets": _several(_target(), "What we log in to."),
            "cameras": _several(_camera(), "Views of the world that policies select."),
        }
    )


def _several(items: dict[str, Any], meaning: str) -> dict[str, Any]:
    return documented({"type": "array", "uniqueItems": True, "items": items}, meaning)


def _limits() -> dict[str, Any]:
    number = {"type": "number", "minimum": 0.1}
    limits = {
        "requests_per_second": number | {"maximum": 1000},
        "connections": {"type": "integer", "minimum": 1, "maximum": 8},
        "deadline_seconds": number | {"maximum": 300},
        "max_reply_bytes": {"type": "integer", "minimum": 1024},
        "session_seconds": {"type": "number", "minimum": 0, "maximum": 86400},
    }
    return documented(closed(limits), "How gently a target is treated.")


def _target() -> dict[str, Any]:
    login = {"anyOf": [_SECRET, closed({"read": _SECRET, "change": _SECRET})]}
    option = {"type": ["string", "integer", "boolean"]}
    roles = [role.value for role in Role if role is not Role.CAMERA]
    return closed(
        {
            "id": ID,
            "site": ID,
            "role": words(roles, "What the target is to its cameras."),
            "driver": ID,
            "url": documented(
                {"type": "string", "pattern": "^https?://[^/?#@]+([/?#]|$)"}, "Host and port; no login in it."
            ),
            "login": documented(login, "One login, or one to read and one to change."),
            "tls_pin": {"anyOf": [TEXT, {"type": "null"}]},
            "options": {"type": "object", "additionalProperties": option},
            "limits": _limits(),
        },
        ("id", "site", "role", "driver", "url"),
    )


def _camera() -> dict[str, Any]:
    channels = {"anyOf": [{"const": ALL_CHANNELS}, listing(TEXT)]}
    endpoint = closed({"target": ID, "channels": channels}, ("target", "channels"))
    return closed(
        {
            "id": ID,
            "site": ID,
            "groups": _several(ID, "Groups whose attributes it takes."),
            "attributes": ATTRIBUTES,
            "endpoints": documented(
                {"type": "array", "items": endpoint}, "Where it can be read or changed: device, recorders, relays."
            ),
            "tags": _several(ID, "protected: no write without a second person's approval."),
        },
        ("id", "site"),
    )
