"""The one place that holds the version of the motion driver."""

__version__ = "0.1.0"
