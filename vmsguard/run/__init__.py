"""Observe, apply and verify through drivers: with ``witness``, the only room that talks to devices."""
