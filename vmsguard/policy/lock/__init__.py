"""The lock of a site: which packs and plugins were accepted, and what differs from that."""
