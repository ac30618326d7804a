"""The way of a site's evidence to its hub, and of the hub's policies to the site. Needs the extra ``nats``."""
