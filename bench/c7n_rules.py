"""The ten rules in Cloud Custodian's filter engine; runs in a virtual environment of its own.

Prints the least CPU seconds of its rounds and the violations per rule as one JSON line. Filters mark the
documents they match, so every policy gets a copy; copying is not counted.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from c7n.config import Config
from c7n.filters import ValueFilter


def first(path: str, test: str) -> dict[str, object]:
    return {"type": "value", "key": f"{path}[?{test}] | [0]", "value": "present"}


def both(section: str, test: str) -> dict[str, object]:
    return first(f"{section}.*[] | ", test)


FILTERS: dict[str, dict[str, object]] = {
    "storage.edge.off": both("jobs", "active"),
    "storage.external.off": both("external", "in_use"),
    "storage.residue.empty": first("recordings", "!empty"),
    "transmission.stream.off": both("streams", "enabled"),
    "transmission.push.off": both("push", "enabled"),
    "transmission.cloud.off": both("cloud", "connected"),
    "analytics.face.identify.off": both("analytics", "enabled && task == 'face-identification'"),
    "analytics.face.library.empty": first("libraries", "count > `0`"),
    "retention.max": first("retention", "seconds == null || seconds > `2592000`"),
    "security.access.least": {
        "type": "value",
        "key": "(access.accounts[?default] | [0]) != null || access.anonymous || access.open_to_all",
        "value": True,
    },
}


def main() -> None:
    documents = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    rounds = int(sys.argv[2])
    filters = {rule: ValueFilter(data, Config.empty()) for rule, data in FILTERS.items()}
    for one in filters.values():
        one.annotate = False
    taken = []
    counts: dict[str, int] = {}
    for _ in range(rounds):
        copies = {rule: [dict(document) for document in documents] for rule in filters}
        before = time.process_time()
        counts = {rule: len(one.process(copies[rule])) for rule, one in filters.items()}
        taken.append(time.process_time() - before)
    print(json.dumps({"seconds": min(taken), "violations": counts}))


if __name__ == "__main__":
    main()
