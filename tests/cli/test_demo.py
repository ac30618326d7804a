"""The demo ends as its committed expectation says, and says so when it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from vmsguard.cli.main import main


@pytest.mark.slow
def test_the_demo_is_as_expected_and_can_be_run_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["demo", str(tmp_path / "demo")])
    told = capsys.readouterr().out
    assert 0 == stopped.value.code, told
    assert len(told.splitlines()) <= 40
    for fragment in ("pass (fallback)", "observed", "no effect", "UNKNOWN", "intact and complete"):
        assert fragment in told


def test_a_folder_that_is_no_demo_is_not_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(SystemExit) as stopped:
        main(["demo", str(tmp_path)])
    assert 2 == stopped.value.code
    assert "keep" == (tmp_path / "mine.txt").read_text()


def test_a_difference_from_the_expectation_is_told() -> None:
    from vmsguard.cli.demo_run import _differences

    assert any(line.startswith("expected and not found: fever-honest") for line in _differences([]))
