"""A worker in a process of its own that dies between an intent and its result: SOCKET TARGET CLOCK."""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path

from vmsguard.agent.workers.agent_line import connect_to_agent


def main(path: str, target: str, now: str) -> None:
    line = connect_to_agent(Path(path), "dying")
    lease = line.state.lease(target, line.owner, datetime.fromisoformat(now), timedelta(minutes=15))
    assert lease is not None
    with line.state.fenced(lease):
        line.evidence.append(
            "apply.intent", run="run-1", durable=True, change="c-1", verb="recording.stop", target=target, channel="1"
        )
        os.kill(os.getpid(), signal.SIGKILL)


main(*sys.argv[1:])
