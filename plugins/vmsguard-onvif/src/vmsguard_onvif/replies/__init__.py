"""Replies as typed values: one module per family of operations."""
