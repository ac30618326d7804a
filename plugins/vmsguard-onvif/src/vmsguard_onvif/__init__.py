"""vmsguard's driver for ONVIF: fast strict reads, typed writes, and nothing concluded from a reply."""
