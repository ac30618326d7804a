"""``python -m vmsguard``."""

from vmsguard.cli.main import main

main()
