"""The one place that states vmsguard's version."""

__version__ = "0.1.0"
