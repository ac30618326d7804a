"""Evaluate and plan: pure functions from rules, snapshots and the time to verdicts and changes."""
