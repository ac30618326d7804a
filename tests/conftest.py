"""What holds for every test: how generated examples run, and that no test leaves its logging to the next."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

# A shared machine makes any single example slow; a test that hangs is caught by the step that runs it.
settings.register_profile("default", deadline=None)
# What fails prints how to see it fail again: the examples of a long run lie in no database that others have.
settings.register_profile(
    "soak", deadline=None, max_examples=5000, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
# A commit is judged by the same examples each time; new ones are looked for at the desk and in the long form.
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """A command run inside a test configures structlog for the whole process."""
    yield
    structlog.reset_defaults()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files stay together, for they share fixtures; what starts real programs runs one after the other."""
    for item in items:
        file = item.path
        group = "real" if "real" in file.parts else str(file)
        item.add_marker(pytest.mark.xdist_group(group))
