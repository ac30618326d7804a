"""A run that dies between intent and reply, or never gets the reply, ends in the right state with an honest record."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

PIPC = "kr-pipc-thermal-2020"

KILLED_AT_THE_CHANGE = """
import os, signal, sys
from vmsguard.plugin.loader import load_plugins
driver = load_plugins().driver_class("onvif")
async def die(self, change, permit):
    os.kill(os.getpid(), signal.SIGKILL)
async def die_after(self, change, permit, kept=driver.change):
    await kept(self, change, permit)
    os.kill(os.getpid(), signal.SIGKILL)
driver.change = {"before": die, "after": die_after}[sys.argv.pop(1)]
from vmsguard.cli.main import main
main(sys.argv[1:])
"""


def kill_in_apply(site: Any, moment: str) -> None:
    process = subprocess.run(
        [sys.executable, "-c", KILLED_AT_THE_CHANGE, moment, "apply", "--yes", "--confirm-purge", "5"],
        cwd=site.folder,
        env=os.environ,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert -signal.SIGKILL == process.returncode, process.stderr.decode()


def ends_well(site: Any) -> None:
    applied = site.run("apply", "--yes", "--confirm-purge", "5", "--format", "json")
    assert 1 == applied.json["run"]["interrupted_found"]
    assert "pass" == applied.result("cam-1", "storage.edge.off")["verdict"]
    results = [event for event in site.events() if event["event"] == "apply.result"]
    assert 1 == sum(event["outcome"] == "interrupted" for event in results)
    intents = {event["seq"] for event in site.events() if event["event"] == "apply.intent"}
    assert intents == {seq for event in results for seq in event["cause"]}


def test_a_kill_after_the_intent_and_before_the_command_is_recorded_and_made_good(
    site: Any, fever: Mapping[str, Any]
) -> None:
    simulator = site.simulate([fever])
    site.assign(PIPC, "enforce")
    kill_in_apply(site, "before")
    assert 0 == simulator.writes
    ends_well(site)


def test_a_kill_after_the_command_and_before_its_result_is_recorded_and_made_good(
    site: Any, fever: Mapping[str, Any]
) -> None:
    simulator = site.simulate([fever])
    site.assign(PIPC, "enforce")
    kill_in_apply(site, "after")
    assert 1 == simulator.writes
    ends_well(site)


def test_the_log_of_a_killed_run_is_incomplete_until_the_same_plan_was_done(
    site: Any, fever: Mapping[str, Any]
) -> None:
    site.simulate([fever])
    site.assign(PIPC, "enforce")
    kill_in_apply(site, "before")
    cut_short = site.run("evidence", "verify", "--trust", "trust.policy", "--format", "json")
    site.run("apply", "--yes", "--confirm-purge", "5")
    made_good = site.run("evidence", "verify", "--trust", "trust.policy", "--format", "json")
    assert (2, 0) == (cut_short.code, made_good.code)
    assert "run-cut-short" in {problem["kind"] for problem in made_good.json["problems"]}


def test_a_lost_reply_is_not_sent_again_and_the_read_back_decides(site: Any, fever: Mapping[str, Any]) -> None:
    simulator = site.simulate([fever])
    site.assign(PIPC, "enforce")
    site.inside(simulator.camera("cam-1").drop_next_reply)
    applied = site.run("apply", "--yes", "--confirm-purge", "5", "--format", "json")
    stream = applied.result("cam-1", "transmission.stream.off")
    sent = [event["change"] for event in site.events() if event["event"] == "apply.intent"]
    assert len(set(sent)) == len(sent)
    assert ("pass", "verified") == (stream["verdict"], stream["remediation"])
