"""Tamper-evident evidence: an append-only Merkle log of canonical records under signed checkpoints.

``log`` writes it, ``verify`` judges it, ``show`` reads it; ``docs/evidence-format.md`` is the format.
"""
