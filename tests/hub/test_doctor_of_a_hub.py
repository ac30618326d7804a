"""What doctor says of the hub of a site: whether anything it confirms counts."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("nats")

from vmsguard.cli import doctor_nats
from vmsguard.evidence.keys import SigningKey
from vmsguard.evidence.note import VerifierKey
from vmsguard.fleet.read_agent import AgentConfig
from vmsguard.fleet.read_nats import HubConfig, NatsConfig
from vmsguard.fleet.secrets import SecretStore
from vmsguard.plugin.registry import Registry

KEY = SigningKey.generate("example.org/hub").verifier


@pytest.mark.parametrize(("key", "ok", "told"), [(KEY, True, KEY.name), (None, False, "names no key")])
def test_doctor_says_whether_what_the_hub_confirms_counts(
    key: VerifierKey | None, ok: bool, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor_nats, "_PATIENCE", 0.2)
    hub = HubConfig(domain="hub", key=key)
    nats = NatsConfig(servers=("nats://127.0.0.1:1",), hub=hub)
    agent = AgentConfig(socket=tmp_path / "a", workers=tmp_path / "w", nats=nats)

    rows = {row["check"]: row for row in doctor_nats.executor_rows(agent, Registry(), SecretStore(tmp_path, {}))}

    assert ok is rows["hub"]["ok"]
    assert told in rows["hub"]["found"]
    assert ok is not bool(rows["hub"]["next"])
