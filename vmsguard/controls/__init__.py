"""The control catalogue: vendor-neutral requirements over facts, a module per family."""
