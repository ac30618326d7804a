"""The evidence tests' own timestamping authority, for tests with real programs: they share it, and are no package."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from real_program import CHECKOUT

__all__ = ["new_tsa"]


def new_tsa(folder: Path) -> Any:
    """A root and a signer by openssl, with files in ``folder``: see ``LocalTsa`` of the tests of anchors."""
    source = CHECKOUT / "tests" / "evidence" / "anchor" / "conftest.py"
    spec = importlib.util.spec_from_file_location("anchor_fixtures", source)
    assert spec is not None
    assert spec.loader is not None
    fixtures = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fixtures)
    folder.mkdir(parents=True, exist_ok=True)
    return fixtures.LocalTsa(folder)
