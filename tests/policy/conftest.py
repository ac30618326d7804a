"""A pack that is right, to be broken in one place at a time, and the core's own catalogue."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from vmsguard.policy.catalogue import Catalogue

SAMPLE = """\
apiVersion: vmsguard/v1
kind: Pack
metadata:
  id: sample
  version: "1.0.0"
  title: A sample
  timezone: Asia/Seoul
  reviewed: {on: "2026-11-22", next: "2027-03-09"}
sources:
  rule-1: {title: A rule, force: law, from: "2020-11-05", confirmed: secondary}
select:
  country: KR
rules:
  - id: saving-off
    title: Saving is switched off
    severity: critical
    cites: [{source: rule-1, clause: K3}]
    require:
      - storage.edge.off
    otherwise:
      - if_excepted: inevitable
        require:
          - retention.max: {max: {from_exception: retention}}
exception_types:
  inevitable:
    lifts: [storage.edge.off]
    requires: [legal_basis, approver, retention]
    max_duration: P180D
"""


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue.core()


@pytest.fixture
def sample() -> str:
    return SAMPLE


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Writes a file below the test's own folder and gives its path."""

    def into(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return into
