"""Proofs that stand without the log: of one record, and that a log continues a saved head."""
