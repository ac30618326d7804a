"""A task from its dispatch to its outcome: executors, leases, and the worker that carries it out."""
