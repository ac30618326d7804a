"""Fixtures of the report's tests: a report by hand, and logs written by a seed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from vmsguard.report.model import Report


def _beside(name: str) -> ModuleType:
    """The module of that name in this folder, which is no package."""
    known = f"report_tests_{name}"
    if known not in sys.modules:
        spec = spec_from_file_location(known, Path(__file__).with_name(f"{name}.py"))
        assert spec is not None
        assert spec.loader is not None
        sys.modules[known] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules[known])
    return sys.modules[known]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for a payload gets each hostile string there is."""
    if "payload" in metafunc.fixturenames:
        payloads = _beside("filled_report").PAYLOADS
        metafunc.parametrize("payload", payloads.values(), ids=payloads)


@pytest.fixture(scope="session")
def filled() -> ModuleType:
    """Reports filled by the types of their fields, with hostile strings or harmless ones."""
    return _beside("filled_report")


@pytest.fixture
def large_report(sample_report: Report) -> Callable[[int], Report]:
    """A report of so many cameras."""
    make = _beside("large_report").large_report
    return lambda cameras: make(sample_report, cameras)


@pytest.fixture
def sample_report() -> Report:
    """A report with something of everything."""
    make: Callable[[], Report] = _beside("sample_report").sample_report
    return make()


@pytest.fixture(scope="session")
def writing() -> ModuleType:
    """Writes logs as runs write them; ``write_fleet`` makes one of many cameras from a seed."""
    return _beside("log_writer")
