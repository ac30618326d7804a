"""An installation whose cameras are monitors of a real ZoneMinder, with rules of the site's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from real_agent import Installation, now
from real_zoneminder import RealZoneMinder

__all__ = ["PACK", "RULES", "TARGET", "enrolled"]

ORIGIN = "vmsguard.example.org/agent-zoneminder"
TARGET = "zm"

RULES: Mapping[str, Any] = {
    "deleted": {
        "id": "deleted",
        "title": "What is stored is deleted every minute",
        "severity": "high",
        "cites": [{"source": "own", "clause": "1"}],
        "select": {"purpose": "hall"},
        "require": [{"deletion.periodic": {"scope": "all", "max_gap": "PT1M"}}],
    },
    "saving-off": {
        "id": "saving-off",
        "title": "Saving is switched off",
        "severity": "critical",
        "cites": [{"source": "own", "clause": "2"}],
        "select": {"purpose": "door"},
        "require": ["storage.vms.off"],
    },
}

PACK: Mapping[str, Any] = {
    "kind": "Pack",
    "metadata": {
        "id": "short",
        "version": "1.0.0",
        "title": "A minute at most",
        "timezone": "UTC",
        "reviewed": {"on": "2026-11-22", "next": "2027-11-22"},
    },
    "sources": {
        "own": {
            "title": "A rule of the site's own",
            "force": "regulator-rule",
            "from": "2020-01-01",
            "confirmed": "primary",
        }
    },
    "select": {"country": "DE"},
    "rules": [*RULES.values()],
}

STORES = {
    "kind": "Document",
    "metadata": {"id": "stores-of-zoneminder"},
    "document": {
        "kind": "vendor-statement",
        "sha256": "6a2f0c0f3e0f5b1f7d4d5a0a8f3f8f0d1b7e2c9a4c5d6e7f8091a2b3c4d5e6f7",
        "dated": f"{now():%F}",
        "issuer": "who set this ZoneMinder up",
    },
    "details": {"model": "ZoneMinder", "firmware": {"from": "1.36", "to": "1.36.99"}, "stores": ["1"]},
}
"""ZoneMinder itself never shows that there is no other store: somebody who knows has to say so."""


def enrolled(folder: Path, server: RealZoneMinder, cameras: Mapping[str, str], **settings: str) -> Installation:
    """An installation whose cameras are all monitors that there are: a camera's name is its purpose."""
    site = Installation(folder, ORIGIN, {"ZM_LOGIN": f"{server.user}:{server.password}"})
    site.write(settings)
    site.put("packs/short/pack.yaml", PACK)
    site.put("documents/stores.yaml", STORES)
    target = {
        "id": TARGET,
        "driver": "zoneminder",
        "url": server.base_url,
        "login": "secret://env/ZM_LOGIN",
        "options": {"storage_path": str(server.storage_path)},
        "limits": {"requests_per_second": 100, "deadline_seconds": 30},
    }
    named = {monitor: name for name, monitor in cameras.items()}
    monitors = [row[0] for row in server.sql("select Id from Monitors")]
    site.enrol(
        [target],
        [
            {
                "id": named.get(monitor, f"other-{monitor}"),
                "attributes": {"country": "DE", "modality": "visible", "purpose": named.get(monitor, "other")},
                "endpoints": [{"target": TARGET, "channels": [monitor]}],
            }
            for monitor in monitors
        ],
    )
    return site
