"""How generated tests run: without a deadline everywhere, and with many more examples for ``make soak``."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A shared machine makes any single example slow; a test that hangs is caught by the step that runs it.
settings.register_profile("default", deadline=None)
settings.register_profile("soak", deadline=None, max_examples=5000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default")
