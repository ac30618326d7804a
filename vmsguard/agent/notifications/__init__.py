"""Tell people: what happened, grouped by its root cause, on the routes that a site asked for."""
