"""What goes wrong around an agent: disks, databases, drivers, secrets."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # this folder is no package
