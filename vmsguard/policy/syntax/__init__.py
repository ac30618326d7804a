"""Strict YAML and the values in it, read with their places: scalars, lengths of time, instants, hints."""
