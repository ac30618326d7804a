"""A fleet as its administrators state it: configuration, inventory and secrets."""
