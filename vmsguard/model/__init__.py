"""Plain typed values shared by every room; no I/O and no judgement."""
